//! Where the money of an order stands. Balances are a fold over what happened, the same in whatever order it is told.

use chrono::TimeDelta;

use crate::money::{Currency, Money, MoneyError};
use crate::text_enum;

text_enum! {
    /// Where the money stands.
    pub enum OrderPaymentStatus {
        /// Nothing yet.
        None = "NONE",
        /// Promised by the bank.
        Authorized = "AUTHORIZED",
        /// Some received.
        PartiallyPaid = "PARTIALLY_PAID",
        /// All received.
        Paid = "PAID",
        /// Too much received.
        Overpaid = "OVERPAID",
        /// Some given back.
        PartiallyRefunded = "PARTIALLY_REFUNDED",
        /// All given back.
        Refunded = "REFUNDED",
        /// Promise dropped.
        Voided = "VOIDED",
    }
}

text_enum! {
    /// Where a payment stands.
    pub enum PaymentStatus {
        /// Opened.
        Created = "CREATED",
        /// Buyer must act.
        ActionRequired = "ACTION_REQUIRED",
        /// Provider at work.
        Processing = "PROCESSING",
        /// Authorised or paid.
        Succeeded = "SUCCEEDED",
        /// Refused.
        Failed = "FAILED",
        /// Dropped.
        Cancelled = "CANCELLED",
        /// Too late.
        Expired = "EXPIRED",
    }
}

text_enum! {
    /// Kinds of payment events.
    pub enum PaymentEventKind {
        /// The buyer must act.
        ActionRequired = "ACTION_REQUIRED",
        /// Promised.
        Authorized = "AUTHORIZED",
        /// Promise refused.
        AuthorizeFailed = "AUTHORIZE_FAILED",
        /// Received.
        Captured = "CAPTURED",
        /// Could not be taken.
        CaptureFailed = "CAPTURE_FAILED",
        /// Promise dropped.
        Voided = "VOIDED",
        /// Promise could not be dropped.
        VoidFailed = "VOID_FAILED",
        /// Asked to give back.
        RefundRequested = "REFUND_REQUESTED",
        /// Given back.
        Refunded = "REFUNDED",
        /// Could not be given back.
        RefundFailed = "REFUND_FAILED",
        /// Given back, and returned to the shop afterwards.
        RefundReversed = "REFUND_REVERSED",
        /// Taken back by the bank.
        ChargedBack = "CHARGED_BACK",
        /// Taken back by the bank, and won back.
        ChargebackReversed = "CHARGEBACK_REVERSED",
    }
}

text_enum! {
    /// Who carries a payment out. The texts are lower-case: they are keys of settings, not of the public schema.
    pub enum PaymentProvider {
        /// Staff mark it paid, such as a bank transfer.
        Manual = "manual",
        /// The built-in test provider.
        Test = "test",
        /// Stripe.
        Stripe = "stripe",
        /// Alipay.
        Alipay = "alipay",
        /// WeChat Pay.
        WechatPay = "wechat_pay",
        /// Nobody for now: the order stands on the member's account.
        OnAccount = "on_account",
    }
}

impl PaymentProvider {
    /// Whether people move the money, so that staff tell what became of it.
    #[must_use]
    pub fn is_by_hand(self) -> bool {
        match self {
            Self::Manual => true,
            Self::Test | Self::Stripe | Self::Alipay | Self::WechatPay | Self::OnAccount => false,
        }
    }

    /// Whether an attempt the buyer did not finish can be paid at the provider until it is called off there.
    #[must_use]
    pub fn keeps_attempts_open(self) -> bool {
        match self {
            Self::Manual | Self::Test | Self::OnAccount => false,
            Self::Stripe | Self::Alipay | Self::WechatPay => true,
        }
    }
}

/// How the payment that settles an order covers what the order asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cover {
    /// The money is there.
    Taken,
    /// It is promised and to be taken when the order is certain.
    Promised,
    /// Some of it is there, and no promise of the rest.
    Partial,
    /// Nothing of it is there, and no promise of all.
    Lacking,
}

impl Cover {
    /// Judges what was taken and what is promised beyond it.
    ///
    /// # Errors
    /// [`MoneyError`] for another currency.
    pub fn of(payable: Money, captured: Money, promised: Money) -> Result<Self, MoneyError> {
        Ok(if captured.least(payable)? == payable {
            Self::Taken
        } else if captured.plus(promised)?.least(payable)? == payable {
            Self::Promised
        } else if captured.is_positive() {
            Self::Partial
        } else {
            Self::Lacking
        })
    }
}

/// First pause before a provider is asked where a payment stands, should its webhook have been lost.
const FIRST_INQUIRY: TimeDelta = TimeDelta::minutes(10);
/// Longest pause between two such questions.
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(6);
/// How old a payment may be to be asked about.
const LAST_INQUIRY: TimeDelta = TimeDelta::days(30);

/// What the events of one payment add up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaymentBalances {
    /// Promised and not dropped, whether taken since or not.
    pub authorized: Money,
    /// Received.
    pub captured: Money,
    /// Given back; never more than received.
    pub refunded: Money,
    /// On its way back.
    pub refund_pending: Money,
    /// Where the payment stands by these events alone.
    pub status: PaymentStatus,
}

