//! The promotions and coupons a cart is priced under, in the order they count.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::draft::{CouponFacts, Draft, EnteredCoupon, Rules};
use super::reward::{Offer, Scope};
use super::sheet::Bill;
use crate::coupon;
use crate::money::MoneyError;
use crate::promotion::{
    Circumstances, Counted, EvaluationReason, MemberFacts, Promotion, PromotionClass, Refusal,
};

/// A promotion or coupon that is considered.
pub(super) struct Candidate<'a> {
    pub(super) promotion: Option<&'a Promotion>,
    pub(super) coupon: Option<&'a EnteredCoupon>,
    pub(super) label: &'a str,
    pub(super) class: PromotionClass,
    /// Whether its conditions hold.
    pub(super) verdict: Result<(), Refusal>,
    /// Ways to pay the buyer must keep to for it.
    pub(super) bound_to: Option<BTreeSet<Uuid>>,
    /// What each of its rewards is about; empty when its conditions do not hold.
    scopes: Vec<Scope>,
    /// Whether it is about goods or points and not about shipping alone; an unknown coupon might be about anything.
    pub(super) is_on_goods: bool,
    /// Whether it is about shipping, be it among other things.
    pub(super) is_on_shipping: bool,
    /// Whether it tolerates whatever stands beside it.
    pub(super) tolerates_all: bool,
}

impl<'a> Candidate<'a> {
    fn try_new(
        promotion: &'a Promotion,
        label: &'a str,
        class: PromotionClass,
        verdict: Result<(), Refusal>,
        (bill, circumstances): (&Bill<'_>, &Circumstances<'_>),
    ) -> Result<Self, MoneyError> {
        let is_about = |is_shipping: bool| {
            let mut rewards = promotion.rewards.iter();
            rewards.any(|reward| (reward.class() == PromotionClass::Shipping) == is_shipping)
        };
        Ok(Self {
            promotion: Some(promotion),
            coupon: None,
            label,
            class,
            verdict,
            bound_to: promotion.bound_to(circumstances)?,
            scopes: scopes(promotion, verdict, bill)?,
            is_on_goods: is_about(false),
            is_on_shipping: is_about(true),
            tolerates_all: promotion.combination.tolerates_all(),
        })
    }

    /// Its rewards with what they are about, given its place among the candidates.
    pub(super) fn offers<'b>(
        &'b self,
        place: usize,
        bill: &'b Bill<'b>,
    ) -> impl Iterator<Item = Offer<'b>> {
        let rewards = self.promotion.into_iter().flat_map(move |promotion| {
            let rewards = promotion.rewards.iter().zip(&self.scopes);
            rewards.map(move |(reward, scope)| (promotion, reward, scope))
        });
        rewards
            .enumerate()
            .map(move |(index, (promotion, reward, scope))| Offer {
                place,
                index,
                promotion,
                reward,
                scope,
                bill,
            })
    }

    /// Its group, if it has one.
    pub(super) fn group(&self) -> Option<&'a str> {
        self.promotion?.combination.group.as_deref()
    }

    /// The group it competes in, if it does.
    pub(super) fn contest(&self) -> Option<&'a str> {
        self.promotion?.combination.contest()
    }

    /// Whether both tolerate each other.
    pub(super) fn combines_with(&self, other: &Self) -> bool {
        self.tolerates(other.class, other.group()) && other.tolerates(self.class, self.group())
    }

    /// Whether it tolerates something of this class and group beside it.
    pub(super) fn tolerates(&self, class: PromotionClass, group: Option<&str>) -> bool {
        self.promotion
            .is_none_or(|promotion| promotion.combination.tolerates(class, group))
    }
}

