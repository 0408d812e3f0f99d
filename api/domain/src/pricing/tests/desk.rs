//! A cart priced slowly: goods unit by unit, each rule as its page tells it.
//!
//! Only what has tests of its own is borrowed: sharing out an amount, the price of shipping, and what points pay.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::money::{Money, allocate};
use crate::percent::Percent;
use crate::pricing::{Draft, DraftLine, Rules};
use crate::promotion::{
    Condition, Cut, DiscountBase, MAX_POINTS_FACTOR, ProductSelector, Promotion, PromotionClass,
    Reward, TieredSpend,
};
use crate::time_zone::Weekday;

/// A promotion as it is considered: an automatic one by its own class, one behind a coupon as a coupon.
#[derive(Clone, Copy)]
pub(super) struct Offer<'a> {
    pub(super) promotion: &'a Promotion,
    pub(super) class: PromotionClass,
}

/// What a cart came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    /// What is left of each line, by its key.
    pub(super) left: BTreeMap<Uuid, i64>,
    pub(super) shipping: i64,
    pub(super) points: u32,
    pub(super) points_worth: i64,
    /// What each promotion that counts takes off.
    pub(super) taken: BTreeMap<Uuid, i64>,
    pub(super) factor: u64,
}

impl Offer<'_> {
    fn tolerates(self, class: PromotionClass, group: Option<&str>) -> bool {
        self.promotion.combination.tolerates(class, group)
    }

    fn stands_with(self, other: Self) -> bool {
        let group = |offer: Self| offer.promotion.combination.group.clone();
        self.tolerates(other.class, group(other).as_deref())
            && other.tolerates(self.class, group(self).as_deref())
    }

    pub(super) fn contest(&self) -> Option<&str> {
        self.promotion.combination.contest()
    }
}

/// A cart while it is priced.
pub(super) struct Desk<'a> {
    draft: &'a Draft,
    rules: &'a Rules,
    /// By key, as the odd cents go.
    lines: Vec<&'a DraftLine>,
    left: Vec<i64>,
    shipping: Option<(i64, i64)>,
    floor: i64,
    counted: Vec<Offer<'a>>,
    taken: BTreeMap<Uuid, i64>,
    factor: u64,
}

fn percent_of(amount: i64, percent: Percent) -> i64 {
    let product = i128::from(amount) * i128::from(percent.ppm());
    i64::try_from((product + 500_000) / 1_000_000).unwrap()
}

impl<'a> Desk<'a> {
    pub(super) fn new(draft: &'a Draft, rules: &'a Rules) -> Self {
        let mut lines: Vec<&DraftLine> = draft.lines.iter().collect();
        lines.sort_by_key(|line| line.key);
        Self {
            left: lines.iter().map(|line| subtotal(line)).collect(),
            draft,
            rules,
            lines,
            shipping: None,
            floor: 0,
            counted: vec![],
            taken: BTreeMap::new(),
            factor: 1_000,
        }
    }

    fn share(&self, amount: i64, weights: &[i64]) -> Vec<i64> {
        let weights: Vec<u64> = weights.iter().map(|weight| weight.unsigned_abs()).collect();
        let parts = allocate(Money::new(amount, self.draft.currency), &weights).unwrap();
        parts.iter().map(|part| part.minor).collect()
    }

    fn is_meant(&self, place: usize, promotion: &Promotion, of: Option<&ProductSelector>) -> bool {
        let line = self.lines[place];
        let is_reduced = line
            .compare_at
            .is_some_and(|before| before.minor > line.unit_price.minor);
        let with_members = promotion
            .combination
            .combines_with
            .contains(&PromotionClass::MemberPrice);
        (promotion.applies_to_discounted || !is_reduced)
            && (with_members || !line.origin.is_for_members)
            && of.is_none_or(|products| products.selects(&line.goods))
    }

    /// What each line costs, or nothing where it is not meant.
    fn measures(&self, promotion: &Promotion, of: Option<&ProductSelector>) -> Vec<i64> {
        (0..self.lines.len())
            .map(|place| match promotion.base {
                _ if !self.is_meant(place, promotion, of) => 0,
                DiscountBase::Base => subtotal(self.lines[place]),
                DiscountBase::Running => self.left[place],
            })
            .collect()
    }

