//! Tells programs of carts whose buyers may be reminded, step by step.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::cart::abandoned::{FORGOTTEN_AFTER, QUIET, STEPS, step};
use entity::abandoned_cart::{COLUMN, Column, Entity, Model};
use entity::cart;
use sea_orm::sea_query::{Expr, IntoIden, LockType};
use sea_orm::{
    Condition, DatabaseTransaction, EntityTrait, ExprTrait, FromQueryResult, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use super::{MAY_BE_REMINDED, with_buyer};
use crate::error::Result;
use crate::service::event;
use crate::state::AppState;

/// Carts told in one transaction.
const BATCH: u64 = 200;

/// The cart is as it was left, and its buyer ordered nothing in the channel since, with an account or without.
const STILL_LEFT: &str = "cart.updated_at = abandoned_cart.left_at \
    AND NOT EXISTS (SELECT 1 FROM \"order\" own WHERE own.member_id = cart.member_id \
    AND own.channel_id = cart.channel_id AND own.status <> 'DRAFT' AND own.placed_at >= cart.updated_at) \
    AND NOT EXISTS (SELECT 1 FROM \"order\" own WHERE own.email = cart.email AND own.member_id IS NULL \
    AND own.channel_id = cart.channel_id AND own.status <> 'DRAFT' AND own.placed_at >= cart.updated_at)";

/// A cart to tell of, with its buyer.
#[derive(Debug, FromQueryResult)]
struct Due {
    #[sea_orm(nested)]
    left: Model,
    member_id: Option<Uuid>,
}

/// Tells of carts whose next step is due. Answers how many.
///
/// # Errors
/// When the database does not answer; what was told before stays.
pub async fn tell_due(app: &AppState) -> Result<usize> {
    app.database.retry(|| attempt(app)).await
}

async fn attempt(app: &AppState) -> Result<usize> {
    let transaction = app.database.begin().await?;
    let now = app.clock.now();
    let mut by_step: BTreeMap<i32, Vec<Due>> = BTreeMap::new();
    for due in due(&transaction, now).await? {
        if let Some(hours) = step(due.left.left_at, now) {
            by_step.entry(hours).or_default().push(due);
        }
    }
    let mut told = Vec::new();
    for (hours, carts) in by_step {
        Entity::update_many()
            .col_expr(Column::Hours, Expr::value(hours))
            .col_expr(Column::ToldAt, Expr::value(now))
            .filter(COLUMN.id.is_in(carts.iter().map(|due| due.left.id)))
            .exec(&transaction)
            .await?;
        told.extend(carts.into_iter().map(|due| event::LeftCart {
            row: Model { hours, ..due.left },
            member_id: due.member_id,
        }));
    }
    event::carts_abandoned(&transaction, &app.clock, &told).await?;
    transaction.commit().await?;
    Ok(told.len())
}

/// Carts whose last step was not told yet, locked so that nobody else tells it.
async fn due(transaction: &DatabaseTransaction, now: DateTime<Utc>) -> Result<Vec<Due>> {
    let next = STEPS.into_iter().fold(Condition::any(), |any, hours| {
        let reached = COLUMN.left_at.lte(now - TimeDelta::hours(hours.into()));
        any.add(COLUMN.hours.lt(hours).and(reached))
    });
    let quiet = Condition::any()
        .add(COLUMN.told_at.is_null())
        .add(COLUMN.told_at.lte(now - QUIET));
    let mut query = with_buyer()
        .column(cart::Column::MemberId)
        .filter(COLUMN.left_at.gt(now - FORGOTTEN_AFTER))
        .filter(next)
        .filter(quiet)
        .filter(Expr::cust(MAY_BE_REMINDED))
        .filter(Expr::cust(STILL_LEFT))
        .order_by_asc(Column::LeftAt)
        .limit(BATCH);
    // The carts stay free for their buyers.
    QueryTrait::query(&mut query).lock_with_tables(LockType::Update, [Entity.into_iden()]);
    Ok(query.into_model::<Due>().all(transaction).await?)
}
