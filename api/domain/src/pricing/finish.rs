//! From the way that was taken to a priced cart: taxes, totals, and every step in words.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use uuid::Uuid;

use super::PricingError;
use super::candidate::Candidate;
use super::catalog;
use super::priced::{
    Adjustment, AdjustmentKind, AppliedPromotion, Earning, PricedCart, PricedLine, PricedPoints,
};
use super::run::{Context, Given, Run, State};
use super::sheet::{ByLine, Left, Sheet, Source};
use crate::id::{CouponId, MemberTierId, PromotionId, ShippingMethodId, TaxRateId};
use crate::money::{Money, MoneyError};
use crate::percent::Percent;
use crate::promotion::Evaluation;
use crate::tax::{self, TaxRate, Taxable};

/// Tax of each line of the bill, in its order, and of shipping.
struct Taxes<'a> {
    lines: Vec<(Money, Option<&'a TaxRate>)>,
    shipping: Money,
    steps: Vec<Adjustment>,
}

/// Gives the tax that is added to net prices.
pub(super) fn added_tax<L: Left>(
    context: &Context<'_>,
    sheet: &Sheet<L>,
) -> Result<Money, MoneyError> {
    let first = context.bill.lines.first();
    let parts = match first.filter(|_| context.bill.is_taxed_alike()) {
        // What is taxed alike is taxed together.
        Some(line) => vec![
            Taxable {
                amount: sheet.goods.all(),
                rate: line.rate,
            },
            shipping(context, sheet),
        ],
        None => taxables(context, sheet, &sheet.goods.by_line()?),
    };
    tax::total(&parts, context.draft.tax_included, context.bill.currency)
}

/// Writes down where a way through the stages led.
pub(super) fn finish(context: &Context<'_>, run: &Run) -> Result<PricedCart, PricingError> {
    let (draft, bill, sheet) = (context.draft, context.bill, &run.sheet);
    let currency = draft.currency;
    let taxes = taxes(context, sheet)?;
    let mut lines = bill
        .lines
        .iter()
        .zip(sheet.goods.by_line()?.iter())
        .zip(&taxes.lines)
        .map(|((line, left), (tax, rate))| {
            Ok(PricedLine {
                key: line.draft.key,
                unit_price: line.draft.unit_price,
                origin: Some(line.draft.origin.clone()),
                compare_at: line.draft.compare_at,
                quantity: line.draft.quantity.get(),
                subtotal: line.subtotal,
                discount_total: left.minus(line.subtotal)?,
                tax_total: *tax,
                total: if draft.tax_included {
                    *left
                } else {
                    left.plus(*tax)?
                },
                tax_rate: rate.map_or(Percent::ZERO, |rate| rate.rate),
                gift_of: None,
            })
        })
        .collect::<Result<Vec<_>, MoneyError>>()?;
    let sum = |amount: fn(&PricedLine) -> Money| Money::sum(lines.iter().map(amount), currency);
    let line_taxes = sum(|line| line.tax_total)?;
    let added = if draft.tax_included {
        Money::zero(currency)
    } else {
        taxes.shipping
    };
    let total = sum(|line| line.total)?
        .plus(sheet.shipping_left)?
        .plus(added)?;
    let discount_total = sum(|line| line.discount_total)?;
    let earnings = earnings(context, &lines, run.factor)?;
    let catalog = catalog::judge(&draft.catalog, bill)?;
    let mut adjustments = steps(context, run);
    adjustments.extend(taxes.steps);
    let places = draft.lines.iter().map(|line| line.key).zip(0_usize..);
    let places: BTreeMap<Uuid, usize> = places.collect();
    lines.sort_by_key(|line| places.get(&line.key));
    lines.extend(run.given.iter().filter_map(|given| gift(context, given)));
    Ok(PricedCart {
        currency,
        tax_included: draft.tax_included,
        tax_exemption: draft.buyer.tax_exemption.clone(),
        lines,
        adjustments,
        subtotal: bill.subtotal,
        discount_total,
        shipping_total: sheet.shipping_left,
        tax_total: line_taxes.plus(taxes.shipping)?,
        total,
        lowered: catalog::applied(&catalog),
        evaluations: catalog
            .into_iter()
            .chain(evaluations(context, run))
            .collect(),
        payment_method_ids: payment_methods(context, run),
        applied: run
            .counted
            .iter()
            .filter_map(|place| applied(context.candidates.get(*place)?, run.states.get(*place)?))
            .collect(),
        points: PricedPoints {
            spent: run.spent.points,
            discount: run.spent.discount,
            spendable: run.spent.spendable,
            earnings,
        },
    })
}

