//! Orders use promotions up, and give the uses back. The database decides who comes first.

use std::collections::HashSet;

use domain::pricing::AppliedPromotion;
use entity::promotion::{COLUMN, Column, Entity, Model};
use entity::promotion_use;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, Condition, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter, SqlErr,
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
    applied: &[AppliedPromotion],
) -> Result<bool> {
    if applied.is_empty() {
        return Ok(true);
    }
    let ids = applied.iter().map(|entry| entry.promotion_id);
    let rows = Entity::find()
        .filter(COLUMN.id.is_in(ids))
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
    let mut limited: Vec<Uuid> = rows
        .iter()
        .filter(|row| row.budget_uses.is_some())
        .map(|row| row.id)
        .collect();
    limited.sort();
    for id in limited {
        let counted = Entity::update_many()
            .col_expr(Column::UsedCount, Expr::col(Column::UsedCount).add(1))
            .filter(COLUMN.id.eq(id))
            .filter(
                Condition::any()
                    .add(COLUMN.budget_uses.is_null())
                    .add(Expr::col(Column::UsedCount).lt(Expr::col(Column::BudgetUses))),
            )
            .exec(transaction)
            .await?;
        if counted.rows_affected != 1 {
            return Ok(false);
        }
    }
    Ok(true)
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
    let mut released: Vec<Uuid> = Vec::new();
    for row in live {
        let update = promotion_use::Entity::update_many()
            .col_expr(promotion_use::Column::ReleasedAt, Expr::value(clock.now()))
            .filter(column.id.eq(row.id))
            .filter(column.released_at.is_null())
            .exec(transaction)
            .await?;
        if update.rows_affected == 1 {
            released.push(row.promotion_id);
        }
    }
    released.sort();
    for id in released {
        Entity::update_many()
            .col_expr(Column::UsedCount, Expr::col(Column::UsedCount).sub(1))
            .filter(COLUMN.id.eq(id))
            .filter(COLUMN.used_count.gt(0))
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
