use async_graphql::{Context, Object, Result};
use domain::id::{CouponId, CouponTemplateId, PromotionId};

use super::coupon::{Coupon, CouponTemplate, CouponTemplateStopPayload};
use super::error::PromotionUserError;
use super::input::{
    CouponClaimInput, CouponCodesExportInput, CouponCodesGenerateInput, CouponCreateInput,
    CouponRevokeInput, CouponTemplateCreateInput, CouponTemplateStopInput,
    CouponTemplateUpdateInput, PromotionActivateInput, PromotionApprovalRequestInput,
    PromotionApprovalRespondInput, PromotionArchiveInput, PromotionCreateInput,
    PromotionPauseInput, PromotionUpdateInput,
};
use super::types::Promotion;
use crate::graphql::context::Reach;
use crate::graphql::input::id_in;
use crate::graphql::job::Job;
use crate::graphql::limits::meter::Listed;
use crate::graphql::payload::{outcome, payloads, run};
use crate::service::coupon;
use crate::service::promotion::{self, PromotionError};

/// Mutations of promotions.
#[derive(Default)]
pub struct PromotionMutation;

/// Mutations of coupons.
#[derive(Default)]
pub struct CouponMutation;

payloads! {
    PromotionUserError;

    /// Result of promotionCreate.
    PromotionCreatePayload { promotion: Promotion }

    /// Result of promotionUpdate.
    PromotionUpdatePayload { promotion: Promotion }

    /// Result of promotionActivate.
    PromotionActivatePayload { promotion: Promotion }

    /// Result of promotionPause.
    PromotionPausePayload { promotion: Promotion }

    /// Result of promotionArchive.
    PromotionArchivePayload { promotion: Promotion }

    /// Result of promotionApprovalRequest.
    PromotionApprovalRequestPayload { promotion: Promotion }

    /// Result of promotionApprovalRespond.
    PromotionApprovalRespondPayload { promotion: Promotion }

    /// Result of couponTemplateCreate.
    CouponTemplateCreatePayload { coupon_template: CouponTemplate }

    /// Result of couponTemplateUpdate.
    CouponTemplateUpdatePayload { coupon_template: CouponTemplate }

    /// Result of couponCreate.
    CouponCreatePayload { coupons: Listed<Coupon> }

    /// Result of couponRevoke.
    CouponRevokePayload { coupon: Coupon }

    /// Result of couponCodesGenerate.
    CouponCodesGeneratePayload { job: Job }

    /// Result of couponCodesExport.
    CouponCodesExportPayload { job: Job }

    /// Result of couponClaim.
    CouponClaimPayload { coupon: Coupon }
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
            Ok(PromotionCreatePayload::new(
                outcome(ctx, answer)?,
                Promotion,
            ))
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
            Ok(PromotionUpdatePayload::new(
                outcome(ctx, answer)?,
                Promotion,
            ))
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
            Ok(PromotionActivatePayload::new(
                outcome(ctx, answer)?,
                Promotion,
            ))
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
            Ok(PromotionPausePayload::new(outcome(ctx, answer)?, Promotion))
        };
        Some(payload.await)
    }

    /// Puts a draft, a paused promotion or one that is over away. Needs permission PROMOTION_WRITE.
    async fn promotion_archive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: PromotionArchiveInput,
    ) -> Option<Result<PromotionArchivePayload>> {
        let payload = async {
            let answer = match id_in::<PromotionId>(&input.promotion_id, &["promotionId"]) {
                Ok(id) => promotion::archive(ctx.app()?, ctx.viewer()?, id).await,
                Err(error) => Err(PromotionError::Common(error)),
            };
            Ok(PromotionArchivePayload::new(
                outcome(ctx, answer)?,
                Promotion,
            ))
        };
        Some(payload.await)
    }

    /// Asks a second person to let a draft start. Needs permission PROMOTION_WRITE.
    async fn promotion_approval_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: PromotionApprovalRequestInput,
    ) -> Option<Result<PromotionApprovalRequestPayload>> {
        let payload = async {
            let answer = match id_in::<PromotionId>(&input.promotion_id, &["promotionId"]) {
                Ok(id) => promotion::request_approval(ctx.app()?, ctx.viewer()?, id).await,
                Err(error) => Err(PromotionError::Common(error)),
            };
            Ok(PromotionApprovalRequestPayload::new(
                outcome(ctx, answer)?,
                Promotion,
            ))
        };
        Some(payload.await)
    }

    /// Answers a promotion that waits for approval; yes starts it now or at `startsAt`. Not for whoever wrote it, nor
    /// for programs. Needs permission PROMOTION_WRITE.
    async fn promotion_approval_respond(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: PromotionApprovalRespondInput,
    ) -> Option<Result<PromotionApprovalRespondPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                promotion::answer(app, viewer, command).await
            })
            .await?;
            Ok(PromotionApprovalRespondPayload::new(outcome, Promotion))
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
            Ok(CouponTemplateCreatePayload::new(
                outcome(ctx, answer)?,
                CouponTemplate,
            ))
        };
        Some(payload.await)
    }

    /// Changes a template; coupons that were made keep their end and their limits. Needs permission COUPON_WRITE.
    async fn coupon_template_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: CouponTemplateUpdateInput,
    ) -> Option<Result<CouponTemplateUpdatePayload>> {
        let payload = async {
            let read = || {
                Ok((
                    id_in::<CouponTemplateId>(&input.coupon_template_id, &["couponTemplateId"])?,
                    input.coupon_template.try_into()?,
                ))
            };
            let answer = match read() {
                Ok((id, patch)) => {
                    let (app, viewer) = (ctx.app()?, ctx.viewer()?);
                    coupon::update_template(app, viewer, id, input.expected_version, patch).await
                }
                Err(error) => Err(PromotionError::Common(error)),
            };
            Ok(CouponTemplateUpdatePayload::new(
                outcome(ctx, answer)?,
                CouponTemplate,
            ))
        };
        Some(payload.await)
    }

    /// Stops a template for good: no coupon is made from it any more, and those there are, are withdrawn by a job if you say
    /// why. Orders that use one keep it; a coupon that comes back from an order called off is withdrawn then. Needs permission COUPON_WRITE.
    async fn coupon_template_stop(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: CouponTemplateStopInput,
    ) -> Option<Result<CouponTemplateStopPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                coupon::stop_template(app, viewer, command).await
            })
            .await?;
            Ok(CouponTemplateStopPayload::new(outcome))
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
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                coupon::create(app, viewer, command).await
            })
            .await?;
            Ok(CouponCreatePayload::new(outcome, |coupons| {
                coupons.into_iter().map(Coupon).collect()
            }))
        };
        Some(payload.await)
    }

    /// Starts a job that makes up to 100,000 single-use codes. Needs permission COUPON_WRITE.
    async fn coupon_codes_generate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: CouponCodesGenerateInput,
    ) -> Option<Result<CouponCodesGeneratePayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                coupon::generate_codes(app, viewer, command).await
            })
            .await?;
            Ok(CouponCodesGeneratePayload::new(outcome, Job))
        };
        Some(payload.await)
    }

    /// Starts a job that writes codes to a CSV file. Needs permission COUPON_READ.
    async fn coupon_codes_export(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: CouponCodesExportInput,
    ) -> Option<Result<CouponCodesExportPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |filter| {
                coupon::export_codes(app, viewer, &filter).await
            })
            .await?;
            Ok(CouponCodesExportPayload::new(outcome, Job))
        };
        Some(payload.await)
    }

    /// Makes a coupon unusable. An order that uses it keeps it; if it comes back when the order is called off, it is withdrawn
    /// then. Needs permission COUPON_WRITE.
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
            Ok(CouponRevokePayload::new(outcome(ctx, answer)?, Coupon))
        };
        Some(payload.await)
    }

    /// Puts a claimable coupon, or the coupon of a code, into your wallet. Members only.
    async fn coupon_claim(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: CouponClaimInput,
    ) -> Option<Result<CouponClaimPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                coupon::claim(app, viewer, command).await
            })
            .await?;
            Ok(CouponClaimPayload::new(outcome, Coupon))
        };
        Some(payload.await)
    }
}
