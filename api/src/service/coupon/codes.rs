//! Staff have codes made in series: queued at once, made step by step by a job.

use domain::coupon::{CodePrefix, MAX_SERIES};
use domain::job::{JobKind, JobStatus};
use domain::permission::Permission;
use entity::column::Text;
use entity::coupon::{ActiveModel, Entity};
use entity::job;
use rand::TryRngCore as _;
use rand::rngs::OsRng;
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{template, wallet};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::idempotency;
use crate::service::job::{Task, by_id, start};
use crate::service::promotion::PromotionError;
use crate::state::AppState;

/// Codes to make.
#[derive(Clone, Debug, Serialize)]
pub struct GenerateCodes {
    /// Template to make them from.
    pub template_id: Uuid,
    /// How many.
    pub count: i32,
    /// Start of every code.
    pub prefix: Option<String>,
    /// Unique per request.
    #[serde(skip)]
    pub idempotency_key: String,
}

#[derive(Serialize, Deserialize)]
struct Started {
    job_id: Uuid,
}

/// Starts a job that makes codes for one use each. All of them count against the template's limit at once.
///
/// # Errors
/// [`PromotionError::NoneLeft`] when not so many may be issued, and the common refusals of a missing permission, an unknown
/// template, a bad value or a reused key.
pub async fn generate_codes(
    app: &AppState,
    viewer: &Viewer,
    command: GenerateCodes,
) -> Result<job::Model, PromotionError> {
    viewer.require(Permission::CouponWrite)?;
    if !(1..=MAX_SERIES).contains(&command.count) {
        let message = format!("from 1 to {MAX_SERIES}");
        return Err(Error::invalid(&["count"], message).into());
    }
    let prefix = CodePrefix::parse(command.prefix.as_deref().unwrap_or_default())
        .map_err(|error| Error::invalid(&["prefix"], error.to_string()))?;
    app.database
        .retry(|| attempt(app, viewer, &command, &prefix))
        .await
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &GenerateCodes,
    prefix: &CodePrefix,
) -> Result<job::Model, PromotionError> {
    let transaction = app.database.begin().await?;
    let actor = viewer.idempotency_actor("");
    let key = &command.idempotency_key;
    let request = idempotency::Request::try_new(&actor, "couponCodesGenerate", key, command)?;
    let job_id = app.clock.new_id();
    let outcome = Started { job_id };
    if let Some(first) = request.claim(&transaction, &app.clock, &outcome).await? {
        return Ok(by_id(&transaction, first.job_id).await?);
    }
    let template = template::find_open(&transaction, viewer, command.template_id).await?;
    let task = Task::CouponCodes {
        template_id: template.id,
        prefix: prefix.as_str().to_owned(),
    };
    let job = start(&transaction, app, viewer, job_id, &task, command.count).await?;
    let count = usize::try_from(command.count).map_err(Error::internal)?;
    wallet::issue(&transaction, &template, count).await?;
    transaction.commit().await?;
    Ok(job)
}

/// Makes so many codes with one statement, or none any more once the template was stopped; answers whether it did. A code
/// made twice is refused by the database, and the step is taken again.
pub(in crate::service) async fn make_codes(
    transaction: &DatabaseTransaction,
    app: &AppState,
    template_id: Uuid,
    prefix: &str,
    count: i32,
) -> Result<bool> {
    let prefix = CodePrefix::parse(prefix).map_err(Error::internal)?;
    let Some(template) = template::still_open(transaction, template_id).await? else {
        return Ok(false);
    };
    let now = app.clock.now();
    let rows = (0..count)
        .map(|_| {
            let code = prefix.code(OsRng.try_next_u64().map_err(Error::internal)?);
            Ok(ActiveModel {
                usage_limit: Set(Some(1)),
                ..wallet::fresh(app.clock.new_id(), &template, code, now)
            })
        })
        .collect::<Result<Vec<_>>>()?;
    Entity::insert_many(rows)
        .exec_without_returning(transaction)
        .await?;
    Ok(true)
}

/// Whether a series of a template is not made yet. One that failed may be run again.
pub(super) async fn are_queued(
    transaction: &DatabaseTransaction,
    template_id: Uuid,
) -> Result<bool> {
    let jobs = job::Entity::find()
        .filter(job::COLUMN.kind.eq(Text(JobKind::CouponCodesGenerate)))
        .filter(job::COLUMN.status.ne(Text(JobStatus::Succeeded)))
        .all(transaction)
        .await?;
    for job in jobs {
        let task = serde_json::from_value(job.task.0).map_err(Error::internal)?;
        if matches!(task, Task::CouponCodes { template_id: of, .. } if of == template_id) {
            return Ok(true);
        }
    }
    Ok(false)
}
