//! What members did that counts towards tiers, read by the basis of the ladder.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::order::{OrderStatus, RefundStatus};
use domain::points::PointsEntryKind;
use domain::tier::{Growth, Merit, TierBasis, WINDOW, growth};
use entity::column::Text;
use entity::{channel, order, points_transaction, refund, refund_line};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QuerySelect,
};
use uuid::Uuid;

use crate::error::Result;

/// What members did lately that counts; those who did nothing are left out.
pub(super) async fn merits<C: ConnectionTrait>(
    connection: &C,
    channel: &channel::Model,
    basis: TierBasis,
    member_ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<HashMap<Uuid, Vec<Merit>>> {
    match basis {
        TierBasis::Spend => spendings(connection, channel, member_ids, now).await,
        TierBasis::GrowthValue => earnings(connection, member_ids, now).await,
    }
}

/// Points that rules gave members lately, without what was taken back: points are the whole shop's, so they count alike in
/// every channel. One statement.
async fn earnings<C: ConnectionTrait>(
    connection: &C,
    member_ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<HashMap<Uuid, Vec<Merit>>> {
    let column = points_transaction::COLUMN;
    let kinds = [PointsEntryKind::Earn, PointsEntryKind::ClawBack];
    let rows: Vec<(Uuid, Option<Uuid>, DateTime<Utc>, i64)> = points_transaction::Entity::find()
        .select_only()
        .column(points_transaction::Column::MemberId)
        .column(points_transaction::Column::OrderId)
        .column(points_transaction::Column::OccurredAt)
        .column(points_transaction::Column::Points)
        .filter(column.member_id.is_in(member_ids.iter().copied()))
        .filter(column.kind.is_in(kinds.map(Text)))
        .filter(column.occurred_at.gt(since(now)))
        .into_tuple()
        .all(connection)
        .await?;
    let mut entries: HashMap<Uuid, Vec<Growth>> = HashMap::new();
    for (member_id, order_id, at, points) in rows {
        entries.entry(member_id).or_default().push(Growth {
            order_id,
            at,
            points,
        });
    }
    Ok(entries
        .into_iter()
        .map(|(member_id, entries)| (member_id, growth(&entries)))
        .collect())
}

fn since(now: DateTime<Utc>) -> DateTime<Utc> {
    now.checked_sub_months(WINDOW).unwrap_or_default()
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
) -> Result<HashMap<Uuid, Vec<Merit>>> {
    let column = order::COLUMN;
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
        .filter(column.closed_at.gt(since(now)))
        .into_model::<PaidOrder>()
        .all(connection)
        .await?;
    let order_ids: Vec<Uuid> = orders.iter().map(|order| order.id).collect();
    let given_back = given_back(connection, &order_ids).await?;
    let mut spendings: HashMap<Uuid, Vec<Merit>> = HashMap::new();
    for order in orders {
        let (Some(member_id), Some(at)) = (order.member_id, order.closed_at) else {
            continue;
        };
        let paid = order
            .subtotal_minor
            .saturating_add(order.discount_minor)
            .saturating_sub(given_back.get(&order.id).copied().unwrap_or_default());
        spendings.entry(member_id).or_default().push(Merit {
            at,
            amount: paid.max(0),
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
