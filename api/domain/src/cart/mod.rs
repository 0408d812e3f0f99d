//! Carts: goods somebody means to buy, and what stands between them and an order.

pub mod abandoned;
mod checkout;
mod line;
mod lost;
mod problem;

pub use checkout::{CheckoutFacts, ChosenMethod, ShippingDestination, checkout_problems};
pub use line::{LineFacts, line_problems};
pub use lost::{Lost, lost};
pub use problem::{CartProblem, CartProblemCode, MissingPart};

use crate::text_enum;

/// Most lines of a cart.
pub const MAX_LINES: usize = 200;
/// Most coupons of a cart.
pub const MAX_COUPONS: usize = 10;

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
