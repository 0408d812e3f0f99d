//! Orders use promotions up, and give the uses back. The database decides who comes first.

use std::collections::{BTreeSet, HashSet};

use domain::pricing::AppliedPromotion;
use entity::promotion::{COLUMN, Column, Entity, Model};
use entity::promotion_use;
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ActiveValue::Set, Condition, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter,
    QuerySelect, SqlErr,
};
use uuid::Uuid;

use crate::clock::Clock;
use crate::error::Result;
use crate::service::slot;

/// Uses the promotions that counted for an order. Answers `false` when somebody used one up meanwhile: then the
/// transaction is to be rolled back.
///
/// Counters are only touched where a limit exists, so that a promotion without one is no hot row.
///
/// # Errors
/// When the database does not answer.
pub async fn take(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    order_id: Uuid,
    buyer_key: &str,
    applied: &[&AppliedPromotion],
) -> Result<bool> {
    if applied.is_empty() {
        return Ok(true);
    }
    let ids = applied.iter().map(|entry| entry.promotion_id);
    // A first budget counts the uses there are: it waits for this order, or this order sees it. Orders do not wait for each
    // other here.
    let rows = Entity::find()
        .filter(COLUMN.id.is_in(ids))
        .lock(LockType::KeyShare)
        .all(transaction)
        .await?;
    let mut uses = Vec::new();
    for entry in applied {
        let Some(promotion) = rows.iter().find(|row| row.id == entry.promotion_id) else {
            return Ok(false);
        };
        let Some(slot) = free_slot(transaction, promotion, buyer_key).await? else {
            return Ok(false);
        };
        uses.push(promotion_use::ActiveModel {
            id: Set(clock.new_id()),
            promotion_id: Set(promotion.id),
            promotion_version: Set(Some(entry.promotion_version)),
            order_id: Set(order_id),
            buyer_key: Set(buyer_key.to_owned()),
            slot: Set(slot),
            discount_minor: Set(entry.discount.minor.saturating_neg()),
            released_at: Set(None),
            created_at: Set(clock.now()),
        });
    }
    match promotion_use::Entity::insert_many(uses)
        .exec_without_returning(transaction)
        .await
    {
        Ok(_) => {}
        Err(error) if is_taken(&error) => return Ok(false),
        Err(error) => return Err(error.into()),
    }
    let mut limited: Vec<(Uuid, i64)> = rows
        .iter()
        .filter(|row| row.budget_uses.is_some() || row.budget_minor.is_some())
        .filter_map(|row| {
            let entry = applied.iter().find(|entry| entry.promotion_id == row.id)?;
            Some((row.id, entry.discount.minor))
        })
        .collect();
    limited.sort_unstable();
    for (id, discount_minor) in limited {
        if !count(transaction, id, discount_minor).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What an order makes use of.
#[derive(Clone, Debug)]
pub(crate) struct Uses {
    /// The order.
    pub(crate) order_id: Uuid,
    /// Whose uses they are.
    pub(crate) buyer_key: String,
    /// The promotions.
    pub(crate) applied: Vec<AppliedPromotion>,
}

impl Uses {
    /// The promotions' ids.
    pub(crate) fn promotion_ids(&self) -> impl Iterator<Item = Uuid> {
        self.applied.iter().map(|entry| entry.promotion_id)
    }
}

/// Keeps promotions from being given a limit, for several orders that use them; tells which of them have none.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn lock_unlimited(
    transaction: &DatabaseTransaction,
    ids: BTreeSet<Uuid>,
) -> Result<HashSet<Uuid>> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let rows = Entity::find()
        .filter(COLUMN.id.is_in(ids))
        .lock(LockType::KeyShare)
        .all(transaction)
        .await?;
    let unlimited = rows.into_iter().filter(|row| {
        row.budget_uses.is_none() && row.budget_minor.is_none() && row.uses_per_member.is_none()
    });
    Ok(unlimited.map(|row| row.id).collect())
}

