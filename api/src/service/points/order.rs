//! Points an order spends: held when it is placed, spent when it is confirmed, given back when it is called off.

use domain::account::ActorKind;
use domain::points::{
    LotShare, PointsEntryKind, PointsHoldStatus, PointsLotStatus, give_back, part, plan_spend,
};
use entity::column::{Json, Text};
use entity::order;
use entity::points_hold::{ActiveModel, COLUMN, Entity, Model};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect,
};
use uuid::Uuid;

use super::error::PointsError;
use super::ledger::{self, Accounts, Entry};
use super::lots;
use crate::clock::Clock;
use crate::error::{Error, Result};

/// Sets points aside for an order that is being placed; the first to lapse go first. Does nothing for zero points.
///
/// # Errors
/// [`PointsError::Insufficient`] when the member has fewer.
pub async fn hold(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    member_id: Uuid,
    order: &order::Model,
    actor: (ActorKind, Option<Uuid>),
    points: u32,
) -> Result<(), PointsError> {
    if points == 0 {
        return Ok(());
    }
    let mut accounts = ledger::lock(transaction, clock, member_id).await?;
    let available = u32::try_from(accounts.balance().max(0)).unwrap_or(u32::MAX);
    if points > available {
        return Err(PointsError::Insufficient { available });
    }
    let now = clock.db_now(transaction).await?;
    let shares = plan_spend(&lots::active(transaction, member_id).await?, points, now)?;
    let entry = Entry {
        actor,
        ..of_order(PointsEntryKind::Hold, -i64::from(points), order)
    };
    if ledger::record(transaction, clock, &mut accounts, entry)
        .await?
        .is_none()
    {
        return Ok(());
    }
    lots::take(transaction, &shares, PointsLotStatus::Spent).await?;
    let row = ActiveModel {
        id: Set(clock.new_id()),
        order_id: Set(order.id),
        member_id: Set(member_id),
        points: Set(i64::from(points)),
        returned: Set(0),
        status: Set(Text(PointsHoldStatus::Held)),
        lots: Set(Json(shares)),
        created_at: Set(now),
        updated_at: Set(now),
    };
    Entity::insert(row)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// Spends what an order holds. Does nothing when it holds nothing any more.
///
/// # Errors
/// When the database does not answer.
pub async fn capture(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    order: &order::Model,
) -> Result<()> {
    let Some((held, mut accounts)) = locked(transaction, clock, order.id).await? else {
        return Ok(());
    };
    if held.status.0 != PointsHoldStatus::Held {
        return Ok(());
    }
    let entry = of_order(PointsEntryKind::Spend, -left(&held), order);
    ledger::record(transaction, clock, &mut accounts, entry).await?;
    let mut row: ActiveModel = held.into();
    row.status = Set(Text(PointsHoldStatus::Captured));
    row.updated_at = Set(clock.now());
    row.update(transaction).await?;
    Ok(())
}

/// Gives the points of an order back, held or spent, as far as refunds have not done so. Does nothing the second time.
///
/// # Errors
/// When the database does not answer.
pub async fn release(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    order: &order::Model,
) -> Result<()> {
    let Some((held, accounts)) = locked(transaction, clock, order.id).await? else {
        return Ok(());
    };
    let points = left(&held);
    let entry = of_order(way_back(held.status.0), points, order);
    return_points(transaction, clock, held, accounts, entry).await
}

/// Gives so many of an order's points back with a refund, as far as they are not back already. Does nothing for a refund
/// that did so before.
///
/// # Errors
/// When the database does not answer.
pub async fn give_back_part(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    order: &order::Model,
    refund_id: Uuid,
    points: u32,
) -> Result<()> {
    if points == 0 {
        return Ok(());
    }
    let Some((held, accounts)) = locked(transaction, clock, order.id).await? else {
        return Ok(());
    };
    let points = left(&held).min(i64::from(points));
    let entry = Entry {
        source_kind: "refund",
        source_id: refund_id.to_string(),
        ..of_order(way_back(held.status.0), points, order)
    };
    return_points(transaction, clock, held, accounts, entry).await
}

/// Points neither given back nor about to be.
fn left(held: &Model) -> i64 {
    match held.status.0 {
        PointsHoldStatus::Held | PointsHoldStatus::Captured => held.points - held.returned,
        PointsHoldStatus::Released => 0,
    }
}

fn way_back(status: PointsHoldStatus) -> PointsEntryKind {
    match status {
        PointsHoldStatus::Held => PointsEntryKind::Release,
        PointsHoldStatus::Captured | PointsHoldStatus::Released => PointsEntryKind::Restore,
    }
}

/// Books points that come back, into the lots they were taken from; the hold ends with the last of them.
async fn return_points(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    held: Model,
    mut accounts: Accounts,
    entry: Entry<'_>,
) -> Result<()> {
    let points = entry.points;
    if points == 0 {
        return Ok(());
    }
    let count = |points: i64| u32::try_from(points).map_err(Error::internal);
    let taken = part(&held.lots.0, count(held.returned)?, count(points)?);
    let shares: Vec<LotShare> = give_back(&taken, accounts.balance());
    if ledger::record(transaction, clock, &mut accounts, entry)
        .await?
        .is_none()
    {
        return Ok(());
    }
    lots::give_back(transaction, &shares).await?;
    let returned = held.returned + points;
    let status = if returned == held.points {
        PointsHoldStatus::Released
    } else {
        held.status.0
    };
    let mut row: ActiveModel = held.into();
    row.returned = Set(returned);
    row.status = Set(Text(status));
    row.updated_at = Set(clock.now());
    row.update(transaction).await?;
    Ok(())
}

/// Finds what an order holds and locks the member's accounts; the hold is read again under the lock.
async fn locked(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    order_id: Uuid,
) -> Result<Option<(Model, Accounts)>> {
    let of_order = Entity::find().filter(COLUMN.order_id.eq(order_id));
    let Some(seen) = of_order.clone().one(transaction).await? else {
        return Ok(None);
    };
    let accounts = ledger::lock(transaction, clock, seen.member_id).await?;
    let held = of_order.lock_exclusive().one(transaction).await?;
    Ok(held.map(|held| (held, accounts)))
}

fn of_order(kind: PointsEntryKind, points: i64, order: &order::Model) -> Entry<'static> {
    Entry {
        kind,
        channel_id: order.channel_id,
        points,
        is_pending: false,
        source_kind: "order",
        source_id: order.id.to_string(),
        rule: None,
        reason: "",
        order_id: Some(order.id),
        actor: (ActorKind::System, None),
        available_at: None,
        expires_at: None,
    }
}