impl PaymentBalances {
    /// Adds up the events of one payment.
    ///
    /// # Errors
    /// [`MoneyError`] when an event is in another currency or a sum is too large.
    pub fn fold(
        currency: Currency,
        events: impl IntoIterator<Item = (PaymentEventKind, Money)>,
    ) -> Result<Self, MoneyError> {
        let zero = Money::zero(currency);
        let mut sums = Sums {
            authorized: zero,
            voided: zero,
            captured: zero,
            requested: zero,
            refunded: zero,
            failed: zero,
            charged_back: zero,
            returned: zero,
        };
        let (mut has_failed, mut asked_buyer) = (false, false);
        for (kind, amount) in events {
            match kind {
                PaymentEventKind::ActionRequired => asked_buyer = true,
                PaymentEventKind::Authorized => sums.authorized = sums.authorized.plus(amount)?,
                PaymentEventKind::AuthorizeFailed | PaymentEventKind::CaptureFailed => {
                    has_failed = true;
                }
                PaymentEventKind::Captured => sums.captured = sums.captured.plus(amount)?,
                PaymentEventKind::Voided => sums.voided = sums.voided.plus(amount)?,
                PaymentEventKind::VoidFailed => {}
                PaymentEventKind::RefundRequested => {
                    sums.requested = sums.requested.plus(amount)?;
                }
                PaymentEventKind::Refunded => sums.refunded = sums.refunded.plus(amount)?,
                PaymentEventKind::ChargedBack => {
                    sums.charged_back = sums.charged_back.plus(amount)?;
                }
                PaymentEventKind::RefundReversed | PaymentEventKind::ChargebackReversed => {
                    sums.returned = sums.returned.plus(amount)?;
                }
                PaymentEventKind::RefundFailed => sums.failed = sums.failed.plus(amount)?,
            }
        }
        sums.settle(zero, has_failed, asked_buyer)
    }

    /// Promised and neither taken nor dropped.
    ///
    /// # Errors
    /// Never for balances made by [`Self::fold`].
    pub fn open_authorization(&self) -> Result<Money, MoneyError> {
        Ok(at_least_zero(self.authorized.minus(self.captured)?))
    }

    /// Received and neither given back nor on its way back.
    ///
    /// # Errors
    /// Never for balances made by [`Self::fold`].
    pub fn held(&self) -> Result<Money, MoneyError> {
        Ok(at_least_zero(
            self.captured
                .minus(self.refunded)?
                .minus(self.refund_pending)?,
        ))
    }

    /// How long to wait before the provider is asked where a payment of this age stands; `None` when nothing is open. The
    /// longer nothing happens, the rarer it is asked.
    ///
    /// # Errors
    /// Never for balances made by [`Self::fold`].
    pub fn inquiry_pause(
        &self,
        status: PaymentStatus,
        age: TimeDelta,
    ) -> Result<Option<TimeDelta>, MoneyError> {
        let waits_for_buyer = match status {
            PaymentStatus::Created | PaymentStatus::ActionRequired | PaymentStatus::Processing => {
                true
            }
            PaymentStatus::Succeeded
            | PaymentStatus::Failed
            | PaymentStatus::Cancelled
            | PaymentStatus::Expired => false,
        };
        let is_open = waits_for_buyer
            || self.open_authorization()?.is_positive()
            || self.refund_pending.is_positive();
        Ok((is_open && age < LAST_INQUIRY).then(|| age.clamp(FIRST_INQUIRY, LONGEST_PAUSE)))
    }

    /// What must go back of the money held when the order keeps no more than `kept`.
    ///
    /// # Errors
    /// [`MoneyError`] for another currency.
    pub fn surplus(&self, kept: Money) -> Result<Money, MoneyError> {
        Ok(at_least_zero(self.held()?.minus(kept)?))
    }
}

struct Sums {
    authorized: Money,
    voided: Money,
    captured: Money,
    requested: Money,
    refunded: Money,
    failed: Money,
    charged_back: Money,
    /// Given back or taken back, and the shop's again.
    returned: Money,
}

impl Sums {
    fn settle(
        self,
        zero: Money,
        has_failed: bool,
        asked_buyer: bool,
    ) -> Result<PaymentBalances, MoneyError> {
        let authorized = at_least_zero(self.authorized.minus(self.voided)?);
        let status = if self.captured != zero || authorized != zero {
            PaymentStatus::Succeeded
        } else if self.voided != zero {
            PaymentStatus::Cancelled
        } else if has_failed {
            PaymentStatus::Failed
        } else if asked_buyer {
            PaymentStatus::ActionRequired
        } else {
            PaymentStatus::Created
        };
        let gone = self.refunded.plus(self.charged_back)?;
        Ok(PaymentBalances {
            authorized,
            captured: self.captured,
            refunded: at_least_zero(gone.minus(self.returned)?).least(self.captured)?,
            refund_pending: at_least_zero(self.requested.minus(self.refunded)?.minus(self.failed)?),
            status,
        })
    }
}

pub(super) fn at_least_zero(amount: Money) -> Money {
    if amount.is_negative() {
        Money::zero(amount.currency)
    } else {
        amount
    }
}

#[cfg(test)]
mod tests;
