//! Buyers who owe no tax pay net prices.

use std::borrow::Cow;

use super::draft::{Draft, Rules};
use crate::money::{Money, MoneyError};
use crate::tax;

/// Takes the tax out of a draft whose buyer owes none: prices that contain tax lose it unit by unit, and no rate is due any
/// more. All stages then reckon with net prices. Other drafts stay as they are.
pub(super) fn without_tax<'a>(
    draft: &'a Draft,
    rules: &'a Rules,
) -> Result<(Cow<'a, Draft>, Cow<'a, Rules>), MoneyError> {
    if draft.buyer.tax_exemption.is_none() {
        return Ok((Cow::Borrowed(draft), Cow::Borrowed(rules)));
    }
    let destination = draft.destination.as_ref();
    let net = |amount: Money, tax_class: &str| {
        let rate = tax::applicable(&rules.tax_rates, tax_class, destination);
        match rate.filter(|_| draft.tax_included) {
            Some(rate) => amount.minus(amount.included_tax(rate.rate)?),
            None => Ok(amount),
        }
    };
    let mut untaxed = draft.clone();
    for line in &mut untaxed.lines {
        line.unit_price = net(line.unit_price, &line.tax_class)?;
        let compare_at = line.compare_at.map(|before| net(before, &line.tax_class));
        line.compare_at = compare_at.transpose()?;
    }
    if let Some(method) = &mut untaxed.shipping {
        method.price = net(method.price, &method.tax_class)?;
    }
    let rules = Rules {
        tax_rates: Vec::new(),
        ..rules.clone()
    };
    Ok((Cow::Owned(untaxed), Cow::Owned(rules)))
}
