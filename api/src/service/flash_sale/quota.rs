//! Orders take units at the price of a flash sale, and give them back. The database decides who comes first.

use entity::flash_sale_entry::{COLUMN, Column, Entity};
use entity::flash_sale_use;
use sea_orm::sea_query::Expr;
use sea_orm::{DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::share::{Claim, Quotas};
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
/// # Errors
/// When the database does not answer.
pub async fn take(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    order_id: Uuid,
    buyer_key: &str,
    takes: Vec<Take>,
) -> Result<bool> {
    let claim = Claim {
        order_id,
        buyer_key: buyer_key.to_owned(),
        takes,
    };
    let mut quotas = Quotas::lock(transaction, &[&claim]).await?;
    if !quotas.take(&claim) {
        return Ok(false);
    }
    quotas.write(transaction, clock, &[&claim]).await?;
    Ok(true)
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
