//! The stages of a price, in their order.

use chrono::{DateTime, Utc};

use super::PricingError;
use super::draft::{Draft, EnteredCoupon, Rules};
use super::priced::{
    Adjustment, AdjustmentKind, AppliedPromotion, Earning, PricedCart, PricedLine, PricedPoints,
};
use super::sheet::{Sheet, Source};
use crate::coupon;
use crate::id::{CouponId, PromotionId, ShippingMethodId, TaxRateId};
use crate::money::{Money, MoneyError};
use crate::percent::Percent;
use crate::promotion::{
    Circumstances, Evaluation, EvaluationReason, Outcome, Promotion, Refusal, Reward,
};
use crate::tax::{self, TaxRate, Taxable};

/// A promotion or coupon that is considered, in the order of consideration.
struct Considered<'a> {
    promotion: Option<&'a Promotion>,
    coupon: Option<&'a EnteredCoupon>,
    label: &'a str,
    source_id: String,
    /// `Ok` while it counts: what it took off so far.
    state: Result<Money, Refusal>,
}

/// Prices a draft under the shop's rules at an instant.
///
/// Promotions and coupons that do not count are no errors: the result says what became of each.
///
/// # Errors
///
/// [`PricingError`]: an overflow, mixed currencies or a negative price, none of which sound settings allow.
pub fn price(draft: &Draft, rules: &Rules, now: DateTime<Utc>) -> Result<PricedCart, PricingError> {
    let mut sheet = Sheet::try_new(&draft.lines, draft.currency)?;
    let circumstances = Circumstances {
        goods: sheet.subtotal()?,
        units: draft
            .lines
            .iter()
            .map(|line| u64::from(line.quantity.get()))
            .sum(),
        destination: draft.destination.as_ref().map(|place| place.country),
        is_first_order: draft.buyer.is_first_order,
        now,
    };
    let mut considered = consider(draft, rules, &circumstances)?;
    reduce_goods(&mut sheet, &mut considered)?;
    let points = spend_points(&mut sheet, draft, rules)?;
    let is_waiting = add_shipping(&mut sheet, draft, &mut considered, points.discount)?;
    let taxes = add_taxes(&mut sheet, draft, rules)?;
    finish(
        draft,
        rules,
        &sheet,
        &considered,
        points,
        &taxes,
        is_waiting,
    )
}

/// Lists automatic promotions by priority, then coupons by the priority of theirs, and judges each.
fn consider<'a>(
    draft: &'a Draft,
    rules: &'a Rules,
    circumstances: &Circumstances,
) -> Result<Vec<Considered<'a>>, MoneyError> {
    let nothing = Money::zero(draft.currency);
    let mut automatic: Vec<&Promotion> = rules.promotions.iter().collect();
    automatic.sort_by_key(|promotion| (promotion.priority, promotion.id));
    let mut considered = Vec::new();
    for promotion in automatic {
        considered.push(Considered {
            promotion: Some(promotion),
            coupon: None,
            label: &promotion.label,
            source_id: PromotionId(promotion.id).to_string(),
            state: promotion.qualify(circumstances)?.map(|()| nothing),
        });
    }
    let mut coupons: Vec<&EnteredCoupon> = draft.coupons.iter().collect();
    coupons.sort_by_key(|entered| {
        let priority = entered.facts.as_ref().map(|facts| facts.promotion.priority);
        (priority.is_none(), priority, entered.code.clone())
    });
    for entered in coupons {
        let Some(facts) = &entered.facts else {
            considered.push(Considered {
                promotion: None,
                coupon: Some(entered),
                label: entered.code.as_str(),
                source_id: String::new(),
                state: Err(EvaluationReason::CouponInvalid.into()),
            });
            continue;
        };
        let usable = coupon::check(
            &facts.coupon,
            &facts.template,
            facts.uses_by_buyer,
            draft.buyer.member_id,
            circumstances.now,
        );
        let is_counted_already =
            considered
                .iter()
                .filter(|other| other.state.is_ok())
                .any(|other| {
                    other
                        .promotion
                        .is_some_and(|promotion| promotion.id == facts.promotion.id)
                });
        let state = match usable {
            Err(error) => Err(error.into()),
            // One order uses a promotion once, whatever number of coupons lead to it.
            Ok(()) if is_counted_already => Err(EvaluationReason::NotCombinable.into()),
            Ok(()) => facts.promotion.qualify(circumstances)?.map(|()| nothing),
        };
        considered.push(Considered {
            promotion: Some(&facts.promotion),
            coupon: Some(entered),
            label: &facts.label,
            source_id: CouponId(facts.coupon.id).to_string(),
            state,
        });
    }
    Ok(considered)
}