    fn cut(&self, promotion: &Promotion, of: Option<&ProductSelector>, cut: Cut) -> Vec<i64> {
        match cut {
            Cut::Percent(percent) => {
                let measures = self.measures(promotion, of);
                self.share(percent_of(measures.iter().sum(), percent), &measures)
            }
            Cut::Amount(amount) => {
                let left = (0..self.left.len()).map(|place| {
                    if self.is_meant(place, promotion, of) {
                        self.left[place]
                    } else {
                        0
                    }
                });
                let left: Vec<i64> = left.collect();
                self.share(amount.minor.min(left.iter().sum()), &left)
            }
        }
    }

    fn each(
        &self,
        promotion: &Promotion,
        of: Option<&ProductSelector>,
        off: impl Fn(i64, i64) -> i64,
    ) -> Vec<i64> {
        let measures = self.measures(promotion, of).into_iter().enumerate();
        measures
            .map(|(place, measure)| {
                let is_meant = self.is_meant(place, promotion, of);
                if is_meant {
                    off(measure, units(self.lines[place]))
                } else {
                    0
                }
            })
            .collect()
    }

    /// Takes units one by one, the cheapest first, for the most bundles there can be.
    fn bundle(
        &self,
        promotion: &Promotion,
        (buy, buys): (i64, &ProductSelector),
        (get, gets): (i64, &ProductSelector),
        (percent, max_uses): (Percent, Option<u32>),
    ) -> Vec<i64> {
        let mut wares: Vec<(i64, usize, bool)> = vec![];
        let mut only_bought = 0;
        for (place, line) in self.lines.iter().enumerate() {
            let is_bought = self.is_meant(place, promotion, Some(buys));
            if !self.is_meant(place, promotion, Some(gets)) {
                only_bought += if is_bought { units(line) } else { 0 };
                continue;
            }
            let amount = match promotion.base {
                DiscountBase::Base => subtotal(line),
                DiscountBase::Running => self.left[place],
            };
            for unit in 0..units(line) {
                let dearer = i64::from(unit >= units(line) - amount % units(line));
                wares.push((amount / units(line) + dearer, place, is_bought));
            }
        }
        wares.sort_unstable();
        let most = max_uses
            .map_or(i64::MAX, i64::from)
            .min(i64::try_from(wares.len()).unwrap());
        let found = (1..=most).rev().find_map(|uses| {
            let both = wares.iter().filter(|ware| ware.2).count();
            let mut spare = only_bought + i64::try_from(both).unwrap() - uses * buy;
            let mut wanted = uses * get;
            let mut cheaper = vec![0; self.lines.len()];
            for (price, place, is_bought) in &wares {
                if spare >= 0 && wanted > 0 && (!is_bought || spare > 0) {
                    spare -= i64::from(*is_bought);
                    wanted -= 1;
                    cheaper[*place] += price;
                }
            }
            (spare >= 0 && wanted == 0).then_some(cheaper)
        });
        match found {
            Some(cheaper) => self.share(percent_of(cheaper.iter().sum(), percent), &cheaper),
            None => vec![0; self.lines.len()],
        }
    }

    fn ladder(&self, promotion: &Promotion, reward: &TieredSpend) -> Vec<i64> {
        let of = reward.products.as_ref();
        let meant = (0..self.lines.len()).filter(|place| self.is_meant(*place, promotion, of));
        let spent: i64 = meant.map(|place| subtotal(self.lines[place])).sum();
        let reached = reward
            .tiers
            .iter()
            .filter(|tier| tier.min_subtotal.minor <= spent);
        let Some(tier) = reached.max_by_key(|tier| tier.min_subtotal.minor) else {
            return vec![0; self.lines.len()];
        };
        let times = match tier.cut {
            Cut::Amount(_) if reward.repeats => spent / tier.min_subtotal.minor,
            Cut::Amount(_) | Cut::Percent(_) => 1,
        };
        let cut = match tier.cut {
            Cut::Amount(amount) => {
                Cut::Amount(amount.times(u32::try_from(times).unwrap()).unwrap())
            }
            Cut::Percent(percent) => Cut::Percent(percent),
        };
        self.cut(promotion, of, cut)
    }

