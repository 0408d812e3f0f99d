use async_graphql::{Context, Object, Result, SimpleObject};
use domain::id::{CouponId, PromotionId};

use super::coupon::{Coupon, CouponTemplate};
use super::error::PromotionUserError;
use super::input::{
    CouponCreateInput, CouponRevokeInput, CouponTemplateCreateInput, PromotionActivateInput,
    PromotionCreateInput, PromotionPauseInput, PromotionUpdateInput,
};
use super::types::Promotion;
use crate::graphql::context::Reach;
use crate::graphql::error::{Outcome, settle};
use crate::graphql::input::id_in;
use crate::graphql::limits::meter::Listed;
use crate::service::coupon;
use crate::service::promotion::{self, PromotionError};

/// Mutations of promotions.
#[derive(Default)]
pub struct PromotionMutation;

/// Mutations of coupons.
#[derive(Default)]
pub struct CouponMutation;

/// Result of promotionCreate.
#[derive(SimpleObject)]
struct PromotionCreatePayload {
    /// Null if refused.
    promotion: Option<Promotion>,
    /// Why it was refused.
    user_errors: Vec<PromotionUserError>,
}

/// Result of promotionUpdate.
#[derive(SimpleObject)]
struct PromotionUpdatePayload {
    /// Null if refused.
    promotion: Option<Promotion>,
    /// Why it was refused.
    user_errors: Vec<PromotionUserError>,
}

/// Result of promotionActivate.
#[derive(SimpleObject)]
struct PromotionActivatePayload {
    /// Null if refused.
    promotion: Option<Promotion>,
    /// Why it was refused.
    user_errors: Vec<PromotionUserError>,
}

/// Result of promotionPause.
#[derive(SimpleObject)]
struct PromotionPausePayload {
    /// Null if refused.
    promotion: Option<Promotion>,
    /// Why it was refused.
    user_errors: Vec<PromotionUserError>,
}

/// Result of couponTemplateCreate.
#[derive(SimpleObject)]
struct CouponTemplateCreatePayload {
    /// Null if refused.
    coupon_template: Option<CouponTemplate>,
    /// Why it was refused.
    user_errors: Vec<PromotionUserError>,
}

/// Result of couponCreate.
#[derive(SimpleObject)]
struct CouponCreatePayload {
    /// Null if refused.
    coupons: Option<Listed<Coupon>>,
    /// Why it was refused.
    user_errors: Vec<PromotionUserError>,
}

/// Result of couponRevoke.
#[derive(SimpleObject)]
struct CouponRevokePayload {
    /// Null if refused.
    coupon: Option<Coupon>,
    /// Why it was refused.
    user_errors: Vec<PromotionUserError>,
}

type Answer<T> = std::result::Result<T, PromotionError>;

fn outcome<T>(ctx: &Context<'_>, answer: Answer<T>) -> Result<Outcome<T, PromotionUserError>> {
    settle(answer, &ctx.viewer()?.locale)
}

