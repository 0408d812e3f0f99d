//! Staff withdraw coupons.

use domain::coupon::CouponStatus;
use domain::id::{CouponId, TypedId as _};
use domain::permission::Permission;
use entity::column::Text;
use entity::coupon::{ActiveModel, COLUMN, Column, Entity, Model};
use entity::{coupon_template, promotion};
use sea_orm::sea_query::{CaseStatement, Expr};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, DatabaseTransaction, EntityTrait,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait as _, Select,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::query::{CouponView, views};
use super::usage::restorable_templates;
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::promotion::PromotionError;
use crate::state::AppState;

/// Coupons to withdraw by a job.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Revocation {
    /// What they were made from.
    pub(super) template_id: Uuid,
    /// Why.
    pub(super) reason: String,
}

/// Longest reason, in characters.
const MAX_REASON: usize = 200;

/// Makes a coupon unusable. An order that uses it keeps it; if it comes back from there, it is withdrawn then. Doing it
/// twice changes nothing.
///
/// # Errors
/// [`PromotionError::CouponSettled`] when its only use is gone for good; the common refusals.
pub async fn revoke(
    app: &AppState,
    viewer: &Viewer,
    id: CouponId,
    reason: &str,
) -> Result<CouponView, PromotionError> {
    viewer.require(Permission::CouponWrite)?;
    let reason = check_reason(reason, "reason")?;
    let coupon = app
        .database
        .retry(|| async move {
            let transaction = app.database.begin().await?;
            let coupon = Entity::find_by_id(id.uuid())
                .lock_exclusive()
                .one(&transaction)
                .await?
                .ok_or(Error::NotFound("coupon"))?;
            let template = coupon_template::Entity::find_by_id(coupon.template_id)
                .one(&transaction)
                .await?
                .ok_or(Error::NotFound("coupon"))?;
            promotion::Entity::find_by_id(template.promotion_id)
                .filter(promotion::COLUMN.channel_id.eq(viewer.channel.id))
                .one(&transaction)
                .await?
                .ok_or(Error::NotFound("coupon"))?;
            if coupon.revoke_reason.is_some() {
                return Ok(coupon);
            }
            let status = coupon.status.0.withdraw(template.restorable);
            let status = status.map_err(|_settled| PromotionError::CouponSettled)?;
            let mut row: ActiveModel = coupon.into();
            row.status = Set(Text(status));
            row.revoke_reason = Set(Some(reason.to_owned()));
            row.updated_at = Set(app.clock.now());
            let coupon = row.update(&transaction).await?;
            transaction.commit().await?;
            Ok::<Model, PromotionError>(coupon)
        })
        .await?;
    views(app, vec![coupon])
        .await?
        .pop()
        .ok_or_else(|| Error::NotFound("coupon").into())
}

/// Reads why coupons are withdrawn, from this field.
pub(super) fn check_reason<'a>(reason: &'a str, field: &str) -> Result<&'a str> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > MAX_REASON {
        let message = format!("a reason has 1 to {MAX_REASON} characters");
        return Err(Error::invalid(&[field], message));
    }
    Ok(reason)
}

/// Counts the coupons of a template that can be withdrawn.
pub(super) async fn count_standing(
    transaction: &DatabaseTransaction,
    template_id: Uuid,
) -> Result<i32> {
    let count = standing(template_id).count(transaction).await?;
    i32::try_from(count).map_err(Error::internal)
}

/// Withdraws coupons of a template, so many at most; answers how many. Where each of them goes is judged in the statement
/// that marks it, so that one which an order takes or gives back at the same time is not missed.
pub(in crate::service) async fn revoke_standing(
    transaction: &DatabaseTransaction,
    app: &AppState,
    revocation: &Revocation,
    at_most: i32,
) -> Result<i32> {
    let next = standing(revocation.template_id)
        .select_only()
        .column(Column::Id)
        .order_by_asc(Column::Id)
        .limit(u64::try_from(at_most).map_err(Error::internal)?)
        .into_query();
    let status = CaseStatement::new()
        .case(
            COLUMN.status.eq(Text(CouponStatus::Available)),
            Expr::value(Text(CouponStatus::Revoked)),
        )
        .finally(Expr::col(Column::Status));
    let revoked = Entity::update_many()
        .col_expr(Column::Status, status.into())
        .col_expr(
            Column::RevokeReason,
            Expr::value(revocation.reason.as_str()),
        )
        .col_expr(Column::UpdatedAt, Expr::value(app.clock.now()))
        .filter(COLUMN.id.in_subquery(next))
        .filter(COLUMN.revoke_reason.is_null())
        .exec(transaction)
        .await?;
    i32::try_from(revoked.rows_affected).map_err(Error::internal)
}

/// Coupons of a template that can be used, or may come back from the orders that use them.
fn standing(template_id: Uuid) -> Select<Entity> {
    let can_be_used = [CouponStatus::Available, CouponStatus::Locked].map(Text);
    let comes_back = Condition::all()
        .add(COLUMN.status.eq(Text(CouponStatus::Redeemed)))
        .add(COLUMN.template_id.in_subquery(restorable_templates()));
    Entity::find()
        .filter(COLUMN.template_id.eq(template_id))
        .filter(COLUMN.revoke_reason.is_null())
        .filter(
            Condition::any()
                .add(COLUMN.status.is_in(can_be_used))
                .add(comes_back),
        )
}
