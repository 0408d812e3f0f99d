use async_graphql::{Context, Object, Result};

use super::input::SegmentsUpsertInput;
use super::types::Segment;
use crate::graphql::context::Reach;
use crate::graphql::limits::meter::Listed;
use crate::graphql::member::MemberUserError;
use crate::graphql::payload::{payloads, run};
use crate::service::segment::{self, SegmentPatch};

/// Mutations of segments.
#[derive(Default)]
pub struct SegmentMutation;

payloads! {
    MemberUserError;

    /// Result of segmentsUpsert.
    SegmentsUpsertPayload { segments: Listed<Segment> }
}

#[Object]
impl SegmentMutation {
    /// Creates or updates segments of members. Needs permission MEMBER_WRITE.
    async fn segments_upsert(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: SegmentsUpsertInput,
    ) -> Option<Result<SegmentsUpsertPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |segments: Vec<SegmentPatch>| {
                segment::upsert(app, viewer, &segments).await
            })
            .await?;
            Ok(SegmentsUpsertPayload::new(outcome, |rows| {
                rows.into_iter().map(Segment).collect()
            }))
        };
        Some(payload.await)
    }
}
