//! Points an order earned are taken back as money for it goes back.

use domain::account::ActorKind;
use domain::points::{Lot, PointsEntryKind, PointsLotStatus, claw_back as plan};
use entity::column::Text;
use entity::{order, points_lot, points_transaction};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, JoinType, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::ledger::{self, Accounts, Entry};
use super::lots;
use crate::clock::Clock;
use crate::error::{Error, Result};

/// Takes points back that a completed order earned, for a refund of it: those that wait first, then those in their own
/// lots, then others; what was spent already becomes a debt.
///
/// # Errors
/// When the database does not answer.
pub async fn claw_back(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    order: &order::Model,
    refund_id: Uuid,
    points: u32,
) -> Result<()> {
    let Some(member_id) = order.member_id.filter(|_| points > 0) else {
        return Ok(());
    };
    let mut accounts = ledger::lock(transaction, clock, member_id).await?;
    let own = of_order(transaction, order.id).await?;
    let waiting = in_status(&own, PointsLotStatus::Pending)?;
    let pending = plan(&waiting, &[], points);
    let from_pending = points - pending.debt;
    book(
        transaction,
        clock,
        &mut accounts,
        order,
        refund_id,
        (from_pending, true),
    )
    .await?;
    lots::take(transaction, &pending.shares, PointsLotStatus::Reversed).await?;
    let usable = in_status(&own, PointsLotStatus::Active)?;
    let others = lots::active(transaction, member_id).await?;
    let others: Vec<Lot> = others
        .into_iter()
        .filter(|lot| usable.iter().all(|own| own.id != lot.id))
        .collect();
    let active = plan(&usable, &others, pending.debt);
    book(
        transaction,
        clock,
        &mut accounts,
        order,
        refund_id,
        (pending.debt, false),
    )
    .await?;
    lots::take(transaction, &active.shares, PointsLotStatus::Reversed).await
}

async fn book(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    accounts: &mut Accounts,
    order: &order::Model,
    refund_id: Uuid,
    (points, is_pending): (u32, bool),
) -> Result<()> {
    if points == 0 {
        return Ok(());
    }
    let entry = Entry {
        kind: PointsEntryKind::ClawBack,
        channel_id: order.channel_id,
        points: -i64::from(points),
        is_pending,
        source_kind: if is_pending {
            "refund_pending"
        } else {
            "refund"
        },
        source_id: refund_id.to_string(),
        rule: None,
        reason: "",
        order_id: Some(order.id),
        actor: (ActorKind::System, None),
        available_at: None,
        expires_at: None,
    };
    match ledger::record(transaction, clock, accounts, entry).await? {
        Some(_) => Ok(()),
        None => Err(Error::internal("a refund took its points before")),
    }
}

/// Lots an order brought that still hold something.
async fn of_order(
    transaction: &DatabaseTransaction,
    order_id: Uuid,
) -> Result<Vec<points_lot::Model>> {
    let of_entry = points_lot::Entity::belongs_to(points_transaction::Entity)
        .from(points_lot::Column::TransactionId)
        .to(points_transaction::Column::Id);
    Ok(points_lot::Entity::find()
        .join(JoinType::InnerJoin, of_entry.into())
        .filter(points_transaction::COLUMN.order_id.eq(order_id))
        .filter(
            points_transaction::COLUMN
                .kind
                .eq(Text(PointsEntryKind::Earn)),
        )
        .filter(points_lot::COLUMN.remaining.gt(0))
        .all(transaction)
        .await?)
}

fn in_status(rows: &[points_lot::Model], status: PointsLotStatus) -> Result<Vec<Lot>> {
    rows.iter()
        .filter(|row| row.status.0 == status)
        .map(lots::lot)
        .collect()
}
