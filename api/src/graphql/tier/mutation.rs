use async_graphql::{Context, Object, Result};

use super::input::MemberTiersUpsertInput;
use super::types::MemberTier;
use crate::graphql::context::Reach;
use crate::graphql::limits::meter::Listed;
use crate::graphql::member::MemberUserError;
use crate::graphql::payload::{payloads, run};
use crate::service::tier::{self, TierPatch};

/// Mutations of tiers.
#[derive(Default)]
pub struct TierMutation;

payloads! {
    MemberUserError;

    /// Result of memberTiersUpsert.
    MemberTiersUpsertPayload { member_tiers: Listed<MemberTier> }
}

#[Object]
impl TierMutation {
    /// Creates or updates tiers; members move to them within minutes. Needs permission MEMBER_WRITE.
    async fn member_tiers_upsert(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: MemberTiersUpsertInput,
    ) -> Option<Result<MemberTiersUpsertPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |tiers: Vec<TierPatch>| {
                tier::upsert(app, viewer, &tiers).await
            })
            .await?;
            Ok(MemberTiersUpsertPayload::new(outcome, |rows| {
                rows.into_iter()
                    .map(|row| MemberTier::new(row, &viewer.channel))
                    .collect()
            }))
        };
        Some(payload.await)
    }
}
