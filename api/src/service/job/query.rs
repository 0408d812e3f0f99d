//! What staff read about background work.

use domain::id::{JobId, TypedId as _};
use domain::job::{JobKind, JobStatus};
use domain::permission::Permission;
use entity::column::Text;
use entity::job::{COLUMN, Column, Entity, Model};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::auth::Viewer;
use crate::error::Result;
use crate::service::page::{Page, PageRequest};
use crate::state::AppState;

/// Narrows jobs.
#[derive(Clone, Debug, Default)]
pub struct JobFilter {
    /// Of these kinds; all when empty.
    pub kind: Vec<JobKind>,
    /// In these states; all when empty.
    pub status: Vec<JobStatus>,
}

/// Finds a job of the channel; `None` unless the viewer started it or has permission `JOB_READ`.
///
/// # Errors
/// When the database does not answer.
pub async fn find(app: &AppState, viewer: &Viewer, id: JobId) -> Result<Option<Model>> {
    let job = Entity::find_by_id(id.uuid())
        .filter(COLUMN.channel_id.eq(viewer.channel.id))
        .one(app.database.read())
        .await?;
    let is_own =
        |job: &Model| job.actor_id.is_some() && (job.actor_kind.0, job.actor_id) == viewer.actor();
    Ok(job.filter(|job| viewer.may(Permission::JobRead) || is_own(job)))
}

/// Lists the channel's jobs, newest first.
///
/// # Errors
/// Without permission `JOB_READ`, or for a bad cursor.
pub async fn jobs(
    app: &AppState,
    viewer: &Viewer,
    filter: &JobFilter,
    request: &PageRequest,
) -> Result<Page<Model>> {
    viewer.require(Permission::JobRead)?;
    let mut query = Entity::find().filter(COLUMN.channel_id.eq(viewer.channel.id));
    if !filter.kind.is_empty() {
        query = query.filter(COLUMN.kind.is_in(filter.kind.iter().copied().map(Text)));
    }
    if !filter.status.is_empty() {
        query = query.filter(COLUMN.status.is_in(filter.status.iter().copied().map(Text)));
    }
    request
        .newest_first(app.database.read(), query, Column::Id, |row| row.id)
        .await
}
