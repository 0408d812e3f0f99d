//! An order whose money was promised goes on when it was taken, and comes to nothing when it will not be.

use domain::id::OrderId;
use domain::order::payment::Cover;
use domain::order::{OrderCancellationReason, OrderStatus, RequestStatus};
use entity::column::Text;
use entity::order::Model as Order;
use entity::order_cancellation;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, DatabaseTransaction};
use uuid::Uuid;

use super::close::{Ending, close};
use super::error::OrderError;
use super::history::SYSTEM;
use super::{gate, proposal, row};
use crate::error::Result;
use crate::service::payment::{self, PaymentError};
use crate::state::AppState;

/// Goes on with an order that waited for its money; runs after the commit, any number of times.
///
/// # Errors
/// When the database does not answer; it is tried again.
pub async fn resume(app: &AppState, order_id: Uuid) -> Result<()> {
    let outcome = match app.database.retry(|| go_on(app, order_id)).await {
        // Somebody else took what the buyer had accepted instead.
        Err(OrderError::InsufficientStock) => app.database.retry(|| reject(app, order_id)).await,
        outcome => outcome,
    };
    app.wake.wake();
    Ok(outcome.map_err(PaymentError::from)?)
}

async fn go_on(app: &AppState, order_id: Uuid) -> Result<(), OrderError> {
    let transaction = app.database.begin().await?;
    let mut order = row::lock(&transaction, OrderId::from(order_id)).await?;
    if order.status.0 != OrderStatus::AwaitingConfirmation {
        return Ok(());
    }
    match payment::cover_of(&transaction, &order).await? {
        Cover::Taken if proposal::was_accepted(&transaction, order.id).await? => {
            proposal::accept(app, &transaction, &mut order, SYSTEM).await?;
        }
        Cover::Taken => {
            gate::pass(app, &transaction, &mut order, SYSTEM).await?;
        }
        // What is promised is being taken; what came in part is for people to judge.
        Cover::Promised | Cover::Partial => return Ok(()),
        Cover::Lacking => give_up(app, &transaction, &mut order).await?,
    }
    transaction.commit().await?;
    Ok(())
}

async fn reject(app: &AppState, order_id: Uuid) -> Result<(), OrderError> {
    let transaction = app.database.begin().await?;
    let mut order = row::lock(&transaction, OrderId::from(order_id)).await?;
    if order.status.0 == OrderStatus::AwaitingConfirmation {
        close(app, &transaction, &mut order, Ending::Rejected, SYSTEM).await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// Calls an order off whose money will not come.
async fn give_up(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &mut Order,
) -> Result<(), OrderError> {
    let now = app.clock.now();
    let (actor_kind, actor_id) = SYSTEM;
    let row = order_cancellation::ActiveModel {
        id: Set(app.clock.new_id()),
        order_id: Set(order.id),
        status: Set(Text(RequestStatus::Accepted)),
        reason: Set(Text(OrderCancellationReason::Payment)),
        note: Set(None),
        restock: Set(true),
        refund: Set(true),
        notify: Set(true),
        actor_kind: Set(Text(actor_kind)),
        actor_id: Set(actor_id),
        created_at: Set(now),
        responded_at: Set(Some(now)),
    };
    let cancellation_id = row.insert(transaction).await?.id;
    let ending = Ending::Cancelled {
        restock: true,
        refund: true,
        notify: true,
        cancellation_id,
    };
    close(app, transaction, order, ending, SYSTEM).await
}
