//! Tries deliveries. Nothing is sent while a transaction is open.

use std::collections::HashMap;

use domain::id::EventId;
use domain::webhook::{Verdict, judge, pause_after};
use entity::{event, webhook};
use sea_orm::EntityTrait;
use serde_json::json;
use url::Url;
use uuid::Uuid;

use super::queue::{self, Claimed, Failure};
use super::secret::in_force;
use crate::error::{Error, Result};
use crate::service::event::by_ids;
use crate::state::AppState;
use crate::webhook::SendError;
use crate::webhook::signature::sign;

/// Deliveries of one webhook that are under way at a time.
const SIDE_BY_SIDE: u8 = 4;

/// Sends everything that is due; answers how many tries that took. For tests and the command line: the worker keeps a task
/// for each webhook instead.
///
/// # Errors
/// When the database does not answer.
pub async fn deliver_due(app: &AppState) -> Result<usize> {
    let mut tried = 0;
    for webhook_id in queue::due(app).await? {
        loop {
            let taken = deliver_to(app, webhook_id).await?;
            tried += taken;
            if taken == 0 {
                break;
            }
        }
    }
    Ok(tried)
}

/// Tries some deliveries of a webhook that are due; answers how many.
///
/// # Errors
/// When the database does not answer; leases then run out by themselves.
pub async fn deliver_to(app: &AppState, webhook_id: Uuid) -> Result<usize> {
    let claimed = queue::claim(app, webhook_id, SIDE_BY_SIDE).await?;
    if claimed.is_empty() {
        return Ok(0);
    }
    let Some(webhook) = webhook::Entity::find_by_id(webhook_id)
        .one(app.database.read())
        .await?
    else {
        return Ok(0);
    };
    let ids: Vec<Uuid> = claimed.iter().map(|delivery| delivery.event_id).collect();
    let events: HashMap<Uuid, event::Model> = by_ids(app, webhook.channel_id, &ids)
        .await?
        .into_iter()
        .map(|event| (event.id, event))
        .collect();
    let tries = claimed.iter().filter_map(|delivery| {
        let event = events.get(&delivery.event_id)?;
        Some(attempt(app, &webhook, delivery, event))
    });
    futures_util::future::join_all(tries)
        .await
        .into_iter()
        .collect::<Result<()>>()?;
    Ok(claimed.len())
}

async fn attempt(
    app: &AppState,
    webhook: &webhook::Model,
    delivery: &Claimed,
    event: &event::Model,
) -> Result<()> {
    let is_sample = event.position.is_none();
    let (response_status, reason, is_gone) = match post(app, webhook, event).await {
        Ok(Ok(status)) => match judge(status) {
            Verdict::Taken => return queue::arrived(app, webhook.id, delivery, status).await,
            verdict @ (Verdict::Refused | Verdict::Gone) => (
                Some(status),
                format!("answered {status}"),
                verdict == Verdict::Gone,
            ),
        },
        Ok(Err(error)) => (None, error.to_string(), false),
        Err(error) => {
            tracing::error!(webhook.id = %webhook.id, error = %error, "an event cannot be signed");
            (None, "it cannot be signed".to_owned(), false)
        }
    };
    let pause = pause_after(delivery.attempts, is_sample).filter(|_| !is_gone);
    let failure = Failure {
        response_status,
        reason: &reason,
        next_attempt_at: pause.map(|pause| app.clock.now() + pause),
        is_gone,
        counts: !is_sample,
    };
    queue::failed(app, webhook.id, delivery, failure).await
}

/// Signs an event and sends it. The signature is made for this try, so that a receiver can refuse old ones.
async fn post(
    app: &AppState,
    webhook: &webhook::Model,
    event: &event::Model,
) -> Result<std::result::Result<u16, SendError>> {
    let url = Url::parse(&webhook.url).map_err(Error::internal)?;
    let now = app.clock.now();
    let secrets = in_force(app, webhook, now)?;
    let id = EventId(event.id).to_string();
    let message = sign(&secrets, &id, now, body(&id, event))?;
    Ok(app.outbound.post(url, message).await)
}

/// What is sent: the event as the feed has it, in the frame of Standard Webhooks.
fn body(id: &str, event: &event::Model) -> String {
    json!({
        "type": event.kind.0,
        "timestamp": event.occurred_at,
        "data": {
            "id": id,
            "subjectId": event.subject_kind.0.global_id(event.subject_id),
            "sequence": event.sequence,
            "payload": event.payload.0,
        },
    })
    .to_string()
}
