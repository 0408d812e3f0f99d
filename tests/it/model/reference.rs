//! What the shop should do, said as plainly as can be.

use std::collections::BTreeSet;

use super::order::{Order, STANDS, Stand, worth};

/// Kinds of goods, and their prices.
pub(super) const PRICES: [i64; 2] = [1_000, 250];
/// What shipping costs.
pub(super) const SHIPPING: i64 = 490;
/// What a coupon takes off.
pub(super) const COUPON: i64 = 100;
/// How often a coupon can be used at a time, and how often by one member.
pub(super) const USES: (usize, usize) = (3, 2);
/// Points a cart spends; each is worth the smallest coin.
pub(super) const POINTS: i64 = 50;
/// Most of a cart that is paid with store credit.
pub(super) const CREDIT: i64 = 700;
/// A unit's share of a discount may be so far from its part of the price: coupon and points are rounded apart, and per line.
const ROUNDING: i64 = 3;

/// Why something is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Refused {
    Stock,
    Coupon,
    Points,
    Credit,
    Empty,
    NotNow,
    TooMuch,
}

/// Every reason to refuse.
const REASONS: usize = 7;

/// Nothing, or why not.
pub(super) type Outcome = Result<(), Refused>;

/// What a member is about to buy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cart {
    pub(super) units: [i32; 2],
    /// Which coupon is entered.
    pub(super) coupon: Option<usize>,
    points: bool,
    credit: bool,
}

impl Cart {
    pub(super) fn is_empty(&self) -> bool {
        self.units == [0; 2]
    }
}

/// What can be spent, and what orders hold that are not certain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Purse {
    pub(super) balance: i64,
    pub(super) held: i64,
}

impl Purse {
    fn hold(&mut self, amount: i64) {
        self.balance -= amount;
        self.held += amount;
    }
}

/// The whole shop.
#[derive(Debug, Default)]
pub(super) struct Reference {
    pub(super) on_hand: [i32; 2],
    pub(super) allocated: [i32; 2],
    pub(super) points: [Purse; 2],
    pub(super) credit: [Purse; 2],
    pub(super) carts: [Cart; 2],
    /// Uses of each coupon by each member; the last one is given out now.
    pub(super) coupons: Vec<[usize; 2]>,
    pub(super) orders: Vec<Order>,
    seen: BTreeSet<(Stand, bool)>,
    states: BTreeSet<[&'static str; 3]>,
    refused: BTreeSet<Refused>,
}

impl Reference {
    /// What a long run has not seen: stands with and without reductions, ways of money, goods and returns, refusals.
    pub(super) fn missing(&self) -> Option<String> {
        let has_all = self.seen.len() == 2 * STANDS && self.refused.len() == REASONS;
        (!has_all).then(|| format!("{:?} {:?}", self.seen, self.refused))
    }

    /// How many states of money, goods and returns orders were seen in.
    pub(super) fn states(&self) -> usize {
        self.states.len()
    }

    /// Notes what an operation came to, and where so many of the youngest orders are.
    pub(super) fn note(&mut self, outcome: Outcome, young: usize) {
        self.refused.extend(outcome.err());
        for order in self.orders.iter().rev().take(young) {
            let is_reduced = order.coupon.is_some() || order.points > 0;
            self.seen.insert((order.stand, is_reduced));
            let [_, money, goods, returns] = order.axes();
            self.states.insert([money, goods, returns]);
        }
    }

    /// The so many-th youngest order.
    pub(super) fn find(&self, number: usize) -> Option<usize> {
        self.orders.len().checked_sub(number + 1)
    }

    fn available(&self, sku: usize) -> i32 {
        self.on_hand[sku] - self.allocated[sku]
    }

    pub(super) fn set(&mut self, sku: usize, units: i32) -> Outcome {
        if units < self.allocated[sku] {
            return Err(Refused::Stock);
        }
        self.on_hand[sku] = units;
        Ok(())
    }

