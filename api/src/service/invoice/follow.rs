//! What changes an order after it was billed is billed or credited too, soon after.

use domain::id::OrderId;
use domain::invoice::{add_up, difference};
use entity::order::Model as Order;
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use super::error::InvoiceError;
use super::value;
use super::write::{self, Document};
use crate::error::Result;
use crate::job::{self, Job};
use crate::service::order::history::SYSTEM;
use crate::service::order::row;
use crate::state::AppState;

/// Plans [`follow`] for a locked order whose money changed, if it was billed.
///
/// # Errors
/// When a row cannot be written.
pub(crate) async fn follow_soon(
    transaction: &DatabaseTransaction,
    app: &AppState,
    order_id: Uuid,
) -> Result<()> {
    if write::open_of(transaction, order_id).await?.is_none() {
        return Ok(());
    }
    job::push(transaction, &app.clock, &Job::InvoiceDue { order_id }).await
}

/// Bills or credits the difference between what an order comes to and what was billed for it; nothing when there is none, so
/// that it can be done again.
///
/// # Errors
/// When a row cannot be written.
pub(crate) async fn follow(app: &AppState, order_id: Uuid) -> Result<(), InvoiceError> {
    app.database.retry(|| attempt(app, order_id)).await
}

async fn attempt(app: &AppState, order_id: Uuid) -> Result<(), InvoiceError> {
    let transaction = app.database.begin().await?;
    let order = row::lock(&transaction, OrderId::from(order_id)).await?;
    let Some(invoice) = write::open_of(&transaction, order.id).await? else {
        return Ok(()); // cancelled meanwhile
    };
    let billed = add_up(&write::billed(&transaction, &invoice).await?)?;
    let items = difference(&value::of_order(&transaction, &order).await?, &billed)?;
    if items.is_empty() {
        return Ok(());
    }
    let document = Document {
        id: app.clock.new_id(),
        title: &invoice.title,
        corrects_id: Some(invoice.id),
        reason: Some(reason(&order)),
        items: &items,
    };
    write::write(app, &transaction, &order, document, SYSTEM).await?;
    transaction.commit().await?;
    Ok(())
}

fn reason(order: &Order) -> &'static str {
    if row::locale(order).is_chinese() {
        "订单内容有变动"
    } else {
        "The order changed"
    }
}
