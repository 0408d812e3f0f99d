//! Staff run a failed job again.

use domain::id::{JobId, TypedId as _};
use domain::job::retry as decide;
use domain::permission::Permission;
use entity::column::{Json, Text};
use entity::job::{COLUMN, Entity, Model};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
};

use super::start::Task;
use super::{JobError, file};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::job::{self, Job};
use crate::state::AppState;

/// Queues a failed job once more, with as many tries as a new one. It goes on where it stopped; one that only writes down
/// what there is begins anew, since what it wrote before may be of another time.
///
/// # Errors
/// [`JobError::NotFailed`], and the common refusals of a missing permission or an unknown job.
pub async fn retry(app: &AppState, viewer: &Viewer, id: JobId) -> Result<Model, JobError> {
    viewer.require(Permission::JobWrite)?;
    app.database.retry(|| attempt(app, viewer, id)).await
}

async fn attempt(app: &AppState, viewer: &Viewer, id: JobId) -> Result<Model, JobError> {
    let transaction = app.database.begin().await?;
    let job = Entity::find_by_id(id.uuid())
        .filter(COLUMN.channel_id.eq(viewer.channel.id))
        .lock_exclusive()
        .one(&transaction)
        .await?
        .ok_or(Error::NotFound("job"))?;
    let status = decide(job.status.0)?;
    let (job_id, mut done) = (job.id, job.done);
    let begins_anew = job.kind.0.begins_anew();
    let task: Task = serde_json::from_value(job.task.0.clone()).map_err(Error::internal)?;
    let mut row = job.into_active_model();
    if begins_anew {
        done = 0;
        file::clear(&transaction, job_id).await?;
        let task = serde_json::to_value(task.restarted()).map_err(Error::internal)?;
        row.task = Set(Json(task));
    }
    row.status = Set(Text(status));
    row.done = Set(done);
    row.failures = Set(0);
    row.error = Set(None);
    row.started_at = Set(None);
    row.finished_at = Set(None);
    let job = row.update(&transaction).await?;
    job::push(&transaction, &app.clock, &Job::JobStep { job_id, done }).await?;
    transaction.commit().await?;
    Ok(job)
}
