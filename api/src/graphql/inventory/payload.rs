use async_graphql::SimpleObject;

use super::error::InventoryUserError;
use super::types::{StockLevel, Warehouse};
use crate::graphql::catalog::ProductVariant;
use crate::graphql::limits::meter::Listed;
use crate::graphql::payload::payloads;

payloads! {
    InventoryUserError;

    /// Result of warehousesUpsert.
    WarehousesUpsertPayload { warehouses: Listed<Warehouse> }

    /// Result of stockAdjust.
    StockAdjustPayload { stock_levels: Listed<StockLevel> }

    /// Result of stockBackorderSet.
    StockBackorderSetPayload { stock_levels: Listed<StockLevel> }
}

/// Result of stockSet.
#[derive(SimpleObject)]
pub(super) struct StockSetPayload {
    /// Null if refused.
    pub stock_levels: Option<Listed<StockLevel>>,
    /// SKUs with a newer figure.
    pub skipped_skus: Option<Vec<String>>,
    /// Why it was refused.
    pub user_errors: Vec<InventoryUserError>,
}

/// Result of stockPresaleSet.
#[derive(SimpleObject)]
pub(super) struct StockPresaleSetPayload {
    /// Null if refused.
    pub variants: Option<Listed<ProductVariant>>,
    /// Why it was refused.
    pub user_errors: Vec<InventoryUserError>,
}
