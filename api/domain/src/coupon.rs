//! Coupons: codes that let a promotion count.

use crate::text_enum;

text_enum! {
    /// Life of a coupon.
    pub enum CouponStatus {
        /// Can be used.
        Available = "AVAILABLE",
        /// Held by an order not confirmed yet.
        Locked = "LOCKED",
        /// Used.
        Redeemed = "REDEEMED",
        /// Too late.
        Expired = "EXPIRED",
        /// Withdrawn by staff.
        Revoked = "REVOKED",
    }
}

text_enum! {
    /// One use of a coupon by one order.
    pub enum RedemptionStatus {
        /// Held by an order not confirmed yet.
        Locked = "LOCKED",
        /// Used.
        Redeemed = "REDEEMED",
        /// Given back.
        Restored = "RESTORED",
    }
}