#[Object]
impl PromotionMutation {
    /// Creates a draft promotion. Needs permission PROMOTION_WRITE.
    async fn promotion_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: PromotionCreateInput,
    ) -> Option<Result<PromotionCreatePayload>> {
        let payload = async {
            let answer = match input.promotion.try_into() {
                Ok(patch) => promotion::create(ctx.app()?, ctx.viewer()?, patch).await,
                Err(error) => Err(PromotionError::Common(error)),
            };
            let Outcome { value, user_errors } = outcome(ctx, answer)?;
            Ok(PromotionCreatePayload {
                promotion: value.map(Promotion),
                user_errors,
            })
        };
        Some(payload.await)
    }

    /// Changes a promotion; placed orders keep the version they had. Needs permission PROMOTION_WRITE.
    async fn promotion_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: PromotionUpdateInput,
    ) -> Option<Result<PromotionUpdatePayload>> {
        let payload = async {
            let read = || {
                Ok((
                    id_in::<PromotionId>(&input.promotion_id, &["promotionId"])?,
                    input.promotion.try_into()?,
                ))
            };
            let answer = match read() {
                Ok((id, patch)) => {
                    promotion::update(ctx.app()?, ctx.viewer()?, id, input.expected_version, patch)
                        .await
                }
                Err(error) => Err(PromotionError::Common(error)),
            };
            let Outcome { value, user_errors } = outcome(ctx, answer)?;
            Ok(PromotionUpdatePayload {
                promotion: value.map(Promotion),
                user_errors,
            })
        };
        Some(payload.await)
    }

    /// Starts a promotion now or at `startsAt`. Needs permission PROMOTION_WRITE.
    async fn promotion_activate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: PromotionActivateInput,
    ) -> Option<Result<PromotionActivatePayload>> {
        let payload = async {
            let answer = match id_in::<PromotionId>(&input.promotion_id, &["promotionId"]) {
                Ok(id) => promotion::activate(ctx.app()?, ctx.viewer()?, id).await,
                Err(error) => Err(PromotionError::Common(error)),
            };
            let Outcome { value, user_errors } = outcome(ctx, answer)?;
            Ok(PromotionActivatePayload {
                promotion: value.map(Promotion),
                user_errors,
            })
        };
        Some(payload.await)
    }

    /// Stops a promotion until it is activated again. Needs permission PROMOTION_WRITE.
    async fn promotion_pause(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: PromotionPauseInput,
    ) -> Option<Result<PromotionPausePayload>> {
        let payload = async {
            let answer = match id_in::<PromotionId>(&input.promotion_id, &["promotionId"]) {
                Ok(id) => promotion::pause(ctx.app()?, ctx.viewer()?, id).await,
                Err(error) => Err(PromotionError::Common(error)),
            };
            let Outcome { value, user_errors } = outcome(ctx, answer)?;
            Ok(PromotionPausePayload {
                promotion: value.map(Promotion),
                user_errors,
            })
        };
        Some(payload.await)
    }
}

#[Object]
impl CouponMutation {
    /// Creates what coupons are made from. Needs permission COUPON_WRITE.
    async fn coupon_template_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: CouponTemplateCreateInput,
    ) -> Option<Result<CouponTemplateCreatePayload>> {
        let payload = async {
            let answer = match input.coupon_template.try_into() {
                Ok(patch) => coupon::create_template(ctx.app()?, ctx.viewer()?, patch).await,
                Err(error) => Err(PromotionError::Common(error)),
            };
            let Outcome { value, user_errors } = outcome(ctx, answer)?;
            Ok(CouponTemplateCreatePayload {
                coupon_template: value.map(CouponTemplate),
                user_errors,
            })
        };
        Some(payload.await)
    }

    /// Creates one coupon with a code of your choice, or one in each given wallet. Needs permission COUPON_WRITE.
    async fn coupon_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: CouponCreateInput,
    ) -> Option<Result<CouponCreatePayload>> {
        let payload = async {
            let answer = match input.try_into() {
                Ok(command) => coupon::create(ctx.app()?, ctx.viewer()?, command).await,
                Err(error) => Err(PromotionError::Common(error)),
            };
            let Outcome { value, user_errors } = outcome(ctx, answer)?;
            let coupons = value.map(|coupons| coupons.into_iter().map(Coupon).collect());
            Ok(CouponCreatePayload {
                coupons,
                user_errors,
            })
        };
        Some(payload.await)
    }

    /// Makes a coupon unusable. Needs permission COUPON_WRITE.
    async fn coupon_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: CouponRevokeInput,
    ) -> Option<Result<CouponRevokePayload>> {
        let payload = async {
            let answer = match id_in::<CouponId>(&input.coupon_id, &["couponId"]) {
                Ok(id) => coupon::revoke(ctx.app()?, ctx.viewer()?, id, &input.reason).await,
                Err(error) => Err(PromotionError::Common(error)),
            };
            let Outcome { value, user_errors } = outcome(ctx, answer)?;
            Ok(CouponRevokePayload {
                coupon: value.map(Coupon),
                user_errors,
            })
        };
        Some(payload.await)
    }
}
