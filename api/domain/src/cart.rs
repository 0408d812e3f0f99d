//! Carts: goods somebody means to buy.

use crate::text_enum;

text_enum! {
    /// Life of a cart.
    pub enum CartStatus {
        /// Can be changed.
        Active = "ACTIVE",
        /// Moved into another cart.
        Merged = "MERGED",
        /// Locked while an order is placed.
        Frozen = "FROZEN",
        /// Became an order.
        Ordered = "ORDERED",
    }
}
