use async_graphql::{Context, ID, Object, Result};
use domain::id::{OrderCancellationId, OrderConfirmationRequestId, OrderTimelineEntryId};
use entity::{order_cancellation, order_confirmation_request, order_event};

use super::enums::{EventKind, OrderCancellationReason, OrderConfirmationStatus, RequestStatus};
use super::loader::{LineById, UnitsAskedOf};
use super::types::{Order, OrderLine, OrderLineQuantity};
use crate::graphql::connection::connection;
use crate::graphql::context::Reach;
use crate::graphql::error::top_level_shared;
use crate::graphql::inventory::{Warehouse, load_warehouse};
use crate::graphql::limits::meter::Metered;
use crate::graphql::order::loader::OrderById;
use crate::graphql::scalar::DateTime;
use crate::graphql::viewer::Actor;
use crate::service::order::Access;

/// A question to the back office (ERP or WMS): can you deliver this?
#[derive(Clone, Debug)]
pub struct OrderConfirmationRequest(pub order_confirmation_request::Model);

connection!(
    OrderConfirmationRequestConnection,
    OrderConfirmationRequestEdge,
    OrderConfirmationRequest,
    "The request."
);

/// A question to the back office (ERP or WMS): can you deliver this?
#[Object]
impl OrderConfirmationRequest {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        OrderConfirmationRequestId(self.0.id).to_string().into()
    }
    /// The order.
    async fn order(&self, ctx: &Context<'_>) -> Result<Order> {
        Order::load(ctx, self.0.order_id, Access::Office).await
    }
    /// Who is asked.
    async fn warehouse(&self, ctx: &Context<'_>) -> Option<Result<Warehouse>> {
        Some(load_warehouse(ctx, self.0.warehouse_id?).await)
    }
    /// Where it stands.
    async fn status(&self) -> OrderConfirmationStatus {
        self.0.status.0.into()
    }
    /// What is asked.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<OrderLineQuantity>> {
        let loaders = ctx.loaders()?;
        let asked = loaders
            .load_one(UnitsAskedOf(self.0.order_id))
            .await
            .map_err(|error| top_level_shared(&error))?;
        let asked = asked.unwrap_or_default();
        let here: Vec<_> = asked
            .iter()
            .filter(|units| Some(units.warehouse_id) == self.0.warehouse_id)
            .collect();
        ctx.meter(here.len())?;
        let order = loaders
            .load_one(OrderById(self.0.order_id))
            .await
            .map_err(|error| top_level_shared(&error))?;
        let keys = here.iter().map(|units| LineById(units.line_id));
        let lines = loaders
            .load_many(keys)
            .await
            .map_err(|error| top_level_shared(&error))?;
        let Some(order) = order else {
            return Ok(Vec::new());
        };
        let shown = here.iter().filter_map(|units| {
            let row = lines.get(&LineById(units.line_id))?;
            Some(OrderLineQuantity {
                line: OrderLine::new(row.clone(), order.clone()),
                quantity: units.quantity,
            })
        });
        Ok(shown.collect())
    }
    /// Answer before this.
    async fn deadline_at(&self) -> DateTime {
        DateTime(self.0.deadline_at)
    }
    /// Key in the back office.
    async fn external_ref(&self) -> Option<&str> {
        self.0.external_ref.as_deref()
    }
    /// Times it was sent.
    async fn attempts(&self) -> i32 {
        self.0.attempts
    }
    /// Who answered.
    async fn actor(&self) -> Option<Actor> {
        self.0
            .actor_kind
            .map(|kind| Actor::new(kind.0, self.0.actor_id))
    }
    /// When it was answered.
    async fn responded_at(&self) -> Option<DateTime> {
        self.0.responded_at.map(DateTime)
    }
}

/// A cancellation, asked for or done.
#[derive(Clone, Debug)]
pub struct OrderCancellation(pub order_cancellation::Model);

/// A cancellation, asked for or done.
#[Object]
impl OrderCancellation {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        OrderCancellationId(self.0.id).to_string().into()
    }
    /// Where it stands.
    async fn status(&self) -> RequestStatus {
        self.0.status.0.into()
    }
    /// Why.
    async fn reason(&self) -> OrderCancellationReason {
        self.0.reason.0.into()
    }
    /// Words of who asked.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }
    /// Who asked.
    async fn actor(&self) -> Actor {
        Actor::new(self.0.actor_kind.0, self.0.actor_id)
    }
    /// When.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }
}

/// Something that happened to an order.
#[derive(Clone, Debug)]
pub struct OrderTimelineEntry(pub order_event::Model);

/// Something that happened to an order.
#[Object]
impl OrderTimelineEntry {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        OrderTimelineEntryId(self.0.id).to_string().into()
    }
    /// What happened.
    async fn kind(&self) -> EventKind {
        self.0.kind.0.into()
    }
    /// Sentence to show.
    async fn message(&self) -> &str {
        &self.0.message
    }
    /// Who did it.
    async fn actor(&self) -> Actor {
        Actor::new(self.0.actor_kind.0, self.0.actor_id)
    }
    /// Whether the buyer sees it.
    async fn public(&self) -> bool {
        self.0.is_public
    }
    /// When.
    async fn occurred_at(&self) -> DateTime {
        DateTime(self.0.occurred_at)
    }
}
