use async_graphql::SimpleObject;

use crate::graphql::money::Money;
use crate::graphql::promotion::Coupon;
use crate::service::cart;

/// What a coupon would save in a cart.
#[derive(Clone, SimpleObject)]
pub struct CouponSaving {
    /// The coupon.
    coupon: Coupon,
    /// What there would be less to pay; points are left aside.
    amount: Money,
}

impl From<cart::CouponSaving> for CouponSaving {
    fn from(saving: cart::CouponSaving) -> Self {
        Self {
            coupon: Coupon(saving.coupon),
            amount: saving.amount.into(),
        }
    }
}
