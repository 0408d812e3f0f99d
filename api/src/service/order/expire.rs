//! Orders that were not paid in time give back what they hold.

use domain::id::OrderId;
use domain::order::OrderStatus;
use entity::column::Text;
use entity::order::{Column, Entity};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::close::{Ending, close};
use super::error::OrderError;
use super::history::SYSTEM;
use super::row;
use crate::error::Result;
use crate::state::AppState;

/// Orders let go in one turn of the timer; the rest follow at the next.
const BATCH: u64 = 100;

/// Lets go of the orders that are due and unpaid; answers how many.
///
/// # Errors
/// When the database does not answer.
pub async fn expire_due(app: &AppState) -> Result<usize> {
    let now = app.clock.db_now(app.database.read()).await?;
    let due: Vec<Uuid> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Status.eq(Text(OrderStatus::Placed)))
        .filter(Column::PaymentDueAt.lte(now))
        .order_by_asc(Column::PaymentDueAt)
        .limit(BATCH)
        .into_tuple()
        .all(app.database.read())
        .await?;
    let mut expired = 0;
    for id in due {
        match app.database.retry(|| attempt(app, id)).await {
            Ok(true) => expired += 1,
            Ok(false) => {}
            Err(error) => {
                tracing::error!(order.id = %id, error = %error, "an order could not be let go");
            }
        }
    }
    app.wake.wake();
    Ok(expired)
}

/// Decides anew under the lock: money may have come since the list was read.
async fn attempt(app: &AppState, id: Uuid) -> Result<bool, OrderError> {
    let transaction = app.database.begin().await?;
    let mut order = row::lock(&transaction, OrderId::from(id)).await?;
    let now = app.clock.db_now(&transaction).await?;
    let is_due = order.status.0 == OrderStatus::Placed
        && order.payment_due_at.is_some_and(|due_at| due_at <= now);
    if !is_due {
        return Ok(false);
    }
    close(app, &transaction, &mut order, Ending::Expired, SYSTEM).await?;
    transaction.commit().await?;
    Ok(true)
}
