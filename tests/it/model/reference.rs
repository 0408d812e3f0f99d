//! What the shop should do, said as plainly as can be.

use std::collections::BTreeSet;

/// Kinds of goods, and their prices.
pub(super) const PRICES: [i64; 2] = [1_000, 250];
/// What shipping costs.
pub(super) const SHIPPING: i64 = 490;
/// What the coupon takes off, and how often it can be used at a time.
pub(super) const COUPON: (i64, usize) = (100, 4);
/// Points that may pay a part: these many for that much.
pub(super) const POINTS: (i64, i64) = (50, 50);

/// Why something is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Refused {
    Stock,
    Coupon,
    Points,
    NotNow,
    TooMuch,
}

/// Nothing, or why not.
pub(super) type Outcome = Result<(), Refused>;

/// Where an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stand {
    Placed,
    Paid,
    Confirmed,
    Sent,
    Completed,
    Cancelled,
    Expired,
}

/// What somebody wants to buy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish {
    pub(super) member: usize,
    pub(super) units: [i32; 2],
    pub(super) coupon: bool,
    pub(super) points: bool,
}

/// An order.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) wish: Wish,
    pub(super) stand: Stand,
    pub(super) total: i64,
    pub(super) paid: i64,
    pub(super) refunded: i64,
    /// Of the refunds, what was given back of shipping alone.
    shipping_back: i64,
    /// Units of each line that came back.
    pub(super) back: [i32; 2],
    points_back: i64,
}

impl Order {
    /// Its state, that of its money and that of its goods, as the shop calls them.
    pub(super) fn axes(&self) -> [&'static str; 3] {
        let (status, goods) = match self.stand {
            Stand::Placed => ("PLACED", "UNFULFILLED"),
            Stand::Paid => ("AWAITING_CONFIRMATION", "UNFULFILLED"),
            Stand::Confirmed => ("CONFIRMED", "UNFULFILLED"),
            Stand::Sent => ("CONFIRMED", "FULFILLED"),
            Stand::Completed => ("COMPLETED", "DELIVERED"),
            Stand::Cancelled => ("CANCELLED", "CANCELLED"),
            Stand::Expired => ("EXPIRED", "CANCELLED"),
        };
        let money = match (self.paid, self.refunded) {
            (0, _) => "NONE",
            (_, 0) => "PAID",
            (paid, refunded) if refunded < paid => "PARTIALLY_REFUNDED",
            _ => "REFUNDED",
        };
        [status, money, goods]
    }

    fn points(&self) -> i64 {
        if self.wish.points { POINTS.0 } else { 0 }
    }
}

/// A member's points: to spend, and held by orders that are not certain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Purse {
    pub(super) balance: i64,
    pub(super) held: i64,
}

/// The whole shop.
#[derive(Debug, Default)]
pub(super) struct Reference {
    pub(super) on_hand: [i32; 2],
    pub(super) allocated: [i32; 2],
    pub(super) purses: [Purse; 2],
    pub(super) coupons: usize,
    pub(super) orders: Vec<Order>,
    seen: BTreeSet<(Stand, bool)>,
    refused: BTreeSet<Refused>,
}

impl Reference {
    /// Whether orders came to every end, with and without reductions, and everything was refused once that can be.
    pub(super) fn is_varied(&self) -> bool {
        self.seen.len() == 14 && self.refused.len() == 5
    }

    /// Notes what an operation came to, and where so many of the youngest orders are.
    pub(super) fn note(&mut self, outcome: Outcome, young: usize) {
        self.refused.extend(outcome.err());
        for order in self.orders.iter().rev().take(young) {
            let is_reduced = order.wish.coupon || order.wish.points;
            self.seen.insert((order.stand, is_reduced));
        }
    }

    /// The so many-th youngest order.
    pub(super) fn find(&self, number: usize) -> Option<usize> {
        self.orders.len().checked_sub(number + 1)
    }

    pub(super) fn set(&mut self, sku: usize, units: i32) -> Outcome {
        if units < self.allocated[sku] {
            return Err(Refused::Stock);
        }
        self.on_hand[sku] = units;
        Ok(())
    }

    pub(super) fn give(&mut self, member: usize, points: i64) -> Outcome {
        let purse = &mut self.purses[member];
        if purse.balance + points < 0 {
            return Err(Refused::Points);
        }
        purse.balance += points;
        Ok(())
    }

