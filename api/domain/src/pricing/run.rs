//! One way through the stages, with some of the promotions that compete.

use uuid::Uuid;

use super::candidate::Candidate;
use super::draft::{Draft, GiftOffer, Rules};
use super::reward::Wanted;
use super::sheet::{Bill, ByLine, Left, Sheet, Source};
use crate::money::{Money, MoneyError};
use crate::promotion::{
    Cut, DiscountBase, EvaluationReason, Gift, MAX_POINTS_FACTOR, Outcome, Promotion,
    PromotionClass, Refusal, Reward,
};

/// Points earned as usual, in thousandths.
const ONCE: u64 = 1_000;

/// What a way through the stages depends on.
pub(super) struct Context<'a> {
    pub(super) draft: &'a Draft,
    pub(super) rules: &'a Rules,
    pub(super) bill: &'a Bill<'a>,
    pub(super) candidates: &'a [Candidate<'a>],
}

/// What became of a candidate.
#[derive(Clone, Copy, Debug)]
pub(super) struct State {
    /// What it took off so far.
    pub(super) taken: Money,
    /// Whether it counts, be it with points or a gift alone.
    pub(super) counts: bool,
    /// Whether it takes shipping off as soon as a way to ship is chosen.
    pub(super) waits: bool,
    /// Why it does not count.
    pub(super) refusal: Option<Refusal>,
}

/// Points being spent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spent {
    pub(super) points: u32,
    pub(super) discount: Money,
    pub(super) spendable: u32,
}

/// A gift that is added.
#[derive(Clone, Copy, Debug)]
pub(super) struct Given {
    /// Place of the candidate that gives it.
    pub(super) place: usize,
    /// Key of the line it becomes.
    pub(super) key: Uuid,
    pub(super) units: u32,
    variant_id: Uuid,
}

/// Where a way through the stages led, with every step of it unless told otherwise.
pub(super) struct Run<L = ByLine> {
    pub(super) sheet: Sheet<L>,
    /// What became of each candidate, in their order.
    pub(super) states: Vec<State>,
    pub(super) spent: Spent,
    /// What earned points are multiplied by, in thousandths.
    pub(super) factor: u64,
    /// Places of candidates that count, in the order they did.
    pub(super) counted: Vec<usize>,
    /// Those of them that do not tolerate everything: only these can stand in the way of one that does.
    picky: Vec<usize>,
    /// Gifts that are added.
    pub(super) given: Vec<Given>,
    /// The exclusive candidate that lets no later one count.
    closed_by: Option<usize>,
}

impl State {
    /// What became of the candidate.
    pub(super) fn outcome(&self) -> Outcome {
        match self.refusal {
            _ if self.counts || self.waits => Outcome::Applied(self.taken),
            Some(refusal) => Outcome::Refused(refusal),
            None => Outcome::Refused(EvaluationReason::MinPayableReached.into()),
        }
    }
}

impl<'a> Context<'a> {
    /// Goes through the stages before tax with the candidates `chosen` says.
    pub(super) fn run<L: Left>(&self, goods: L, chosen: &[bool]) -> Result<Run<L>, MoneyError> {
        let nothing = Money::zero(self.bill.currency);
        let mut run = Run {
            sheet: Sheet::new(goods),
            states: self
                .candidates
                .iter()
                .map(|candidate| State {
                    taken: nothing,
                    counts: false,
                    waits: false,
                    refusal: candidate.verdict.err(),
                })
                .collect(),
            spent: Spent {
                points: 0,
                discount: nothing,
                spendable: 0,
            },
            factor: ONCE,
            counted: Vec::with_capacity(self.candidates.len()),
            picky: Vec::new(),
            given: Vec::new(),
            closed_by: None,
        };
        let mut place = 0;
        loop {
            if let Some(next) = run.sheet.goods.leap(place, self.candidates)? {
                place = next;
                continue;
            }
            let Some(candidate) = self.candidates.get(place) else {
                break;
            };
            let is_chosen = chosen.get(place).is_some_and(|is_chosen| *is_chosen);
            let state = run.states.get(place).copied();
            if let Some(mut state) = state.filter(|state| is_chosen && state.refusal.is_none()) {
                self.reduce_goods(&mut run, place, candidate, &mut state)?;
                if let Some(slot) = run.states.get_mut(place) {
                    *slot = state;
                }
            }
            place = place.saturating_add(1);
        }
        self.spend_points(&mut run)?;
        self.add_shipping(&mut run, chosen)?;
        Ok(run)
    }

