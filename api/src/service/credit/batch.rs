//! Staff have gift cards made in batches: queued at once, made step by step by a job that writes their codes to a file.

use domain::credit::MAX_BATCH;
use domain::csv;
use domain::id::GiftCardId;
use domain::permission::Permission;
use entity::job;
use sea_orm::DatabaseTransaction;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::code::code_of;
use super::error::CreditError;
use super::issue::{IssueCard, Maker, Terms, make};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::idempotency;
use crate::service::job::{Part, Task, add_part, by_id, start};
use crate::state::AppState;

/// First row of the file.
const COLUMNS: [&str; 5] = ["code", "amount", "currency", "expires_at", "id"];

/// Cards to make.
#[derive(Clone, Debug, Serialize)]
pub struct GenerateCards {
    /// How many.
    pub count: i32,
    /// What each of them is.
    pub card: IssueCard,
}

/// What a job knows of the cards it makes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CardBatch(Terms);

#[derive(Serialize, Deserialize)]
struct Started {
    job_id: Uuid,
}

/// Starts a job that makes equal gift cards and writes their codes to a file, which can be fetched for a day.
///
/// # Errors
/// The common refusals of a missing permission, a bad value or a reused key.
pub async fn generate_cards(
    app: &AppState,
    viewer: &Viewer,
    command: GenerateCards,
) -> Result<job::Model, CreditError> {
    viewer.require(Permission::CreditWrite)?;
    if !(1..=MAX_BATCH).contains(&command.count) {
        let message = format!("from 1 to {MAX_BATCH}");
        return Err(Error::invalid(&["count"], message).into());
    }
    let terms = Terms::check(app, viewer, &command.card)?;
    app.database
        .retry(|| attempt(app, viewer, &command, &terms))
        .await
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &GenerateCards,
    terms: &Terms,
) -> Result<job::Model, CreditError> {
    let transaction = app.database.begin().await?;
    let actor = viewer.idempotency_actor("");
    let key = &command.card.idempotency_key;
    let request = idempotency::Request::try_new(&actor, "giftCardsGenerate", key, command)?;
    let outcome = Started {
        job_id: app.clock.new_id(),
    };
    if let Some(first) = request.claim(&transaction, &app.clock, &outcome).await? {
        return Ok(by_id(&transaction, first.job_id).await?);
    }
    let task = Task::GiftCards(CardBatch(terms.clone()));
    let job = start(
        &transaction,
        app,
        viewer,
        outcome.job_id,
        &task,
        command.count,
    )
    .await?;
    transaction.commit().await?;
    Ok(job)
}

/// Makes the next cards of a job and adds their codes to its file.
pub(in crate::service) async fn make_cards(
    transaction: &DatabaseTransaction,
    app: &AppState,
    job: &job::Model,
    batch: &CardBatch,
    count: i32,
) -> Result<()> {
    let ids: Vec<Uuid> = (0..count).map(|_| app.clock.new_id()).collect();
    let maker = Maker {
        channel_id: job.channel_id,
        actor: (job.actor_kind.0, job.actor_id),
        job_id: Some(job.id),
    };
    let cards = make(app, transaction, &maker, &batch.0, &ids).await?;
    let shop_secret = app.config.jwt_secret.expose();
    let amount = batch.0.amount;
    let ends_at = batch.0.ends_at.map(|end| end.to_rfc3339());
    let mut content = String::new();
    if job.done == 0 {
        content.push_str(&csv::row(&COLUMNS));
    }
    for card in cards {
        content.push_str(&csv::row(&[
            &code_of(shop_secret, card.id).printed(),
            &amount.amount_text(),
            amount.currency.code(),
            ends_at.as_deref().unwrap_or_default(),
            &GiftCardId::from(card.id).to_string(),
        ]));
    }
    let part = Part {
        number: job.done,
        content,
    };
    add_part(transaction, app, job, part).await
}