/// Lists automatic promotions by class and priority, then coupons by the priority of theirs, and judges each.
pub(super) fn consider<'a>(
    draft: &'a Draft,
    rules: &'a Rules,
    bill: &Bill<'_>,
    now: DateTime<Utc>,
) -> Result<Vec<Candidate<'a>>, MoneyError> {
    let lines: Vec<Counted<'_>> = bill
        .lines
        .iter()
        .map(|line| Counted {
            goods: &line.draft.goods,
            amount: line.subtotal,
            units: line.draft.quantity.get(),
            is_reduced: line.draft.is_reduced(),
            is_for_members: line.draft.origin.is_for_members,
        })
        .collect();
    let circumstances = Circumstances {
        channel: &draft.channel,
        currency: draft.currency,
        lines: &lines,
        destination: draft.destination.as_ref().map(|place| place.country),
        member: draft.buyer.member_id.map(|_| MemberFacts {
            is_first_order: draft.buyer.is_first_order,
            tier_id: draft.buyer.tier_id,
            segment_ids: &draft.buyer.segment_ids,
        }),
        payment_method_id: draft.payment_method_id,
        local: rules.time_zone.local(now),
        has_coupon: draft
            .coupons
            .iter()
            .filter_map(|entered| entered.facts.as_ref())
            .any(|facts| usable(facts, draft, now).is_ok()),
        now,
    };
    let mut candidates = automatic(rules, bill, &circumstances)?;
    let mut coupons: Vec<&EnteredCoupon> = draft.coupons.iter().collect();
    coupons.sort_by_key(|entered| {
        let priority = entered.facts.as_ref().map(|facts| facts.promotion.priority);
        (priority.is_none(), priority, entered.code.clone())
    });
    for entered in coupons {
        let candidate = by_coupon(entered, draft, bill, &circumstances, &candidates)?;
        candidates.push(candidate);
    }
    Ok(candidates)
}

fn automatic<'a>(
    rules: &'a Rules,
    bill: &Bill<'_>,
    circumstances: &Circumstances<'_>,
) -> Result<Vec<Candidate<'a>>, MoneyError> {
    let mut promotions: Vec<(PromotionClass, &Promotion)> = rules
        .promotions
        .iter()
        .map(|promotion| (promotion.class(), promotion))
        .collect();
    promotions.sort_by_key(|(class, promotion)| (*class, promotion.priority, promotion.id));
    promotions
        .into_iter()
        .map(|(class, promotion)| {
            let verdict = promotion.qualify(circumstances)?;
            Candidate::try_new(
                promotion,
                &promotion.label,
                class,
                verdict,
                (bill, circumstances),
            )
        })
        .collect()
}

fn by_coupon<'a>(
    entered: &'a EnteredCoupon,
    draft: &Draft,
    bill: &Bill<'_>,
    circumstances: &Circumstances<'_>,
    earlier: &[Candidate<'a>],
) -> Result<Candidate<'a>, MoneyError> {
    let Some(facts) = &entered.facts else {
        return Ok(Candidate {
            promotion: None,
            coupon: Some(entered),
            label: entered.code.as_str(),
            class: PromotionClass::Coupon,
            verdict: Err(EvaluationReason::CouponInvalid.into()),
            bound_to: None,
            scopes: Vec::new(),
            is_on_goods: true,
            is_on_shipping: false,
            tolerates_all: true,
        });
    };
    // One order uses a promotion once, whatever number of coupons lead to it.
    let is_counted_already = earlier
        .iter()
        .filter(|other| other.verdict.is_ok())
        .filter_map(|other| other.promotion)
        .any(|promotion| promotion.id == facts.promotion.id);
    let verdict = match usable(facts, draft, circumstances.now) {
        Err(refusal) => Err(refusal),
        Ok(()) if is_counted_already => Err(Refusal::lost(
            EvaluationReason::NotCombinable,
            Some(facts.promotion.id),
        )),
        Ok(()) => facts.promotion.qualify(circumstances)?,
    };
    let class = PromotionClass::Coupon;
    Ok(Candidate {
        coupon: Some(entered),
        ..Candidate::try_new(
            &facts.promotion,
            &facts.label,
            class,
            verdict,
            (bill, circumstances),
        )?
    })
}

fn usable(facts: &CouponFacts, draft: &Draft, now: DateTime<Utc>) -> Result<(), Refusal> {
    coupon::check(
        &facts.coupon,
        &facts.template,
        facts.uses_by_buyer,
        draft.buyer.member_id,
        now,
    )
    .map_err(Into::into)
}

fn scopes(
    promotion: &Promotion,
    verdict: Result<(), Refusal>,
    bill: &Bill<'_>,
) -> Result<Vec<Scope>, MoneyError> {
    if verdict.is_err() {
        return Ok(Vec::new());
    }
    promotion
        .rewards
        .iter()
        .map(|reward| Scope::try_new(promotion, reward, bill))
        .collect()
}