    /// What the buyer gives, in money and points, with the tax that is added.
    pub(super) fn cost<L: Left>(&self, run: &Run<L>) -> Result<i128, MoneyError> {
        let parts = [
            run.sheet.goods.all(),
            run.spent.discount,
            run.sheet.shipping_left,
        ];
        let mut cost: i128 = parts.iter().map(|part| i128::from(part.minor)).sum();
        if !self.draft.tax_included {
            cost += i128::from(super::finish::added_tax(self, &run.sheet)?.minor);
        }
        Ok(cost)
    }

    fn reduce_goods<L: Left>(
        &self,
        run: &mut Run<L>,
        place: usize,
        candidate: &Candidate<'a>,
        state: &mut State,
    ) -> Result<(), MoneyError> {
        let Some(promotion) = candidate.promotion.filter(|_| candidate.is_on_goods) else {
            return Ok(());
        };
        if let Some(refusal) = self.obstacle(run, candidate) {
            state.refusal = Some(refusal);
            return Ok(());
        }
        let mut hint = None;
        for offer in candidate.offers(place, self.bill) {
            if let Reward::PointsMultiplier(points) = offer.reward {
                if self.draft.buyer.member_id.is_none() {
                    hint = hint.or(Some(EvaluationReason::LoginRequired.into()));
                    continue;
                }
                let factor = run.factor.saturating_mul(u64::from(points.thousandths)) / ONCE;
                run.factor = factor.min(u64::from(MAX_POINTS_FACTOR));
                self.count(run, place, state);
                continue;
            }
            if let Reward::Gift(gift) = offer.reward {
                match self.give(run, place, promotion, gift) {
                    Some(given) => {
                        run.given.push(given);
                        self.count(run, place, state);
                    }
                    None => hint = hint.or(Some(EvaluationReason::GiftGone.into())),
                }
                continue;
            }
            match run.sheet.goods.wanted(&offer)? {
                Wanted::Elsewhere => {}
                Wanted::Refused(refusal) => hint = hint.or(Some(refusal)),
                Wanted::Shares(shares) => {
                    let floor = floor(promotion, &run.sheet);
                    let above = run.sheet.goods.all().minus(floor)?;
                    let most = capped(promotion, above, state.taken)?;
                    let off = run.sheet.goods.take(&offer, shares, most)?;
                    if off.is_positive() {
                        run.sheet.floor = floor;
                        state.taken = state.taken.plus(off)?;
                        self.count(run, place, state);
                    }
                }
            }
        }
        if !state.counts {
            state.refusal = hint;
        }
        Ok(())
    }

    /// Finds the gift the buyer wishes for most of those that are left, or else the first; whoever buys nothing gets
    /// none.
    fn give<L>(
        &self,
        run: &Run<L>,
        place: usize,
        promotion: &Promotion,
        gift: &Gift,
    ) -> Option<Given> {
        if self.draft.lines.is_empty() {
            return None;
        }
        let offered = |id| {
            let mut offers = self.draft.gifts.iter();
            offers.find(|offer| offer.promotion_id == promotion.id && offer.variant_id == id)
        };
        let offers = gift.variant_ids().filter_map(offered);
        let left = offers.map(|offer| (offer, left_of(offer, &run.given)));
        let (offer, left) = left
            .filter(|(_, left)| *left > 0)
            .min_by_key(|(offer, _)| (offer.wish.is_none(), offer.wish))?;
        Some(Given {
            place,
            key: offer.key,
            variant_id: offer.variant_id,
            units: gift.quantity.min(left),
        })
    }

