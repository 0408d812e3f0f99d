//! What warehouses there are and what they hold, as staff and back offices tell. Rules: `domain::stock`. What orders do to stock
//! is in `service::inventory`.

mod error;
mod level;
mod query;
mod upsert;

pub use error::StockError;
pub use level::{
    AdjustStock, Adjustment, LevelFigures, SetStock, StockSet, adjust_stock, set_stock,
};
pub use query::{
    StockFilter, find_level, find_movement, find_warehouse, levels_by_variant, list_levels,
    list_movements, list_warehouses, warehouses_by_id,
};
pub use upsert::{WarehousePatch, upsert_warehouses};
