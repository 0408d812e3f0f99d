use async_graphql::{Context, Object, Result, SimpleObject};

use super::adjustment::{PointsAdjustment, PointsAdjustmentRespondInput};
use super::error::PointsUserError;
use super::input::{
    PointsAdjustInput, PointsAdjustmentRequestInput, PointsEventRecordInput, PointsRulesUpsertInput,
};
use super::rule::PointsRule;
use super::types::{PointsAccount, PointsEntry};
use crate::graphql::context::Reach;
use crate::graphql::limits::meter::Listed;
use crate::graphql::payload::{payloads, run};
use crate::service::points::{self, Recorded};

/// Mutations of points.
#[derive(Default)]
pub struct PointsMutation;

payloads! {
    PointsUserError;

    /// Result of pointsRulesUpsert.
    PointsRulesUpsertPayload { points_rules: Listed<PointsRule> }

    /// Result of pointsAdjust.
    PointsAdjustPayload { points_account: PointsAccount }

    /// Result of pointsAdjustmentRequest.
    PointsAdjustmentRequestPayload { points_adjustment: PointsAdjustment }

    /// Result of pointsAdjustmentRespond.
    PointsAdjustmentRespondPayload { points_adjustment: PointsAdjustment }
}

/// Result of pointsEventRecord.
#[derive(SimpleObject)]
struct PointsEventRecordPayload {
    /// What was booked, now or when it was first reported; null if refused or capped.
    points_entry: Option<PointsEntry>,
    /// Whether it earned nothing because the limit of the day was used up when it was first reported; it never will.
    capped: bool,
    /// Why it was refused.
    user_errors: Vec<PointsUserError>,
}

#[Object]
impl PointsMutation {
    /// Creates or updates earning rules, from now on. Needs permission POINTS_WRITE.
    async fn points_rules_upsert(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: PointsRulesUpsertInput,
    ) -> Option<Result<PointsRulesUpsertPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |rules| {
                points::upsert_rules(app, viewer, rules).await
            })
            .await?;
            Ok(PointsRulesUpsertPayload::new(outcome, |rows| {
                rows.into_iter().map(PointsRule).collect()
            }))
        };
        Some(payload.await)
    }

    /// Gives or takes points by hand. Needs permission POINTS_WRITE.
    async fn points_adjust(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: PointsAdjustInput,
    ) -> Option<Result<PointsAdjustPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                points::adjust(app, viewer, command).await
            })
            .await?;
            Ok(PointsAdjustPayload::new(outcome, PointsAccount))
        };
        Some(payload.await)
    }

    /// Tells of a review, a referral or an event of your own that earns points; a source counts once for each rule. Needs permission POINTS_WRITE.
    async fn points_event_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: PointsEventRecordInput,
    ) -> Option<Result<PointsEventRecordPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |event| {
                points::record_event(app, viewer, event).await
            })
            .await?;
            let (points_entry, capped) = match outcome.value {
                Some(Recorded::Booked(entry)) => (Some(PointsEntry(*entry)), false),
                Some(Recorded::Capped) => (None, true),
                None => (None, false),
            };
            Ok(PointsEventRecordPayload {
                points_entry,
                capped,
                user_errors: outcome.user_errors,
            })
        };
        Some(payload.await)
    }

    /// Asks for an adjustment by hand that another of the staff approves. Needs permission POINTS_WRITE.
    async fn points_adjustment_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: PointsAdjustmentRequestInput,
    ) -> Option<Result<PointsAdjustmentRequestPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                points::request_adjustment(app, viewer, command).await
            })
            .await?;
            Ok(PointsAdjustmentRequestPayload::new(
                outcome,
                PointsAdjustment,
            ))
        };
        Some(payload.await)
    }

    /// Approves or declines an adjustment another of the staff asked for. Needs permission POINTS_WRITE.
    async fn points_adjustment_respond(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: PointsAdjustmentRespondInput,
    ) -> Option<Result<PointsAdjustmentRespondPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                points::answer_adjustment(app, viewer, command).await
            })
            .await?;
            Ok(PointsAdjustmentRespondPayload::new(
                outcome,
                PointsAdjustment,
            ))
        };
        Some(payload.await)
    }
}
