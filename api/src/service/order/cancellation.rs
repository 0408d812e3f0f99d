//! The buyer asks to cancel: granted at once while nothing is picked, a question to staff afterwards.

use domain::id::OrderId;
use domain::order::{
    BuyerCancellation, CancellationScope, FulfillmentStatus, OrderCancellationReason,
    RequestStatus, buyer_cancellation, buyer_units_cancellation,
};
use entity::column::Text;
use entity::fulfillment;
use entity::order::Model as Order;
use entity::order_cancellation::{ActiveModel, Column, Entity, Model};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction,
    EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
};
use serde::Serialize;
use uuid::Uuid;

use super::access::require_buyer;
use super::cancel::{Done, check_note, find};
use super::error::OrderError;
use super::history::{self, Happening};
use super::{row, scope, units};
use crate::auth::Viewer;
use crate::error::Result;
use crate::service::idempotency;
use crate::state::AppState;

/// A buyer's wish to cancel.
#[derive(Clone, Debug, Serialize)]
pub struct RequestCancellation {
    /// The order.
    pub order_id: Uuid,
    /// Lines and units; none for all that is open.
    pub lines: Vec<(Uuid, u32)>,
    /// Why.
    pub note: Option<String>,
    /// A guest's key.
    #[serde(skip)]
    pub order_token: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

/// Asks to cancel an order or some of its units.
///
/// # Errors
/// [`crate::error::Error::NotFound`] for a stranger's order; [`crate::error::Error::Invalid`] for a line twice or without
/// units; [`OrderError::InvalidTransition`] when it is over; [`OrderError::Cancellation`] for units that are not open;
/// [`OrderError::NotNow`] when a wish waits for its answer.
pub async fn request_cancellation(
    app: &AppState,
    viewer: &Viewer,
    command: RequestCancellation,
) -> Result<Model, OrderError> {
    check_note(command.note.as_deref())?;
    units::check(&command.lines)?;
    let asked = app
        .database
        .retry(|| attempt(app, viewer, &command))
        .await?;
    app.wake.wake();
    Ok(asked)
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &RequestCancellation,
) -> Result<Model, OrderError> {
    let transaction = app.database.begin().await?;
    let mut order = row::lock(&transaction, OrderId::from(command.order_id)).await?;
    require_buyer(viewer, &order, command.order_token.as_deref())?;
    let actor_key = viewer.idempotency_actor(command.order_token.as_deref().unwrap_or_default());
    let request = idempotency::Request::try_new(
        &actor_key,
        "orderCancellationRequest",
        &command.idempotency_key,
        command,
    )?;
    let done = Done {
        cancellation_id: app.clock.new_id(),
    };
    if let Some(first) = request.claim(&transaction, &app.clock, &done).await? {
        return find(&transaction, first.cancellation_id).await;
    }
    let scope = scope::find(&transaction, &order, &command.lines).await?;
    let parcels = parcels(&transaction, order.id).await?;
    let way = match scope {
        CancellationScope::Whole => buyer_cancellation(order.status.0, &parcels),
        CancellationScope::Units(_) => buyer_units_cancellation(order.status.0, &parcels, true),
    };
    let way = way.ok_or(OrderError::NotNow("goods have left the house"))?;
    let status = match way {
        BuyerCancellation::AtOnce => RequestStatus::Accepted,
        BuyerCancellation::OnRequest => RequestStatus::Pending,
    };
    if status == RequestStatus::Pending && has_open_wish(&transaction, order.id).await? {
        return Err(OrderError::NotNow(
            "a request to cancel waits for its answer",
        ));
    }
    let asked = write(
        app,
        &transaction,
        viewer,
        command,
        &order,
        done.cancellation_id,
        status,
    )
    .await?;
    scope::write(&transaction, asked.id, &scope).await?;
    match way {
        BuyerCancellation::AtOnce => {
            let what = (&asked, &scope);
            scope::call_off(app, &transaction, &mut order, what, viewer.actor()).await?;
        }
        BuyerCancellation::OnRequest => {
            row::save(&transaction, &app.clock, &mut order).await?;
            let happened = [Happening::CancellationRequested];
            history::record(&transaction, &app.clock, &order, viewer.actor(), &happened).await?;
        }
    }
    transaction.commit().await?;
    Ok(asked)
}

async fn write(
    app: &AppState,
    transaction: &DatabaseTransaction,
    viewer: &Viewer,
    command: &RequestCancellation,
    order: &Order,
    id: Uuid,
    status: RequestStatus,
) -> Result<Model, OrderError> {
    let (actor_kind, actor_id) = viewer.actor();
    let now = app.clock.now();
    let row = ActiveModel {
        id: Set(id),
        order_id: Set(order.id),
        status: Set(Text(status)),
        reason: Set(Text(OrderCancellationReason::Customer)),
        note: Set(command.note.clone()),
        restock: Set(true),
        refund: Set(true),
        notify: Set(true),
        actor_kind: Set(Text(actor_kind)),
        actor_id: Set(actor_id),
        created_at: Set(now),
        responded_at: Set((status == RequestStatus::Accepted).then_some(now)),
    };
    Ok(row.insert(transaction).await?)
}

async fn has_open_wish(transaction: &DatabaseTransaction, order_id: Uuid) -> Result<bool> {
    let waiting = Entity::find()
        .filter(Column::OrderId.eq(order_id))
        .filter(Column::Status.eq(Text(RequestStatus::Pending)))
        .count(transaction)
        .await?;
    Ok(waiting > 0)
}

/// Where the parcels of an order stand.
///
/// # Errors
/// When the database cannot be read.
pub(crate) async fn parcels<C: ConnectionTrait>(
    connection: &C,
    order_id: Uuid,
) -> Result<Vec<FulfillmentStatus>> {
    let statuses: Vec<Text<FulfillmentStatus>> = fulfillment::Entity::find()
        .select_only()
        .column(fulfillment::Column::Status)
        .filter(fulfillment::Column::OrderId.eq(order_id))
        .into_tuple()
        .all(connection)
        .await?;
    Ok(statuses.into_iter().map(|status| status.0).collect())
}
