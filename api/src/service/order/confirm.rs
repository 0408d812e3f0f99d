//! The back office answers: every warehouse asked must be able to deliver, one refusal is enough to call the order off.

use domain::id::{OrderConfirmationRequestId, OrderId, TypedId};
use domain::order::{OrderConfirmationOutcome, OrderConfirmationStatus, OrderEvent, OrderStatus};
use domain::permission::Permission;
use entity::column::Text;
use entity::order_confirmation_request::{ActiveModel, Column, Entity, Model};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, ColumnTrait, DatabaseTransaction,
    EntityTrait, PaginatorTrait, QueryFilter,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::close::{Ending, close};
use super::error::OrderError;
use super::{progress, row};
use crate::auth::{Account, Viewer};
use crate::error::Error;
use crate::service::idempotency;
use crate::state::AppState;

/// Longest reason or key of the back office, in characters.
const MAX_TEXT: usize = 255;

/// An answer of the back office.
#[derive(Clone, Debug, Serialize)]
pub struct RespondToConfirmation {
    /// The question.
    pub request_id: Uuid,
    /// The answer.
    pub outcome: OrderConfirmationOutcome,
    /// The order's key in the back office.
    pub external_ref: Option<String>,
    /// Why; needed to reject, and when staff answer for the system.
    pub reason: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

#[derive(Serialize, Deserialize)]
struct Answered {
    request_id: Uuid,
}

/// Takes an answer; the last one that confirms makes the order certain.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] without a needed reason; [`OrderError::InvalidTransition`] or
/// [`OrderError::NotNow`] when the question or the order waits no more.
pub async fn respond_to_confirmation(
    app: &AppState,
    viewer: &Viewer,
    command: RespondToConfirmation,
) -> Result<Model, OrderError> {
    viewer.require(Permission::OrderConfirm)?;
    check(viewer, &command)?;
    let answered = app
        .database
        .retry(|| attempt(app, viewer, &command))
        .await?;
    app.wake.wake();
    Ok(answered)
}

fn check(viewer: &Viewer, command: &RespondToConfirmation) -> Result<(), Error> {
    let by_person = match viewer.account {
        Account::Staff(_) => true,
        Account::Guest | Account::Member(_) | Account::ApiKey(_) | Account::System => false,
    };
    let needs_reason = match command.outcome {
        OrderConfirmationOutcome::Confirmed => by_person,
        OrderConfirmationOutcome::Rejected => true,
    };
    let has_reason = command
        .reason
        .as_deref()
        .is_some_and(|reason| !reason.trim().is_empty());
    if needs_reason && !has_reason {
        return Err(Error::invalid(&["reason"], "say why"));
    }
    for (field, value) in [
        ("reason", &command.reason),
        ("externalRef", &command.external_ref),
    ] {
        if value
            .as_ref()
            .is_some_and(|text| text.chars().count() > MAX_TEXT)
        {
            return Err(Error::invalid(
                &[field],
                format!("at most {MAX_TEXT} characters"),
            ));
        }
    }
    Ok(())
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &RespondToConfirmation,
) -> Result<Model, OrderError> {
    let transaction = app.database.begin().await?;
    let actor_key = viewer.idempotency_actor("");
    let request = idempotency::Request::try_new(
        &actor_key,
        "orderConfirmationRespond",
        &command.idempotency_key,
        command,
    )?;
    let outcome = Answered {
        request_id: command.request_id,
    };
    if let Some(first) = request.claim(&transaction, &app.clock, &outcome).await? {
        return find(&transaction, first.request_id).await;
    }
    let asked = find(&transaction, command.request_id).await?;
    let mut order = row::lock(&transaction, OrderId::from(asked.order_id)).await?;
    // Read again: two answers to one question meet at the order's lock.
    let asked = find(&transaction, command.request_id).await?;
    if order.status.0 != OrderStatus::AwaitingConfirmation {
        let event = match command.outcome {
            OrderConfirmationOutcome::Confirmed => OrderEvent::Confirmed,
            OrderConfirmationOutcome::Rejected => OrderEvent::Rejected,
        };
        row::apply(&mut order, event)?;
    }
    if asked.status.0 != OrderConfirmationStatus::Pending {
        return Err(OrderError::NotNow("this question was answered before"));
    }
    answer(app, &transaction, viewer, command).await?;
    let actor = viewer.actor();
    match command.outcome {
        OrderConfirmationOutcome::Rejected => {
            close(app, &transaction, &mut order, Ending::Rejected, actor).await?;
        }
        OrderConfirmationOutcome::Confirmed
            if open_questions(&transaction, order.id).await? == 0 =>
        {
            row::apply(&mut order, OrderEvent::Confirmed)?;
            progress::confirmed(app, &transaction, &mut order, actor).await?;
            row::save(&transaction, &app.clock, &mut order).await?;
        }
        OrderConfirmationOutcome::Confirmed => {
            row::save(&transaction, &app.clock, &mut order).await?;
        }
    }
    let answered = find(&transaction, command.request_id).await?;
    transaction.commit().await?;
    Ok(answered)
}

async fn find(transaction: &DatabaseTransaction, id: Uuid) -> Result<Model, OrderError> {
    let found = Entity::find_by_id(OrderConfirmationRequestId::from(id).uuid())
        .one(transaction)
        .await?;
    Ok(found.ok_or(Error::NotFound("confirmation request"))?)
}

async fn answer(
    app: &AppState,
    transaction: &DatabaseTransaction,
    viewer: &Viewer,
    command: &RespondToConfirmation,
) -> Result<(), OrderError> {
    let (actor_kind, actor_id) = viewer.actor();
    let status = match command.outcome {
        OrderConfirmationOutcome::Confirmed => OrderConfirmationStatus::Confirmed,
        OrderConfirmationOutcome::Rejected => OrderConfirmationStatus::Rejected,
    };
    let row = ActiveModel {
        id: Unchanged(command.request_id),
        status: Set(Text(status)),
        external_ref: Set(command.external_ref.clone()),
        reason: Set(command.reason.clone()),
        actor_kind: Set(Some(Text(actor_kind))),
        actor_id: Set(actor_id),
        responded_at: Set(Some(app.clock.now())),
        ..Default::default()
    };
    row.update(transaction).await?;
    Ok(())
}

async fn open_questions(
    transaction: &DatabaseTransaction,
    order_id: Uuid,
) -> Result<u64, OrderError> {
    Ok(Entity::find()
        .filter(Column::OrderId.eq(order_id))
        .filter(Column::Status.ne(Text(OrderConfirmationStatus::Confirmed)))
        .count(transaction)
        .await?)
}
