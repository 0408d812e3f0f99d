use async_graphql::{Context, Object, Result, SimpleObject};

use super::error::PointsUserError;
use super::input::{PointsAdjustInput, PointsRulesUpsertInput};
use super::types::{PointsAccount, PointsRule};
use crate::graphql::context::Reach;
use crate::graphql::error::{Outcome, settle};
use crate::graphql::limits::meter::Listed;
use crate::service::points::{self, PointsError};

/// Mutations of points.
#[derive(Default)]
pub struct PointsMutation;

/// Result of pointsRulesUpsert.
#[derive(SimpleObject)]
struct PointsRulesUpsertPayload {
    /// Null if refused.
    points_rules: Option<Listed<PointsRule>>,
    /// Why it was refused.
    user_errors: Vec<PointsUserError>,
}

/// Result of pointsAdjust.
#[derive(SimpleObject)]
struct PointsAdjustPayload {
    /// Null if refused.
    points_account: Option<PointsAccount>,
    /// Why it was refused.
    user_errors: Vec<PointsUserError>,
}

fn outcome<T>(
    ctx: &Context<'_>,
    answer: std::result::Result<T, PointsError>,
) -> Result<Outcome<T, PointsUserError>> {
    settle(answer, &ctx.viewer()?.locale)
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
            let answer = match input.try_into() {
                Ok(rules) => points::upsert_rules(ctx.app()?, ctx.viewer()?, rules).await,
                Err(error) => Err(PointsError::Common(error)),
            };
            let outcome = outcome(ctx, answer)?;
            Ok(PointsRulesUpsertPayload {
                points_rules: outcome
                    .value
                    .map(|rows| rows.into_iter().map(PointsRule).collect()),
                user_errors: outcome.user_errors,
            })
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
            let answer = match input.try_into() {
                Ok(command) => points::adjust(ctx.app()?, ctx.viewer()?, command).await,
                Err(error) => Err(PointsError::Common(error)),
            };
            let outcome = outcome(ctx, answer)?;
            Ok(PointsAdjustPayload {
                points_account: outcome.value.map(PointsAccount),
                user_errors: outcome.user_errors,
            })
        };
        Some(payload.await)
    }
}
