//! Warehouses and what they hold. Rules: `domain::stock`; writes: `service::warehouse`, and `service::inventory` for orders.

mod check;
mod error;
mod input;
mod loader;
mod mutation;
mod payload;
mod query;
mod types;

pub use error::{InventoryErrorCode, InventoryUserError};
pub(in crate::graphql) use loader::LevelsOfVariant;
pub use mutation::InventoryMutation;
pub use query::InventoryQuery;
pub(in crate::graphql) use types::load_warehouse;
pub use types::{
    StockLevel, StockLevelConnection, StockLevelEdge, StockMovement, StockMovementConnection,
    StockMovementEdge, StockReservation, StockReservationConnection, StockReservationEdge,
    Warehouse,
};
