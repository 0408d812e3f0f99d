//! Adjustments above what one may do alone: one asks, another of the staff answers.

use domain::id::{PointsAdjustmentId, TypedId as _};
use domain::order::{Decision, RequestStatus};
use domain::permission::Permission;
use entity::column::Text;
use entity::points_adjustment::{ActiveModel, COLUMN, Column, Entity, Model};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait,
    IntoActiveModel, QueryFilter, QuerySelect,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::adjust::{self, Adjust};
use super::error::PointsError;
use crate::auth::{Account, Viewer};
use crate::error::{Error, Result};
use crate::service::actor::person_behind;
use crate::service::idempotency;
use crate::service::page::{Page, PageRequest};
use crate::state::AppState;

/// Narrows the list of requests.
#[derive(Clone, Debug, Default)]
pub struct AdjustmentFilter {
    /// In these states; in all when empty.
    pub statuses: Vec<RequestStatus>,
}

/// A second staff member's answer.
#[derive(Clone, Debug, Serialize)]
pub struct AnswerAdjustment {
    /// The request.
    pub adjustment_id: Uuid,
    /// The answer.
    pub decision: Decision,
    /// Unique per request.
    #[serde(skip)]
    pub idempotency_key: String,
}

#[derive(Serialize, Deserialize)]
struct Requested {
    adjustment_id: Uuid,
}

/// Asks for an adjustment that a second staff member approves; nothing moves yet.
///
/// # Errors
/// The common refusals of a missing permission, an unknown member, a bad value or a reused key, and
/// [`PointsError::LimitExceeded`] for more than any adjustment may move.
pub async fn request_adjustment(
    app: &AppState,
    viewer: &Viewer,
    command: Adjust,
) -> Result<Model, PointsError> {
    viewer.require(Permission::PointsWrite)?;
    adjust::check(&command)?;
    app.database.retry(|| ask(app, viewer, &command)).await
}

async fn ask(app: &AppState, viewer: &Viewer, command: &Adjust) -> Result<Model, PointsError> {
    let transaction = app.database.begin().await?;
    let actor_key = viewer.idempotency_actor("");
    let request = idempotency::Request::try_new(
        &actor_key,
        "pointsAdjustmentRequest",
        &command.idempotency_key,
        command,
    )?;
    let outcome = Requested {
        adjustment_id: app.clock.new_id(),
    };
    if let Some(first) = request.claim(&transaction, &app.clock, &outcome).await? {
        return find(&transaction, first.adjustment_id).await;
    }
    adjust::require_member(&transaction, command.member_id).await?;
    let (kind, id) = viewer.actor();
    let row = ActiveModel {
        id: Set(outcome.adjustment_id),
        channel_id: Set(viewer.channel.id),
        member_id: Set(command.member_id),
        points: Set(command.points),
        reason: Set(command.reason.trim().to_owned()),
        status: Set(Text(RequestStatus::Pending)),
        requested_by_kind: Set(Text(kind)),
        requested_by_id: Set(id),
        requested_at: Set(app.clock.now()),
        answered_by_id: Set(None),
        answered_at: Set(None),
    };
    let row = row.insert(&transaction).await?;
    transaction.commit().await.map_err(Error::from)?;
    Ok(row)
}

/// Answers a request for an adjustment; yes moves the points.
///
/// # Errors
/// [`PointsError::SecondPerson`] for whoever asked, be it by a key of theirs, and for programs, [`Error::Conflict`] when it was answered before,
/// [`PointsError::Insufficient`] when more would be taken than there are, and the common refusals.
pub async fn answer_adjustment(
    app: &AppState,
    viewer: &Viewer,
    command: AnswerAdjustment,
) -> Result<Model, PointsError> {
    viewer.require(Permission::PointsWrite)?;
    app.database.retry(|| answer(app, viewer, &command)).await
}

async fn answer(
    app: &AppState,
    viewer: &Viewer,
    command: &AnswerAdjustment,
) -> Result<Model, PointsError> {
    let Account::Staff(staff_id) = viewer.account else {
        return Err(PointsError::SecondPerson);
    };
    let transaction = app.database.begin().await?;
    let actor_key = viewer.idempotency_actor("");
    let request = idempotency::Request::try_new(
        &actor_key,
        "pointsAdjustmentRespond",
        &command.idempotency_key,
        command,
    )?;
    let outcome = Requested {
        adjustment_id: command.adjustment_id,
    };
    if let Some(first) = request.claim(&transaction, &app.clock, &outcome).await? {
        return find(&transaction, first.adjustment_id).await;
    }
    let row = find(&transaction, command.adjustment_id).await?;
    if row.channel_id != viewer.channel.id {
        return Err(Error::NotFound("adjustment").into());
    }
    let asker = (row.requested_by_kind.0, row.requested_by_id);
    if person_behind(&transaction, asker).await? == Some(staff_id.uuid()) {
        return Err(PointsError::SecondPerson);
    }
    if row.status.0 != RequestStatus::Pending {
        return Err(Error::Conflict("adjustment").into());
    }
    let status = match command.decision {
        Decision::Accept => RequestStatus::Accepted,
        Decision::Decline => RequestStatus::Declined,
    };
    if command.decision == Decision::Accept {
        let moved = adjust::Move {
            channel_id: row.channel_id,
            member_id: row.member_id,
            points: row.points,
            reason: &row.reason,
            source: ("approved_adjustment", row.id),
            actor: viewer.actor(),
        };
        adjust::move_points(&transaction, &app.clock, &moved).await?;
    }
    let mut row = row.into_active_model();
    row.status = Set(Text(status));
    row.answered_by_id = Set(Some(staff_id.uuid()));
    row.answered_at = Set(Some(app.clock.now()));
    let row = row.update(&transaction).await?;
    transaction.commit().await.map_err(Error::from)?;
    Ok(row)
}

/// Loads a request and locks it until the transaction ends.
async fn find(transaction: &DatabaseTransaction, id: Uuid) -> Result<Model, PointsError> {
    let row = Entity::find_by_id(id)
        .lock_exclusive()
        .one(transaction)
        .await?;
    Ok(row.ok_or(Error::NotFound("adjustment"))?)
}

/// Lists requests for adjustments in the channel, newest first.
///
/// # Errors
/// [`Error::Forbidden`] without `POINTS_READ`, [`Error::Invalid`] for a bad cursor.
pub async fn adjustments(
    app: &AppState,
    viewer: &Viewer,
    filter: &AdjustmentFilter,
    request: &PageRequest,
) -> Result<Page<Model>> {
    viewer.require(Permission::PointsRead)?;
    let mut query = Entity::find().filter(COLUMN.channel_id.eq(viewer.channel.id));
    if !filter.statuses.is_empty() {
        query = query.filter(
            COLUMN
                .status
                .is_in(filter.statuses.iter().copied().map(Text)),
        );
    }
    request
        .newest_first(app.database.read(), query, Column::Id, |row| row.id)
        .await
}

/// Loads requests by id; unknown ones are left out.
///
/// # Errors
/// [`Error::Forbidden`] without `POINTS_READ`.
pub async fn adjustments_by_ids(
    app: &AppState,
    viewer: &Viewer,
    ids: &[PointsAdjustmentId],
) -> Result<Vec<Model>> {
    viewer.require(Permission::PointsRead)?;
    Ok(Entity::find()
        .filter(COLUMN.id.is_in(ids.iter().map(|id| id.uuid())))
        .all(app.database.read())
        .await?)
}
