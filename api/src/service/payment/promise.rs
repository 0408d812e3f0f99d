//! Promised money: taken when its order is certain, let go when it is called off. Providers are asked after the commit, with
//! the same key however often, and a promise they do not keep ends where the order waits for it.

use domain::Money;
use domain::id::OrderId;
use domain::order::payment::Cover;
use domain::order::{PaymentEventKind, PaymentStatus};
use entity::order::Model as Order;
use entity::payment::{Column, Entity, Model};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::error::PaymentError;
use super::ledger::Books;
use super::record::record;
use super::schedule;
use crate::error::{Error, Result};
use crate::job::{self, Job};
use crate::payment::{Instruction, Provider, ProviderError, ProviderMessage, Settlement};
use crate::service::order::history::SYSTEM;
use crate::service::order::row;
use crate::state::AppState;

/// How a payment covers what its order asks for.
///
/// # Errors
/// When the amounts cannot be compared.
pub(super) fn cover(order: &Order, payment: &Model) -> Result<Cover, PaymentError> {
    let money = |minor| Money::new(minor, payment.currency.0);
    Ok(Cover::of(
        row::payable(order),
        money(payment.captured_minor),
        money(promised_minor(payment)),
    )?)
}

/// Promised and not taken.
fn promised_minor(payment: &Model) -> i64 {
    payment
        .authorized_minor
        .saturating_sub(payment.captured_minor)
        .max(0)
}

/// How a locked order is covered by the payment that settles it.
///
/// # Errors
/// When the database cannot be read.
pub(crate) async fn cover_of(transaction: &DatabaseTransaction, order: &Order) -> Result<Cover> {
    Ok(settling(transaction, order).await?.1)
}

/// Whether the money of a locked order is there. What is promised only is asked for; the order goes on when it has come.
///
/// # Errors
/// When the job cannot be written.
pub(crate) async fn have_taken(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &Order,
) -> Result<bool> {
    let (payment, cover) = settling(transaction, order).await?;
    match (cover, payment) {
        (Cover::Taken, _) => Ok(true),
        (Cover::Promised, Some(payment)) => {
            let payment_id = payment.id;
            job::push(transaction, &app.clock, &Job::PaymentCapture { payment_id }).await?;
            Ok(false)
        }
        (Cover::Promised | Cover::Partial | Cover::Lacking, _) => Ok(false),
    }
}

async fn settling(
    transaction: &DatabaseTransaction,
    order: &Order,
) -> Result<(Option<Model>, Cover)> {
    let payment = Entity::find()
        .filter(Column::OrderId.eq(order.id))
        .filter(Column::IsSettling.eq(true))
        .filter(Column::ForChange.eq(false))
        .one(transaction)
        .await?;
    let cover = match &payment {
        Some(payment) => cover(order, payment)?,
        None if lacking_minor(order) > 0 => Cover::Lacking,
        None => Cover::Taken,
    };
    Ok((payment, cover))
}

/// What an order without a settling payment waits for: not what stands on account, for that is paid some day, nor what was
/// taken off it since.
fn lacking_minor(order: &Order) -> i64 {
    row::payable(order).minor - order.on_account_minor - order.set_off_minor
}

/// Takes what was promised for an order that is certain; runs after the commit, any number of times.
///
/// # Errors
/// When the provider or the database does not answer; it is tried again with the same key.
pub async fn take_promise(app: &AppState, payment_id: Uuid) -> Result<()> {
    let Some(payment) = find(app, payment_id).await? else {
        return Ok(());
    };
    let order = row::load(app.database.read(), OrderId::from(payment.order_id)).await?;
    let wanted_minor = promised_minor(&payment).min(missing_minor(&order, &payment));
    if wanted_minor <= 0 {
        return if payment.for_change {
            void_authorization(app, payment_id).await
        } else {
            Ok(())
        };
    }
    // Another key once some of it was taken, so that no provider takes it for the first wish told again.
    let why = format!("certain:{}", payment.captured_minor);
    let instruction = instruction(app, &payment, wanted_minor, &why);
    match provider(app, &payment)?.capture(&instruction).await {
        Err(ProviderError::Declined(words)) => {
            let failed = ProviderMessage {
                event_id: format!("capture-failed:{payment_id}"),
                provider_ref: instruction.provider_ref,
                kind: PaymentEventKind::CaptureFailed,
                amount: instruction.amount,
                occurred_at: instruction.now,
                message: Some(words),
                refund_id: None,
            };
            tell(app, &payment, &[failed]).await
        }
        answer => follow(app, &payment, answer).await,
    }
}