    pub(super) fn give_points(&mut self, member: usize, points: i64) -> Outcome {
        if self.points[member].balance + points < 0 {
            return Err(Refused::Points);
        }
        self.points[member].balance += points;
        Ok(())
    }

    pub(super) fn give_credit(&mut self, member: usize, minor: i64) -> Outcome {
        if self.credit[member].balance + minor < 0 {
            return Err(Refused::Credit);
        }
        self.credit[member].balance += minor;
        Ok(())
    }

    /// Wants so many units, all told.
    pub(super) fn want(&mut self, member: usize, sku: usize, units: i32) -> Outcome {
        if units > self.available(sku).max(0) {
            return Err(Refused::Stock);
        }
        self.carts[member].units[sku] = units;
        Ok(())
    }

    /// From now on another coupon is given out.
    pub(super) fn open_coupon(&mut self) {
        self.coupons.push([0; 2]);
    }

    fn is_usable(&self, coupon: usize, member: usize) -> bool {
        let uses = self.coupons[coupon];
        uses[0] + uses[1] < USES.0 && uses[member] < USES.1
    }

    /// Enters the coupon that is given out now, in place of an older one.
    pub(super) fn enter_coupon(&mut self, member: usize) -> Outcome {
        let newest = self.coupons.len() - 1;
        let is_usable = self.is_usable(newest, member);
        let entered = &mut self.carts[member].coupon;
        *entered = entered.filter(|coupon| *coupon == newest);
        if !is_usable {
            return Err(Refused::Coupon);
        }
        *entered = Some(newest);
        Ok(())
    }

    pub(super) fn take_coupon_off(&mut self, member: usize) {
        self.carts[member].coupon = None;
    }

    pub(super) fn spend_points(&mut self, member: usize, is_spent: bool) -> Outcome {
        let spendable = self.points[member].balance.max(0);
        if is_spent && (spendable < POINTS || self.carts[member].is_empty()) {
            return Err(Refused::Points);
        }
        self.carts[member].points = is_spent;
        Ok(())
    }

    pub(super) fn use_credit(&mut self, member: usize, is_used: bool) {
        self.carts[member].credit = is_used;
    }

    /// What a cart costs now: its total, what the coupon and points take off, and what credit pays of it.
    pub(super) fn cost(&self, member: usize) -> (i64, Option<usize>, i64, i64) {
        let cart = &self.carts[member];
        let coupon = cart.coupon.filter(|coupon| self.is_usable(*coupon, member));
        let points = if cart.points {
            POINTS.min(self.points[member].balance.max(0))
        } else {
            0
        };
        let off = if coupon.is_some() { COUPON } else { 0 };
        let total = worth(cart.units) + SHIPPING - off - points;
        let credit = if cart.credit {
            CREDIT.min(self.credit[member].balance.max(0)).min(total)
        } else {
            0
        };
        (total, coupon, points, credit)
    }

    pub(super) fn place(&mut self, member: usize) -> Outcome {
        let cart = self.carts[member];
        if cart.is_empty() {
            return Err(Refused::Empty);
        }
        if (0..2).any(|sku| cart.units[sku] > 0 && cart.units[sku] > self.available(sku)) {
            return Err(Refused::Stock);
        }
        let (total, coupon, points, tendered) = self.cost(member);
        if let Some(coupon) = coupon {
            self.coupons[coupon][member] += 1;
        }
        self.points[member].hold(points);
        self.credit[member].hold(tendered);
        for sku in 0..2 {
            self.allocated[sku] += cart.units[sku];
        }
        self.carts[member] = Cart::default();
        self.orders.push(Order {
            member,
            stand: if tendered == total {
                Stand::Paid
            } else {
                Stand::Placed
            },
            units: cart.units,
            cancelled: [0; 2],
            sent: [0; 2],
            arrived: [0; 2],
            back: [0; 2],
            coupon,
            points,
            points_back: 0,
            total,
            paid: 0,
            refunded: 0,
            tendered,
            credited: 0,
            shipping_back: 0,
        });
        Ok(())
    }

