//! Reads tiers, where members stand and what they spent.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::Money;
use domain::id::MemberTierId;
use domain::order::{OrderStatus, RefundStatus};
use domain::permission::Permission;
use domain::tier::{self, Spending, Tier, WINDOW};
use entity::column::Text;
use entity::member_tier::{COLUMN, Column, Entity, Model};
use entity::{channel, member_standing, member_tier_change, order, refund, refund_line};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::state::AppState;

/// A member's way to the next tier.
#[derive(Clone, Debug)]
pub struct ProgressView {
    /// Spending that counts.
    pub spent: Money,
    /// The tier above and what is missing to it; `None` at the top.
    pub next: Option<(Model, Money)>,
    /// Until when the present tier holds.
    pub valid_until: Option<DateTime<Utc>>,
}

/// A member's step from one tier to another.
#[derive(Clone, Debug)]
pub struct ChangeView {
    /// The row.
    pub row: member_tier_change::Model,
    /// The tier before; `None` below the first.
    pub from: Option<Model>,
    /// The tier after; `None` below the first.
    pub to: Option<Model>,
}

/// Lists the channel's tiers, lowest first; with permission `MEMBER_READ` also those not in force.
///
/// # Errors
/// When the database does not answer.
pub async fn list(app: &AppState, viewer: &Viewer) -> Result<Vec<Model>> {
    let rows = of_channel(app.database.read(), viewer.channel.id).await?;
    let sees_all = viewer.may(Permission::MemberRead);
    Ok(rows
        .into_iter()
        .filter(|row| row.active || sees_all)
        .collect())
}

/// Loads tiers by id; unknown ones, and for the public those not in force, are left out.
///
/// # Errors
/// When the database does not answer.
pub async fn tiers_by_ids(
    app: &AppState,
    viewer: &Viewer,
    ids: &[MemberTierId],
) -> Result<Vec<Model>> {
    let mut query = Entity::find().filter(COLUMN.id.is_in(ids.iter().map(|id| id.0)));
    if !viewer.may(Permission::MemberRead) {
        query = query.filter(COLUMN.active.eq(true));
    }
    Ok(query.all(app.database.read()).await?)
}

/// Gives the tier a member has in a channel, for prices and points.
pub(crate) async fn of_member<C: ConnectionTrait>(
    connection: &C,
    channel_id: Uuid,
    member_id: Uuid,
) -> Result<Option<Model>> {
    let of_standing = Entity::belongs_to(member_standing::Entity)
        .from(Column::Id)
        .to(member_standing::Column::TierId);
    Ok(Entity::find()
        .join(JoinType::InnerJoin, of_standing.into())
        .filter(member_standing::COLUMN.member_id.eq(member_id))
        .filter(member_standing::COLUMN.channel_id.eq(channel_id))
        .filter(COLUMN.active.eq(true))
        .one(connection)
        .await?)
}

/// Gives the tiers of many members at once, for a loader; members below the first are left out.
///
/// # Errors
/// When the database does not answer.
pub async fn tiers_of_members(
    app: &AppState,
    channel: &channel::Model,
    member_ids: &[Uuid],
) -> Result<HashMap<Uuid, Model>> {
    let connection = app.database.read();
    let tiers = by_id(active(connection, channel.id).await?);
    let standings = standings(connection, channel.id, member_ids).await?;
    Ok(standings
        .into_iter()
        .filter_map(|row| Some((row.member_id, tiers.get(&row.tier_id?)?.clone())))
        .collect())
}

/// Gives the way to the next tier of many members at once, for a loader.
///
/// # Errors
/// When the database does not answer.
pub async fn progress_of_members(
    app: &AppState,
    channel: &channel::Model,
    member_ids: &[Uuid],
) -> Result<HashMap<Uuid, ProgressView>> {
    let connection = app.database.read();
    let now = app.clock.now();
    let rows = active(connection, channel.id).await?;
    let tiers = ladder(channel, &rows)?;
    let rows = by_id(rows);
    let standings: HashMap<Uuid, member_standing::Model> =
        standings(connection, channel.id, member_ids)
            .await?
            .into_iter()
            .map(|row| (row.member_id, row))
            .collect();
    let spendings = spendings(connection, channel, member_ids, now).await?;
    let nothing = Vec::new();
    member_ids
        .iter()
        .map(|member_id| {
            let of_member = spendings.get(member_id).unwrap_or(&nothing);
            let spent = tier::spent(of_member, Money::zero(channel.currency.0), now)
                .map_err(Error::internal)?;
            let standing = standings.get(member_id);
            let held = standing.and_then(|row| row.tier_id);
            let next = tier::next(&tiers, held, spent).map_err(Error::internal)?;
            let view = ProgressView {
                spent,
                next: next.and_then(|(id, missing)| Some((rows.get(&id)?.clone(), missing))),
                valid_until: standing.and_then(|row| row.valid_until),
            };
            Ok((*member_id, view))
        })
        .collect()
}

/// Gives the steps of many members from tier to tier at once, newest first, for a loader.
///
/// # Errors
/// When the database does not answer.
pub async fn changes_of_members(
    app: &AppState,
    channel: &channel::Model,
    member_ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<ChangeView>>> {
    let connection = app.database.read();
    let tiers = by_id(of_channel(connection, channel.id).await?);
    let column = member_tier_change::COLUMN;
    let rows = member_tier_change::Entity::find()
        .filter(column.member_id.is_in(member_ids.iter().copied()))
        .filter(column.channel_id.eq(channel.id))
        .order_by_desc(member_tier_change::Column::Id)
        .all(connection)
        .await?;
    let find = |id: Option<Uuid>| id.and_then(|id| tiers.get(&id).cloned());
    let mut changes: HashMap<Uuid, Vec<ChangeView>> = HashMap::new();
    for row in rows {
        changes.entry(row.member_id).or_default().push(ChangeView {
            from: find(row.from_tier_id),
            to: find(row.to_tier_id),
            row,
        });
    }
    Ok(changes)
}

/// A tier's name in a language, or else in the channel's default one.
pub(super) fn name_in<'a>(tier: &'a Model, locale: &str) -> &'a str {
    tier.translations
        .get(locale)
        .map_or(&tier.name, |text| &text.name)
}

