use async_graphql::{Context, Object, Result};

use super::error::PointsUserError;
use super::input::{PointsAdjustInput, PointsRulesUpsertInput};
use super::types::{PointsAccount, PointsRule};
use crate::graphql::context::Reach;
use crate::graphql::limits::meter::Listed;
use crate::graphql::payload::{payloads, run};
use crate::service::points;

/// Mutations of points.
#[derive(Default)]
pub struct PointsMutation;

payloads! {
    PointsUserError;

    /// Result of pointsRulesUpsert.
    PointsRulesUpsertPayload { points_rules: Listed<PointsRule> }

    /// Result of pointsAdjust.
    PointsAdjustPayload { points_account: PointsAccount }
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
}
