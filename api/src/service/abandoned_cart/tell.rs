//! Tells programs of carts whose buyers may be reminded, step by step. An address is told of once in a while, however many carts
//! name it: nobody proved that it is the guest's who did.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use domain::cart::abandoned::{FORGOTTEN_AFTER, QUIET, STEPS, active_hour, step};
use entity::abandoned_cart::{COLUMN, Column, Entity, Model};
use entity::cart;
use sea_orm::sea_query::{Expr, IntoIden, LockType, Query};
use sea_orm::{
    Condition, DatabaseTransaction, EntityTrait, ExprTrait, FromQueryResult, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use super::{ADDRESS, may_be_reminded, with_buyer};
use crate::error::Result;
use crate::service::event;
use crate::service::rows::padded;
use crate::state::AppState;

/// Carts looked at in one transaction.
const BATCH: u64 = 200;

/// A cart to tell of, with its buyer.
#[derive(Debug, FromQueryResult)]
struct Due {
    #[sea_orm(nested)]
    left: Model,
    member_id: Option<Uuid>,
    address: String,
}

/// Tells of carts whose next step is due. Answers how many; those of an address that was told of meanwhile wait.
///
/// # Errors
/// When the database does not answer; what was told before stays.
pub async fn tell_due(app: &AppState) -> Result<usize> {
    let told = app.database.retry(|| attempt(app)).await?;
    if told > 0 {
        app.wake.wake();
    }
    Ok(told)
}

async fn attempt(app: &AppState) -> Result<usize> {
    let transaction = app.database.begin().await?;
    let now = app.clock.now();
    let mut addresses = HashSet::new();
    let mut by_step: BTreeMap<i32, Vec<Due>> = BTreeMap::new();
    for due in due(&transaction, now).await? {
        if addresses.insert(due.address.clone())
            && let Some(hours) = step(due.left.left_at, now)
        {
            by_step.entry(hours).or_default().push(due);
        }
    }
    let mut told = Vec::new();
    for (hours, carts) in by_step {
        let ids: Vec<Uuid> = carts.iter().map(|due| due.left.id).collect();
        Entity::update_many()
            .col_expr(Column::ToldHours, Expr::value(hours))
            .col_expr(Column::ToldAt, Expr::value(now))
            .col_expr(
                Column::ToldTo,
                Expr::cust(format!(
                    "(SELECT {ADDRESS} FROM cart LEFT JOIN member ON member.id = cart.member_id \
                     WHERE cart.id = abandoned_cart.cart_id)"
                )),
            )
            .filter(COLUMN.id.is_in(padded(&ids)))
            .exec(&transaction)
            .await?;
        told.extend(carts.into_iter().map(|due| event::LeftCart {
            row: Model {
                told_hours: hours,
                ..due.left
            },
            member_id: due.member_id,
        }));
    }
    event::carts_abandoned(&transaction, &app.clock, &told).await?;
    transaction.commit().await?;
    Ok(told.len())
}

/// Carts whose last step was not told yet, those left last first, locked so that nobody else tells it.
async fn due(transaction: &DatabaseTransaction, now: DateTime<Utc>) -> Result<Vec<Due>> {
    let next = STEPS.into_iter().fold(Condition::any(), |any, hours| {
        let reached = COLUMN.left_at.lte(now - TimeDelta::hours(hours.into()));
        any.add(COLUMN.told_hours.lt(hours).and(reached))
    });
    let quiet = Condition::any()
        .add(COLUMN.told_at.is_null())
        .add(COLUMN.told_at.lte(now - QUIET));
    let told_lately = Query::select()
        .expr(Expr::cust("1"))
        .from_as(Entity, "other")
        .and_where(Expr::cust(format!("other.told_to = {ADDRESS}")))
        .and_where(Expr::col(("other", Column::ToldAt)).gt(now - QUIET))
        .to_owned();
    let mut query = with_buyer()
        .column(cart::Column::MemberId)
        .expr_as(Expr::cust(ADDRESS), "address")
        .filter(COLUMN.left_at.gt(now - FORGOTTEN_AFTER))
        .filter(
            cart::COLUMN
                .active_hour
                .gte(active_hour(now - FORGOTTEN_AFTER)),
        )
        .filter(next)
        .filter(quiet)
        .filter(may_be_reminded())
        .filter(Expr::exists(told_lately).not())
        .order_by_desc(Column::LeftAt)
        .limit(BATCH);
    // The carts stay free for their buyers.
    QueryTrait::query(&mut query).lock_with_tables(LockType::Update, [Entity.into_iden()]);
    Ok(query.into_model::<Due>().all(transaction).await?)
}