fn taxables<'a, L>(context: &Context<'a>, sheet: &Sheet<L>, left: &[Money]) -> Vec<Taxable<'a>> {
    let lines = context.bill.lines.iter().zip(left);
    lines
        .map(|(line, left)| Taxable {
            amount: *left,
            rate: line.rate,
        })
        .chain([shipping(context, sheet)])
        .collect()
}

fn shipping<'a, L>(context: &Context<'a>, sheet: &Sheet<L>) -> Taxable<'a> {
    let (draft, rates) = (context.draft, &context.rules.tax_rates);
    let method = draft.shipping.as_ref();
    Taxable {
        amount: sheet.shipping_left,
        rate: method.and_then(|method| {
            tax::applicable(rates, &method.tax_class, draft.destination.as_ref())
        }),
    }
}

fn taxes<'a>(context: &Context<'a>, sheet: &Sheet<ByLine>) -> Result<Taxes<'a>, MoneyError> {
    let draft = context.draft;
    let parts = taxables(context, sheet, &sheet.goods.by_line()?);
    let mut taxes = tax::compute(&parts, draft.tax_included, draft.currency)?;
    let lines = context.bill.lines.iter();
    let keys = lines.map(|line| Some(line.draft.key)).chain([None]);
    let steps = keys
        .zip(&parts)
        .zip(&taxes)
        .filter_map(|((line, part), amount)| {
            let rate = part.rate.filter(|_| !amount.is_zero())?;
            Some(Adjustment {
                kind: AdjustmentKind::Tax,
                label: rate.name.as_str().into(),
                amount: *amount,
                included: draft.tax_included,
                source_id: Some(TaxRateId(rate.id).to_string().into()),
                promotion_version: None,
                line,
            })
        })
        .collect();
    let shipping = taxes.pop().unwrap_or(Money::zero(draft.currency));
    let rates = parts.iter().map(|part| part.rate);
    Ok(Taxes {
        lines: taxes.into_iter().zip(rates).collect(),
        shipping,
        steps,
    })
}

/// Who is behind a step, in words.
struct Author {
    kind: AdjustmentKind,
    label: Arc<str>,
    id: Option<Arc<str>>,
    promotion_version: Option<i32>,
}

fn steps(context: &Context<'_>, run: &Run) -> Vec<Adjustment> {
    let keys: Vec<_> = context
        .bill
        .lines
        .iter()
        .map(|line| line.draft.key)
        .collect();
    let mut latest: Option<(Source, Author)> = None;
    let mut adjustments = Vec::with_capacity(run.sheet.goods.steps.len());
    for step in &run.sheet.goods.steps {
        // Steps of one author follow each other.
        let author = match latest.take() {
            Some((source, author)) if source == step.source => Some(author),
            Some(_) | None => author(context, step.source),
        };
        let Some(author) = author else { continue };
        adjustments.push(Adjustment {
            kind: author.kind,
            label: Arc::clone(&author.label),
            amount: step.amount,
            included: false,
            source_id: author.id.clone(),
            promotion_version: author.promotion_version,
            line: step.line.and_then(|place| keys.get(place).copied()),
        });
        latest = Some((step.source, author));
    }
    adjustments
}

fn author(context: &Context<'_>, source: Source) -> Option<Author> {
    Some(match source {
        Source::Candidate(place) => {
            let candidate = context.candidates.get(place)?;
            let facts = candidate.coupon.and_then(|entered| entered.facts.as_ref());
            let promotion = candidate.promotion?;
            let (kind, id) = match facts {
                Some(facts) => (
                    AdjustmentKind::Coupon,
                    CouponId(facts.coupon.id).to_string(),
                ),
                None => (
                    AdjustmentKind::Promotion,
                    PromotionId(promotion.id).to_string(),
                ),
            };
            Author {
                kind,
                label: candidate.label.into(),
                id: Some(id.into()),
                promotion_version: Some(promotion.version),
            }
        }
        Source::Points => Author {
            kind: AdjustmentKind::Points,
            label: context.rules.points_label.as_str().into(),
            id: None,
            promotion_version: None,
        },
        Source::Tier => {
            let tier = context.draft.buyer.ships_free.as_ref()?;
            Author {
                kind: AdjustmentKind::Shipping,
                label: tier.label.as_str().into(),
                id: Some(MemberTierId(tier.tier_id).to_string().into()),
                promotion_version: None,
            }
        }
        Source::Shipping => {
            let method = context.draft.shipping.as_ref()?;
            Author {
                kind: AdjustmentKind::Shipping,
                label: method.name.as_str().into(),
                id: Some(ShippingMethodId(method.id).to_string().into()),
                promotion_version: None,
            }
        }
    })
}