    pub(super) fn pay(&mut self, order: usize) -> Outcome {
        let order = &mut self.orders[order];
        if order.stand != Stand::Placed {
            return Err(Refused::NotNow);
        }
        order.stand = Stand::Paid;
        order.paid = order.total - order.tendered;
        Ok(())
    }

    /// Whether the back office is asked about an order.
    pub(super) fn is_asked_about(&self, order: usize) -> bool {
        self.orders[order].stand == Stand::Paid
    }

    pub(super) fn confirm(&mut self, order: usize) {
        let order = &mut self.orders[order];
        order.stand = Stand::Confirmed;
        self.points[order.member].held -= order.points;
        self.credit[order.member].held -= order.tendered - order.credited;
    }

    pub(super) fn reject(&mut self, order: usize) {
        self.close(order, Stand::Rejected);
    }

    pub(super) fn send(&mut self, order: usize, sku: usize, units: i32) -> Outcome {
        let order = &mut self.orders[order];
        if order.stand != Stand::Confirmed || order.open()[sku] < units {
            return Err(Refused::NotNow);
        }
        order.sent[sku] += units;
        self.on_hand[sku] -= units;
        self.allocated[sku] -= units;
        Ok(())
    }

    /// Everything that is under way arrives.
    pub(super) fn arrive(&mut self, order: usize) -> Outcome {
        let order = &mut self.orders[order];
        if order.arrived == order.sent {
            return Err(Refused::NotNow);
        }
        order.arrived = order.sent;
        Ok(())
    }

    pub(super) fn receive(&mut self, order: usize) -> Outcome {
        let order = &mut self.orders[order];
        if order.stand != Stand::Confirmed || order.sent == [0; 2] || order.open() != [0; 2] {
            return Err(Refused::NotNow);
        }
        order.stand = Stand::Completed;
        order.arrived = order.sent;
        Ok(())
    }

    /// All units that are to be called off when an order is: every one, or once some were sent, those that were not.
    pub(super) fn may_cancel(&self, order: usize) -> Result<[i32; 2], Refused> {
        let order = &self.orders[order];
        let is_in_time = match order.stand {
            Stand::Placed | Stand::Paid => true,
            Stand::Confirmed => order.open() != [0; 2],
            Stand::Completed | Stand::Cancelled | Stand::Rejected | Stand::Expired => false,
        };
        if is_in_time {
            Ok(order.open())
        } else {
            Err(Refused::NotNow)
        }
    }

    /// Whether units can be called off.
    pub(super) fn may_lose(&self, order: usize, lost: [i32; 2]) -> Outcome {
        let order = &self.orders[order];
        let is_in_time = match order.stand {
            Stand::Confirmed => true,
            Stand::Placed | Stand::Paid => order.live() == lost,
            Stand::Completed | Stand::Cancelled | Stand::Rejected | Stand::Expired => false,
        };
        if is_in_time && (0..2).all(|sku| order.open()[sku] >= lost[sku]) {
            Ok(())
        } else {
            Err(Refused::NotNow)
        }
    }

    /// Units are called off that were not sent. The last ones end the order.
    pub(super) fn lose(&mut self, number: usize, lost: [i32; 2], given: Given) {
        let order = &mut self.orders[number];
        if order.live() == lost {
            self.close(number, Stand::Cancelled);
            return;
        }
        for (sku, units) in lost.into_iter().enumerate() {
            order.cancelled[sku] += units;
            self.allocated[sku] -= units;
        }
        self.take_back(number, lost, given);
    }

    /// What is not paid in time comes to nothing.
    pub(super) fn wait(&mut self) {
        for order in 0..self.orders.len() {
            if self.orders[order].stand == Stand::Placed {
                self.close(order, Stand::Expired);
            }
        }
    }