    /// What a reward would take off each line; `None` when it is about something else.
    fn off_goods(&self, promotion: &Promotion, reward: &Reward) -> Option<Vec<i64>> {
        Some(match reward {
            Reward::PercentOff(it) => {
                self.cut(promotion, it.products.as_ref(), Cut::Percent(it.percent))
            }
            Reward::FixedOff(it) if it.per_unit => {
                let of = it.products.as_ref();
                self.each(promotion, of, |_, units| it.amount.minor * units)
            }
            Reward::FixedOff(it) => {
                self.cut(promotion, it.products.as_ref(), Cut::Amount(it.amount))
            }
            Reward::FixedPrice(it) => self.each(promotion, Some(&it.products), |measure, units| {
                (measure - it.price.minor * units).max(0)
            }),
            Reward::BuyXGetY(it) => {
                let side = |quantity: u32| i64::from(quantity);
                let buy = (side(it.buy.quantity), &it.buy.products);
                let get = (side(it.get.quantity), &it.get.products);
                self.bundle(promotion, buy, get, (it.percent, it.max_uses))
            }
            Reward::EveryNth(it) => {
                let buy = (i64::from(it.nth - 1), &it.products);
                self.bundle(promotion, buy, (1, &it.products), (it.percent, it.max_uses))
            }
            Reward::TieredSpend(it) => self.ladder(promotion, it),
            Reward::FreeShipping(_)
            | Reward::ShippingOff(_)
            | Reward::Gift(_)
            | Reward::PointsMultiplier(_) => return None,
        })
    }

    fn allowed(&self, promotion: &Promotion, wanted: i64) -> i64 {
        let taken = self.taken.get(&promotion.id).copied().unwrap_or_default();
        [promotion.max_discount, promotion.budget_left]
            .into_iter()
            .flatten()
            .fold(wanted, |most, limit| most.min(limit.minor - taken))
    }

    fn take(&mut self, mut shares: Vec<i64>, most: i64) -> i64 {
        for (share, left) in shares.iter_mut().zip(&self.left) {
            *share = (*share).min(*left);
        }
        let mut off: i64 = shares.iter().sum();
        if off > most {
            off = most.max(0);
            shares = if off == 0 {
                vec![0; shares.len()]
            } else {
                self.share(off, &shares)
            };
        }
        for (share, left) in shares.iter().zip(&mut self.left) {
            *left -= share;
        }
        off
    }

    fn may_count(&self, offer: Offer<'a>) -> bool {
        let is_closed = self
            .counted
            .iter()
            .any(|other| other.promotion.combination.is_exclusive);
        !is_closed && self.counted.iter().all(|other| offer.stands_with(*other))
    }

    fn count(&mut self, offer: Offer<'a>, off: i64) {
        if !self.taken.contains_key(&offer.promotion.id) {
            self.counted.push(offer);
        }
        *self.taken.entry(offer.promotion.id).or_default() += off;
    }

    /// Gives whether something that counts already keeps it out.
    fn goods(&mut self, offer: Offer<'a>) -> bool {
        let promotion = offer.promotion;
        let is_about_shipping = |reward: &Reward| reward.shipping_method_ids().is_some();
        if promotion.rewards.iter().all(is_about_shipping) {
            return false;
        }
        if !self.may_count(offer) {
            return true;
        }
        for reward in &promotion.rewards {
            if let (Reward::PointsMultiplier(it), Some(_)) = (reward, self.draft.buyer.member_id) {
                let factor = self.factor * u64::from(it.thousandths) / 1_000;
                self.factor = factor.min(u64::from(MAX_POINTS_FACTOR));
                self.count(offer, 0);
            }
            let Some(shares) = self.off_goods(promotion, reward) else {
                continue;
            };
            let least = promotion.min_payable.map_or(0, |least| least.minor);
            let floor = self.floor.max(least);
            let most = self.allowed(promotion, self.left.iter().sum::<i64>() - floor);
            let off = self.take(shares, most);
            if off > 0 {
                self.floor = floor;
                self.count(offer, off);
            }
        }
        false
    }

    fn points(&mut self) -> (u32, i64) {
        let (Some(policy), Some(_)) = (&self.rules.redeem, self.draft.buyer.member_id) else {
            return (0, 0);
        };
        if self
            .counted
            .iter()
            .any(|offer| !offer.tolerates(PromotionClass::Points, None))
        {
            return (0, 0);
        }
        let goods = Money::new(self.left.iter().sum(), self.draft.currency);
        let (wish, balance) = (self.draft.points_wished, self.draft.buyer.points_balance);
        let above = Money::new(goods.minor - self.floor, goods.currency);
        let (points, worth) = policy.spend(wish, goods, above, balance).unwrap();
        let shares = self.share(worth.minor, &self.left.clone());
        self.take(shares, worth.minor);
        (points, worth.minor)
    }

