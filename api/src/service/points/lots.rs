//! Lots in the database. All of this happens under the lock on the member's accounts.

use chrono::{DateTime, Utc};
use domain::points::{Lot, LotShare, PointsLotStatus, remaining_after_debt};
use entity::column::Text;
use entity::points_lot::{ActiveModel, COLUMN, Column, Entity, Model};
use sea_orm::sea_query::{CaseStatement, Expr};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, ExprTrait,
    QueryFilter, QueryOrder,
};
use uuid::Uuid;

use crate::clock::Clock;
use crate::error::{Error, Result};

/// Points earned by a transaction.
pub(super) struct NewLot {
    pub(super) transaction_id: Uuid,
    pub(super) points: u32,
    /// `None` when they are usable at once.
    pub(super) available_at: Option<DateTime<Utc>>,
    pub(super) expires_at: Option<DateTime<Utc>>,
    pub(super) notice_at: Option<DateTime<Utc>>,
}

/// Loads what is left in a member's active lots.
pub(super) async fn active(transaction: &DatabaseTransaction, member_id: Uuid) -> Result<Vec<Lot>> {
    let rows = Entity::find()
        .filter(COLUMN.member_id.eq(member_id))
        .filter(COLUMN.status.eq(Text(PointsLotStatus::Active)))
        .filter(COLUMN.remaining.gt(0))
        .order_by_asc(Column::Id)
        .all(transaction)
        .await?;
    rows.iter().map(lot).collect()
}

pub(super) fn lot(row: &Model) -> Result<Lot> {
    Ok(Lot {
        id: row.id,
        remaining: u32::try_from(row.remaining).map_err(Error::internal)?,
        expires_at: row.expires_at,
    })
}

/// Takes points out of lots.
///
/// # Errors
/// [`Error::Internal`] when a lot holds less, which the lock on the accounts rules out.
pub(super) async fn take(
    transaction: &DatabaseTransaction,
    shares: &[LotShare],
    when_empty: PointsLotStatus,
) -> Result<()> {
    for share in in_id_order(shares) {
        let points = i64::from(share.points);
        let left = || Expr::col(Column::Remaining).sub(points);
        let status = CaseStatement::new()
            .case(left().eq(0), Expr::value(Text(when_empty)))
            .finally(Expr::col(Column::Status));
        let taken = Entity::update_many()
            .col_expr(Column::Remaining, left())
            .col_expr(Column::Status, status.into())
            .filter(COLUMN.id.eq(share.lot_id))
            .filter(COLUMN.remaining.gte(points))
            .exec(transaction)
            .await?;
        if taken.rows_affected != 1 {
            return Err(Error::internal("a points lot holds less than planned"));
        }
    }
    Ok(())
}

/// Puts points back into lots. A lot that lapsed meanwhile lapses again with the next turn of the timer.
pub(super) async fn give_back(
    transaction: &DatabaseTransaction,
    shares: &[LotShare],
) -> Result<()> {
    for share in in_id_order(shares) {
        Entity::update_many()
            .col_expr(
                Column::Remaining,
                Expr::col(Column::Remaining).add(i64::from(share.points)),
            )
            .col_expr(Column::Status, Expr::value(Text(PointsLotStatus::Active)))
            .filter(COLUMN.id.eq(share.lot_id))
            .exec(transaction)
            .await?;
    }
    Ok(())
}

/// Adds a lot. One that is usable at once pays a debt first: `balance_before` is the balance without it.
pub(super) async fn add(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    member_id: Uuid,
    lot: &NewLot,
    balance_before: i64,
) -> Result<()> {
    let now = clock.now();
    let (status, remaining) = match lot.available_at {
        Some(_) => (PointsLotStatus::Pending, lot.points),
        None => active_after_debt(lot.points, balance_before),
    };
    let row = ActiveModel {
        id: Set(clock.new_id()),
        member_id: Set(member_id),
        transaction_id: Set(lot.transaction_id),
        points: Set(i64::from(lot.points)),
        remaining: Set(i64::from(remaining)),
        status: Set(Text(status)),
        available_at: Set(lot.available_at.unwrap_or(now)),
        expires_at: Set(lot.expires_at),
        notice_at: Set(lot.notice_at),
        created_at: Set(now),
    };
    Entity::insert(row)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// Makes what is left of a pending lot usable; a debt is paid first.
pub(super) async fn activate(
    transaction: &DatabaseTransaction,
    row: Model,
    balance_before: i64,
) -> Result<()> {
    let points = u32::try_from(row.remaining).map_err(Error::internal)?;
    let (status, remaining) = active_after_debt(points, balance_before);
    let mut row: ActiveModel = row.into();
    row.status = Set(Text(status));
    row.remaining = Set(i64::from(remaining));
    row.update(transaction).await?;
    Ok(())
}

fn active_after_debt(points: u32, balance_before: i64) -> (PointsLotStatus, u32) {
    let remaining = remaining_after_debt(balance_before, points);
    let status = if remaining == 0 {
        PointsLotStatus::Spent
    } else {
        PointsLotStatus::Active
    };
    (status, remaining)
}

fn in_id_order(shares: &[LotShare]) -> Vec<LotShare> {
    let mut ordered = shares.to_vec();
    ordered.sort_by_key(|share| share.lot_id);
    ordered
}
