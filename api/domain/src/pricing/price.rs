//! The way from facts to a priced cart.

use chrono::{DateTime, Utc};

use super::PricingError;
use super::best::settle;
use super::candidate::consider;
use super::draft::{Draft, Rules};
use super::finish::finish;
use super::priced::PricedCart;
use super::run::Context;
use super::sheet::Bill;

/// Prices a draft under the shop's rules at an instant.
///
/// Promotions and coupons that do not count are no errors: the result says what became of each.
///
/// # Errors
///
/// [`PricingError`]: an overflow, mixed currencies or a negative price, none of which sound settings allow.
pub fn price(draft: &Draft, rules: &Rules, now: DateTime<Utc>) -> Result<PricedCart, PricingError> {
    let bill = Bill::try_new(draft, &rules.tax_rates)?;
    let candidates = consider(draft, rules, &bill, now)?;
    let context = Context {
        draft,
        rules,
        bill: &bill,
        candidates: &candidates,
    };
    let run = settle(&context)?;
    finish(&context, &run)
}