/// The tiers of a channel in force, lowest first.
pub(super) async fn active<C: ConnectionTrait>(
    connection: &C,
    channel_id: Uuid,
) -> Result<Vec<Model>> {
    let mut rows = of_channel(connection, channel_id).await?;
    rows.retain(|row| row.active);
    Ok(rows)
}

pub(super) async fn of_channel<C: ConnectionTrait>(
    connection: &C,
    channel_id: Uuid,
) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(COLUMN.channel_id.eq(channel_id))
        .order_by_asc(Column::Rank)
        .order_by_asc(Column::Code)
        .all(connection)
        .await?)
}

/// Reads rows as the domain's tiers.
pub(super) fn ladder(channel: &channel::Model, rows: &[Model]) -> Result<Vec<Tier>> {
    rows.iter()
        .map(|row| {
            Ok(Tier {
                id: row.id,
                rank: u32::try_from(row.rank).map_err(Error::internal)?,
                threshold: Money::new(row.threshold_minor, channel.currency.0),
                grace_days: u32::try_from(row.grace_days).map_err(Error::internal)?,
            })
        })
        .collect()
}

async fn standings<C: ConnectionTrait>(
    connection: &C,
    channel_id: Uuid,
    member_ids: &[Uuid],
) -> Result<Vec<member_standing::Model>> {
    let column = member_standing::COLUMN;
    Ok(member_standing::Entity::find()
        .filter(column.member_id.is_in(member_ids.iter().copied()))
        .filter(column.channel_id.eq(channel_id))
        .all(connection)
        .await?)
}

fn by_id(rows: Vec<Model>) -> HashMap<Uuid, Model> {
    rows.into_iter().map(|row| (row.id, row)).collect()
}

/// A completed order as far as it counts.
#[derive(FromQueryResult)]
struct PaidOrder {
    id: Uuid,
    member_id: Option<Uuid>,
    subtotal_minor: i64,
    discount_minor: i64,
    closed_at: Option<DateTime<Utc>>,
}

/// What members paid for goods with orders completed lately, without what went back to them: two statements.
pub(super) async fn spendings<C: ConnectionTrait>(
    connection: &C,
    channel: &channel::Model,
    member_ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<HashMap<Uuid, Vec<Spending>>> {
    let column = order::COLUMN;
    let since = now.checked_sub_months(WINDOW).unwrap_or_default();
    let orders = order::Entity::find()
        .select_only()
        .columns([
            order::Column::Id,
            order::Column::MemberId,
            order::Column::SubtotalMinor,
            order::Column::DiscountMinor,
            order::Column::ClosedAt,
        ])
        .filter(column.member_id.is_in(member_ids.iter().copied()))
        .filter(column.channel_id.eq(channel.id))
        .filter(column.status.eq(Text(OrderStatus::Completed)))
        .filter(column.closed_at.gt(since))
        .into_model::<PaidOrder>()
        .all(connection)
        .await?;
    let order_ids: Vec<Uuid> = orders.iter().map(|order| order.id).collect();
    let given_back = given_back(connection, &order_ids).await?;
    let mut spendings: HashMap<Uuid, Vec<Spending>> = HashMap::new();
    for order in orders {
        let (Some(member_id), Some(at)) = (order.member_id, order.closed_at) else {
            continue;
        };
        let paid = order
            .subtotal_minor
            .saturating_add(order.discount_minor)
            .saturating_sub(given_back.get(&order.id).copied().unwrap_or_default());
        spendings.entry(member_id).or_default().push(Spending {
            at,
            amount: Money::new(paid.max(0), channel.currency.0),
        });
    }
    Ok(spendings)
}

/// What went back of what was paid for goods; tax counts where prices contain it, as it does in what was paid.
async fn given_back<C: ConnectionTrait>(
    connection: &C,
    order_ids: &[Uuid],
) -> Result<HashMap<Uuid, i64>> {
    if order_ids.is_empty() {
        return Ok(HashMap::new());
    }
    let of_refund = refund_line::Entity::belongs_to(refund::Entity)
        .from(refund_line::Column::RefundId)
        .to(refund::Column::Id);
    let of_order = refund::Entity::belongs_to(order::Entity)
        .from(refund::Column::OrderId)
        .to(order::Column::Id);
    let lines: Vec<(Uuid, bool, i64, i64)> = refund_line::Entity::find()
        .select_only()
        .column(refund::Column::OrderId)
        .column(order::Column::TaxIncluded)
        .column(refund_line::Column::TotalMinor)
        .column(refund_line::Column::TaxMinor)
        .join(JoinType::InnerJoin, of_refund.into())
        .join(JoinType::InnerJoin, of_order.into())
        .filter(refund::COLUMN.order_id.is_in(order_ids.iter().copied()))
        .filter(refund::COLUMN.status.ne(Text(RefundStatus::Failed)))
        .into_tuple()
        .all(connection)
        .await?;
    let mut sums: HashMap<Uuid, i64> = HashMap::new();
    for (order_id, tax_included, total, tax) in lines {
        let amount = if tax_included {
            total
        } else {
            total.saturating_sub(tax)
        };
        let sum = sums.entry(order_id).or_default();
        *sum = sum.saturating_add(amount);
    }
    Ok(sums)
}
