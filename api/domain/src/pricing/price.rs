//! The way from facts to a priced cart.

use chrono::{DateTime, Utc};

use super::PricingError;
use super::best::settle;
use super::candidate::consider;
use super::draft::{Draft, Rules};
use super::exempt::without_tax;
use super::finish::finish;
use super::priced::PricedCart;
use super::run::{Context, Run};
use super::sheet::Bill;
use super::trace::{TraceStep, trace};

/// A priced cart with the way to its price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Simulation {
    /// What [`price`] gives.
    pub priced: PricedCart,
    /// Every step from the prices of the lines to the total, in the order taken.
    pub trace: Vec<TraceStep>,
}

/// Prices a draft under the shop's rules at an instant.
///
/// Promotions and coupons that do not count are no errors: the result says what became of each.
///
/// # Errors
///
/// [`PricingError`]: an overflow, mixed currencies or a negative price, none of which sound settings allow.
pub fn price(draft: &Draft, rules: &Rules, now: DateTime<Utc>) -> Result<PricedCart, PricingError> {
    go(draft, rules, now, finish)
}

/// Prices a draft like [`price`], and tells the way.
///
/// # Errors
///
/// Those of [`price`].
pub fn simulate(
    draft: &Draft,
    rules: &Rules,
    now: DateTime<Utc>,
) -> Result<Simulation, PricingError> {
    go(draft, rules, now, |context, run| {
        let priced = finish(context, run)?;
        let trace = trace(context, run, &priced)?;
        Ok(Simulation { priced, trace })
    })
}

/// Finds the way through the stages and lets it be written down.
fn go<T>(
    draft: &Draft,
    rules: &Rules,
    now: DateTime<Utc>,
    write: impl FnOnce(&Context<'_>, &Run) -> Result<T, PricingError>,
) -> Result<T, PricingError> {
    let (draft, rules) = without_tax(draft, rules)?;
    let (draft, rules) = (draft.as_ref(), rules.as_ref());
    let bill = Bill::try_new(draft, &rules.tax_rates)?;
    let candidates = consider(draft, rules, &bill, now)?;
    let context = Context {
        draft,
        rules,
        bill: &bill,
        candidates: &candidates,
    };
    let run = settle(&context)?;
    write(&context, &run)
}