impl Considered<'_> {
    fn source(&self) -> Source<'_> {
        Source {
            kind: if self.coupon.is_some() {
                AdjustmentKind::Coupon
            } else {
                AdjustmentKind::Promotion
            },
            label: self.label,
            id: (!self.source_id.is_empty()).then_some(self.source_id.as_str()),
        }
    }

    /// The most it may still take off, given what it took off already.
    fn capped(&self, wanted: Money, taken: Money) -> Result<Money, MoneyError> {
        match self.promotion.and_then(|promotion| promotion.max_discount) {
            Some(most) => wanted.least(most.minus(taken)?),
            None => Ok(wanted),
        }
    }

    /// Whether it makes shipping of this price free; without a price, of some price.
    fn frees_shipping(&self, price: Option<Money>) -> bool {
        self.rewards().iter().any(|reward| match reward {
            Reward::FreeShipping {
                max_price: Some(most),
            } => price.is_none_or(|price| price.minor <= most.minor),
            Reward::FreeShipping { max_price: None } => true,
            Reward::PercentOff(_) | Reward::FixedOff(_) => false,
        })
    }

    fn rewards(&self) -> &[Reward] {
        self.promotion.map_or(&[], |promotion| &promotion.rewards)
    }
}

fn reduce_goods(
    sheet: &mut Sheet<'_>,
    considered: &mut [Considered<'_>],
) -> Result<(), MoneyError> {
    for entry in considered {
        let Ok(mut taken) = entry.state else { continue };
        for reward in entry.rewards() {
            let wanted = match reward {
                Reward::PercentOff(percent) => sheet.goods_left()?.percent(*percent)?,
                Reward::FixedOff(amount) => *amount,
                Reward::FreeShipping { .. } => continue,
            };
            let off = sheet.take_off_goods(entry.source(), entry.capped(wanted, taken)?)?;
            taken = taken.plus(off)?;
        }
        entry.state = Ok(taken);
    }
    Ok(())
}

fn spend_points(
    sheet: &mut Sheet<'_>,
    draft: &Draft,
    rules: &Rules,
) -> Result<PricedPoints, MoneyError> {
    let mut points = PricedPoints {
        spent: 0,
        discount: Money::zero(draft.currency),
        spendable: 0,
        earnings: Vec::new(),
    };
    let (Some(policy), Some(_)) = (&rules.redeem, draft.buyer.member_id) else {
        return Ok(points);
    };
    let goods = sheet.goods_left()?;
    points.spendable = policy.spendable(goods, draft.buyer.points_balance)?;
    (points.spent, points.discount) =
        policy.spend(draft.points_wished, goods, draft.buyer.points_balance)?;
    let source = Source {
        kind: AdjustmentKind::Points,
        label: &rules.points_label,
        id: None,
    };
    sheet.take_off_goods(source, points.discount)?;
    Ok(points)
}

/// Adds shipping and its promotions. Gives whether free shipping waits for a way to ship to be chosen.
///
/// Points are a way to pay: spending them does not make shipping dearer, so `points_discount` counts as goods.
fn add_shipping(
    sheet: &mut Sheet<'_>,
    draft: &Draft,
    considered: &mut [Considered<'_>],
    points_discount: Money,
) -> Result<bool, MoneyError> {
    if !draft.lines.iter().any(|line| line.is_shippable) {
        return Ok(false);
    }
    let Some(method) = &draft.shipping else {
        return Ok(true);
    };
    let price = method.price_for(sheet.goods_left()?.plus(points_discount)?)?;
    let id = ShippingMethodId(method.id).to_string();
    let source = Source {
        kind: AdjustmentKind::Shipping,
        label: &method.name,
        id: Some(&id),
    };
    sheet.add_shipping(source, price)?;
    for entry in considered {
        let Ok(taken) = entry.state else { continue };
        if entry.frees_shipping(Some(price)) {
            let off = sheet
                .take_off_shipping(entry.source(), entry.capped(sheet.shipping_left, taken)?)?;
            entry.state = Ok(taken.plus(off)?);
        }
    }
    Ok(false)
}

/// Tax of each line of the sheet, in its order, and of shipping.
struct Taxes<'a> {
    lines: Vec<(Money, Option<&'a TaxRate>)>,
    shipping: Money,
}

fn add_taxes<'a>(
    sheet: &mut Sheet<'_>,
    draft: &Draft,
    rules: &'a Rules,
) -> Result<Taxes<'a>, MoneyError> {
    let rate_of =
        |tax_class: &str| tax::applicable(&rules.tax_rates, tax_class, draft.destination.as_ref());
    let mut parts: Vec<Taxable<'a>> = sheet
        .lines
        .iter()
        .map(|line| Taxable {
            amount: line.left,
            rate: rate_of(&line.draft.tax_class),
        })
        .collect();
    parts.push(Taxable {
        amount: sheet.shipping_left,
        rate: draft
            .shipping
            .as_ref()
            .and_then(|method| rate_of(&method.tax_class)),
    });
    let mut taxes = tax::compute(&parts, draft.tax_included, draft.currency)?;
    let keys = sheet
        .lines
        .iter()
        .map(|line| Some(line.draft.key))
        .chain([None]);
    let steps: Vec<Adjustment> = keys
        .zip(&parts)
        .zip(&taxes)
        .filter_map(|((line, part), amount)| {
            let rate = part.rate.filter(|_| !amount.is_zero())?;
            Some(Adjustment {
                kind: AdjustmentKind::Tax,
                label: rate.name.clone(),
                amount: *amount,
                included: draft.tax_included,
                source_id: Some(TaxRateId(rate.id).to_string()),
                line,
            })
        })
        .collect();
    sheet.adjustments.extend(steps);
    let shipping = taxes.pop().unwrap_or(Money::zero(draft.currency));
    let lines = taxes
        .into_iter()
        .zip(parts.iter().map(|part| part.rate))
        .collect();
    Ok(Taxes { lines, shipping })
}