/// What an order lacks that this payment is to bring.
fn missing_minor(order: &Order, payment: &Model) -> i64 {
    if payment.for_change && order.status.0.takes_payment(true) {
        order.owed_minor
    } else if payment.is_settling && !order.status.0.is_called_off() {
        row::payable(order).minor - payment.captured_minor
    } else {
        0
    }
}

/// Drops the promise behind a payment that is not wanted, and an attempt its provider would still take; runs after the
/// commit, any number of times.
///
/// # Errors
/// When the provider or the database does not answer; it is tried again.
pub async fn void_authorization(app: &AppState, payment_id: Uuid) -> Result<()> {
    let Some(payment) = find(app, payment_id).await? else {
        return Ok(());
    };
    let promised_minor = promised_minor(&payment);
    let is_attempt = payment.captured_minor == 0
        && payment.status.0 != PaymentStatus::Cancelled
        && payment.provider.0.keeps_attempts_open();
    if payment.provider_ref.is_none() || promised_minor == 0 && !is_attempt {
        return Ok(());
    }
    let instruction = instruction(app, &payment, promised_minor, "called-off");
    match provider(app, &payment)?.void(&instruction).await {
        Err(ProviderError::Declined(words)) => {
            tracing::warn!(payment.id = %payment_id, reason = words, "a promise could not be dropped; it lapses by itself");
            Ok(())
        }
        answer => follow(app, &payment, answer).await,
    }
}

async fn find(app: &AppState, id: Uuid) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(id).one(app.database.read()).await?)
}

fn provider<'a>(app: &'a AppState, payment: &Model) -> Result<&'a dyn Provider> {
    let provider = app.payments.find(payment.provider.0);
    provider.ok_or(Error::Unavailable("the payment provider"))
}

fn instruction(app: &AppState, payment: &Model, minor: i64, why: &str) -> Instruction {
    let now = app.clock.now();
    Instruction {
        payment_id: payment.id,
        provider_ref: payment.provider_ref.clone().unwrap_or_default(),
        amount: Money::new(minor, payment.currency.0),
        idempotency_key: format!("{why}:{}", payment.id),
        decided_at: now,
        now,
    }
}

async fn follow(
    app: &AppState,
    payment: &Model,
    answer: Result<Settlement, ProviderError>,
) -> Result<()> {
    match answer {
        Ok(Settlement::Done(messages)) => tell(app, payment, &messages).await,
        Ok(Settlement::Accepted(follow_ups)) => schedule::later(app, payment.id, &follow_ups).await,
        Ok(Settlement::ByHand) => Ok(()),
        Err(ProviderError::Unavailable(_) | ProviderError::Declined(_)) => {
            Err(Error::Unavailable("the payment provider"))
        }
    }
}

async fn tell(app: &AppState, payment: &Model, messages: &[ProviderMessage]) -> Result<()> {
    app.database.retry(|| note(app, payment, messages)).await?;
    app.wake.wake();
    Ok(())
}

async fn note(
    app: &AppState,
    payment: &Model,
    messages: &[ProviderMessage],
) -> Result<(), PaymentError> {
    let transaction = app.database.begin().await?;
    let mut books = Books::open(&transaction, payment.order_id).await?;
    for message in messages {
        record(app, &transaction, &mut books, payment.id, message, SYSTEM).await?;
    }
    transaction.commit().await?;
    Ok(())
}
