//! Whether a promotion counts for a cart, before its effect on the price is known.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Promotion;
use super::combination::PromotionClass;
use super::condition::Condition;
use super::evaluation::{EvaluationReason, Refusal};
use super::lifecycle::PromotionStatus;
use super::selector::{Goods, ProductSelector};
use crate::address::CountryCode;
use crate::money::{Currency, Money, MoneyError};
use crate::slug::Slug;
use crate::time_zone::LocalTime;

/// What conditions are measured against.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// Channel it is bought in.
    pub channel: &'a Slug,
    /// Currency of the cart.
    pub currency: Currency,
    /// What is in the cart.
    pub lines: &'a [Counted<'a>],
    /// Where it ships.
    pub destination: Option<CountryCode>,
    /// What is known about the member who buys; `None` for a guest.
    pub member: Option<MemberFacts<'a>>,
    /// The way to pay that was chosen.
    pub payment_method_id: Option<Uuid>,
    /// What the clock on the shop's wall shows.
    pub local: LocalTime,
    /// Whether a coupon the buyer can use was entered.
    pub has_coupon: bool,
    /// The instant to judge at.
    pub now: DateTime<Utc>,
}

/// What conditions ask about a member.
#[derive(Clone, Copy, Debug)]
pub struct MemberFacts<'a> {
    /// Whether the member never ordered before.
    pub is_first_order: bool,
    /// Tier the member is in.
    pub tier_id: Option<Uuid>,
    /// Segments the member is in.
    pub segment_ids: &'a [Uuid],
}

/// A line as conditions count it.
#[derive(Clone, Copy, Debug)]
pub struct Counted<'a> {
    /// What it is.
    pub goods: &'a Goods,
    /// All units before any discount.
    pub amount: Money,
    /// Units.
    pub units: u32,
    /// Whether it is sold at a reduced price.
    pub is_reduced: bool,
    /// Whether its price is one for the buyer's tier or segments.
    pub is_for_members: bool,
}

/// Which lines a promotion is about at all, by how their prices came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admission {
    /// Whether those at a reduced price are.
    pub with_reduced: bool,
    /// Whether those at a price for the buyer's tier or segments are.
    pub with_member_prices: bool,
}

impl Admission {
    /// Whether a line at such a price is one of them.
    #[must_use]
    pub fn admits(self, is_reduced: bool, is_for_members: bool) -> bool {
        (self.with_reduced || !is_reduced) && (self.with_member_prices || !is_for_members)
    }
}

impl Promotion {
    /// Decides whether the promotion counts under these circumstances.
    ///
    /// # Errors
    ///
    /// The inner [`Refusal`] gives the first reason against it: not running, used up, a condition not met. The outer
    /// error is a [`MoneyError`], for amounts in another currency than the goods.
    pub fn qualify(
        &self,
        circumstances: &Circumstances<'_>,
    ) -> Result<Result<(), Refusal>, MoneyError> {
        let refuse = |reason: EvaluationReason| Ok(Err(reason.into()));
        if let Some(reason) = idleness(self.status_at(circumstances.now)) {
            return refuse(reason);
        }
        if self.uses_left == Some(0) || self.budget_left.is_some_and(|left| !left.is_positive()) {
            return refuse(EvaluationReason::BudgetExhausted);
        }
        if self.buyer_uses_left == Some(0) {
            return refuse(EvaluationReason::MemberLimitReached);
        }
        let view = View {
            circumstances,
            admission: self.admission(),
        };
        let all = View {
            admission: Admission {
                with_member_prices: true,
                ..view.admission
            },
            ..view
        };
        for condition in &self.conditions {
            if let Some(refusal) = view.judge(condition)? {
                let is_for_members =
                    all.admission != view.admission && all.judge(condition)?.is_none();
                return if is_for_members {
                    refuse(EvaluationReason::NotWithMemberPrices)
                } else {
                    Ok(Err(refusal))
                };
            }
        }
        Ok(Ok(()))
    }

    /// Tells which lines count towards its conditions and get its rewards, by how their prices came about.
    #[must_use]
    pub fn admission(&self) -> Admission {
        Admission {
            with_reduced: self.applies_to_discounted,
            with_member_prices: self
                .combination
                .tolerates(PromotionClass::MemberPrice, None),
        }
    }

    /// Whether it matters how it is paid.
    #[must_use]
    pub fn asks_payment_method(&self) -> bool {
        let mut conditions = self.conditions.iter();
        conditions.any(|condition| !condition.payment_method_ids().is_empty())
    }

    /// Lists the ways to pay the buyer must keep to for a promotion that counts; `None` when it counts however it is
    /// paid.
    ///
    /// # Errors
    ///
    /// A [`MoneyError`] like [`Self::qualify`].
    pub fn bound_to(
        &self,
        circumstances: &Circumstances<'_>,
    ) -> Result<Option<BTreeSet<Uuid>>, MoneyError> {
        let named = self.conditions.iter().map(Condition::payment_method_ids);
        let named = named.filter(|ids| !ids.is_empty());
        let Some(ids) = named.reduce(|ids, others| &ids & &others) else {
            return Ok(None);
        };
        let unpaid = Circumstances {
            payment_method_id: None,
            ..*circumstances
        };
        Ok(self.qualify(&unpaid)?.is_err().then_some(ids))
    }
}