fn finish(
    draft: &Draft,
    rules: &Rules,
    sheet: &Sheet<'_>,
    considered: &[Considered<'_>],
    mut points: PricedPoints,
    taxes: &Taxes<'_>,
    is_waiting: bool,
) -> Result<PricedCart, PricingError> {
    let currency = draft.currency;
    let mut lines = sheet
        .lines
        .iter()
        .zip(&taxes.lines)
        .map(|(line, (tax, rate))| {
            Ok(PricedLine {
                key: line.draft.key,
                unit_price: line.draft.unit_price,
                quantity: line.draft.quantity.get(),
                subtotal: line.subtotal,
                discount_total: line.left.minus(line.subtotal)?,
                tax_total: *tax,
                total: if draft.tax_included {
                    line.left
                } else {
                    line.left.plus(*tax)?
                },
                tax_rate: rate.map_or(Percent::ZERO, |rate| rate.rate),
            })
        })
        .collect::<Result<Vec<_>, MoneyError>>()?;
    let sum = |amount: fn(&PricedLine) -> Money| Money::sum(lines.iter().map(amount), currency);
    let line_taxes = sum(|line| line.tax_total)?;
    let tax_total = line_taxes.plus(taxes.shipping)?;
    let added = if draft.tax_included {
        Money::zero(currency)
    } else {
        taxes.shipping
    };
    let subtotal = sum(|line| line.subtotal)?;
    let discount_total = sum(|line| line.discount_total)?;
    let total = sum(|line| line.total)?
        .plus(sheet.shipping_left)?
        .plus(added)?;
    if draft.buyer.member_id.is_some() {
        let goods = sheet.goods_left()?;
        let paid_net = if draft.tax_included {
            goods.minus(line_taxes)?
        } else {
            goods
        };
        points.earnings = earnings(rules, paid_net)?;
    }
    let places: Vec<_> = draft.lines.iter().map(|line| line.key).collect();
    lines.sort_by_key(|line| places.iter().position(|key| *key == line.key));
    Ok(PricedCart {
        currency,
        tax_included: draft.tax_included,
        lines,
        adjustments: sheet.adjustments.clone(),
        subtotal,
        discount_total,
        shipping_total: sheet.shipping_left,
        tax_total,
        total,
        evaluations: considered
            .iter()
            .map(|entry| entry.evaluation(is_waiting))
            .collect(),
        applied: considered.iter().filter_map(Considered::applied).collect(),
        points,
    })
}

impl Considered<'_> {
    fn evaluation(&self, is_waiting: bool) -> Evaluation {
        let waits = is_waiting && self.frees_shipping(None);
        let outcome = match self.state {
            Ok(taken) if taken.is_positive() || waits => Outcome::Applied(taken),
            Ok(_) => Outcome::Refused(EvaluationReason::MinPayableReached.into()),
            Err(refusal) => Outcome::Refused(refusal),
        };
        Evaluation {
            promotion_id: self.promotion.map(|promotion| promotion.id),
            coupon_code: self.coupon.map(|entered| entered.code.clone()),
            label: self.label.to_owned(),
            outcome,
        }
    }

    fn applied(&self) -> Option<AppliedPromotion> {
        let discount = self.state.ok().filter(|taken| taken.is_positive())?;
        let coupon = self
            .coupon
            .and_then(|entered| Some((entered.facts.as_ref()?.coupon.id, entered.code.clone())));
        Some(AppliedPromotion {
            promotion_id: self.promotion?.id,
            coupon,
            discount,
        })
    }
}

fn earnings(rules: &Rules, paid_net: Money) -> Result<Vec<Earning>, MoneyError> {
    let mut earnings = Vec::new();
    for rule in &rules.earn {
        let points = rule.points_for(paid_net, 0)?;
        if points > 0 {
            earnings.push(Earning {
                rule_key: rule.key.clone(),
                points,
            });
        }
    }
    Ok(earnings)
}
