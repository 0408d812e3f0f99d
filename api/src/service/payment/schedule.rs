//! The test provider's messages wait in the outbox until they are due.

use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::job::{self, Job};
use crate::payment::{FollowUp, ProviderMessage};
use crate::state::AppState;

/// Plans messages in the caller's transaction.
pub(super) async fn plan(
    app: &AppState,
    transaction: &DatabaseTransaction,
    payment_id: Uuid,
    follow_ups: &[FollowUp],
) -> Result<()> {
    for follow_up in follow_ups {
        let job = Job::TestPaymentMessage {
            payment_id,
            message: follow_up.message.clone(),
        };
        job::push_at(transaction, &app.clock, &job, follow_up.send_at).await?;
    }
    Ok(())
}

/// Plans messages in a transaction of their own.
pub(super) async fn later(app: &AppState, payment_id: Uuid, follow_ups: &[FollowUp]) -> Result<()> {
    let transaction = app.database.begin().await?;
    plan(app, &transaction, payment_id, follow_ups).await?;
    transaction.commit().await?;
    Ok(())
}

/// Sends a message of the test provider to the shop's webhook address.
///
/// # Errors
/// When it was not taken; it is tried again.
pub async fn send_test_message(app: &AppState, message: &ProviderMessage) -> Result<()> {
    let Some(provider) = app.payments.test() else {
        return Ok(()); // switched off since
    };
    provider
        .send(message, app.clock.now())
        .await
        .map_err(|error| {
            tracing::warn!(error = %error, "a test payment message was not taken");
            Error::Unavailable("the webhook address")
        })
}
