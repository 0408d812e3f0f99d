//! Providers are asked where payments stand that were silent for long: a webhook may be lost, an answer may not come.

use entity::payment::{Column, Entity, Model};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::error::PaymentError;
use super::ledger::{self, Books};
use super::record::record;
use crate::error::{Error, Result};
use crate::payment::{Inquiry, ProviderMessage};
use crate::service::order::history::PROVIDER;
use crate::state::AppState;

/// Payments asked about in one turn of the timer; the rest follow at the next.
const BATCH: u64 = 50;

/// Asks about the payments that are due for it; answers how many.
///
/// # Errors
/// When the database does not answer.
pub async fn inquire_due(app: &AppState) -> Result<usize> {
    let due = Entity::find()
        .filter(Column::InquireAt.lte(app.clock.now()))
        .order_by_asc(Column::InquireAt)
        .limit(BATCH)
        .all(app.database.read())
        .await?;
    for payment in &due {
        // What is not known is no news: it is asked again after the next pause.
        let news = ask(app, payment).await.unwrap_or_else(|error| {
            tracing::warn!(payment.id = %payment.id, error = %error, "a provider does not tell where a payment stands");
            Vec::new()
        });
        if let Err(error) = app.database.retry(|| write(app, payment, &news)).await {
            tracing::error!(payment.id = %payment.id, error = %error, "what a provider told could not be written down");
        }
    }
    app.wake.wake();
    Ok(due.len())
}

async fn ask(app: &AppState, payment: &Model) -> Result<Vec<ProviderMessage>> {
    let provider = app.payments.find(payment.provider.0);
    let provider = provider.ok_or(Error::Unavailable("the payment provider"))?;
    let inquiry = Inquiry {
        payment_id: payment.id,
        provider_ref: payment.provider_ref.clone().unwrap_or_default(),
        now: app.clock.now(),
    };
    provider.inquire(&inquiry).await.map_err(Error::internal)
}

async fn write(
    app: &AppState,
    payment: &Model,
    news: &[ProviderMessage],
) -> Result<(), PaymentError> {
    let transaction = app.database.begin().await?;
    let mut books = Books::open(&transaction, payment.order_id).await?;
    for message in news {
        record(app, &transaction, &mut books, payment.id, message, PROVIDER).await?;
    }
    let row = books.payment(payment.id)?;
    let balances = ledger::balances(&transaction, row).await?;
    ledger::plan_inquiry(&app.clock, row, &balances)?;
    ledger::save(&transaction, &app.clock, row).await?;
    transaction.commit().await?;
    Ok(())
}
