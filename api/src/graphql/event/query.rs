use async_graphql::{Context, Object, Result};

use super::types::EventFeed;
use crate::graphql::context::Reach;
use crate::graphql::error::top_level;
use crate::graphql::order::EventKind;
use crate::service::event;

/// Queries about what happened.
#[derive(Default)]
pub struct EventQuery;

#[Object]
impl EventQuery {
    /// Events after a cursor, in order and without gaps. Events are kept for 30 days: a cursor whose next events are gone is
    /// refused. A call looks at 10,000 events at most, so one that asks for rare kinds may come back empty with `hasMore`.
    /// Needs permission EVENT_READ.
    async fn events_since(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "`nextCursor` of your last call; the oldest kept if left out.")]
        cursor: Option<String>,
        #[graphql(desc = "Only these kinds.")] kind: Option<Vec<EventKind>>,
        #[graphql(desc = "How many, 1 to 100; 20 if left out.")] first: Option<i32>,
    ) -> Option<Result<EventFeed>> {
        let feed = async {
            let kinds: Vec<_> = kind.into_iter().flatten().map(Into::into).collect();
            event::since(ctx.app()?, ctx.viewer()?, cursor.as_deref(), &kinds, first)
                .await
                .map(EventFeed)
                .map_err(|error| top_level(&error))
        };
        Some(feed.await)
    }
}
