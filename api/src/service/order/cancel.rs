//! Staff call an order or some of its units off, and answer a buyer who wants that.

use domain::id::{OrderCancellationId, OrderId, TypedId};
use domain::order::{Decision, OrderCancellationReason, RequestStatus};
use domain::permission::Permission;
use entity::column::Text;
use entity::order_cancellation::{ActiveModel, Entity, Model};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, DatabaseTransaction, EntityTrait,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::OrderError;
use super::{row, scope, units};
use crate::auth::Viewer;
use crate::error::Error;
use crate::service::idempotency;
use crate::state::AppState;

/// Longest note, in characters.
pub(super) const MAX_NOTE: usize = 255;

/// An order or units to be called off.
#[derive(Clone, Debug, Serialize)]
pub struct CancelOrder {
    /// The order.
    pub order_id: Uuid,
    /// Lines and units; none for all that is open.
    pub lines: Vec<(Uuid, u32)>,
    /// Why.
    pub reason: OrderCancellationReason,
    /// Words to add.
    pub note: Option<String>,
    /// Whether units go back to stock.
    pub restock: bool,
    /// Whether money goes back at once.
    pub refund: bool,
    /// Whether to mail the buyer.
    pub notify: bool,
    /// Unique per request.
    pub idempotency_key: String,
}

/// An answer to a buyer's wish.
#[derive(Clone, Debug, Serialize)]
pub struct RespondToCancellation {
    /// The wish.
    pub cancellation_id: Uuid,
    /// Yes or no.
    pub decision: Decision,
    /// For the buyer.
    pub note: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Done {
    pub(super) cancellation_id: Uuid,
}

/// Calls an order off before anything has left the house, or units that are in no parcel.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] for a line twice or without units; [`OrderError::InvalidTransition`] for an
/// order that is done; [`OrderError::Cancellation`] for units that are not open.
pub async fn cancel(
    app: &AppState,
    viewer: &Viewer,
    command: CancelOrder,
) -> Result<Model, OrderError> {
    viewer.require(Permission::OrderWrite)?;
    check_note(command.note.as_deref())?;
    units::check(&command.lines)?;
    let cancelled = app
        .database
        .retry(|| attempt_cancel(app, viewer, &command))
        .await?;
    app.wake.wake();
    Ok(cancelled)
}

/// Grants or refuses a buyer's wish to cancel.
///
/// # Errors
/// [`Error::NotFound`]; [`OrderError::NotNow`] when it was answered before; [`OrderError::InvalidTransition`] and
/// [`OrderError::Cancellation`] when goods have left meanwhile.
pub async fn respond_to_cancellation(
    app: &AppState,
    viewer: &Viewer,
    command: RespondToCancellation,
) -> Result<Model, OrderError> {
    viewer.require(Permission::OrderWrite)?;
    check_note(command.note.as_deref())?;
    let answered = app
        .database
        .retry(|| attempt_respond(app, viewer, &command))
        .await?;
    app.wake.wake();
    Ok(answered)
}

pub(super) fn check_note(note: Option<&str>) -> Result<(), Error> {
    if note.is_some_and(|note| note.chars().count() > MAX_NOTE) {
        return Err(Error::invalid(
            &["note"],
            format!("at most {MAX_NOTE} characters"),
        ));
    }
    Ok(())
}

async fn attempt_cancel(
    app: &AppState,
    viewer: &Viewer,
    command: &CancelOrder,
) -> Result<Model, OrderError> {
    let transaction = app.database.begin().await?;
    let actor_key = viewer.idempotency_actor("");
    let request = idempotency::Request::try_new(
        &actor_key,
        "orderCancel",
        &command.idempotency_key,
        command,
    )?;
    let done = Done {
        cancellation_id: app.clock.new_id(),
    };
    if let Some(first) = request.claim(&transaction, &app.clock, &done).await? {
        return find(&transaction, first.cancellation_id).await;
    }
    let mut order = row::lock(&transaction, OrderId::from(command.order_id)).await?;
    let scope = scope::find(&transaction, &order, &command.lines).await?;
    let (actor_kind, actor_id) = viewer.actor();
    let now = app.clock.now();
    let row = ActiveModel {
        id: Set(done.cancellation_id),
        order_id: Set(order.id),
        status: Set(Text(RequestStatus::Accepted)),
        reason: Set(Text(command.reason)),
        note: Set(command.note.clone()),
        restock: Set(command.restock),
        refund: Set(command.refund),
        notify: Set(command.notify),
        actor_kind: Set(Text(actor_kind)),
        actor_id: Set(actor_id),
        created_at: Set(now),
        responded_at: Set(Some(now)),
    };
    let cancelled = row.insert(&transaction).await?;
    scope::write(&transaction, cancelled.id, &scope).await?;
    scope::call_off(
        app,
        &transaction,
        &mut order,
        (&cancelled, &scope),
        viewer.actor(),
    )
    .await?;
    transaction.commit().await?;
    Ok(cancelled)
}

async fn attempt_respond(
    app: &AppState,
    viewer: &Viewer,
    command: &RespondToCancellation,
) -> Result<Model, OrderError> {
    let transaction = app.database.begin().await?;
    let actor_key = viewer.idempotency_actor("");
    let request = idempotency::Request::try_new(
        &actor_key,
        "orderCancellationRespond",
        &command.idempotency_key,
        command,
    )?;
    let done = Done {
        cancellation_id: command.cancellation_id,
    };
    if let Some(first) = request.claim(&transaction, &app.clock, &done).await? {
        return find(&transaction, first.cancellation_id).await;
    }
    let wish = find(&transaction, command.cancellation_id).await?;
    let mut order = row::lock(&transaction, OrderId::from(wish.order_id)).await?;
    // Read again: two answers to one wish meet at the order's lock.
    let wish = find(&transaction, command.cancellation_id).await?;
    let status = wish.status.apply(command.decision.into())?;
    match command.decision {
        Decision::Accept => {
            let lines = scope::lines_of(&transaction, wish.id).await?;
            let scope = scope::find(&transaction, &order, &lines).await?;
            let what = (&wish, &scope);
            scope::call_off(app, &transaction, &mut order, what, viewer.actor()).await?;
        }
        Decision::Decline => row::save(&transaction, &app.clock, &mut order).await?,
    }
    let row = ActiveModel {
        id: Unchanged(wish.id),
        status: Set(Text(status)),
        note: Set(command.note.clone().or(wish.note)),
        responded_at: Set(Some(app.clock.now())),
        ..Default::default()
    };
    let answered = row.update(&transaction).await?;
    transaction.commit().await?;
    Ok(answered)
}

pub(super) async fn find(transaction: &DatabaseTransaction, id: Uuid) -> Result<Model, OrderError> {
    let found = Entity::find_by_id(OrderCancellationId::from(id).uuid())
        .one(transaction)
        .await?;
    Ok(found.ok_or(Error::NotFound("cancellation"))?)
}
