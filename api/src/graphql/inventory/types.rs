use async_graphql::{Context, Enum, ID, Object, Result};
use domain::id::{OrderId, StockLevelId, StockMovementId, StockReservationId, WarehouseId};
use entity::{stock_level, stock_movement, stock_reservation, warehouse};

use super::loader::WarehouseById;
use crate::error::Error;
use crate::graphql::address::Address;
use crate::graphql::catalog::{ProductVariant, load_variant};
use crate::graphql::connection::connection;
use crate::graphql::context::Reach;
use crate::graphql::error::{top_level, top_level_shared};
use crate::graphql::scalar::DateTime;
use crate::graphql::viewer::Actor;

/// A place that holds stock.
pub struct Warehouse(pub warehouse::Model);

/// A place that holds stock.
#[Object]
impl Warehouse {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        WarehouseId(self.0.id).to_string().into()
    }

    /// Short code, unique.
    fn code(&self) -> &str {
        &self.0.code
    }

    /// Name to show.
    fn name(&self) -> &str {
        &self.0.name
    }

    /// Where it is.
    fn address(&self) -> Option<Address> {
        self.0
            .address
            .as_ref()
            .map(|address| address.0.clone().into())
    }

    /// Lower numbers ship first.
    fn priority(&self) -> i32 {
        self.0.priority
    }

    /// Whether buyers may collect here.
    fn pickup(&self) -> bool {
        self.0.pickup
    }

    /// Whether it ships.
    fn active(&self) -> bool {
        self.0.active
    }
}

/// Stock of one variant in one warehouse; available is onHand less allocated, reserved and safety.
pub struct StockLevel(pub stock_level::Model);

/// Stock of one variant in one warehouse; available is onHand less allocated, reserved and safety.
#[Object]
impl StockLevel {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        StockLevelId(self.0.id).to_string().into()
    }

    /// The variant.
    async fn variant(&self, ctx: &Context<'_>) -> Result<ProductVariant> {
        let variant = load_variant(ctx, self.0.variant_id).await?;
        variant.ok_or_else(|| top_level(&Error::NotFound("variant")))
    }

    /// The warehouse.
    async fn warehouse(&self, ctx: &Context<'_>) -> Result<Warehouse> {
        load_warehouse(ctx, self.0.warehouse_id).await
    }

    /// Units in the house.
    fn on_hand(&self) -> i32 {
        self.0.on_hand
    }

    /// Units promised to orders.
    fn allocated(&self) -> i32 {
        self.0.allocated
    }

    /// Units held by carts.
    fn reserved(&self) -> i32 {
        self.0.reserved
    }

    /// Units on the way in.
    fn incoming(&self) -> i32 {
        self.0.incoming
    }

    /// Units never sold.
    fn safety(&self) -> i32 {
        self.0.safety
    }

    /// Units that may be promised beyond those in the house.
    fn backorder_limit(&self) -> i32 {
        self.0.backorder_limit
    }

    /// When backordered units should arrive, null when nobody knows.
    fn expected_at(&self) -> Option<DateTime> {
        self.0.expected_at.map(DateTime)
    }

    /// Units that can be sold.
    fn available(&self) -> i32 {
        i32::try_from(self.0.counters().in_hand()).unwrap_or(i32::MAX)
    }

    /// Version last taken from the source.
    fn source_version(&self) -> Option<i32> {
        self.0
            .source_version
            .and_then(|version| i32::try_from(version).ok())
    }

    /// When it last changed.
    fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}

/// Kinds of stock movements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::stock::StockMovementKind")]
pub enum StockMovementKind {
    /// Set by a source.
    Set,
    /// Changed by hand.
    Adjustment,
    /// Promised to an order.
    Allocation,
    /// Promise given back.
    Release,
    /// Left with a parcel.
    Shipment,
    /// Came back.
    Return,
}

/// One change of stock; never changed or deleted.
pub struct StockMovement(pub stock_movement::Model);

/// One change of stock; never changed or deleted.
#[Object]
impl StockMovement {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        StockMovementId(self.0.id).to_string().into()
    }

    /// The variant.
    async fn variant(&self, ctx: &Context<'_>) -> Result<ProductVariant> {
        let variant = load_variant(ctx, self.0.variant_id).await?;
        variant.ok_or_else(|| top_level(&Error::NotFound("variant")))
    }

    /// The warehouse.
    async fn warehouse(&self, ctx: &Context<'_>) -> Result<Warehouse> {
        load_warehouse(ctx, self.0.warehouse_id).await
    }

    /// Why stock moved.
    fn kind(&self) -> StockMovementKind {
        self.0.kind.0.into()
    }

    /// Signed units: of the stock in the house, or of the promises for ALLOCATION and RELEASE.
    fn quantity(&self) -> i32 {
        use domain::stock::StockMovementKind as Kind;
        match self.0.kind.0 {
            Kind::Set | Kind::Adjustment | Kind::Shipment | Kind::Return => self.0.on_hand_delta,
            Kind::Allocation | Kind::Release => self.0.allocated_delta,
        }
    }

    /// Words to explain it.
    fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// Order behind it.
    fn source_id(&self) -> Option<ID> {
        self.0.source_id.map(|id| OrderId(id).to_string().into())
    }

    /// Who caused it.
    fn actor(&self) -> Actor {
        Actor::new(self.0.actor_kind.0, self.0.actor_id)
    }

    /// When.
    fn occurred_at(&self) -> DateTime {
        DateTime(self.0.occurred_at)
    }
}

/// Units held for a cart, so that nobody else buys them meanwhile. An unpaid order is promised its units at once: see
/// `StockLevel.allocated`.
pub struct StockReservation(pub stock_reservation::Model);

/// Units held for a cart, so that nobody else buys them meanwhile. An unpaid order is promised its units at once: see
/// `StockLevel.allocated`.
#[Object]
impl StockReservation {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        StockReservationId(self.0.id).to_string().into()
    }

    /// The variant.
    async fn variant(&self, ctx: &Context<'_>) -> Result<ProductVariant> {
        let variant = load_variant(ctx, self.0.variant_id).await?;
        variant.ok_or_else(|| top_level(&Error::NotFound("variant")))
    }

    /// The warehouse.
    async fn warehouse(&self, ctx: &Context<'_>) -> Result<Warehouse> {
        load_warehouse(ctx, self.0.warehouse_id).await
    }

    /// Units.
    fn quantity(&self) -> i32 {
        self.0.quantity
    }

    /// When the hold lapses.
    fn expires_at(&self) -> DateTime {
        DateTime(self.0.expires_at)
    }
}

connection!(
    StockLevelConnection,
    StockLevelEdge,
    StockLevel,
    "The level."
);
connection!(
    StockMovementConnection,
    StockMovementEdge,
    StockMovement,
    "The movement."
);
connection!(
    StockReservationConnection,
    StockReservationEdge,
    StockReservation,
    "The reservation."
);

pub(in crate::graphql) async fn load_warehouse(
    ctx: &Context<'_>,
    id: uuid::Uuid,
) -> Result<Warehouse> {
    let found = ctx
        .loaders()?
        .load_one(WarehouseById(id))
        .await
        .map_err(|error| top_level_shared(&error))?;
    found
        .map(Warehouse)
        .ok_or_else(|| top_level(&Error::internal("a warehouse is missing")))
}