    /// Gives the reason why what counts already keeps a candidate from counting.
    fn obstacle<L>(&self, run: &Run<L>, candidate: &Candidate<'a>) -> Option<Refusal> {
        let others = if candidate.tolerates_all {
            &run.picky
        } else {
            &run.counted
        };
        let clash = others
            .iter()
            .find(|place| {
                let other = self.candidates.get(**place);
                other.is_some_and(|other| !candidate.combines_with(other))
            })
            .or(run.closed_by.as_ref())?;
        let winner = self.candidates.get(*clash)?.promotion?;
        Some(Refusal::lost(
            EvaluationReason::NotCombinable,
            Some(winner.id),
        ))
    }

    /// Notes that a candidate counts.
    fn count<L>(&self, run: &mut Run<L>, place: usize, state: &mut State) {
        if state.counts {
            return;
        }
        state.counts = true;
        state.refusal = None;
        run.counted.push(place);
        let candidate = self.candidates.get(place);
        if candidate.is_some_and(|candidate| !candidate.tolerates_all) {
            run.picky.push(place);
        }
        let is_exclusive = candidate
            .and_then(|candidate| candidate.promotion)
            .is_some_and(|promotion| promotion.combination.is_exclusive);
        if is_exclusive && run.closed_by.is_none() {
            run.closed_by = Some(place);
        }
    }

    fn spend_points<L: Left>(&self, run: &mut Run<L>) -> Result<(), MoneyError> {
        let (Some(policy), Some(_)) = (&self.rules.redeem, self.draft.buyer.member_id) else {
            return Ok(());
        };
        let is_tolerated = run
            .counted
            .iter()
            .filter_map(|place| self.candidates.get(*place))
            .all(|candidate| candidate.tolerates(PromotionClass::Points, None));
        if !is_tolerated {
            return Ok(());
        }
        let goods = run.sheet.goods.all();
        let above = goods.minus(run.sheet.floor)?;
        let balance = self.draft.buyer.points_balance;
        let (points, discount) = policy.spend(self.draft.points_wished, goods, above, balance)?;
        run.spent = Spent {
            points,
            discount,
            spendable: policy.spendable(goods, above, balance)?,
        };
        run.sheet.goods.pay(discount)
    }

    /// Adds shipping and its promotions.
    ///
    /// Points are a way to pay: spending them does not make shipping dearer, so they count as goods.
    fn add_shipping<L: Left>(&self, run: &mut Run<L>, chosen: &[bool]) -> Result<(), MoneyError> {
        if !self.draft.lines.iter().any(|line| line.is_shippable) {
            return Ok(());
        }
        if let Some(method) = &self.draft.shipping {
            let goods = run.sheet.goods.all().plus(run.spent.discount)?;
            let price = method.price_for(goods)?;
            run.sheet.add_shipping(price)?;
            if self.draft.buyer.ships_free.is_some() {
                run.sheet.take_off_shipping(Source::Tier, price)?;
            }
        }
        for (place, (candidate, is_chosen)) in self.candidates.iter().zip(chosen).enumerate() {
            if !(*is_chosen && candidate.is_on_shipping && candidate.verdict.is_ok()) {
                continue;
            }
            let Some(mut state) = run.states.get(place).copied() else {
                continue;
            };
            // A refusal of its goods' rewards does not stand against its shipping, an obstacle does.
            if !is_clash(state.refusal) {
                self.reduce_shipping(run, place, candidate, &mut state)?;
                if let Some(slot) = run.states.get_mut(place) {
                    *slot = state;
                }
            }
        }
        Ok(())
    }

