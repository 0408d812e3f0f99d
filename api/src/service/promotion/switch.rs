//! Staff start, stop and put away promotions, alone or with a second person's yes.

use domain::id::{PromotionId, TypedId as _};
use domain::order::Decision;
use domain::permission::Permission;
use domain::promotion::{
    ApprovalPolicy, LifecycleError, PromotionChangeKind as Kind, PromotionStatus,
};
use entity::channel;
use entity::column::Text;
use entity::promotion::Model;
use sea_orm::DatabaseTransaction;

use super::error::PromotionError;
use super::history::{self, Doer};
use super::room;
use super::timing;
use super::write::{lock, save};
use crate::auth::{Account, Viewer};
use crate::error::Error;
use crate::service::event;
use crate::state::AppState;

/// Longest reason, in characters.
const MAX_REASON: usize = 255;

/// A second person's answer.
#[derive(Clone, Debug)]
pub struct AnswerPromotion {
    /// The promotion.
    pub id: PromotionId,
    /// The answer.
    pub decision: Decision,
    /// Why; needed to decline.
    pub reason: Option<String>,
    /// Version the answer is about.
    pub expected_version: i32,
}

/// Starts a promotion, now or at its start.
///
/// # Errors
/// [`PromotionError::Lifecycle`] when it is over, waits for a second person, or is a draft where one must agree;
/// [`PromotionError::Room`] when too many run already; the common refusals.
pub async fn activate(
    app: &AppState,
    viewer: &Viewer,
    id: PromotionId,
) -> Result<Model, PromotionError> {
    let policy = policy(&viewer.channel);
    switch(app, viewer, id, Kind::Activated, |from, running| {
        from.activate(running, policy)
    })
    .await
}

/// Stops a promotion until it is activated again.
///
/// # Errors
/// [`PromotionError::Lifecycle`] unless it runs or is going to; the common refusals.
pub async fn pause(
    app: &AppState,
    viewer: &Viewer,
    id: PromotionId,
) -> Result<Model, PromotionError> {
    switch(app, viewer, id, Kind::Paused, |from, _| from.pause()).await
}

/// Asks a second person to let a draft start.
///
/// # Errors
/// [`PromotionError::Lifecycle`] for what is no draft; the common refusals.
pub async fn request_approval(
    app: &AppState,
    viewer: &Viewer,
    id: PromotionId,
) -> Result<Model, PromotionError> {
    switch(app, viewer, id, Kind::ApprovalRequested, |from, _| {
        from.request_approval()
    })
    .await
}

/// Puts a promotion away.
///
/// # Errors
/// [`PromotionError::Lifecycle`] while it runs, is going to, or waits for a second person; the common refusals.
pub async fn archive(
    app: &AppState,
    viewer: &Viewer,
    id: PromotionId,
) -> Result<Model, PromotionError> {
    switch(app, viewer, id, Kind::Archived, |from, _| from.archive()).await
}

/// What the shop asks for before a promotion starts.
pub(super) fn policy(channel: &channel::Model) -> ApprovalPolicy {
    if channel.promotion_approval {
        ApprovalPolicy::Needed
    } else {
        ApprovalPolicy::NotNeeded
    }
}

async fn switch(
    app: &AppState,
    viewer: &Viewer,
    id: PromotionId,
    kind: Kind,
    decide: impl Fn(PromotionStatus, PromotionStatus) -> Result<PromotionStatus, LifecycleError>
    + Send
    + Sync,
) -> Result<Model, PromotionError> {
    viewer.require(Permission::PromotionWrite)?;
    let decide = &decide;
    app.database
        .retry(|| async move {
            let transaction = app.database.begin().await?;
            let promotion = lock(&transaction, viewer, id).await?;
            let from = status_now(app, &promotion, promotion.status.0);
            let running = status_now(app, &promotion, PromotionStatus::Active);
            let status = decide(from, running)?;
            if status == from {
                return Ok(promotion);
            }
            let doer = Doer::load(&transaction, viewer).await?;
            let saved = step(app, &transaction, promotion, status, (kind, doer, None)).await?;
            transaction.commit().await?;
            Ok(saved)
        })
        .await
}

/// Answers a draft that waits for a second person; yes starts it, now or at its start.
///
/// # Errors
/// [`LifecycleError::SecondPerson`] for programs and for whoever wrote it, be it by a key; [`Error::Conflict`] when it
/// is not the version the answer is about; [`LifecycleError::Transition`] when it waits for nobody or its end has
/// passed; [`PromotionError::Room`] when too many run already; the common refusals.
pub async fn answer(
    app: &AppState,
    viewer: &Viewer,
    command: AnswerPromotion,
) -> Result<Model, PromotionError> {
    viewer.require(Permission::PromotionWrite)?;
    let reason = checked_reason(&command)?;
    let reason = reason.as_deref();
    let command = &command;
    app.database
        .retry(|| async move {
            let transaction = app.database.begin().await?;
            let promotion = lock(&transaction, viewer, command.id).await?;
            let from = promotion.status.0;
            let running = status_now(app, &promotion, PromotionStatus::Active);
            let (kind, status) = match command.decision {
                Decision::Accept => (Kind::Approved, from.approve(running)?),
                Decision::Decline => (Kind::Declined, from.decline()?),
            };
            let authors = history::load_authors(&transaction, promotion.id).await?;
            let is_second =
                matches!(viewer.account, Account::Staff(id) if !authors.contains(&id.uuid()));
            if !is_second {
                return Err(LifecycleError::SecondPerson.into());
            }
            if promotion.version != command.expected_version {
                return Err(Error::Conflict("promotion").into());
            }
            let doer = Doer::load(&transaction, viewer).await?;
            let saved = step(app, &transaction, promotion, status, (kind, doer, reason)).await?;
            transaction.commit().await?;
            Ok(saved)
        })
        .await
}

fn checked_reason(command: &AnswerPromotion) -> Result<Option<String>, Error> {
    let reason = command.reason.as_deref().map(str::trim);
    let reason = reason.filter(|reason| !reason.is_empty());
    if reason.is_some_and(|reason| reason.chars().count() > MAX_REASON) {
        let message = format!("at most {MAX_REASON} characters");
        return Err(Error::invalid(&["reason"], message));
    }
    if command.decision == Decision::Decline && reason.is_none() {
        return Err(Error::invalid(&["reason"], "needed to decline"));
    }
    Ok(reason.map(str::to_owned))
}

fn status_now(app: &AppState, promotion: &Model, stored: PromotionStatus) -> PromotionStatus {
    stored.at(promotion.starts_at, promotion.ends_at, app.clock.now())
}

/// Takes a step of a locked promotion's life, writes it down, and plans those that come by time.
async fn step(
    app: &AppState,
    transaction: &DatabaseTransaction,
    mut promotion: Model,
    status: PromotionStatus,
    (kind, doer, reason): (Kind, Doer, Option<&str>),
) -> Result<Model, PromotionError> {
    promotion.status = Text(status);
    room::ensure(transaction, &promotion, app.clock.now()).await?;
    let saved = save(transaction, app, promotion).await?;
    let now = saved.updated_at;
    history::record(transaction, &saved, kind, doer, reason, now).await?;
    event::promotion_moved(transaction, &app.clock, &saved).await?;
    timing::plan(transaction, app, &saved).await?;
    Ok(saved)
}
