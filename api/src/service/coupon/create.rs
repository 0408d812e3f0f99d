//! Staff make coupons: one open code of their choice, or one coupon in each given wallet.

use std::collections::HashSet;

use domain::coupon::CouponCode;
use domain::permission::Permission;
use entity::coupon::{ActiveModel, COLUMN, Column, Entity, Model};
use sea_orm::{
    ActiveValue::Set, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, SqlErr,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::query::{CouponView, views};
use super::{template, wallet};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::promotion::PromotionError;
use crate::service::{event, idempotency};
use crate::state::AppState;

/// Most wallets of one request.
const MAX_MEMBERS: usize = 500;

/// Coupons to make.
#[derive(Clone, Debug, Serialize)]
pub struct CreateCoupons {
    /// Template to make them from.
    pub template_id: Uuid,
    /// Code of an open coupon.
    pub code: Option<String>,
    /// Members to give one each; empty for an open coupon.
    pub member_ids: Vec<Uuid>,
    /// Times each may be used; without limit if left out.
    pub usage_limit: Option<i32>,
    /// Unique per request.
    #[serde(skip)]
    pub idempotency_key: String,
}

#[derive(Serialize, Deserialize)]
struct Created {
    coupon_ids: Vec<Uuid>,
}

/// Makes coupons, all or none.
///
/// # Errors
/// [`PromotionError::CodeTaken`], [`PromotionError::NoneLeft`], [`PromotionError::MemberLimitReached`], and the common
/// refusals of a missing permission, an unknown template or member, a bad value or a reused key.
pub async fn create(
    app: &AppState,
    viewer: &Viewer,
    command: CreateCoupons,
) -> Result<Vec<CouponView>, PromotionError> {
    viewer.require(Permission::CouponWrite)?;
    let code = check(&command)?;
    let coupons = app
        .database
        .retry(|| attempt(app, viewer, &command, code.as_ref()))
        .await?;
    Ok(views(app, coupons).await?)
}

fn check(command: &CreateCoupons) -> Result<Option<CouponCode>> {
    if command.usage_limit.is_some_and(|limit| limit <= 0) {
        return Err(Error::invalid(&["usageLimit"], "must be more than 0"));
    }
    let code = command.code.as_deref().map(CouponCode::parse).transpose();
    let code = code.map_err(|error| Error::invalid(&["code"], error.to_string()))?;
    match (&code, command.member_ids.len()) {
        (Some(_), 0) | (None, 1..=MAX_MEMBERS) => Ok(code),
        (Some(_), _) => Err(Error::invalid(
            &["memberIds"],
            "give a code or members, not both",
        )),
        (None, 0) => Err(Error::invalid(&["code"], "give a code or members")),
        (None, _) => Err(Error::invalid(
            &["memberIds"],
            format!("at most {MAX_MEMBERS} members at once"),
        )),
    }
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &CreateCoupons,
    code: Option<&CouponCode>,
) -> Result<Vec<Model>, PromotionError> {
    let clock = &app.clock;
    let transaction = app.database.begin().await?;
    let members: Vec<Uuid> = command
        .member_ids
        .iter()
        .copied()
        .collect::<HashSet<_>>()
        .into_iter()
        .collect();
    let count = members.len().max(1);
    let coupon_ids: Vec<Uuid> = (0..count).map(|_| clock.new_id()).collect();
    let actor = viewer.idempotency_actor("");
    let request =
        idempotency::Request::try_new(&actor, "couponCreate", &command.idempotency_key, command)?;
    let outcome = Created { coupon_ids };
    if let Some(first) = request.claim(&transaction, clock, &outcome).await? {
        return Ok(in_id_order(&transaction, first.coupon_ids).await?);
    }
    let template = template::find_open(&transaction, viewer, command.template_id).await?;
    wallet::lock(&transaction, &members).await?;
    wallet::check_room(&transaction, &template, &members).await?;
    let now = clock.now();
    let mut owners = members
        .iter()
        .copied()
        .map(Some)
        .chain(std::iter::repeat(None));
    let mut rows = Vec::new();
    for id in &outcome.coupon_ids {
        let row = match (owners.next().flatten(), code) {
            (Some(owner), _) => wallet::granted(*id, &template, owner, now)?,
            // One buyer uses an open code as often as one member may hold coupons of its template.
            (None, Some(code)) => ActiveModel {
                uses_per_member: Set(Some(template.per_member)),
                ..wallet::fresh(*id, &template, code.clone(), now)
            },
            (None, None) => return Err(Error::internal("a coupon for nobody").into()),
        };
        let usage_limit = command
            .usage_limit
            .map_or(row.usage_limit.clone(), |most| Set(Some(most)));
        rows.push(ActiveModel { usage_limit, ..row });
    }
    match Entity::insert_many(rows)
        .exec_without_returning(&transaction)
        .await
    {
        Ok(_) => {}
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            return Err(PromotionError::CodeTaken);
        }
        Err(error) => return Err(error.into()),
    }
    // An open code is in nobody's wallet.
    let given: Vec<(Uuid, Uuid)> = outcome.coupon_ids.iter().copied().zip(members).collect();
    let issued = event::Issued {
        channel_id: viewer.channel.id,
        template_id: template.id,
        coupons: &given,
    };
    event::coupons_issued(&transaction, clock, &issued).await?;
    // Last, since everybody who issues waits for this row.
    wallet::issue(&transaction, &template, count).await?;
    let coupons = in_id_order(&transaction, outcome.coupon_ids).await?;
    transaction.commit().await?;
    Ok(coupons)
}

async fn in_id_order(transaction: &DatabaseTransaction, ids: Vec<Uuid>) -> Result<Vec<Model>> {
    let rows = Entity::find()
        .filter(COLUMN.id.is_in(ids))
        .order_by_asc(Column::Id)
        .all(transaction)
        .await?;
    Ok(rows)
}