/// The lines each candidate takes something off or gives, in their order.
fn touched(context: &Context<'_>, run: &Run) -> Vec<BTreeSet<Uuid>> {
    let mut touched = vec![BTreeSet::new(); context.candidates.len()];
    for step in &run.sheet.goods.steps {
        let (Source::Candidate(place), Some(line)) = (step.source, step.line) else {
            continue;
        };
        let line = context.bill.lines.get(line);
        if let (Some(lines), Some(line)) = (touched.get_mut(place), line) {
            lines.insert(line.draft.key);
        }
    }
    for given in &run.given {
        if let Some(lines) = touched.get_mut(given.place) {
            lines.insert(given.key);
        }
    }
    touched
}

fn evaluations(context: &Context<'_>, run: &Run) -> impl Iterator<Item = Evaluation> {
    let judged = context.candidates.iter().zip(&run.states);
    judged
        .zip(touched(context, run))
        .map(|((candidate, state), lines)| evaluation(candidate, state, lines))
}

fn evaluation(candidate: &Candidate<'_>, state: &State, lines: BTreeSet<Uuid>) -> Evaluation {
    Evaluation {
        promotion_id: candidate.promotion.map(|promotion| promotion.id),
        promotion_version: candidate.promotion.map(|promotion| promotion.version),
        coupon_code: candidate.coupon.map(|entered| entered.code.clone()),
        label: candidate.label.to_owned(),
        outcome: state.outcome(),
        lines,
    }
}

/// The ways to pay every promotion that counts agrees to.
fn payment_methods(context: &Context<'_>, run: &Run) -> Option<BTreeSet<Uuid>> {
    let counted = run.counted.iter();
    let candidates = counted.filter_map(|place| context.candidates.get(*place));
    let bound = candidates.filter_map(|candidate| candidate.bound_to.clone());
    bound.reduce(|ids, others| &ids & &others)
}

/// A line that costs nothing.
fn gift(context: &Context<'_>, given: &Given) -> Option<PricedLine> {
    let nothing = Money::zero(context.bill.currency);
    Some(PricedLine {
        key: given.key,
        unit_price: nothing,
        origin: None,
        compare_at: None,
        quantity: given.units,
        subtotal: nothing,
        discount_total: nothing,
        tax_total: nothing,
        total: nothing,
        tax_rate: Percent::ZERO,
        gift_of: Some(context.candidates.get(given.place)?.promotion?.id),
    })
}

fn applied(candidate: &Candidate<'_>, state: &State) -> Option<AppliedPromotion> {
    let promotion = candidate.promotion?;
    let coupon = candidate
        .coupon
        .and_then(|entered| Some((entered.facts.as_ref()?.coupon.id, entered.code.clone())));
    Some(AppliedPromotion {
        promotion_id: promotion.id,
        promotion_version: promotion.version,
        coupon,
        discount: state.taken,
    })
}

/// Points for what is paid for goods, net of tax; each rule counts the lines it is about.
fn earnings(
    context: &Context<'_>,
    lines: &[PricedLine],
    factor: u64,
) -> Result<Vec<Earning>, MoneyError> {
    let (draft, rules) = (context.draft, context.rules);
    let mut earnings = Vec::new();
    if draft.buyer.member_id.is_none() {
        return Ok(earnings);
    }
    for rule in &rules.earn {
        let counted = context.bill.lines.iter().zip(lines);
        let paid = counted
            .filter(|(line, _)| rule.products.selects(&line.draft.goods))
            .try_fold(Money::zero(draft.currency), |sum, (_, line)| {
                sum.plus(line.total.minus(line.tax_total)?)
            })?;
        let points = rule.multiplied_points_for(paid, factor, 0);
        if points > 0 {
            earnings.push(Earning {
                rule_id: rule.id,
                rule_version: rule.version,
                points,
            });
        }
    }
    Ok(earnings)
}
