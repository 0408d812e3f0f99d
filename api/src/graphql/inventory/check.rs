use async_graphql::{Context, Enum, ID, Object, Result};
use domain::id::OrderId;
use entity::stock_check::{FoundDrift, Model};

use super::types::{Warehouse, load_warehouse};
use crate::graphql::catalog::{ProductVariant, load_variant};
use crate::graphql::limits::meter::Listed;
use crate::graphql::scalar::DateTime;

/// What disagrees in stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::stock::StockDriftKind")]
pub(super) enum StockDriftKind {
    /// Units in the house, and the sum of their movements.
    OnHand,
    /// Promised units, and the sum of their movements.
    Allocated,
    /// Promised units, and the promises of orders that are not closed.
    Promised,
    /// Held units, and the holds of carts.
    Reserved,
    /// Units of holds that should have lapsed, of which there should be none.
    Lapsed,
    /// Promises of an order's line, and its units left to send.
    Order,
}

/// What a check of stock against its movements, holds and orders found. Nothing is mended by itself.
pub(super) struct StockCheck(pub Model);

/// What a check of stock against its movements, holds and orders found. Nothing is mended by itself.
#[Object]
impl StockCheck {
    /// When it began.
    fn checked_at(&self) -> DateTime {
        DateTime(self.0.checked_at)
    }

    /// Counters that disagree with their books.
    fn drift_total(&self) -> i32 {
        self.0.drift_total
    }

    /// The first 100 of them.
    fn drifts(&self) -> Listed<StockDrift> {
        let drifts = self.0.drifts.iter().cloned();
        drifts.map(StockDrift).collect()
    }
}

/// A counter of stock that disagrees with its books.
pub(super) struct StockDrift(FoundDrift);

/// A counter of stock that disagrees with its books.
#[Object]
impl StockDrift {
    /// What disagrees.
    fn kind(&self) -> StockDriftKind {
        self.0.kind.into()
    }

    /// The variant, null when it is gone.
    async fn variant(&self, ctx: &Context<'_>) -> Result<Option<ProductVariant>> {
        load_variant(ctx, self.0.variant_id).await
    }

    /// The warehouse, null for an order's line.
    async fn warehouse(&self, ctx: &Context<'_>) -> Result<Option<Warehouse>> {
        match self.0.warehouse_id {
            Some(id) => load_warehouse(ctx, id).await.map(Some),
            None => Ok(None),
        }
    }

    /// The order whose line it is, null for a level.
    fn order_id(&self) -> Option<ID> {
        self.0.order_id.map(|id| OrderId(id).to_string().into())
    }

    /// Units the counter says.
    fn recorded(&self) -> i32 {
        units(self.0.recorded)
    }

    /// Units the books come to.
    fn counted(&self) -> i32 {
        units(self.0.counted)
    }
}

fn units(count: i64) -> i32 {
    i32::try_from(count).unwrap_or(if count < 0 { i32::MIN } else { i32::MAX })
}
