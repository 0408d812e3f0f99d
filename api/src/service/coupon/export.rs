//! Staff have coupons written to a file: queued at once, written part by part by a job.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::coupon::CouponStatus;
use domain::csv;
use domain::id::{CouponId, MemberId, TypedId};
use domain::permission::Permission;
use domain::text_enum::TextEnum as _;
use entity::coupon::{COLUMN, Column, Model};
use entity::{coupon_template, job};
use sea_orm::{
    DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::facts::{to_domain, window};
use super::query::{CouponFilter, narrowed, uses_by_coupon};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::job::{Part, Task, add_part, start};
use crate::service::promotion::PromotionError;
use crate::state::AppState;

/// First row of the file.
const COLUMNS: [&str; 10] = [
    "code",
    "status",
    "template",
    "member",
    "usage_limit",
    "used_count",
    "usable_from",
    "expires_at",
    "created_at",
    "id",
];

/// Which coupons to write, and which are written.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Export {
    template_id: Option<Uuid>,
    member_id: Option<Uuid>,
    code: Option<String>,
    status: Vec<CouponStatus>,
    /// The last coupon written; coupons made later have higher ids and are never come to.
    last: Option<Uuid>,
}

impl Export {
    /// The same with nothing written.
    pub(crate) fn restarted(self) -> Self {
        Self { last: None, ..self }
    }

    fn filter(&self) -> CouponFilter {
        CouponFilter {
            template_id: self.template_id.map(Into::into),
            member_id: self.member_id.map(Into::into),
            code: self.code.clone(),
            status: self.status.clone(),
        }
    }
}

/// Starts a job that writes coupons to a CSV file, newest first, each as it is when the job comes to it.
///
/// # Errors
/// The common refusals of a missing permission, and [`Error::Invalid`] when there are more than a job can count.
pub async fn export_codes(
    app: &AppState,
    viewer: &Viewer,
    filter: &CouponFilter,
) -> Result<job::Model, PromotionError> {
    viewer.require(Permission::CouponRead)?;
    let task = Task::CouponExport(Export {
        template_id: filter.template_id.map(TypedId::uuid),
        member_id: filter.member_id.map(TypedId::uuid),
        code: filter.code.clone(),
        status: filter.status.clone(),
        last: None,
    });
    let found = narrowed(viewer.channel.id, filter, app.clock.now())
        .count(app.database.read())
        .await?;
    let total = i32::try_from(found).map_err(Error::internal)?;
    let transaction = app.database.begin().await?;
    let id = app.clock.new_id();
    let job = start(&transaction, app, viewer, id, &task, total).await?;
    transaction.commit().await?;
    Ok(job)
}

/// Writes the next coupons, so many at most; answers how many, and from where to go on.
///
/// # Errors
/// When the database does not answer.
pub(in crate::service) async fn export_part(
    transaction: &DatabaseTransaction,
    app: &AppState,
    job: &job::Model,
    export: Export,
    at_most: i32,
) -> Result<(i32, Export)> {
    let now = app.clock.now();
    let mut query = narrowed(job.channel_id, &export.filter(), now);
    if let Some(last) = export.last {
        query = query.filter(COLUMN.id.lt(last));
    }
    let rows = query
        .order_by_desc(Column::Id)
        .limit(u64::try_from(at_most).map_err(Error::internal)?)
        .all(transaction)
        .await?;
    let count = i32::try_from(rows.len()).map_err(Error::internal)?;
    let last = rows.last().map_or(export.last, |row| Some(row.id));
    let mut content = String::new();
    if job.done == 0 {
        content.push_str(&csv::row(&COLUMNS));
    }
    content.push_str(&written(transaction, &rows, now).await?);
    if !content.is_empty() {
        let part = Part {
            number: job.done,
            content,
        };
        add_part(transaction, app, job, part).await?;
    }
    Ok((count, Export { last, ..export }))
}

async fn written(
    transaction: &DatabaseTransaction,
    coupons: &[Model],
    now: DateTime<Utc>,
) -> Result<String> {
    let templates: HashMap<Uuid, coupon_template::Model> = coupon_template::Entity::find()
        .filter(
            coupon_template::COLUMN
                .id
                .is_in(coupons.iter().map(|row| row.template_id)),
        )
        .all(transaction)
        .await?
        .into_iter()
        .map(|template| (template.id, template))
        .collect();
    let uses = uses_by_coupon(transaction, coupons).await?;
    let instant = |at: Option<DateTime<Utc>>| at.map(|at| at.to_rfc3339()).unwrap_or_default();
    let rows = coupons.iter().map(|coupon| {
        let template = templates
            .get(&coupon.template_id)
            .ok_or_else(|| Error::internal("a coupon has no template"))?;
        let status = to_domain(coupon)?.status_at(&window(coupon, template), now);
        let uses = uses.get(&coupon.id).copied().unwrap_or_default();
        Ok(csv::row(&[
            coupon.code.as_deref().unwrap_or_default(),
            status.as_str(),
            &template.label,
            &coupon
                .member_id
                .map(|id| MemberId(id).to_string())
                .unwrap_or_default(),
            &coupon
                .usage_limit
                .map(|limit| limit.to_string())
                .unwrap_or_default(),
            &uses.to_string(),
            &instant(template.usable_from),
            &instant(coupon.expires_at),
            &instant(Some(coupon.created_at)),
            &CouponId(coupon.id).to_string(),
        ]))
    });
    rows.collect()
}
