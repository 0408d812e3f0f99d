//! Staff withdraw coupons.

use domain::coupon::CouponStatus;
use domain::id::{CouponId, TypedId as _};
use domain::permission::Permission;
use entity::column::Text;
use entity::coupon::{ActiveModel, Entity, Model};
use entity::{coupon_template, promotion};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, QueryFilter, QuerySelect};

use super::query::{CouponView, views};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::promotion::PromotionError;
use crate::state::AppState;

/// Longest reason, in characters.
const MAX_REASON: usize = 200;

/// Makes a coupon unusable. Orders that use it already keep it. Doing it twice changes nothing.
///
/// # Errors
/// [`PromotionError::CouponSettled`] when its only use is gone; the common refusals.
pub async fn revoke(
    app: &AppState,
    viewer: &Viewer,
    id: CouponId,
    reason: &str,
) -> Result<CouponView, PromotionError> {
    viewer.require(Permission::CouponWrite)?;
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > MAX_REASON {
        return Err(Error::invalid(
            &["reason"],
            format!("a reason has 1 to {MAX_REASON} characters"),
        )
        .into());
    }
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
            match coupon.status.0 {
                CouponStatus::Available | CouponStatus::Expired => {}
                CouponStatus::Revoked => return Ok(coupon),
                CouponStatus::Locked | CouponStatus::Redeemed => {
                    return Err(PromotionError::CouponSettled);
                }
            }
            let mut row: ActiveModel = coupon.into();
            row.status = Set(Text(CouponStatus::Revoked));
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
