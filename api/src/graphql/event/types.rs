use async_graphql::{Context, ID, Object, Result};
use domain::id::EventId;
use entity::event::Model;

use crate::error::Error;
use crate::graphql::error::top_level;
use crate::graphql::limits::meter::Metered;
use crate::graphql::order::EventKind;
use crate::graphql::scalar::{DateTime, Json};
use crate::service::event::Feed;

/// Something that happened, told at least once and in order for each object.
#[derive(Clone)]
pub struct Event(pub Model);

/// Something that happened, told at least once and in order for each object.
#[Object]
impl Event {
    /// Global id; the same on every repeat.
    pub(in crate::graphql) async fn id(&self) -> ID {
        EventId(self.0.id).to_string().into()
    }

    /// What happened.
    fn kind(&self) -> EventKind {
        self.0.kind.0.into()
    }

    /// Object it happened to.
    fn subject_id(&self) -> ID {
        self.0.subject_kind.0.global_id(self.0.subject_id).into()
    }

    /// Counts the events of that object, from 1; 0 for a sample.
    fn sequence(&self) -> Result<i32> {
        i32::try_from(self.0.sequence).map_err(|error| top_level(&Error::internal(error)))
    }

    /// The object then. Of an order: `number`, `status`, `paymentStatus`, `fulfillmentStatus`, `returnStatus` and `total` with
    /// `amount` and `currencyCode`. Of a member whose tier changed: `fromTierId`, `toTierId` and `reason`; whose points
    /// changed: `pointsEntryId`, the entry's `kind` and `points`, and the `balance` after it; who registered: nothing. Of a
    /// promotion: `name` and `status`. Of a coupon: `couponTemplateId`, `status`, and `memberId`, null for an open code; if it was
    /// used, `orderId` too. Of a cart that was left: `hours` (at least 1, 24 or 72), `leftAt`, `memberId`, null for a guest, and the `total` it
    /// came to. It names no person; ask for the object to learn more.
    fn payload(&self) -> Json {
        Json(self.0.payload.0.clone())
    }

    /// When.
    fn occurred_at(&self) -> DateTime {
        DateTime(self.0.occurred_at)
    }
}

/// A stretch of events.
pub(super) struct EventFeed(pub(super) Feed);

/// A stretch of events.
#[Object]
impl EventFeed {
    /// Events, oldest first.
    fn events(&self, ctx: &Context<'_>) -> Result<Vec<Event>> {
        ctx.meter(self.0.events.len())?;
        Ok(self.0.events.iter().cloned().map(Event).collect())
    }

    /// Cursor for your next call, also when nothing is new.
    fn next_cursor(&self) -> &str {
        &self.0.next_cursor
    }

    /// Whether more are waiting.
    fn has_more(&self) -> bool {
        self.0.has_more
    }
}
