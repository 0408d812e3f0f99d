//! What withdrawing a coupon, and an order that is called off, do to a coupon for one use.

use super::CouponStatus;

/// The only use of a coupon is gone for good: there is nothing to withdraw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the coupon is used up for good")]
pub struct Settled;

impl CouponStatus {
    /// Where a coupon stands once it is withdrawn. One that an order uses stays with the order, and is withdrawn when it
    /// comes back; see [`CouponStatus::given_back`].
    ///
    /// # Errors
    ///
    /// [`Settled`] for one that was used and never comes back: `is_restorable` says whether coupons of its kind do.
    pub fn withdraw(self, is_restorable: bool) -> Result<Self, Settled> {
        match self {
            Self::Available | Self::Expired | Self::Revoked => Ok(Self::Revoked),
            Self::Locked => Ok(Self::Locked),
            Self::Redeemed if is_restorable => Ok(Self::Redeemed),
            Self::Redeemed => Err(Settled),
        }
    }

    /// Where a coupon stands that comes back from an order called off.
    #[must_use]
    pub fn given_back(is_withdrawn: bool) -> Self {
        if is_withdrawn {
            Self::Revoked
        } else {
            Self::Available
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CouponStatus, Settled};
    use crate::text_enum::TextEnum as _;

    #[test]
    fn a_withdrawn_coupon_is_never_usable_again() {
        for status in CouponStatus::ALL.iter().copied() {
            for is_restorable in [true, false] {
                let expected = match (status, is_restorable) {
                    (
                        CouponStatus::Available | CouponStatus::Expired | CouponStatus::Revoked,
                        true | false,
                    ) => Ok(CouponStatus::Revoked),
                    (CouponStatus::Locked, true | false) => Ok(CouponStatus::Locked),
                    (CouponStatus::Redeemed, true) => Ok(CouponStatus::Redeemed),
                    (CouponStatus::Redeemed, false) => Err(Settled),
                };
                assert_eq!(status.withdraw(is_restorable), expected, "{status}");
            }
        }
        assert_eq!(CouponStatus::given_back(true), CouponStatus::Revoked);
        assert_eq!(CouponStatus::given_back(false), CouponStatus::Available);
    }
}
