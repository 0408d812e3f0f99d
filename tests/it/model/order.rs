//! An order of the reference: where it is, and what of it was paid, sent and given back.

use super::reference::PRICES;

/// Where an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stand {
    Placed,
    Paid,
    Confirmed,
    Completed,
    Cancelled,
    Rejected,
    Expired,
}

/// Every stand.
pub(super) const STANDS: usize = 7;

impl Stand {
    fn is_over(self) -> bool {
        matches!(self, Self::Cancelled | Self::Rejected | Self::Expired)
    }

    /// Whether the back office took the order on.
    pub(super) fn is_certain(self) -> bool {
        matches!(self, Self::Confirmed | Self::Completed)
    }
}

/// An order.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) member: usize,
    pub(super) stand: Stand,
    pub(super) units: [i32; 2],
    pub(super) cancelled: [i32; 2],
    pub(super) sent: [i32; 2],
    pub(super) arrived: [i32; 2],
    pub(super) back: [i32; 2],
    pub(super) coupon: Option<usize>,
    pub(super) points: i64,
    pub(super) points_back: i64,
    pub(super) total: i64,
    pub(super) paid: i64,
    pub(super) refunded: i64,
    /// Paid with store credit, and given back of it.
    pub(super) tendered: i64,
    pub(super) credited: i64,
    /// Of what went back, what was given back of shipping alone.
    pub(super) shipping_back: i64,
}

impl Order {
    pub(super) fn live(&self) -> [i32; 2] {
        [0, 1].map(|sku| self.units[sku] - self.cancelled[sku])
    }

    pub(super) fn open(&self) -> [i32; 2] {
        [0, 1].map(|sku| self.live()[sku] - self.sent[sku])
    }

    /// Its state, and those of its money, its goods and its returns, as the shop calls them.
    pub(super) fn axes(&self) -> [&'static str; 4] {
        let status = match self.stand {
            Stand::Placed => "PLACED",
            Stand::Paid => "AWAITING_CONFIRMATION",
            Stand::Confirmed => "CONFIRMED",
            Stand::Completed => "COMPLETED",
            Stand::Cancelled => "CANCELLED",
            Stand::Rejected => "REJECTED",
            Stand::Expired => "EXPIRED",
        };
        let goods = if self.stand.is_over() {
            "CANCELLED"
        } else if self.sent == [0; 2] {
            "UNFULFILLED"
        } else if self.sent != self.live() {
            "PARTIAL"
        } else if self.arrived != self.sent {
            "FULFILLED"
        } else {
            "DELIVERED"
        };
        let returns = if self.back == [0; 2] {
            "NONE"
        } else if self.back != self.sent {
            "PARTIALLY_RETURNED"
        } else {
            "RETURNED"
        };
        [status, self.money(), goods, returns]
    }

    fn money(&self) -> &'static str {
        let received = self.paid + self.tendered;
        let back = self.refunded + self.credited;
        if received == 0 {
            "NONE"
        } else if back == received {
            "REFUNDED"
        } else if back > 0 {
            "PARTIALLY_REFUNDED"
        } else if received < self.total {
            "PARTIALLY_PAID"
        } else {
            "PAID"
        }
    }

    /// What units are worth of an amount that is spread over all goods of the order.
    pub(super) fn share(&self, units: [i32; 2], amount: i64) -> i64 {
        amount * worth(units) / worth(self.units)
    }

    /// Gives money back, first to where it was paid with, then as credit; answers the part that is credit.
    pub(super) fn give_back(&mut self, minor: i64) -> i64 {
        let money = minor.min(self.paid - self.refunded);
        self.refunded += money;
        self.credited += minor - money;
        minor - money
    }
}

pub(super) fn worth(units: [i32; 2]) -> i64 {
    (0..2).map(|sku| i64::from(units[sku]) * PRICES[sku]).sum()
}
