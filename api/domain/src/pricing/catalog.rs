//! What promotions of the catalog did to the prices a cart starts from.

use std::collections::BTreeSet;

use super::draft::{CatalogOffer, DraftLine};
use super::priced::AppliedPromotion;
use super::sheet::Bill;
use crate::money::{Money, MoneyError};
use crate::promotion::{Evaluation, EvaluationReason, Outcome, Refusal, idleness};
use crate::unit_price::PriceSourceKind;

/// Judges each promotion of the catalog, the oldest first.
pub(super) fn judge(
    offers: &[CatalogOffer],
    bill: &Bill<'_>,
) -> Result<Vec<Evaluation>, MoneyError> {
    let mut offers: Vec<&CatalogOffer> = offers.iter().collect();
    offers.sort_by_key(|offer| offer.promotion_id);
    offers
        .into_iter()
        .map(|offer| evaluation(offer, bill))
        .collect()
}

/// Lists those that lowered a price.
pub(super) fn applied(evaluations: &[Evaluation]) -> Vec<AppliedPromotion> {
    let counted = evaluations
        .iter()
        .filter_map(|evaluation| match evaluation.outcome {
            Outcome::Applied(discount) => Some(AppliedPromotion {
                promotion_id: evaluation.promotion_id?,
                promotion_version: evaluation.promotion_version?,
                coupon: None,
                discount,
            }),
            Outcome::Refused(_) => None,
        });
    counted.collect()
}

fn evaluation(offer: &CatalogOffer, bill: &Bill<'_>) -> Result<Evaluation, MoneyError> {
    let mut taken = Money::zero(bill.currency);
    let mut lines = BTreeSet::new();
    for line in &bill.lines {
        let DraftLine {
            origin, unit_price, ..
        } = line.draft;
        let Some(before) = origin
            .lowered_from
            .filter(|_| origin.rule_id == Some(offer.promotion_id))
        else {
            continue;
        };
        let off = before.minus(*unit_price)?;
        taken = taken.plus(off.times(line.draft.quantity.get())?)?;
        lines.insert(line.draft.key);
    }
    let outcome = if lines.is_empty() {
        Outcome::Refused(refusal(offer, bill))
    } else {
        Outcome::Applied(taken)
    };
    Ok(Evaluation {
        promotion_id: Some(offer.promotion_id),
        promotion_version: Some(offer.promotion_version),
        coupon_code: None,
        label: offer.label.clone(),
        outcome,
        lines,
    })
}

/// Why it lowered no price: it does not run, is about nothing here, or each of its lines is as cheap by another rule.
fn refusal(offer: &CatalogOffer, bill: &Bill<'_>) -> Refusal {
    if let Some(reason) = idleness(offer.status) {
        return reason.into();
    }
    if offer.lines.is_empty() {
        return EvaluationReason::NoMatchingProduct.into();
    }
    let others = bill
        .lines
        .iter()
        .filter(|line| offer.lines.contains(&line.draft.key))
        .map(|line| &line.draft.origin);
    let better = others
        .filter(|origin| origin.kind == PriceSourceKind::Promotion)
        .find_map(|origin| origin.rule_id);
    Refusal::lost(EvaluationReason::BetterPrice, better)
}
