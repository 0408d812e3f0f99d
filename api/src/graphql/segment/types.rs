use async_graphql::{Context, ID, Object, Result};
use domain::id::SegmentId;

use super::loader::SizeOf;
use super::rule::SegmentRule;
use crate::error::Error;
use crate::graphql::context::Reach;
use crate::graphql::error::{top_level, top_level_shared};
use crate::graphql::limits::meter::Metered;
use crate::graphql::member::Member;
use crate::service::segment;

/// Members of a sample when no number is given.
const DEFAULT_SAMPLE: i32 = 10;

/// Members described by a rule; who is in it is decided when it is asked.
#[derive(Clone)]
pub struct Segment(pub entity::segment::Model);

/// Members described by a rule; who is in it is decided when it is asked.
#[Object]
impl Segment {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        SegmentId(self.0.id).to_string().into()
    }

    /// Short code, unique.
    fn code(&self) -> &str {
        &self.0.code
    }

    /// Name for staff.
    fn name(&self) -> &str {
        &self.0.name
    }

    /// Who is in it.
    fn rule(&self) -> SegmentRule {
        (&self.0.rule.0).into()
    }

    /// How many members are in it now.
    async fn size(&self, ctx: &Context<'_>) -> Result<i32> {
        let size = ctx
            .loaders()?
            .load_one(SizeOf(self.0.id))
            .await
            .map_err(|error| top_level_shared(&error))?
            .unwrap_or_default();
        i32::try_from(size).map_err(|error| top_level(&Error::internal(error)))
    }

    /// Some of its members, newest first. Needs permission MEMBER_READ.
    async fn sample(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Up to 50, 10 if left out.")] first: Option<i32>,
    ) -> Option<Result<Vec<Member>>> {
        let sample = async {
            let first = first.unwrap_or(DEFAULT_SAMPLE);
            let rows = segment::sample(ctx.app()?, ctx.viewer()?, &self.0, first)
                .await
                .map_err(|error| top_level(&error))?;
            ctx.meter(rows.len())?;
            Ok(rows.into_iter().map(Member).collect())
        };
        Some(sample.await)
    }

    /// Counts changes.
    fn version(&self) -> i32 {
        self.0.version
    }
}
