//! Carts that their buyers left, at the edge. Rules: `domain::cart::abandoned`; writes: `service::abandoned_cart`.

mod input;
mod loader;
mod query;
mod types;

pub use query::AbandonedCartQuery;
pub use types::{AbandonedCart, AbandonedCartConnection, AbandonedCartEdge};
