//! An invoice is taken back as a whole, and issued anew when asked for, such as to another title.

use domain::id::{InvoiceId, OrderId, TypedId as _};
use domain::invoice::{InvoiceTitle, Item, TitleDraft, TitleKind, add_up};
use domain::permission::Permission;
use entity::invoice::{ActiveModel, Model};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, DatabaseTransaction};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::InvoiceError;
use super::issue::{billable, load};
use super::write::{self, Document};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::idempotency;
use crate::service::order::row;
use crate::state::AppState;

/// Longest reason, in characters.
const MAX_REASON: usize = 255;

/// An invoice to be taken back.
#[derive(Clone, Debug)]
pub struct CancelInvoice {
    /// The invoice.
    pub invoice_id: InvoiceId,
    /// Why; the credit note shows it.
    pub reason: String,
    /// Who is billed instead.
    pub new_title: Option<(TitleKind, TitleDraft)>,
    /// Unique per request.
    pub idempotency_key: String,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
struct Cancelled {
    credit_note_id: Uuid,
    new_invoice_id: Uuid,
}

/// Credits all that is left of an invoice, after which it does not follow its order any more. With a new title the order is
/// billed anew as it stands now. Gives the credit note, unless nothing was left, and the new invoice.
///
/// # Errors
/// [`Error::NotFound`]; [`InvoiceError::NotCancellable`] for a correction and for what was cancelled; with a new title
/// [`InvoiceError::NothingToBill`].
pub async fn cancel(
    app: &AppState,
    viewer: &Viewer,
    command: CancelInvoice,
) -> Result<(Option<Model>, Option<Model>), InvoiceError> {
    viewer.require(Permission::OrderWrite)?;
    let reason = command.reason.trim();
    if reason.is_empty() || reason.chars().count() > MAX_REASON {
        let message = format!("say why, in at most {MAX_REASON} characters");
        return Err(Error::invalid(&["reason"], message).into());
    }
    let title = command.new_title.clone();
    let title = title.map(|(kind, draft)| InvoiceTitle::try_new(kind, draft));
    let title = title.transpose()?;
    let cancelled = app
        .database
        .retry(|| attempt(app, viewer, &command, reason, title.as_ref()))
        .await?;
    app.wake.wake();
    Ok(cancelled)
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &CancelInvoice,
    reason: &str,
    title: Option<&InvoiceTitle>,
) -> Result<(Option<Model>, Option<Model>), InvoiceError> {
    let transaction = app.database.begin().await?;
    let seen = load(&transaction, command.invoice_id.uuid()).await?;
    let order = row::lock(&transaction, OrderId::from(seen.order_id)).await?;
    let actor_key = viewer.idempotency_actor("");
    let request = idempotency::Request::try_new(
        &actor_key,
        "invoiceCancel",
        &command.idempotency_key,
        &(seen.id, reason, title),
    )?;
    let ids = Cancelled {
        credit_note_id: app.clock.new_id(),
        new_invoice_id: app.clock.new_id(),
    };
    if let Some(first) = request.claim(&transaction, &app.clock, &ids).await? {
        return again(&transaction, first).await;
    }
    // Read under the order's lock.
    let invoice = load(&transaction, seen.id).await?;
    if invoice.corrects_id.is_some() || invoice.closed_at.is_some() {
        return Err(InvoiceError::NotCancellable);
    }
    let left = add_up(&write::billed(&transaction, &invoice).await?)?;
    let taken_back: Vec<Item> = left.iter().map(Item::negated).collect::<Result<_, _>>()?;
    let credit_note = if taken_back.is_empty() {
        None
    } else {
        let document = Document {
            id: ids.credit_note_id,
            title: &invoice.title,
            corrects_id: Some(invoice.id),
            reason: Some(reason),
            items: &taken_back,
        };
        Some(write::write(app, &transaction, &order, document, viewer.actor()).await?)
    };
    let closed = ActiveModel {
        id: Unchanged(invoice.id),
        closed_at: Set(Some(app.clock.now())),
        ..Default::default()
    };
    closed.update(&transaction).await?;
    let new_invoice = if let Some(title) = title {
        let items = billable(&transaction, &order).await?;
        let document = Document {
            id: ids.new_invoice_id,
            title,
            corrects_id: None,
            reason: None,
            items: &items,
        };
        Some(write::write(app, &transaction, &order, document, viewer.actor()).await?)
    } else {
        None
    };
    transaction.commit().await?;
    Ok((credit_note, new_invoice))
}

/// What the first request with a key did.
async fn again(
    transaction: &DatabaseTransaction,
    first: Cancelled,
) -> Result<(Option<Model>, Option<Model>), InvoiceError> {
    let find = async |id| match load(transaction, id).await {
        Ok(found) => Ok(Some(found)),
        Err(InvoiceError::Common(Error::NotFound(_))) => Ok(None),
        Err(error) => Err(error),
    };
    Ok((
        find(first.credit_note_id).await?,
        find(first.new_invoice_id).await?,
    ))
}
