use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use domain::id::{OrderCancellationId, OrderConfirmationRequestId, OrderTimelineEntryId};
use domain::permission::Permission;
use entity::{
    order_cancellation, order_confirmation_line, order_confirmation_request, order_event,
};

use super::enums::{EventKind, OrderCancellationReason, OrderConfirmationStatus, RequestStatus};
use super::line::OrderLineQuantity;
use super::loader::{CancellationLinesOf, ConfirmationLinesOf};
use super::proposal::{Offer, OrderConfirmationLine};
use super::types::Order;
use crate::graphql::connection::connection;
use crate::graphql::context::Reach;
use crate::graphql::error::{top_level, top_level_shared};
use crate::graphql::inventory::{Warehouse, load_warehouse};
use crate::graphql::payment::{self, Refund};
use crate::graphql::scalar::DateTime;
use crate::graphql::viewer::Actor;
use crate::service::order::Access;

/// A question to the back office (ERP or WMS): can you deliver this?
#[derive(Clone, Debug)]
pub struct OrderConfirmationRequest(pub order_confirmation_request::Model);

impl OrderConfirmationRequest {
    async fn lines_asked(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Arc<Vec<order_confirmation_line::Model>>> {
        let lines = ctx
            .loaders()?
            .load_one(ConfirmationLinesOf(self.0.id))
            .await
            .map_err(|error| top_level_shared(&error))?;
        Ok(lines.unwrap_or_default())
    }
}

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
    fn status(&self) -> OrderConfirmationStatus {
        self.0.status.0.into()
    }
    /// What is asked.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<OrderLineQuantity>> {
        let lines = self.lines_asked(ctx).await?;
        let asked = lines.iter().map(|line| (line.order_line_id, line.quantity));
        OrderLineQuantity::load(ctx, self.0.order_id, &asked.collect::<Vec<_>>()).await
    }
    /// What was answered; empty before the answer.
    async fn answers(&self, ctx: &Context<'_>) -> Result<Vec<OrderConfirmationLine>> {
        let lines = self.lines_asked(ctx).await?;
        let answered = lines.iter().filter_map(|line| {
            Some(Offer {
                line_id: line.order_line_id,
                quantity: line.answered_quantity?,
                promised_ship_at: line.promised_ship_at,
                substitute: line.substitute_variant_id,
            })
        });
        OrderConfirmationLine::load(ctx, self.0.order_id, answered.collect()).await
    }
    /// Answer before this.
    fn deadline_at(&self) -> DateTime {
        DateTime(self.0.deadline_at)
    }
    /// Key in the back office.
    fn external_ref(&self) -> Option<&str> {
        self.0.external_ref.as_deref()
    }
    /// Times it was sent.
    fn attempts(&self) -> i32 {
        self.0.attempts
    }
    /// Who answered.
    fn actor(&self) -> Option<Actor> {
        self.0
            .actor_kind
            .map(|kind| Actor::new(kind.0, self.0.actor_id))
    }
    /// When it was answered.
    fn responded_at(&self) -> Option<DateTime> {
        self.0.responded_at.map(DateTime)
    }
}

/// A cancellation, asked for or done.
#[derive(Clone, Debug)]
pub struct OrderCancellation {
    row: order_cancellation::Model,
    access: Access,
}

impl OrderCancellation {
    /// Shows a cancellation in the capacity in which the viewer may see its order.
    #[must_use]
    pub fn new(row: order_cancellation::Model, access: Access) -> Self {
        Self { row, access }
    }
}

/// A cancellation, asked for or done.
#[Object]
impl OrderCancellation {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        OrderCancellationId(self.row.id).to_string().into()
    }
    /// Where it stands.
    fn status(&self) -> RequestStatus {
        self.row.status.0.into()
    }
    /// Why.
    fn reason(&self) -> OrderCancellationReason {
        self.row.reason.0.into()
    }
    /// Words of who asked.
    fn note(&self) -> Option<&str> {
        self.row.note.as_deref()
    }
    /// Units; all that was open if empty.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<OrderLineQuantity>> {
        let lines = ctx
            .loaders()?
            .load_one(CancellationLinesOf(self.row.id))
            .await
            .map_err(|error| top_level_shared(&error))?
            .unwrap_or_default();
        let units = lines.iter().map(|line| (line.order_line_id, line.quantity));
        OrderLineQuantity::load(ctx, self.row.order_id, &units.collect::<Vec<_>>()).await
    }
    /// Refund it led to. Yours, or needs permission PAYMENT_READ.
    async fn refund(&self, ctx: &Context<'_>) -> Option<Result<Refund>> {
        let refund = async {
            if !self.access.is_buyer() {
                let allowed = ctx.viewer()?.require(Permission::PaymentRead);
                allowed.map_err(|error| top_level(&error))?;
            }
            payment::refund_of_cancellation(ctx, self.row.id, self.access).await
        };
        refund.await.transpose()
    }
    /// Who asked.
    fn actor(&self) -> Actor {
        Actor::new(self.row.actor_kind.0, self.row.actor_id)
    }
    /// When.
    fn created_at(&self) -> DateTime {
        DateTime(self.row.created_at)
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
    fn kind(&self) -> EventKind {
        self.0.kind.0.into()
    }
    /// Sentence to show.
    fn message(&self) -> &str {
        &self.0.message
    }
    /// Who did it.
    fn actor(&self) -> Actor {
        Actor::new(self.0.actor_kind.0, self.0.actor_id)
    }
    /// Whether the buyer sees it.
    fn public(&self) -> bool {
        self.0.is_public
    }
    /// When.
    fn occurred_at(&self) -> DateTime {
        DateTime(self.0.occurred_at)
    }
}