    /// Everything goes back to where it came from.
    fn close(&mut self, order: usize, stand: Stand) {
        let order = &mut self.orders[order];
        let (points, credit) = (
            &mut self.points[order.member],
            &mut self.credit[order.member],
        );
        points.balance += order.points - order.points_back;
        credit.balance += order.tendered - order.credited;
        if order.stand.is_certain() {
            order.credited = order.tendered;
        } else {
            points.held -= order.points - order.points_back;
            credit.held -= order.tendered - order.credited;
            order.tendered = order.credited;
        }
        for sku in 0..2 {
            self.allocated[sku] -= order.open()[sku];
        }
        order.cancelled = order.units;
        if let Some(coupon) = order.coupon {
            self.coupons[coupon][order.member] -= 1;
        }
        order.points_back = order.points;
        order.refunded = order.paid;
        order.stand = stand;
    }

    /// Gives a part of shipping back.
    pub(super) fn refund(&mut self, order: usize, minor: i64) -> Outcome {
        let order = &mut self.orders[order];
        match order.stand {
            Stand::Paid | Stand::Confirmed | Stand::Completed => {}
            Stand::Placed => return Err(Refused::NotNow),
            // Nothing is left to give back.
            Stand::Cancelled | Stand::Rejected | Stand::Expired => return Err(Refused::TooMuch),
        }
        if order.shipping_back + minor > SHIPPING {
            return Err(Refused::TooMuch);
        }
        order.shipping_back += minor;
        let credit = order.give_back(minor);
        let purse = &mut self.credit[order.member];
        purse.balance += credit;
        if order.stand == Stand::Paid {
            // It was held only: that part is not paid with credit any more.
            purse.held -= credit;
        }
        Ok(())
    }

    /// Whether units can come back.
    pub(super) fn may_come_back(&self, order: usize, back: [i32; 2]) -> Outcome {
        let order = &self.orders[order];
        let has_left = |sku: usize| order.sent[sku] - order.back[sku] >= back[sku];
        if order.stand.is_certain() && has_left(0) && has_left(1) {
            Ok(())
        } else {
            Err(Refused::NotNow)
        }
    }

    /// Units come back, for so much money and so many points.
    pub(super) fn come_back(
        &mut self,
        number: usize,
        back: [i32; 2],
        is_sellable: bool,
        given: Given,
    ) {
        for (sku, units) in back.into_iter().enumerate() {
            self.orders[number].back[sku] += units;
            self.on_hand[sku] += if is_sellable { units } else { 0 };
        }
        self.take_back(number, back, given);
    }

    /// Units do not stay with the buyer: their share of what was paid goes back, and with the last of all, the rest. How the
    /// smallest coins are split is the shop's to say.
    fn take_back(&mut self, number: usize, units: [i32; 2], (minor, points): Given) {
        let order = &mut self.orders[number];
        let credit = order.give_back(minor);
        self.credit[order.member].balance += credit;
        self.points[order.member].balance += points;
        order.points_back += points;
        let is_last = order.live() == order.back;
        let shipping = if is_last {
            SHIPPING - order.shipping_back
        } else {
            0
        };
        let paid_for_goods = order.total - SHIPPING;
        let near = |given: i64, expected: i64| (given - expected).abs() <= ROUNDING;
        let due = order.share(units, paid_for_goods) + shipping;
        assert!(
            minor >= 0 && near(minor, due),
            "{minor} of {due}: {order:?}"
        );
        let due = order.share(units, order.points);
        assert!(
            points >= 0 && near(points, due),
            "{points} of {due} points: {order:?}"
        );
        assert!(order.points_back <= order.points, "{order:?}");
        assert!(
            order.refunded <= order.paid && order.credited <= order.tendered,
            "{order:?}"
        );
        if is_last {
            let rest = (order.paid - order.refunded, order.tendered - order.credited);
            assert_eq!(
                (rest, order.points_back),
                ((0, 0), order.points),
                "{order:?}"
            );
            order.shipping_back = SHIPPING;
            // Nothing of the order is left, so that its coupon was not used.
            if let Some(coupon) = order.coupon.take() {
                self.coupons[coupon][order.member] -= 1;
            }
        }
    }
}

/// Money and points that the shop says go back.
pub(super) type Given = (i64, i64);
