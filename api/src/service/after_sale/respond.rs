//! The shop's yes or no.

use domain::after_sale::AfterSaleEvent;
use domain::order::Decision;
use domain::permission::Permission;
use entity::after_sale::{ActiveModel, Model};
use sea_orm::ActiveValue::Set;
use serde::Serialize;
use uuid::Uuid;

use super::error::AfterSaleError;
use super::lock::{self, Opened, Request, Step, Who};
use super::request::approved;
use super::words::words;
use crate::auth::Viewer;
use crate::error::Error;
use crate::state::AppState;

/// The shop's answer.
#[derive(Clone, Debug, Serialize)]
pub struct RespondToAfterSale {
    /// The case.
    pub after_sale_id: Uuid,
    /// Yes or no.
    pub decision: Decision,
    /// Words to the buyer; needed to decline.
    pub answer: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

/// Approves or declines a case.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] for a no without words; [`AfterSaleError::InvalidTransition`].
pub async fn respond(
    app: &AppState,
    viewer: &Viewer,
    command: RespondToAfterSale,
) -> Result<Model, AfterSaleError> {
    viewer.require(Permission::AfterSaleWrite)?;
    let answer = words("answer", command.answer.as_deref())?;
    if answer.is_none() && command.decision == Decision::Decline {
        return Err(Error::invalid(&["answer"], "say why").into());
    }
    let command = RespondToAfterSale { answer, ..command };
    let answered = app
        .database
        .retry(|| attempt(app, viewer, &command))
        .await?;
    app.wake.wake();
    Ok(answered)
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &RespondToAfterSale,
) -> Result<Model, AfterSaleError> {
    let request = Request {
        operation: "afterSaleRespond",
        key: &command.idempotency_key,
        command,
    };
    let locked = match lock::open(app, viewer, Who::Office, command.after_sale_id, request).await? {
        Opened::Before(case) => return Ok(*case),
        Opened::Now(locked) => locked,
    };
    let (event, change) = match command.decision {
        Decision::Accept => (
            AfterSaleEvent::Approved,
            approved(app, &locked.order, &locked.case)?,
        ),
        Decision::Decline => (AfterSaleEvent::Declined, ActiveModel::default()),
    };
    let step = Step {
        status: locked.case.status.0.apply(locked.case.kind.0, event)?,
        change: ActiveModel {
            answer: Set(command.answer.clone()),
            ..change
        },
        notify: true,
        actor: viewer.actor(),
    };
    locked.finish(app, step).await
}
