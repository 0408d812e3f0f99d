//! Files jobs make. They are kept in the database, a part for each step: so a part is there exactly when its step is done,
//! whichever server took it, and the file can be sent without ever being held whole.

use chrono::{DateTime, Utc};
use domain::id::{JobId, TypedId as _};
use domain::job::{JobKind, file_until};
use entity::job::{Entity, Model};
use entity::job_file_part::{self, COLUMN, Column};
use sea_orm::{
    ActiveValue::Set, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use url::Url;
use uuid::Uuid;

use crate::auth::{Viewer, link, seal};
use crate::error::{Error, Result};
use crate::state::AppState;

/// A part to add.
pub(in crate::service) struct Part {
    /// Rows of the file before it.
    pub(in crate::service) number: i32,
    /// The text.
    pub(in crate::service) content: String,
}

/// A file that can be fetched now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The job that made it.
    pub job_id: Uuid,
    /// Name to save it under.
    pub name: &'static str,
    /// Whether its parts are sealed.
    is_sealed: bool,
}

/// Adds a part to the file of a job, in the transaction of its step.
pub(in crate::service) async fn add_part(
    transaction: &DatabaseTransaction,
    app: &AppState,
    job: &Model,
    part: Part,
) -> Result<()> {
    let content = if job.kind.0.is_sealed() {
        let secret = app.config.jwt_secret.expose();
        seal::seal(secret, &place(job.id, part.number), &part.content)?
    } else {
        part.content
    };
    let row = job_file_part::ActiveModel {
        job_id: Set(job.id),
        number: Set(part.number),
        content: Set(content),
        created_at: Set(app.clock.now()),
    };
    job_file_part::Entity::insert(row)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// Where a sealed part belongs.
fn place(job_id: Uuid, number: i32) -> String {
    format!("file of job {job_id}, part {number}")
}

/// Removes what a job has written so far.
pub(super) async fn clear(transaction: &DatabaseTransaction, job_id: Uuid) -> Result<()> {
    job_file_part::Entity::delete_many()
        .filter(COLUMN.job_id.eq(job_id))
        .exec(transaction)
        .await?;
    Ok(())
}

/// The address of the file a job made; none without a file, after its time, or for viewers who may not see what is in it.
/// Whoever holds the address can fetch the file.
///
/// # Errors
/// [`Error::Internal`] when the shop's public address is none.
pub fn address(app: &AppState, viewer: &Viewer, job: &Model) -> Result<Option<Url>> {
    let may = job.kind.0.file_permission();
    if !may.is_some_and(|permission| viewer.may(permission)) {
        return Ok(None);
    }
    let now = app.clock.now();
    let until = file_until(job.status.0, job.finished_at).filter(|until| *until > now);
    let Some(until) = until else {
        return Ok(None);
    };
    let signature = link::sign(app.config.jwt_secret.expose(), job.id, until);
    let path = format!(
        "/files/{}?until={}&signature={signature}",
        JobId(job.id),
        until.timestamp()
    );
    let address = Url::parse(&app.config.public_address(&path)).map_err(Error::internal)?;
    Ok(Some(address))
}

/// Opens the file behind an address made by [`address`]; none for any other, or too late.
///
/// # Errors
/// When the database does not answer.
pub async fn open(
    app: &AppState,
    job_id: JobId,
    until: DateTime<Utc>,
    signature: &str,
) -> Result<Option<File>> {
    let secret = app.config.jwt_secret.expose();
    let now = app.clock.now();
    if !link::fits(secret, job_id.uuid(), until, signature) || until <= now {
        return Ok(None);
    }
    let job = Entity::find_by_id(job_id.uuid())
        .one(app.database.read())
        .await?;
    let job = job.filter(|job| file_until(job.status.0, job.finished_at).is_some());
    Ok(job.and_then(|job| {
        Some(File {
            job_id: job.id,
            name: name(job.kind.0)?,
            is_sealed: job.kind.0.is_sealed(),
        })
    }))
}

/// Loads the part of a file that follows the one of a number, with its own; none after the last.
///
/// # Errors
/// When the database does not answer.
pub async fn next_part(
    app: &AppState,
    file: &File,
    after: Option<i32>,
) -> Result<Option<(i32, String)>> {
    let mut parts = job_file_part::Entity::find().filter(COLUMN.job_id.eq(file.job_id));
    if let Some(after) = after {
        parts = parts.filter(COLUMN.number.gt(after));
    }
    let part = parts
        .order_by_asc(Column::Number)
        .limit(1)
        .one(app.database.read())
        .await?;
    let Some(part) = part else {
        return Ok(None);
    };
    let content = if file.is_sealed {
        let secret = app.config.jwt_secret.expose();
        seal::open(secret, &place(part.job_id, part.number), &part.content)?
    } else {
        part.content
    };
    Ok(Some((part.number, content)))
}

fn name(kind: JobKind) -> Option<&'static str> {
    match kind {
        JobKind::CouponCodesExport => Some("coupon-codes.csv"),
        JobKind::GiftCardsGenerate => Some("gift-cards.csv"),
        JobKind::CouponCodesGenerate | JobKind::CouponsRevoke => None,
    }
}
