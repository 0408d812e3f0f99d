//! What warehouses there are and what they hold, as staff and back offices tell. Rules: `domain::stock`. What orders do to stock
//! is in `service::inventory`.

mod adjust;
mod backorder;
mod error;
mod import;
mod level;
mod place;
mod presale;
mod query;
mod set;
mod upsert;

pub use adjust::{AdjustStock, Adjustment, adjust_stock};
pub use backorder::{Backorder, SetBackorders, set_backorders};
pub use error::StockError;
pub use import::{ImportStock, ImportedFigure, import_stock};
pub use presale::{Presale, SetPresales, set_presales};
pub use query::{
    StockFilter, find_level, find_movement, find_reservation, find_warehouse, levels_by_variant,
    list_levels, list_movements, list_reservations, list_warehouses, warehouses_by_id,
};
pub use set::{LevelFigures, SetStock, StockSet, set_stock};
pub use upsert::{WarehousePatch, upsert_warehouses};
