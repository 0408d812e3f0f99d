//! What coupons would save that are not entered yet.

use chrono::{DateTime, Utc};

use super::PricingError;
use super::draft::{Draft, EnteredCoupon, Rules};
use super::price::price;
use crate::coupon::CouponCode;
use crate::money::Money;

/// What one coupon would save.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saving {
    /// Its code.
    pub code: CouponCode,
    /// What there would be less to pay, more than zero.
    pub amount: Money,
}

/// Tries each of some coupons beside those entered, and tells what it would save: the best first, those that save
/// nothing not at all. Points do not count, since a coupon only saves what they would have paid.
///
/// # Errors
///
/// Those of [`price`].
pub fn savings(
    draft: &Draft,
    coupons: &[EnteredCoupon],
    rules: &Rules,
    now: DateTime<Utc>,
) -> Result<Vec<Saving>, PricingError> {
    let mut trial = Draft {
        points_wished: 0,
        ..draft.clone()
    };
    let before = price(&trial, rules, now)?.total;
    let mut savings = Vec::new();
    for coupon in coupons {
        trial.coupons.push(coupon.clone());
        let after = price(&trial, rules, now)?.total;
        trial.coupons.pop();
        let amount = before.minus(after)?;
        if amount.is_positive() {
            savings.push(Saving {
                code: coupon.code.clone(),
                amount,
            });
        }
    }
    savings.sort_by(|one, other| {
        let by_amount = other.amount.minor.cmp(&one.amount.minor);
        by_amount.then_with(|| one.code.cmp(&other.code))
    });
    Ok(savings)
}
