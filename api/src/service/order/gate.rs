//! What the answers of the back office lead to, once the last one has come or the time for them is over.

use domain::order::confirmation::Gate;
use domain::order::{OrderConfirmationStatus, OrderEvent};
use entity::order::Model as Order;
use sea_orm::DatabaseTransaction;

use super::close::{Ending, close};
use super::error::OrderError;
use super::history::ActorRef;
use super::{progress, proposal, question, row};
use crate::service::payment;
use crate::state::AppState;

/// Moves a locked order that waits for the back office on as far as the answers allow, and writes its row.
///
/// # Errors
/// [`OrderError::InvalidTransition`] when the order does not wait; when a row cannot be written.
pub(super) async fn pass(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &mut Order,
    actor: ActorRef,
) -> Result<Gate, OrderError> {
    let channel = app.channels.find_by_id(order.channel_id)?;
    let silence = channel
        .confirmation_policy
        .silence(channel.confirmation_timeout.0);
    let questions = question::of_order(transaction, order.id).await?;
    let answers: Vec<OrderConfirmationStatus> =
        questions.iter().map(|question| question.status.0).collect();
    let gate = Gate::of(&answers, silence);
    match gate {
        Gate::Open => row::save(transaction, &app.clock, order).await?,
        Gate::Rejected => close(app, transaction, order, Ending::Rejected, actor).await?,
        Gate::Proposed => {
            let lines = question::lines_of(transaction, &questions).await?;
            proposal::propose(app, transaction, order, &lines, actor).await?;
        }
        // Promised money is taken first; the order goes on when it has come.
        Gate::Confirmed if !payment::have_taken(app, transaction, order).await? => {
            row::save(transaction, &app.clock, order).await?;
        }
        Gate::Confirmed => {
            let lines = question::lines_of(transaction, &questions).await?;
            row::apply(order, OrderEvent::Confirmed)?;
            order.promised_ship_at = question::latest_promise(&lines);
            progress::confirmed(app, transaction, order, actor).await?;
            row::save(transaction, &app.clock, order).await?;
        }
    }
    Ok(gate)
}
