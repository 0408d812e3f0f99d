//! Carries out jobs, one step after the other.

use domain::job::{JobStatus, next_step};
use entity::column::{Json, Text};
use entity::job::{COLUMN, Column, Entity, Model};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, DatabaseTransaction, EntityTrait, IntoActiveModel,
    QueryFilter, QuerySelect,
};
use uuid::Uuid;

use super::start::Task;
use crate::error::{Error, Result};
use crate::job::{self, Job};
use crate::service::{coupon, credit};
use crate::state::AppState;

/// Rows of one step: few enough that nobody waits long, and that a statement can hold their values.
const STEP: i32 = 2_000;

/// Takes the step of a job that begins after so many rows. Does nothing when it was taken before.
///
/// # Errors
/// When the step failed and is to be tried again.
pub async fn step(app: &AppState, job_id: Uuid, done: i32) -> Result<()> {
    match app.database.retry(|| attempt(app, job_id, done)).await {
        Ok(()) => Ok(()),
        // What does not answer is no fault of the job.
        Err(Error::Unavailable(what)) => Err(Error::Unavailable(what)),
        Err(error) => fail(app, job_id, error).await,
    }
}

async fn attempt(app: &AppState, job_id: Uuid, done: i32) -> Result<()> {
    let transaction = app.database.begin().await?;
    let found = Entity::find_by_id(job_id)
        .lock_exclusive()
        .one(&transaction)
        .await?;
    // The count of the step before is this step's number: a message that comes twice finds another.
    let Some(job) = found.filter(|job| !job.status.is_final() && job.done == done) else {
        return Ok(());
    };
    let step = carry_out(&transaction, app, &job).await?;
    let now = app.clock.now();
    let done = done.saturating_add(step.count);
    let is_over = step.is_last;
    // What there is in all may have changed since it was counted.
    let total = if is_over {
        done
    } else {
        job.total.unwrap_or_default().max(done)
    };
    let started_at = job.started_at.or(Some(now));
    let mut row = job.into_active_model();
    if let Some(task) = step.task {
        row.task = Set(Json(serde_json::to_value(task).map_err(Error::internal)?));
    }
    row.total = Set(Some(total));
    row.done = Set(done);
    row.status = Set(Text(if is_over {
        JobStatus::Succeeded
    } else {
        JobStatus::Running
    }));
    row.error = Set(None);
    row.started_at = Set(started_at);
    row.finished_at = Set(is_over.then_some(now));
    row.update(&transaction).await?;
    if !is_over {
        job::push(&transaction, &app.clock, &Job::JobStep { job_id, done }).await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// What a step did.
struct Step {
    /// Rows it took.
    count: i32,
    /// Whether nothing is left.
    is_last: bool,
    /// The task with what the next step must know, if that changed.
    task: Option<Task>,
}

impl Step {
    /// Nothing is left to do.
    const LAST: Self = Self {
        count: 0,
        is_last: true,
        task: None,
    };

    /// The next step of a job that knows from the start how many rows there are.
    fn of_total(job: &Model) -> Self {
        let total = job.total.unwrap_or_default();
        let count = next_step(total, job.done, STEP);
        Self {
            count,
            is_last: job.done.saturating_add(count) >= total,
            task: None,
        }
    }
}

async fn carry_out(transaction: &DatabaseTransaction, app: &AppState, job: &Model) -> Result<Step> {
    match serde_json::from_value(job.task.0.clone()).map_err(Error::internal)? {
        Task::CouponCodes {
            template_id,
            prefix,
        } => {
            let step = Step::of_total(job);
            let goes_on =
                coupon::make_codes(transaction, app, template_id, &prefix, step.count).await?;
            Ok(if goes_on { step } else { Step::LAST })
        }
        Task::CouponRevocation(revocation) => {
            let count = coupon::revoke_standing(transaction, app, &revocation, STEP).await?;
            // A step may find fewer than it looked for: some lapse or are withdrawn one by one at the same time.
            Ok(Step {
                count,
                is_last: count == 0,
                task: None,
            })
        }
        Task::GiftCards(batch) => {
            let step = Step::of_total(job);
            credit::make_cards(transaction, app, job, &batch, step.count).await?;
            Ok(step)
        }
        Task::CouponExport(export) => {
            let (count, export) = coupon::export_part(transaction, app, job, export, STEP).await?;
            Ok(Step {
                count,
                is_last: count < STEP,
                task: Some(Task::CouponExport(export)),
            })
        }
    }
}

/// Writes a failure down. The job is tried again unless it failed too often.
async fn fail(app: &AppState, job_id: Uuid, error: Error) -> Result<()> {
    let Some(job) = Entity::find_by_id(job_id).one(app.database.read()).await? else {
        return Ok(());
    };
    let failures = job.failures.saturating_add(1);
    let status = JobStatus::after_failure(failures);
    tracing::error!(job.id = %job_id, job.failures = failures, error = %error, "a step of a job failed");
    let finished_at = status.is_final().then(|| app.clock.now());
    let reason = "a step failed; the server's log tells more under the id of the job";
    Entity::update_many()
        .col_expr(Column::Failures, Expr::value(failures))
        .col_expr(Column::Status, Expr::value(Text(status)))
        .col_expr(Column::Error, Expr::value(reason))
        .col_expr(Column::FinishedAt, Expr::value(finished_at))
        .filter(COLUMN.id.eq(job_id))
        .filter(COLUMN.failures.eq(job.failures))
        .exec(app.database.write())
        .await?;
    if status.is_final() {
        Ok(())
    } else {
        Err(error)
    }
}
