use async_graphql::SimpleObject;

use super::error::InventoryUserError;
use super::types::{StockLevel, Warehouse};
use crate::graphql::limits::meter::Listed;

/// Result of warehousesUpsert.
#[derive(SimpleObject)]
pub(super) struct WarehousesUpsertPayload {
    /// Null if refused.
    pub warehouses: Option<Listed<Warehouse>>,
    /// Why it was refused.
    pub user_errors: Vec<InventoryUserError>,
}

/// Result of stockAdjust.
#[derive(SimpleObject)]
pub(super) struct StockAdjustPayload {
    /// Null if refused.
    pub stock_levels: Option<Listed<StockLevel>>,
    /// Why it was refused.
    pub user_errors: Vec<InventoryUserError>,
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
