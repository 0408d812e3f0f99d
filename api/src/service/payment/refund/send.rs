//! A transfer is handed to the provider of its payment, after the commit.

use domain::Money;
use domain::order::{PaymentEventKind, TransferStatus};
use entity::refund::Model as Refund;
use entity::refund_transfer::Entity;
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::super::error::PaymentError;
use super::super::ledger::Books;
use super::super::record::record;
use super::super::schedule;
use crate::error::{Error, Result};
use crate::payment::{Instruction, ProviderError, ProviderMessage, Settlement};
use crate::service::order::history::PROVIDER;
use crate::state::AppState;

/// Hands a transfer to its provider; runs after the commit, any number of times.
///
/// # Errors
/// When the provider or the database does not answer; it is tried again.
pub async fn send_refund(app: &AppState, transfer_id: Uuid) -> Result<()> {
    let Some(transfer) = Entity::find_by_id(transfer_id)
        .one(app.database.read())
        .await?
    else {
        return Ok(());
    };
    if transfer.status.0 != TransferStatus::Pending {
        return Ok(());
    }
    let refund = entity::refund::Entity::find_by_id(transfer.refund_id)
        .one(app.database.read())
        .await?
        .ok_or_else(|| Error::internal("a transfer without its refund"))?;
    let payment_id = transfer
        .payment_id
        .ok_or_else(|| Error::internal("a transfer without its payment is to be sent"))?;
    let payment = entity::payment::Entity::find_by_id(payment_id)
        .one(app.database.read())
        .await?
        .ok_or_else(|| Error::internal("a refund without its payment"))?;
    let provider = app
        .payments
        .find(payment.provider.0)
        .ok_or(Error::Unavailable("the payment provider"))?;
    let amount = Money::new(transfer.amount_minor, refund.currency.0);
    let provider_ref = payment.provider_ref.clone().unwrap_or_default();
    let instruction = Instruction {
        payment_id: payment.id,
        provider_ref: provider_ref.clone(),
        amount,
        idempotency_key: transfer.id.to_string(),
        decided_at: refund.created_at,
        now: app.clock.now(),
    };
    let messages = match provider.refund(&instruction, transfer.id).await {
        Ok(Settlement::Done(messages)) => messages
            .into_iter()
            .map(|message| ProviderMessage {
                refund_id: Some(transfer.id),
                ..message
            })
            .collect(),
        Ok(Settlement::Accepted(follow_ups)) => {
            return schedule::later(app, payment.id, &follow_ups).await;
        }
        Ok(Settlement::ByHand) => return Ok(()),
        Err(ProviderError::Unavailable(_)) => {
            return Err(Error::Unavailable("the payment provider"));
        }
        Err(ProviderError::Declined(words)) => vec![ProviderMessage {
            event_id: format!("refund-failed:{}", transfer.id),
            provider_ref,
            kind: PaymentEventKind::RefundFailed,
            amount,
            occurred_at: app.clock.now(),
            message: Some(words),
            refund_id: Some(transfer.id),
        }],
    };
    app.database
        .retry(|| tell(app, &refund, payment_id, &messages))
        .await?;
    app.wake.wake();
    Ok(())
}

async fn tell(
    app: &AppState,
    refund: &Refund,
    payment_id: Uuid,
    messages: &[ProviderMessage],
) -> Result<(), PaymentError> {
    let transaction = app.database.begin().await?;
    let mut books = Books::open(&transaction, refund.order_id).await?;
    for message in messages {
        record(app, &transaction, &mut books, payment_id, message, PROVIDER).await?;
    }
    transaction.commit().await?;
    Ok(())
}
