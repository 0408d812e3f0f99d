//! The money of a whole order: what it costs, what came and what went back.

use super::payment::{OrderPaymentStatus, at_least_zero};
use crate::money::{Money, MoneyError};

/// The money of a whole order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderMoney {
    /// What the order costs.
    pub total: Money,
    /// What went back by lowering what was owed for changes; no money moved, and the total holds both.
    pub set_off: Money,
    /// Paid with gift cards and store credit.
    pub tendered: Money,
    /// Given back on gift cards and as store credit.
    pub credited: Money,
    /// Received over all payments.
    pub paid: Money,
    /// Given back over all payments.
    pub refunded: Money,
    /// Promised and not taken, over all payments.
    pub authorized: Money,
    /// Whether a promise was dropped.
    pub has_voided: bool,
}

impl OrderMoney {
    /// The money of an order that was just placed, with what gift cards and store credit pay.
    #[must_use]
    pub const fn placed(total: Money, tendered: Money) -> Self {
        let nothing = Money::zero(total.currency);
        Self {
            total,
            set_off: nothing,
            tendered,
            credited: nothing,
            paid: nothing,
            refunded: nothing,
            authorized: nothing,
            has_voided: false,
        }
    }

    /// Still owed; zero when enough is held.
    ///
    /// # Errors
    /// [`MoneyError`] for mixed currencies.
    pub fn due(&self) -> Result<Money, MoneyError> {
        let held = self.paid.minus(self.refunded)?;
        Ok(at_least_zero(self.payable()?.minus(held)?))
    }

    /// What payments have to bring beside gift cards and store credit.
    ///
    /// # Errors
    /// [`MoneyError`] for mixed currencies.
    pub fn payable(&self) -> Result<Money, MoneyError> {
        self.total.minus(self.tendered)
    }

    /// Where the money stands. An order that costs nothing stays at `NONE`.
    ///
    /// # Errors
    /// [`MoneyError`] for mixed currencies.
    pub fn status(&self) -> Result<OrderPaymentStatus, MoneyError> {
        let zero = Money::zero(self.total.currency);
        if self.paid == zero && self.authorized != zero {
            return Ok(OrderPaymentStatus::Authorized);
        }
        let received = self.paid.plus(self.tendered)?;
        let given_back = self.refunded.plus(self.credited)?;
        if received == zero {
            return Ok(if self.has_voided {
                OrderPaymentStatus::Voided
            } else {
                OrderPaymentStatus::None
            });
        }
        if given_back == received {
            return Ok(OrderPaymentStatus::Refunded);
        }
        let held = received.minus(given_back)?;
        let asked = self.total.minus(self.set_off)?;
        Ok(match held.minor.cmp(&asked.minor) {
            std::cmp::Ordering::Greater => OrderPaymentStatus::Overpaid,
            std::cmp::Ordering::Equal => OrderPaymentStatus::Paid,
            std::cmp::Ordering::Less if given_back != zero => OrderPaymentStatus::PartiallyRefunded,
            std::cmp::Ordering::Less => OrderPaymentStatus::PartiallyPaid,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::OrderMoney;
    use crate::money::{Currency, Money};
    use crate::order::OrderPaymentStatus;

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::parse("EUR").unwrap())
    }

    #[test]
    fn an_orders_money_has_one_status() {
        let cases = [
            ((0, 0, 0, false), OrderPaymentStatus::None, 1000),
            ((0, 0, 1000, false), OrderPaymentStatus::Authorized, 1000),
            ((0, 0, 0, true), OrderPaymentStatus::Voided, 1000),
            ((400, 0, 0, false), OrderPaymentStatus::PartiallyPaid, 600),
            ((1000, 0, 0, false), OrderPaymentStatus::Paid, 0),
            ((2000, 0, 0, false), OrderPaymentStatus::Overpaid, 0),
            ((2000, 1000, 0, false), OrderPaymentStatus::Paid, 0),
            (
                (1000, 300, 0, false),
                OrderPaymentStatus::PartiallyRefunded,
                300,
            ),
            ((1000, 1000, 0, false), OrderPaymentStatus::Refunded, 1000),
        ];
        for ((paid, refunded, authorized, has_voided), status, due) in cases {
            let money = OrderMoney {
                total: eur(1000),
                set_off: eur(0),
                tendered: eur(0),
                credited: eur(0),
                paid: eur(paid),
                refunded: eur(refunded),
                authorized: eur(authorized),
                has_voided,
            };
            assert_eq!(
                (money.status().unwrap(), money.due().unwrap()),
                (status, eur(due)),
                "{paid} {refunded}"
            );
        }
    }

    #[test]
    fn gift_cards_and_credit_lower_what_is_due() {
        let cases = [
            ((1000, 0, 0, 0, 0), OrderPaymentStatus::Paid, 0),
            ((400, 0, 0, 0, 0), OrderPaymentStatus::PartiallyPaid, 600),
            ((400, 0, 0, 0, 600), OrderPaymentStatus::Authorized, 600),
            ((400, 0, 600, 0, 0), OrderPaymentStatus::Paid, 0),
            (
                (400, 0, 600, 600, 0),
                OrderPaymentStatus::PartiallyRefunded,
                600,
            ),
            ((400, 400, 600, 600, 0), OrderPaymentStatus::Refunded, 600),
            ((0, 1000, 1000, 0, 0), OrderPaymentStatus::Refunded, 0),
        ];
        for ((tendered, credited, paid, refunded, authorized), status, due) in cases {
            let money = OrderMoney {
                total: eur(1000),
                set_off: eur(0),
                tendered: eur(tendered),
                credited: eur(credited),
                paid: eur(paid),
                refunded: eur(refunded),
                authorized: eur(authorized),
                has_voided: false,
            };
            assert_eq!(
                (money.status().unwrap(), money.due().unwrap()),
                (status, eur(due)),
                "{tendered} {paid}"
            );
        }
    }

    #[test]
    fn what_was_set_off_is_not_asked_for() {
        // Goods for 10.00 were exchanged for goods for 13.00; the total holds both.
        let mut money = OrderMoney {
            set_off: eur(1000),
            paid: eur(1000),
            ..OrderMoney::placed(eur(2300), eur(0))
        };
        assert_eq!(money.status().unwrap(), OrderPaymentStatus::PartiallyPaid);
        money.paid = eur(1300);
        assert_eq!(money.status().unwrap(), OrderPaymentStatus::Paid);
    }
}
