//! Answers that did not come in time: of the back office, and of buyers to counter-proposals.

use chrono::{DateTime, Utc};
use domain::id::OrderId;
use domain::order::confirmation::Gate;
use domain::order::{OrderConfirmationStatus, OrderStatus, RequestStatus};
use entity::column::Text;
use entity::{order_confirmation_request, order_proposal};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::error::OrderError;
use super::history::{self, Happening, SYSTEM};
use super::{gate, proposal, row};
use crate::error::Result;
use crate::state::AppState;

/// Orders looked at in one turn of the timer; the rest follow at the next.
const BATCH: u64 = 100;

/// Moves orders on for which the back office was silent until the deadline, and lets counter-proposals lapse; answers how
/// many orders were moved.
///
/// # Errors
/// When the database does not answer.
pub async fn answer_overdue(app: &AppState) -> Result<usize> {
    let now = app.clock.db_now(app.database.read()).await?;
    let mut moved = 0;
    for id in silent(app, now).await? {
        match app.database.retry(|| time_out(app, id)).await {
            Ok(is_moved) => moved += usize::from(is_moved),
            Err(error) => {
                tracing::error!(order.id = %id, error = %error, "an order nobody answered for could not be moved on");
            }
        }
    }
    for id in lapsed(app, now).await? {
        match app.database.retry(|| proposal::lapse(app, id)).await {
            Ok(is_moved) => moved += usize::from(is_moved),
            Err(error) => {
                tracing::error!(order.id = %id, error = %error, "a counter-proposal could not lapse");
            }
        }
    }
    app.wake.wake();
    Ok(moved)
}

async fn silent(app: &AppState, now: DateTime<Utc>) -> Result<Vec<Uuid>> {
    use order_confirmation_request::{Column, Entity};
    Ok(Entity::find()
        .select_only()
        .column(Column::OrderId)
        .filter(Column::Status.eq(Text(OrderConfirmationStatus::Pending)))
        .filter(Column::DeadlineAt.lte(now))
        .group_by(Column::OrderId)
        .order_by_asc(Column::DeadlineAt.min())
        .limit(BATCH)
        .into_tuple()
        .all(app.database.read())
        .await?)
}

async fn lapsed(app: &AppState, now: DateTime<Utc>) -> Result<Vec<Uuid>> {
    use order_proposal::{Column, Entity};
    Ok(Entity::find()
        .select_only()
        .column(Column::OrderId)
        .filter(Column::Status.eq(Text(RequestStatus::Pending)))
        .filter(Column::ExpiresAt.lte(now))
        .order_by_asc(Column::ExpiresAt)
        .limit(BATCH)
        .into_tuple()
        .all(app.database.read())
        .await?)
}

/// Decides anew under the lock: an answer may have come since the list was read.
async fn time_out(app: &AppState, id: Uuid) -> Result<bool, OrderError> {
    use order_confirmation_request::{Column, Entity};
    let transaction = app.database.begin().await?;
    let mut order = row::lock(&transaction, OrderId::from(id)).await?;
    let now = app.clock.db_now(&transaction).await?;
    let late = Entity::update_many()
        .col_expr(
            Column::Status,
            Expr::value(Text(OrderConfirmationStatus::TimedOut)),
        )
        .filter(Column::OrderId.eq(id))
        .filter(Column::Status.eq(Text(OrderConfirmationStatus::Pending)))
        .filter(Column::DeadlineAt.lte(now))
        .exec(&transaction)
        .await?;
    if late.rows_affected == 0 || order.status.0 != OrderStatus::AwaitingConfirmation {
        return Ok(false);
    }
    let gate = gate::pass(app, &transaction, &mut order, SYSTEM).await?;
    if gate == Gate::Open {
        let overdue = [Happening::ConfirmationOverdue];
        history::record_quietly(&transaction, &app.clock, &order, SYSTEM, &overdue).await?;
    }
    transaction.commit().await?;
    Ok(true)
}
