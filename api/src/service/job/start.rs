//! Queues background work in the caller's transaction.

use domain::job::{JobKind, JobStatus};
use entity::column::{Json, Text};
use entity::job::{ActiveModel, Entity, Model};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ConnectionTrait, DatabaseTransaction, EntityTrait,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::job::{self, Job};
use crate::service::coupon::{Export, Revocation};
use crate::service::credit::CardBatch;
use crate::state::AppState;

/// What a job is to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "snake_case")]
pub(crate) enum Task {
    /// Make codes of coupons.
    CouponCodes {
        /// What to make them from.
        template_id: Uuid,
        /// Start of every code.
        prefix: String,
    },
    /// Write codes of coupons to a file.
    CouponExport(Export),
    /// Withdraw the coupons of a template.
    CouponRevocation(Revocation),
    /// Make gift cards and write their codes to a file.
    GiftCards(CardBatch),
}

impl Task {
    fn kind(&self) -> JobKind {
        match self {
            Self::CouponCodes { .. } => JobKind::CouponCodesGenerate,
            Self::CouponExport(_) => JobKind::CouponCodesExport,
            Self::CouponRevocation(_) => JobKind::CouponsRevoke,
            Self::GiftCards(_) => JobKind::GiftCardsGenerate,
        }
    }

    /// The same without what steps have noted in it.
    pub(super) fn restarted(self) -> Self {
        match self {
            Self::CouponCodes { .. } | Self::CouponRevocation(_) | Self::GiftCards(_) => self,
            Self::CouponExport(export) => Self::CouponExport(export.restarted()),
        }
    }
}

/// Writes a job down; its first step follows the commit.
pub(crate) async fn start(
    transaction: &DatabaseTransaction,
    app: &AppState,
    viewer: &Viewer,
    id: Uuid,
    task: &Task,
    total: i32,
) -> Result<Model> {
    let (actor_kind, actor_id) = viewer.actor();
    let row = ActiveModel {
        id: Set(id),
        channel_id: Set(viewer.channel.id),
        kind: Set(Text(task.kind())),
        status: Set(Text(JobStatus::Pending)),
        task: Set(Json(serde_json::to_value(task).map_err(Error::internal)?)),
        total: Set(Some(total)),
        done: Set(0),
        failures: Set(0),
        error: Set(None),
        actor_kind: Set(Text(actor_kind)),
        actor_id: Set(actor_id),
        created_at: Set(app.clock.now()),
        started_at: Set(None),
        finished_at: Set(None),
    };
    let first = Job::JobStep {
        job_id: id,
        done: 0,
    };
    let row = row.insert(transaction).await?;
    job::push(transaction, &app.clock, &first).await?;
    Ok(row)
}

/// Loads a job that was started before.
pub(crate) async fn by_id<C: ConnectionTrait>(connection: &C, id: Uuid) -> Result<Model> {
    Entity::find_by_id(id)
        .one(connection)
        .await?
        .ok_or(Error::NotFound("job"))
}