    pub(super) fn place(&mut self, wish: Wish) -> Outcome {
        let is_short = |sku: usize| wish.units[sku] > self.on_hand[sku] - self.allocated[sku];
        if is_short(0) || is_short(1) {
            return Err(Refused::Stock);
        }
        if wish.coupon && self.coupons == COUPON.1 {
            return Err(Refused::Coupon);
        }
        if wish.points && self.purses[wish.member].balance < POINTS.0 {
            return Err(Refused::Points);
        }
        let goods: i64 = (0..2)
            .map(|sku| i64::from(wish.units[sku]) * PRICES[sku])
            .sum();
        let mut total = goods + SHIPPING;
        if wish.coupon {
            self.coupons += 1;
            total -= COUPON.0;
        }
        if wish.points {
            let purse = &mut self.purses[wish.member];
            purse.balance -= POINTS.0;
            purse.held += POINTS.0;
            total -= POINTS.1;
        }
        for sku in 0..2 {
            self.allocated[sku] += wish.units[sku];
        }
        self.orders.push(Order {
            wish,
            stand: Stand::Placed,
            total,
            paid: 0,
            refunded: 0,
            shipping_back: 0,
            back: [0; 2],
            points_back: 0,
        });
        Ok(())
    }

    pub(super) fn pay(&mut self, order: usize) -> Outcome {
        let order = &mut self.orders[order];
        if order.stand != Stand::Placed {
            return Err(Refused::NotNow);
        }
        order.stand = Stand::Paid;
        order.paid = order.total;
        Ok(())
    }

    pub(super) fn confirm(&mut self, order: usize) -> Outcome {
        let order = &mut self.orders[order];
        if order.stand != Stand::Paid {
            return Err(Refused::NotNow);
        }
        order.stand = Stand::Confirmed;
        self.purses[order.wish.member].held -= order.points();
        Ok(())
    }

    pub(super) fn send(&mut self, order: usize) -> Outcome {
        let order = &mut self.orders[order];
        if order.stand != Stand::Confirmed {
            return Err(Refused::NotNow);
        }
        order.stand = Stand::Sent;
        for sku in 0..2 {
            self.on_hand[sku] -= order.wish.units[sku];
            self.allocated[sku] -= order.wish.units[sku];
        }
        Ok(())
    }

    pub(super) fn receive(&mut self, order: usize) -> Outcome {
        let order = &mut self.orders[order];
        if order.stand != Stand::Sent {
            return Err(Refused::NotNow);
        }
        order.stand = Stand::Completed;
        Ok(())
    }

    pub(super) fn cancel(&mut self, order: usize) -> Outcome {
        match self.orders[order].stand {
            Stand::Placed | Stand::Paid | Stand::Confirmed => {
                self.close(order, Stand::Cancelled);
                Ok(())
            }
            Stand::Sent | Stand::Completed | Stand::Cancelled | Stand::Expired => {
                Err(Refused::NotNow)
            }
        }
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
        for sku in 0..2 {
            self.allocated[sku] -= order.wish.units[sku];
        }
        self.coupons -= usize::from(order.wish.coupon);
        let purse = &mut self.purses[order.wish.member];
        purse.balance += order.points();
        if order.stand != Stand::Confirmed {
            purse.held -= order.points();
        }
        order.refunded = order.paid;
        order.stand = stand;
    }

    /// Gives a part of shipping back.
    pub(super) fn refund(&mut self, order: usize, minor: i64) -> Outcome {
        let order = &mut self.orders[order];
        match order.stand {
            Stand::Paid | Stand::Confirmed | Stand::Sent | Stand::Completed => {}
            Stand::Placed => return Err(Refused::NotNow),
            // Nothing is left to give back.
            Stand::Cancelled | Stand::Expired => return Err(Refused::TooMuch),
        }
        if order.shipping_back + minor > SHIPPING || order.refunded + minor > order.paid {
            return Err(Refused::TooMuch);
        }
        order.shipping_back += minor;
        order.refunded += minor;
        Ok(())
    }

    /// Which kind of goods an order's first line is of, if a unit of it can come back.
    pub(super) fn returnable(&self, order: usize) -> Option<usize> {
        let order = &self.orders[order];
        let sku = usize::from(order.wish.units[0] == 0);
        let can_come_back =
            order.stand == Stand::Completed && order.back[sku] < order.wish.units[sku];
        can_come_back.then_some(sku)
    }

    /// A unit comes back, as good as new, for so much money and points. How they are split over units is the shop's to say; with
    /// the last unit of all, everything is back.
    pub(super) fn come_back(&mut self, order: usize, sku: usize, (minor, points): (i64, i64)) {
        let order = &mut self.orders[order];
        self.on_hand[sku] += 1;
        order.back[sku] += 1;
        order.refunded += minor;
        order.points_back += points;
        self.purses[order.wish.member].balance += points;
        assert!(minor >= 0 && order.refunded <= order.paid, "{order:?}");
        assert!(
            points >= 0 && order.points_back <= order.points(),
            "{order:?}"
        );
        if order.back == order.wish.units {
            assert_eq!(
                (order.refunded, order.points_back),
                (order.paid, order.points()),
                "{order:?}"
            );
        }
    }
}