/// Writes down that orders use promotions that have no limit and are locked.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn use_unlimited(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    orders: &[&Uses],
) -> Result<()> {
    let row = |order: &Uses, entry: &AppliedPromotion| promotion_use::ActiveModel {
        id: Set(clock.new_id()),
        promotion_id: Set(entry.promotion_id),
        promotion_version: Set(Some(entry.promotion_version)),
        order_id: Set(order.order_id),
        buyer_key: Set(order.buyer_key.clone()),
        slot: Set(None),
        discount_minor: Set(entry.discount.minor.saturating_neg()),
        released_at: Set(None),
        created_at: Set(clock.now()),
    };
    let rows: Vec<_> = orders
        .iter()
        .flat_map(|order| order.applied.iter().map(move |entry| row(order, entry)))
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    promotion_use::Entity::insert_many(rows)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// Counts a use that takes so much off; `false` when a budget does not allow it any more.
async fn count(transaction: &DatabaseTransaction, id: Uuid, discount_minor: i64) -> Result<bool> {
    let spent = || Expr::col(Column::UsedMinor).add(discount_minor);
    let counted = Entity::update_many()
        .col_expr(Column::UsedCount, Expr::col(Column::UsedCount).add(1))
        .col_expr(Column::UsedMinor, spent())
        .filter(COLUMN.id.eq(id))
        .filter(
            Condition::any()
                .add(COLUMN.budget_uses.is_null())
                .add(Expr::col(Column::UsedCount).lt(Expr::col(Column::BudgetUses))),
        )
        .filter(
            Condition::any()
                .add(COLUMN.budget_minor.is_null())
                .add(spent().lte(Expr::col(Column::BudgetMinor))),
        )
        .exec(transaction)
        .await?;
    Ok(counted.rows_affected == 1)
}

/// Gives back what an order used. Does nothing the second time.
///
/// # Errors
/// When the database does not answer.
pub async fn release(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    order_id: Uuid,
) -> Result<()> {
    let column = promotion_use::COLUMN;
    let live = promotion_use::Entity::find()
        .filter(column.order_id.eq(order_id))
        .filter(column.released_at.is_null())
        .all(transaction)
        .await?;
    let mut released: Vec<(Uuid, i64)> = Vec::new();
    for row in live {
        let update = promotion_use::Entity::update_many()
            .col_expr(promotion_use::Column::ReleasedAt, Expr::value(clock.now()))
            .filter(column.id.eq(row.id))
            .filter(column.released_at.is_null())
            .exec(transaction)
            .await?;
        if update.rows_affected == 1 {
            released.push((row.promotion_id, row.discount_minor.saturating_neg()));
        }
    }
    released.sort_unstable();
    for (id, discount_minor) in released {
        Entity::update_many()
            .col_expr(Column::UsedCount, Expr::col(Column::UsedCount).sub(1))
            .filter(COLUMN.id.eq(id))
            .filter(COLUMN.used_count.gt(0))
            .exec(transaction)
            .await?;
        Entity::update_many()
            .col_expr(
                Column::UsedMinor,
                Expr::col(Column::UsedMinor).sub(discount_minor),
            )
            .filter(COLUMN.id.eq(id))
            .filter(COLUMN.used_minor.gte(discount_minor))
            .exec(transaction)
            .await?;
    }
    Ok(())
}

/// Finds the slot of a buyer's next use: `Some(None)` where uses are not limited, `None` when all are taken.
async fn free_slot(
    transaction: &DatabaseTransaction,
    promotion: &Model,
    buyer_key: &str,
) -> Result<Option<Option<i32>>> {
    let Some(most) = promotion.uses_per_member else {
        return Ok(Some(None));
    };
    let column = promotion_use::COLUMN;
    let taken: HashSet<i32> = promotion_use::Entity::find()
        .filter(column.promotion_id.eq(promotion.id))
        .filter(column.buyer_key.eq(buyer_key))
        .filter(column.released_at.is_null())
        .all(transaction)
        .await?
        .into_iter()
        .filter_map(|row| row.slot)
        .collect();
    Ok(slot::first_free(most, &taken).map(Some))
}

/// Whether another order of the buyer took the slot at the same time.
fn is_taken(error: &sea_orm::DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}
