//! An order is billed: its buyer asks for an invoice, or staff do.

use domain::id::OrderId;
use domain::invoice::{InvoiceTitle, Item, TitleDraft, TitleKind};
use domain::permission::Permission;
use entity::invoice::{Entity, Model};
use entity::order::Model as Order;
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::InvoiceError;
use super::value;
use super::write::{self, Document};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::idempotency;
use crate::service::order::access::require_buyer;
use crate::service::order::row;
use crate::state::AppState;

/// An order to be billed.
#[derive(Clone, Debug)]
pub struct IssueInvoice {
    /// The order.
    pub order_id: Uuid,
    /// Whom the title names.
    pub title_kind: TitleKind,
    /// Who is billed.
    pub title: TitleDraft,
    /// A guest's key.
    pub order_token: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

#[derive(Serialize, Deserialize)]
struct Issued {
    invoice_id: Uuid,
}

/// Bills an order as it stands now.
///
/// # Errors
/// [`Error::NotFound`] for strangers; [`InvoiceError::Title`]; [`InvoiceError::NoIssuer`]; [`InvoiceError::NothingToBill`]
/// before the order is certain and when it comes to nothing; [`InvoiceError::AlreadyBilled`].
pub async fn issue(
    app: &AppState,
    viewer: &Viewer,
    command: IssueInvoice,
) -> Result<Model, InvoiceError> {
    let title = InvoiceTitle::try_new(command.title_kind, command.title.clone())?;
    let issued = app
        .database
        .retry(|| attempt(app, viewer, &command, &title))
        .await?;
    app.wake.wake();
    Ok(issued)
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &IssueInvoice,
    title: &InvoiceTitle,
) -> Result<Model, InvoiceError> {
    let transaction = app.database.begin().await?;
    let order = row::lock(&transaction, OrderId::from(command.order_id)).await?;
    let token = command.order_token.as_deref();
    // Staff stay staff even with the buyer's key at hand.
    if !viewer.may(Permission::OrderWrite) {
        require_buyer(viewer, &order, token)?;
    }
    let actor_key = viewer.idempotency_actor(token.unwrap_or_default());
    let request = idempotency::Request::try_new(
        &actor_key,
        "invoiceIssue",
        &command.idempotency_key,
        &(order.id, title),
    )?;
    let issued = Issued {
        invoice_id: app.clock.new_id(),
    };
    if let Some(first) = request.claim(&transaction, &app.clock, &issued).await? {
        return load(&transaction, first.invoice_id).await;
    }
    if write::open_of(&transaction, order.id).await?.is_some() {
        return Err(InvoiceError::AlreadyBilled);
    }
    let items = billable(&transaction, &order).await?;
    let document = Document {
        id: issued.invoice_id,
        title,
        corrects_id: None,
        reason: None,
        items: &items,
    };
    let invoice = write::write(app, &transaction, &order, document, viewer.actor()).await?;
    transaction.commit().await?;
    Ok(invoice)
}

/// What a whole invoice of a locked order bills.
///
/// # Errors
/// [`InvoiceError::NothingToBill`].
pub(super) async fn billable(
    transaction: &DatabaseTransaction,
    order: &Order,
) -> Result<Vec<Item>, InvoiceError> {
    if !order.status.0.is_certain() {
        return Err(InvoiceError::NothingToBill);
    }
    let items = value::of_order(transaction, order).await?;
    if items.is_empty() {
        return Err(InvoiceError::NothingToBill);
    }
    Ok(items)
}

/// A document that is known to exist.
pub(super) async fn load<C: ConnectionTrait>(
    connection: &C,
    id: Uuid,
) -> Result<Model, InvoiceError> {
    let found = Entity::find_by_id(id).one(connection).await?;
    Ok(found.ok_or(Error::NotFound("invoice"))?)
}
