//! A parcel under its order's lock, and what follows for the order when it moved.

use domain::id::OrderId;
use entity::fulfillment::Model;
use entity::order::Model as Order;
use sea_orm::DatabaseTransaction;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::FulfillmentError;
use super::find;
use crate::auth::Viewer;
use crate::error::Error;
use crate::service::idempotency;
use crate::service::order::{facts, row};
use crate::state::AppState;

/// Longest carrier, number or reason, in characters.
const MAX_TEXT: usize = 255;

/// What the idempotency key remembers.
#[derive(Serialize, Deserialize)]
pub(super) struct Done {
    pub(super) fulfillment_id: Uuid,
}

/// A parcel and its order, both locked by the order's row.
pub(super) struct Locked {
    pub(super) transaction: DatabaseTransaction,
    pub(super) order: Order,
    pub(super) parcel: Model,
}

/// What opening a request led to.
pub(super) enum Opened {
    /// It was carried out before.
    Before(Box<Model>),
    /// It is to be carried out.
    Now(Box<Locked>),
}

/// Checks a text somebody must give.
///
/// # Errors
/// [`Error::Invalid`] for a blank or overlong one.
pub(super) fn check_text(field: &[&str], text: &str) -> Result<(), Error> {
    if text.trim().is_empty() || text.chars().count() > MAX_TEXT {
        return Err(Error::invalid(field, format!("1 to {MAX_TEXT} characters")));
    }
    Ok(())
}

/// Opens a transaction, claims the request's key and locks a parcel's order.
///
/// # Errors
/// [`Error::NotFound`]; those of the key.
pub(super) async fn open<C: Serialize>(
    app: &AppState,
    viewer: &Viewer,
    fulfillment_id: Uuid,
    named: (&'static str, &str),
    command: &C,
) -> Result<Opened, FulfillmentError> {
    open_for(app, viewer, fulfillment_id, named, command, fulfillment_id).await
}

/// The same for a request whose answer is another parcel.
///
/// # Errors
/// As [`open`].
pub(super) async fn open_for<C: Serialize>(
    app: &AppState,
    viewer: &Viewer,
    fulfillment_id: Uuid,
    (operation, key): (&'static str, &str),
    command: &C,
    answer: Uuid,
) -> Result<Opened, FulfillmentError> {
    let transaction = app.database.begin().await?;
    let actor_key = viewer.idempotency_actor("");
    let request = idempotency::Request::try_new(&actor_key, operation, key, command)?;
    let done = Done {
        fulfillment_id: answer,
    };
    if let Some(first) = request.claim(&transaction, &app.clock, &done).await? {
        let parcel = find(&transaction, first.fulfillment_id).await?;
        return Ok(Opened::Before(Box::new(parcel)));
    }
    let parcel = find(&transaction, fulfillment_id).await?;
    let order = row::lock(&transaction, OrderId::from(parcel.order_id)).await?;
    // Read again: two changes of one parcel meet at the order's lock.
    let parcel = find(&transaction, fulfillment_id).await?;
    Ok(Opened::Now(Box::new(Locked {
        transaction,
        order,
        parcel,
    })))
}

/// Derives where the order's goods stand after a parcel has moved, and writes its row.
///
/// # Errors
/// When a row cannot be written.
pub(super) async fn follow(app: &AppState, locked: &mut Locked) -> Result<(), FulfillmentError> {
    facts::bring_goods_in_line(&locked.transaction, &app.clock, &mut locked.order).await?;
    row::save(&locked.transaction, &app.clock, &mut locked.order).await?;
    Ok(())
}