    fn off_shipping(&mut self, offer: Offer<'a>, points: u32) {
        let promotion = offer.promotion;
        for reward in &promotion.rewards {
            let cut = match reward {
                Reward::FreeShipping(_) => Cut::Percent(Percent::HUNDRED),
                Reward::ShippingOff(it) => it.cut,
                Reward::PercentOff(_)
                | Reward::FixedOff(_)
                | Reward::FixedPrice(_)
                | Reward::BuyXGetY(_)
                | Reward::EveryNth(_)
                | Reward::TieredSpend(_)
                | Reward::Gift(_)
                | Reward::PointsMultiplier(_) => continue,
            };
            let counts = self.taken.contains_key(&promotion.id);
            let clashes = points > 0 && !offer.tolerates(PromotionClass::Points, None);
            if !counts && (clashes || !self.may_count(offer)) {
                return;
            }
            let Some((price, left)) = self.shipping else {
                continue;
            };
            let wanted = match (cut, promotion.base, reward) {
                (_, _, Reward::FreeShipping(_)) => left,
                (Cut::Amount(amount), ..) => amount.minor,
                (Cut::Percent(percent), DiscountBase::Base, _) => percent_of(price, percent),
                (Cut::Percent(percent), DiscountBase::Running, _) => percent_of(left, percent),
            };
            let off = self.allowed(promotion, wanted).min(left);
            if off > 0 {
                self.shipping = Some((price, left - off));
                self.count(offer, off);
            }
        }
    }

    pub(super) fn run(mut self, offers: &[Offer<'a>]) -> Outcome {
        let mut later = vec![];
        for offer in offers {
            if self.holds(offer.promotion) && !self.goods(*offer) {
                later.push(*offer);
            }
        }
        let (points, points_worth) = self.points();
        if self.lines.iter().any(|line| line.is_shippable) {
            if let Some(method) = &self.draft.shipping {
                let goods = self.left.iter().sum::<i64>() + points_worth;
                let goods = Money::new(goods, self.draft.currency);
                let price = method.price_for(goods).unwrap().minor;
                self.shipping = Some((price, price));
            }
            for offer in later {
                self.off_shipping(offer, points);
            }
        }
        let keys = self.lines.iter().map(|line| line.key);
        Outcome {
            left: keys.zip(self.left).collect(),
            shipping: self.shipping.map_or(0, |(_, left)| left),
            points,
            points_worth,
            taken: self.taken,
            factor: self.factor,
        }
    }

    fn holds(&self, promotion: &Promotion) -> bool {
        let mut conditions = promotion.conditions.iter();
        conditions.all(|condition| self.meets(promotion, condition))
    }

    /// The conditions these carts are made with, at midnight of a Friday.
    fn meets(&self, promotion: &Promotion, condition: &Condition) -> bool {
        let buyer = &self.draft.buyer;
        let is_member = buyer.member_id.is_some();
        match condition {
            Condition::MinSubtotal(least) => {
                let places = 0..self.lines.len();
                let meant = places.filter(|place| self.is_meant(*place, promotion, None));
                meant.map(|place| subtotal(self.lines[place])).sum::<i64>() >= least.minor
            }
            Condition::FirstOrder => is_member && buyer.is_first_order,
            Condition::MemberTiers(ids) => {
                is_member && buyer.tier_id.is_some_and(|id| ids.contains(&id))
            }
            Condition::Segments(ids) => {
                is_member && buyer.segment_ids.iter().any(|id| ids.contains(id))
            }
            Condition::Channels(slugs) => slugs.contains(&self.draft.channel),
            Condition::Currencies(currencies) => currencies.contains(&self.draft.currency),
            Condition::PaymentMethods(ids) => {
                let chosen = self.draft.payment_method_id;
                chosen.is_some_and(|id| ids.contains(&id))
            }
            Condition::CouponEntered => !self.draft.coupons.is_empty(),
            Condition::Weekdays(days) => days.contains(&Weekday::Friday),
            Condition::Hours(span) => span.from == 0 || span.from >= span.until,
            Condition::AnyOf(any) => any.iter().any(|one| self.meets(promotion, one)),
            Condition::MinQuantity(_)
            | Condition::Products(_)
            | Condition::ProductsSubtotal(_)
            | Condition::CountryCodes(_) => panic!("{condition:?} is not among them"),
        }
    }
}

fn units(line: &DraftLine) -> i64 {
    i64::from(line.quantity.get())
}

fn subtotal(line: &DraftLine) -> i64 {
    line.unit_price.minor * units(line)
}
