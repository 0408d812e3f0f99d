//! Adds up what was left, and what of it came back.

use chrono::{DateTime, Utc};
use domain::Money;
use domain::permission::Permission;
use entity::abandoned_cart::{COLUMN, Column, Entity};
use entity::order;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QuerySelect};

use super::{NOT_MERGED, STANDS};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::state::AppState;

/// What carts came to that were left in a span of time.
#[derive(Clone, Debug)]
pub struct Report {
    /// Those of which something was ever told, so that buyers could be reminded.
    pub told: LeftBehind,
    /// The others.
    pub untold: LeftBehind,
}

/// Some carts that were left.
#[derive(Clone, Debug)]
pub struct LeftBehind {
    /// How many.
    pub carts: i64,
    /// What they came to.
    pub total: Money,
    /// How many became an order that was not called off.
    pub orders: i64,
    /// What those orders came to.
    pub order_total: Money,
}

#[derive(Debug, FromQueryResult)]
struct Sums {
    told: bool,
    carts: i64,
    total: i64,
    orders: i64,
    order_total: i64,
}

/// Adds up the carts of the channel that were left in a span, each once, by the last time it was left.
///
/// # Errors
/// [`Error::Forbidden`] without `ORDER_READ`; [`Error::Invalid`] for a span that ends before it begins.
pub async fn report(
    app: &AppState,
    viewer: &Viewer,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Report> {
    viewer.require(Permission::OrderRead)?;
    if until <= from {
        return Err(Error::invalid(&["until"], "must be after `from`"));
    }
    let currency = viewer.channel.currency;
    let link = Entity::belongs_to(order::Entity)
        .from(Column::CartId)
        .to(order::Column::CartId)
        .on_condition(|_left, _right| {
            Expr::cust(format!(
                "\"order\".placed_at >= abandoned_cart.left_at AND \"order\".currency = abandoned_cart.currency AND \"order\".{STANDS}"
            ))
            .into()
        });
    let rows = Entity::find()
        .select_only()
        .expr_as(Expr::cust("abandoned_cart.told_at IS NOT NULL"), "told")
        .expr_as(Expr::cust("COUNT(*)"), "carts")
        .expr_as(
            Expr::cust("CAST(SUM(abandoned_cart.total_minor) AS bigint)"),
            "total",
        )
        .expr_as(Expr::cust("COUNT(\"order\".id)"), "orders")
        .expr_as(
            Expr::cust("CAST(COALESCE(SUM(\"order\".total_minor), 0) AS bigint)"),
            "order_total",
        )
        .join(JoinType::LeftJoin, link.into())
        .filter(COLUMN.channel_id.eq(viewer.channel.id))
        .filter(Expr::cust(NOT_MERGED))
        .filter(Column::Currency.eq(currency))
        .filter(COLUMN.left_at.gte(from))
        .filter(COLUMN.left_at.lt(until))
        .group_by(Expr::cust("abandoned_cart.told_at IS NOT NULL"))
        .into_model::<Sums>()
        .all(app.database.read())
        .await?;
    let of = |told: bool| {
        let sums = rows.iter().find(|row| row.told == told);
        let money =
            |minor: fn(&Sums) -> i64| Money::new(sums.map(minor).unwrap_or_default(), currency.0);
        LeftBehind {
            carts: sums.map(|row| row.carts).unwrap_or_default(),
            total: money(|row| row.total),
            orders: sums.map(|row| row.orders).unwrap_or_default(),
            order_total: money(|row| row.order_total),
        }
    };
    Ok(Report {
        told: of(true),
        untold: of(false),
    })
}