    fn reduce_shipping<L: Left>(
        &self,
        run: &mut Run<L>,
        place: usize,
        candidate: &Candidate<'a>,
        state: &mut State,
    ) -> Result<(), MoneyError> {
        let Some(promotion) = candidate.promotion else {
            return Ok(());
        };
        for reward in &promotion.rewards {
            let wanted = match self.off_shipping(promotion, reward, &run.sheet)? {
                OffShipping::Elsewhere => continue,
                OffShipping::Mismatch => {
                    if !state.counts {
                        let reason = EvaluationReason::ShippingMethodMismatch;
                        state.refusal = state.refusal.or(Some(reason.into()));
                    }
                    continue;
                }
                OffShipping::Waits => None,
                OffShipping::Amount(amount) => Some(amount),
            };
            if !state.counts {
                let points_clash =
                    run.spent.points > 0 && !candidate.tolerates(PromotionClass::Points, None);
                let obstacle = self
                    .obstacle(run, candidate)
                    .or_else(|| points_clash.then(|| EvaluationReason::NotWithPoints.into()));
                if obstacle.is_some() {
                    state.refusal = obstacle;
                    return Ok(());
                }
            }
            let Some(wanted) = wanted else {
                state.waits = true;
                continue;
            };
            let wanted = capped(promotion, wanted, state.taken)?;
            let source = Source::Candidate(place);
            let off = run.sheet.take_off_shipping(source, wanted)?;
            if off.is_positive() {
                state.taken = state.taken.plus(off)?;
                self.count(run, place, state);
            }
        }
        Ok(())
    }

    fn off_shipping<L>(
        &self,
        promotion: &Promotion,
        reward: &Reward,
        sheet: &Sheet<L>,
    ) -> Result<OffShipping, MoneyError> {
        let (ids, max_price, cut) = match reward {
            Reward::FreeShipping(free) => (&free.shipping_method_ids, free.max_price, None),
            Reward::ShippingOff(off) => (&off.shipping_method_ids, None, Some(off.cut)),
            Reward::PercentOff(_)
            | Reward::FixedOff(_)
            | Reward::FixedPrice(_)
            | Reward::BuyXGetY(_)
            | Reward::EveryNth(_)
            | Reward::TieredSpend(_)
            | Reward::Gift(_)
            | Reward::PointsMultiplier(_) => return Ok(OffShipping::Elsewhere),
        };
        let Some(method) = &self.draft.shipping else {
            return Ok(OffShipping::Waits);
        };
        let is_meant = ids.is_empty() || ids.contains(&method.id);
        let is_cheap = max_price.is_none_or(|most| sheet.shipping_price.minor <= most.minor);
        if !is_meant || !is_cheap {
            return Ok(OffShipping::Mismatch);
        }
        Ok(OffShipping::Amount(match cut {
            None => sheet.shipping_left,
            Some(Cut::Amount(amount)) => amount,
            Some(Cut::Percent(percent)) => match promotion.base {
                DiscountBase::Base => sheet.shipping_price.percent(percent)?,
                DiscountBase::Running => sheet.shipping_left.percent(percent)?,
            },
        }))
    }
}

/// What a reward would do to shipping.
enum OffShipping {
    Elsewhere,
    Mismatch,
    /// A way to ship is not chosen yet.
    Waits,
    Amount(Money),
}

/// What is left of a gift when the gifts before it are given.
fn left_of(offer: &GiftOffer, given: &[Given]) -> u32 {
    let same = given
        .iter()
        .filter(|given| given.variant_id == offer.variant_id);
    same.fold(offer.available, |left, given| {
        left.saturating_sub(given.units)
    })
}

/// What stays of the goods when a promotion takes something off.
fn floor<L>(promotion: &Promotion, sheet: &Sheet<L>) -> Money {
    match promotion.min_payable {
        Some(least) if least.minor > sheet.floor.minor => {
            Money::new(least.minor, sheet.floor.currency)
        }
        Some(_) | None => sheet.floor,
    }
}

/// The most a promotion may still take off, given what it took off already.
fn capped(promotion: &Promotion, wanted: Money, taken: Money) -> Result<Money, MoneyError> {
    let mut most = wanted;
    if let Some(limit) = promotion.max_discount {
        most = most.least(limit.minus(taken)?)?;
    }
    if let Some(limit) = promotion.budget_left {
        most = most.least(limit.minus(taken)?)?;
    }
    Ok(most)
}

fn is_clash(refusal: Option<Refusal>) -> bool {
    refusal.is_some_and(|refusal| refusal.reason == EvaluationReason::NotCombinable)
}
