//! What promotions brought: figures for the console, for any number of promotions with one statement.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::permission::Permission;
use domain::time_zone::{Offset, TimeZone};
use entity::promotion_use::{COLUMN, Column, Entity};
use entity::{order, promotion};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{
    DbBackend, EntityTrait, ExprTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder,
    QuerySelect, Select,
};
use uuid::Uuid;

use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::state::AppState;

/// A span of time, open where an end is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// From this instant on.
    pub from: Option<DateTime<Utc>>,
    /// Before this instant.
    pub until: Option<DateTime<Utc>>,
}

/// What a promotion brought in a span of time; uses given back do not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Performance {
    /// Orders it counted in, which are its uses: it counts once in an order.
    pub uses: i64,
    /// Different members who ordered with it.
    pub members: i64,
    /// What it took off, zero or negative.
    pub discount_minor: i64,
    /// What was paid for those orders, without what went back.
    pub revenue_minor: i64,
}

#[derive(FromQueryResult)]
struct Row {
    promotion_id: Uuid,
    day: Option<String>,
    uses: i64,
    members: i64,
    discount_minor: i64,
    revenue_minor: i64,
}

impl From<&Row> for Performance {
    fn from(row: &Row) -> Self {
        Self {
            uses: row.uses,
            members: row.members,
            discount_minor: row.discount_minor,
            revenue_minor: row.revenue_minor,
        }
    }
}

/// Gives the figures of promotions of the channel; one that was never used has none.
///
/// # Errors
/// Without permission `PROMOTION_READ`.
pub async fn performances(
    app: &AppState,
    viewer: &Viewer,
    ids: &[Uuid],
    span: Span,
) -> Result<HashMap<Uuid, Performance>> {
    viewer.require(Permission::PromotionRead)?;
    let rows = figures(viewer, ids, span)
        .expr_as(Expr::cust("CAST(NULL AS text)"), "day")
        .into_model::<Row>()
        .all(app.database.read())
        .await?;
    Ok(rows
        .iter()
        .map(|row| (row.promotion_id, Performance::from(row)))
        .collect())
}

/// Gives the figures of promotions of the channel by day on the shop's calendar, oldest first; days without a use are left out.
///
/// # Errors
/// Without permission `PROMOTION_READ`.
pub async fn performances_by_day(
    app: &AppState,
    viewer: &Viewer,
    ids: &[Uuid],
    span: Span,
) -> Result<HashMap<Uuid, Vec<(NaiveDate, Performance)>>> {
    viewer.require(Permission::PromotionRead)?;
    let zone = TimeZone::parse(&viewer.channel.timezone).map_err(Error::internal)?;
    let (since, now) = (viewer.channel.created_at, app.clock.now());
    let day = || {
        if app.database.backend() == DbBackend::Postgres {
            day_in(zone)
        } else {
            day_by_offsets(&zone.offsets(since, now))
        }
    };
    let rows = figures(viewer, ids, span)
        .expr_as(day(), "day")
        .group_by(day())
        .order_by_asc(day())
        .into_model::<Row>()
        .all(app.database.read())
        .await?;
    let mut days: HashMap<Uuid, Vec<(NaiveDate, Performance)>> = HashMap::new();
    for row in &rows {
        let day = row.day.as_deref().unwrap_or_default();
        let day = day.parse::<NaiveDate>().map_err(Error::internal)?;
        let of_promotion = days.entry(row.promotion_id).or_default();
        of_promotion.push((day, Performance::from(row)));
    }
    Ok(days)
}

fn figures(viewer: &Viewer, ids: &[Uuid], span: Span) -> Select<Entity> {
    let of_order = Entity::belongs_to(order::Entity)
        .from(Column::OrderId)
        .to(order::Column::Id);
    let of_promotion = Entity::belongs_to(promotion::Entity)
        .from(Column::PromotionId)
        .to(promotion::Column::Id);
    let order = |column: order::Column| Expr::col((order::Entity, column));
    let paid = order(order::Column::PaidMinor).add(order(order::Column::TenderedMinor));
    let back = order(order::Column::RefundedMinor).add(order(order::Column::CreditedMinor));
    let kept = paid.sub(back);
    let mut query = Entity::find()
        .select_only()
        .column(Column::PromotionId)
        .expr_as(Expr::col((Entity, Column::Id)).count(), "uses")
        .expr_as(order(order::Column::MemberId).count_distinct(), "members")
        .expr_as(
            whole(Expr::col((Entity, Column::DiscountMinor))),
            "discount_minor",
        )
        .expr_as(whole(kept), "revenue_minor")
        .join(JoinType::InnerJoin, of_order.into())
        .join(JoinType::InnerJoin, of_promotion.into())
        .filter(promotion::COLUMN.channel_id.eq(viewer.channel.id))
        .filter(COLUMN.promotion_id.is_in(ids.iter().copied()))
        .filter(COLUMN.released_at.is_null())
        .group_by(Column::PromotionId);
    if let Some(from) = span.from {
        query = query.filter(COLUMN.created_at.gte(from));
    }
    if let Some(until) = span.until {
        query = query.filter(COLUMN.created_at.lt(until));
    }
    query
}

/// A sum as a whole number: PostgreSQL sums into `numeric`.
fn whole(of: impl Into<SimpleExpr>) -> SimpleExpr {
    of.into().sum().cast_as("bigint")
}

/// The day of a use where PostgreSQL knows the zones. No bound values, which it would not know again in GROUP BY.
fn day_in(zone: TimeZone) -> SimpleExpr {
    let zone = zone.name();
    Expr::cust(format!(
        "to_char(promotion_use.created_at AT TIME ZONE '{zone}', 'YYYY-MM-DD')"
    ))
}

/// The day of a use where SQLite must be told how far the clock on the wall was ahead, and when.
fn day_by_offsets(offsets: &[Offset]) -> SimpleExpr {
    let instant = "CAST(strftime('%s', substr(promotion_use.created_at, 1, 19)) AS integer)";
    let ahead = offsets
        .iter()
        .rev()
        .fold(String::new(), |later, offset| match later.as_str() {
            "" => offset.seconds_ahead.to_string(),
            later => format!(
                "CASE WHEN {instant} < {until} THEN {seconds} ELSE {later} END",
                until = offset.until.timestamp(),
                seconds = offset.seconds_ahead,
            ),
        });
    Expr::cust(format!("date({instant} + ({ahead}), 'unixepoch')"))
}
