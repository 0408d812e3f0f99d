//! Stock: what can be promised to a buyer, and from where.

use crate::text_enum;

text_enum! {
    /// Why stock changed.
    pub enum StockMovementKind {
        /// Set by a source.
        Set = "SET",
        /// Changed by hand.
        Adjustment = "ADJUSTMENT",
        /// Promised to an order.
        Allocation = "ALLOCATION",
        /// Promise given back.
        Release = "RELEASE",
        /// Left with a parcel.
        Shipment = "SHIPMENT",
        /// Came back.
        Return = "RETURN",
    }
}

text_enum! {
    /// Short answers about stock.
    pub enum StockStatus {
        /// Enough.
        InStock = "IN_STOCK",
        /// Few left.
        LowStock = "LOW_STOCK",
        /// Can be ordered, comes later.
        Backorder = "BACKORDER",
        /// Cannot be ordered.
        OutOfStock = "OUT_OF_STOCK",
    }
}
