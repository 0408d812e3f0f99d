//! Orders take units at the price of a flash sale, and give them back. The database decides who comes first.

use entity::flash_sale_entry::{COLUMN, Column, Entity, Model};
use entity::flash_sale_use;
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ActiveValue::Set, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter, QuerySelect,
};
use uuid::Uuid;

use crate::clock::Clock;
use crate::error::{Error, Result};

/// Units of a line at the price of a flash sale.
#[derive(Clone, Copy, Debug)]
pub struct Take {
    /// The price.
    pub entry_id: Uuid,
    /// Units.
    pub quantity: i32,
}

/// Takes units for an order. Answers `false` when somebody took them meanwhile: then the transaction is to be rolled
/// back.
///
/// Counters are only touched where there is a limit. Whoever counted holds the row until the commit, so that a buyer's
/// units are added up by one order after the other.
///
/// # Errors
/// When the database does not answer.
pub async fn take(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    order_id: Uuid,
    buyer_key: &str,
    wanted: &[Take],
) -> Result<bool> {
    if wanted.is_empty() {
        return Ok(true);
    }
    let ids = || wanted.iter().map(|take| take.entry_id);
    // A first quota adds up what was taken: it waits for this order, or this order sees it.
    let mut entries = Entity::find()
        .filter(COLUMN.id.is_in(ids()))
        .lock(LockType::KeyShare)
        .all(transaction)
        .await?;
    entries.sort_unstable_by_key(|entry| entry.id);
    for entry in &entries {
        let units = wanted.iter().filter(|take| take.entry_id == entry.id);
        let units = units.map(|take| take.quantity).sum();
        let is_limited = entry.quota.is_some() || entry.per_buyer.is_some();
        if is_limited && !count(transaction, entry, buyer_key, units).await? {
            return Ok(false);
        }
    }
    let uses = wanted.iter().map(|take| flash_sale_use::ActiveModel {
        id: Set(clock.new_id()),
        entry_id: Set(take.entry_id),
        order_id: Set(order_id),
        buyer_key: Set(buyer_key.to_owned()),
        quantity: Set(take.quantity),
        released_at: Set(None),
        created_at: Set(clock.now()),
    });
    flash_sale_use::Entity::insert_many(uses)
        .exec_without_returning(transaction)
        .await?;
    Ok(true)
}

/// Counts units; `false` when there are not so many left for all, or for this buyer.
async fn count(
    transaction: &DatabaseTransaction,
    entry: &Model,
    buyer_key: &str,
    units: i32,
) -> Result<bool> {
    let sum = || Expr::col(Column::Taken).add(units);
    let counted = Entity::update_many()
        .col_expr(Column::Taken, sum())
        .filter(COLUMN.id.eq(entry.id))
        .filter(
            sea_orm::Condition::any()
                .add(COLUMN.quota.is_null())
                .add(sum().lte(Expr::col(Column::Quota))),
        )
        .exec(transaction)
        .await?;
    if counted.rows_affected != 1 {
        return Ok(false);
    }
    let Some(most) = entry.per_buyer else {
        return Ok(true);
    };
    let column = flash_sale_use::COLUMN;
    let bought: Vec<i32> = flash_sale_use::Entity::find()
        .select_only()
        .column(flash_sale_use::Column::Quantity)
        .filter(column.entry_id.eq(entry.id))
        .filter(column.buyer_key.eq(buyer_key))
        .filter(column.released_at.is_null())
        .into_tuple()
        .all(transaction)
        .await?;
    let sum = bought.into_iter().fold(units, i32::saturating_add);
    Ok(sum <= most)
}

/// Gives back what an order took. Does nothing the second time.
///
/// # Errors
/// When the database does not answer.
pub async fn release(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    order_id: Uuid,
) -> Result<()> {
    let column = flash_sale_use::COLUMN;
    let mut released = flash_sale_use::Entity::update_many()
        .col_expr(flash_sale_use::Column::ReleasedAt, Expr::value(clock.now()))
        .filter(column.order_id.eq(order_id))
        .filter(column.released_at.is_null())
        .exec_with_returning(transaction)
        .await?;
    released.sort_unstable_by_key(|taken| taken.entry_id);
    for taken in released {
        // Taken before there was a limit: it was not counted.
        Entity::update_many()
            .col_expr(Column::Taken, Expr::col(Column::Taken).sub(taken.quantity))
            .filter(COLUMN.id.eq(taken.entry_id))
            .filter(COLUMN.taken.gte(taken.quantity))
            .exec(transaction)
            .await?;
    }
    Ok(())
}

/// Adds up what orders hold of an entry whose row is locked.
pub(super) async fn count_live(transaction: &DatabaseTransaction, entry_id: Uuid) -> Result<i32> {
    let column = flash_sale_use::COLUMN;
    let live: Vec<i32> = flash_sale_use::Entity::find()
        .select_only()
        .column(flash_sale_use::Column::Quantity)
        .filter(column.entry_id.eq(entry_id))
        .filter(column.released_at.is_null())
        .into_tuple()
        .all(transaction)
        .await?;
    live.into_iter()
        .try_fold(0_i32, i32::checked_add)
        .ok_or_else(|| Error::internal("more units than can be counted"))
}