/// Gives the reason why a promotion that stands like this does not count; `None` for one that runs.
#[must_use]
pub fn idleness(status: PromotionStatus) -> Option<EvaluationReason> {
    match status {
        PromotionStatus::Active => None,
        PromotionStatus::Scheduled => Some(EvaluationReason::NotStarted),
        PromotionStatus::Paused | PromotionStatus::Ended | PromotionStatus::Archived => {
            Some(EvaluationReason::Ended)
        }
        PromotionStatus::Draft | PromotionStatus::PendingApproval => {
            Some(EvaluationReason::CouponInvalid)
        }
    }
}

/// The circumstances as one promotion sees them.
#[derive(Clone, Copy)]
struct View<'a> {
    circumstances: &'a Circumstances<'a>,
    admission: Admission,
}

impl View<'_> {
    /// Gives the reason why a condition does not hold.
    fn judge(&self, condition: &Condition) -> Result<Option<Refusal>, MoneyError> {
        Ok(match condition {
            Condition::MinSubtotal(least) => self.spends(None, *least)?,
            Condition::ProductsSubtotal(wanted) => {
                self.spends(Some(&wanted.products), wanted.amount)?
            }
            Condition::MinQuantity(least) => self.takes(None, *least),
            Condition::Products(wanted) => self.takes(Some(&wanted.products), wanted.quantity),
            Condition::FirstOrder => self.asks(EvaluationReason::NotFirstOrder, |member| {
                member.is_first_order
            }),
            Condition::MemberTiers(ids) => self.asks(EvaluationReason::TierMismatch, |member| {
                member.tier_id.is_some_and(|id| ids.contains(&id))
            }),
            Condition::Segments(ids) => self.asks(EvaluationReason::SegmentMismatch, |member| {
                member.segment_ids.iter().any(|id| ids.contains(id))
            }),
            Condition::Weekdays(days) => {
                let is_now = days.contains(&self.circumstances.local.weekday);
                (!is_now).then(|| EvaluationReason::NotNow.into())
            }
            Condition::Hours(span) => {
                let is_now = span.contains(self.circumstances.local.hour);
                (!is_now).then(|| EvaluationReason::NotNow.into())
            }
            Condition::Channels(slugs) => {
                let is_here = slugs.contains(self.circumstances.channel);
                (!is_here).then(|| EvaluationReason::ChannelMismatch.into())
            }
            Condition::Currencies(currencies) => {
                let is_one = currencies.contains(&self.circumstances.currency);
                (!is_one).then(|| EvaluationReason::CurrencyMismatch.into())
            }
            Condition::CountryCodes(countries) => {
                let destination = self.circumstances.destination;
                let is_there = destination.is_some_and(|country| countries.contains(&country));
                (!is_there).then(|| EvaluationReason::CountryMismatch.into())
            }
            Condition::PaymentMethods(ids) => {
                let chosen = self.circumstances.payment_method_id;
                let is_meant = chosen.is_some_and(|id| ids.contains(&id));
                (!is_meant).then(|| EvaluationReason::PaymentMethodMismatch.into())
            }
            Condition::CouponEntered => {
                (!self.circumstances.has_coupon).then(|| EvaluationReason::CouponMissing.into())
            }
            Condition::AnyOf(conditions) => self.any(conditions)?,
        })
    }

    /// Asks something of the member; a guest has to log in first.
    fn asks(
        &self,
        otherwise: EvaluationReason,
        holds: impl FnOnce(&MemberFacts<'_>) -> bool,
    ) -> Option<Refusal> {
        match &self.circumstances.member {
            Some(member) => (!holds(member)).then(|| otherwise.into()),
            None => Some(EvaluationReason::LoginRequired.into()),
        }
    }

    /// Gives the reason the buyer can best act on when no condition holds: the first that tells what is missing.
    fn any(&self, conditions: &[Condition]) -> Result<Option<Refusal>, MoneyError> {
        let mut best: Option<Refusal> = None;
        for condition in conditions {
            let Some(refusal) = self.judge(condition)? else {
                return Ok(None);
            };
            let is_better = refusal.missing.is_some()
                && best.is_some_and(|best: Refusal| best.missing.is_none());
            if best.is_none() || is_better {
                best = Some(refusal);
            }
        }
        Ok(best)
    }

    fn lines<'b>(
        &'b self,
        products: Option<&'b ProductSelector>,
    ) -> impl Iterator<Item = &'b Counted<'b>> {
        self.circumstances.lines.iter().filter(move |line| {
            self.admission.admits(line.is_reduced, line.is_for_members)
                && products.is_none_or(|products| products.selects(line.goods))
        })
    }

    fn spends(
        &self,
        products: Option<&ProductSelector>,
        least: Money,
    ) -> Result<Option<Refusal>, MoneyError> {
        let amounts = self.lines(products).map(|line| line.amount);
        let spent = Money::sum(amounts, self.circumstances.currency)?;
        let missing = least.minus(spent)?;
        Ok(missing.is_positive().then(|| Refusal::spend(missing)))
    }

    fn takes(&self, products: Option<&ProductSelector>, least: u32) -> Option<Refusal> {
        let units: u64 = self.lines(products).map(|line| u64::from(line.units)).sum();
        let missing = u64::from(least).saturating_sub(units);
        if missing == 0 {
            return None;
        }
        if units == 0 && products.is_some() {
            return Some(Refusal {
                reason: EvaluationReason::NoMatchingProduct,
                ..Refusal::take(missing)
            });
        }
        Some(Refusal::take(missing))
    }
}

#[cfg(test)]
mod tests;
