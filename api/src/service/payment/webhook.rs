//! Messages of providers: verified, stored as they came, answered, and only then processed. So a message is never lost, and
//! one that comes twice counts once.

use domain::order::PaymentProvider;
use domain::text_enum::TextEnum;
use entity::column::Text;
use entity::payment;
use entity::webhook_inbox::{ActiveModel, Column, Entity, Model};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter,
};
use uuid::Uuid;

use super::error::PaymentError;
use super::ledger::Books;
use super::record::record;
use super::unmatched;
use crate::error::{Error, Result};
use crate::job::{self, Job};
use crate::payment::{ProviderMessage, Webhook, WebhookError};
use crate::service::order::history::PROVIDER;
use crate::state::AppState;

/// Largest body, in bytes.
pub const MAX_BODY: usize = 64 * 1024;
/// Longest event id, in bytes.
const MAX_EVENT_ID: usize = 255;

/// What a provider is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// Taken, now or before; this is what the provider wants to read.
    Accepted(&'static str),
    /// No such provider here.
    UnknownProvider,
    /// Not signed by the provider.
    BadSignature,
    /// Signed, but not readable.
    Malformed,
}

/// Takes a message in.
///
/// # Errors
/// [`Error::Unavailable`] when it could not be stored; the provider sends it again.
pub async fn receive(app: &AppState, provider_name: &str, webhook: Webhook<'_>) -> Result<Receipt> {
    let Some((name, provider)) = PaymentProvider::parse(provider_name)
        .and_then(|name| Some((name, app.payments.find(name)?)))
    else {
        return Ok(Receipt::UnknownProvider);
    };
    let read = provider
        .verify_webhook(&webhook, app.clock.now())
        .and_then(|event_id| {
            let body = webhook.text()?;
            provider.parse_webhook(body)?;
            Ok((event_id, body))
        });
    let (event_id, body) = match read {
        Ok((event_id, body)) if event_id.len() <= MAX_EVENT_ID => (event_id, body),
        Ok(_) | Err(WebhookError::Malformed(_)) => return Ok(Receipt::Malformed),
        Err(WebhookError::BadSignature) => return Ok(Receipt::BadSignature),
    };
    store(app, name, &event_id, body).await?;
    app.wake.wake();
    Ok(Receipt::Accepted(provider.acknowledgement()))
}

async fn store(
    app: &AppState,
    provider: PaymentProvider,
    event_id: &str,
    body: &str,
) -> Result<()> {
    let transaction = app.database.begin().await?;
    let id = app.clock.new_id();
    let row = ActiveModel {
        id: Set(id),
        provider: Set(provider.as_str().to_owned()),
        event_id: Set(event_id.to_owned()),
        body: Set(body.to_owned()),
        received_at: Set(app.clock.now()),
        processed_at: Set(None),
        attempts: Set(0),
        error: Set(None),
    };
    let once = OnConflict::columns([Column::Provider, Column::EventId])
        .do_nothing()
        .to_owned();
    let written = Entity::insert(row)
        .on_conflict(once)
        .exec_without_returning(&transaction)
        .await?;
    if written == 1 {
        job::push(
            &transaction,
            &app.clock,
            &Job::WebhookReceived { inbox_id: id },
        )
        .await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// Processes a stored message; runs after the commit, any number of times.
///
/// # Errors
/// [`Error::NotFound`] when no payment has its reference yet; it is tried again for a while, since a message may overtake the
/// answer to the call that opened the payment.
pub async fn process(app: &AppState, inbox_id: Uuid) -> Result<()> {
    let Some(stored) = Entity::find_by_id(inbox_id)
        .one(app.database.read())
        .await?
    else {
        return Ok(());
    };
    if stored.processed_at.is_some() {
        return Ok(());
    }
    let outcome = app.database.retry(|| attempt(app, &stored)).await;
    if let Err(error) = &outcome {
        note_failure(app, inbox_id, &error.to_string()).await?;
    }
    app.wake.wake();
    Ok(outcome?)
}

async fn attempt(app: &AppState, stored: &Model) -> Result<(), PaymentError> {
    let name =
        PaymentProvider::parse(&stored.provider).ok_or(Error::NotFound("payment provider"))?;
    let provider = app
        .payments
        .find(name)
        .ok_or(Error::Unavailable("the payment provider"))?;
    let messages = provider
        .parse_webhook(&stored.body)
        .map_err(Error::internal)?;
    let transaction = app.database.begin().await?;
    let may_be_early = app.clock.now() - stored.received_at < unmatched::PATIENCE;
    for message in messages {
        take(app, &transaction, name, message, may_be_early).await?;
    }
    Entity::update_many()
        .col_expr(Column::ProcessedAt, Expr::value(app.clock.now()))
        .col_expr(Column::Error, Expr::value(Option::<String>::None))
        .filter(Column::Id.eq(stored.id))
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// Records one message about a payment that the provider knows by its reference; what is of none is put aside once it
/// cannot be early any more.
async fn take(
    app: &AppState,
    transaction: &DatabaseTransaction,
    provider: PaymentProvider,
    message: ProviderMessage,
    may_be_early: bool,
) -> Result<(), PaymentError> {
    if message.amount.is_negative() {
        return Err(Error::internal("a provider reported a negative amount").into());
    }
    let payment = payment::Entity::find()
        .filter(payment::Column::Provider.eq(Text(provider)))
        .filter(payment::Column::ProviderRef.eq(message.provider_ref.as_str()))
        .one(transaction)
        .await?;
    // The message's own key, not the delivery's: a provider may tell one event in two deliveries.
    let message = ProviderMessage {
        message: message.message.map(|words| shortened(&words)),
        ..message
    };
    let Some(payment) = payment else {
        if may_be_early {
            return Err(Error::NotFound("payment").into());
        }
        return Ok(unmatched::put_aside(app, transaction, provider, &message).await?);
    };
    let mut books = Books::open(transaction, payment.order_id).await?;
    record(app, transaction, &mut books, payment.id, &message, PROVIDER).await
}

fn shortened(words: &str) -> String {
    words
        .chars()
        .filter(|letter| !letter.is_control())
        .take(255)
        .collect()
}

async fn note_failure(app: &AppState, inbox_id: Uuid, error: &str) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .col_expr(Column::Error, Expr::value(error))
        .filter(Column::Id.eq(inbox_id))
        .exec(app.database.write())
        .await?;
    Ok(())
}
