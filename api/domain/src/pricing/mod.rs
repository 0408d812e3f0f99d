//! Prices: from the facts of a cart to a total whose every step is explained.

use crate::text_enum;

text_enum! {
    /// Where an adjustment comes from.
    pub enum AdjustmentKind {
        /// Automatic promotion.
        Promotion = "PROMOTION",
        /// Coupon.
        Coupon = "COUPON",
        /// Points spent.
        Points = "POINTS",
        /// Shipping.
        Shipping = "SHIPPING",
        /// Tax.
        Tax = "TAX",
        /// Fee.
        Surcharge = "SURCHARGE",
        /// By staff.
        Manual = "MANUAL",
        /// Rounding.
        Rounding = "ROUNDING",
    }
}
