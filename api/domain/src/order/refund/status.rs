//! Where refunds stand, and the ways they go.

use crate::text_enum;

text_enum! {
    /// Where a refund stands.
    pub enum RefundStatus {
        /// With the provider.
        Pending = "PENDING",
        /// Given back.
        Succeeded = "SUCCEEDED",
        /// Some was given back, the rest failed.
        PartiallySucceeded = "PARTIALLY_SUCCEEDED",
        /// Failed; nothing was given back.
        Failed = "FAILED",
    }
}

text_enum! {
    /// Where the part of a refund stands that goes back through one payment.
    pub enum TransferStatus {
        /// With the provider.
        Pending = "PENDING",
        /// Given back.
        Succeeded = "SUCCEEDED",
        /// Failed; it can be given back again.
        Failed = "FAILED",
    }
}

text_enum! {
    /// What a step of a refund is.
    pub enum RefundStepOrigin {
        /// Part of a step of the order's price.
        Price = "PRICE",
        /// Goodwill.
        Extra = "EXTRA",
        /// Less than the goods cost: never received, or back already as goodwill.
        Short = "SHORT",
        /// Less than the goods cost: the buyer owes as much for something else.
        SetOff = "SET_OFF",
        /// Received beyond the price.
        Surplus = "SURPLUS",
    }
}

text_enum! {
    /// Which way a part of a refund goes.
    pub enum TransferWay {
        /// Back through the payment that brought the money.
        Payment = "PAYMENT",
        /// The money of a payment stays, and the member gets as much store credit.
        StoreCredit = "STORE_CREDIT",
        /// Back to the gift card or store credit that paid.
        Tender = "TENDER",
    }
}

impl RefundStatus {
    /// Where a refund stands by its transfers; one that moves no money is done at once. What was set off against money
    /// owed took effect with the decision.
    #[must_use]
    pub fn of(transfers: &[TransferStatus], is_set_off: bool) -> Self {
        let has = |status| {
            transfers.contains(&status) || (is_set_off && status == TransferStatus::Succeeded)
        };
        if has(TransferStatus::Pending) {
            Self::Pending
        } else if !has(TransferStatus::Failed) {
            Self::Succeeded
        } else if has(TransferStatus::Succeeded) {
            Self::PartiallySucceeded
        } else {
            Self::Failed
        }
    }

    /// Whether something of it went back for good, so that points and coupons follow.
    #[must_use]
    pub fn took_effect(self) -> bool {
        match self {
            Self::Succeeded | Self::PartiallySucceeded => true,
            Self::Pending | Self::Failed => false,
        }
    }

    /// Whether what it was about cannot be given back by another refund.
    #[must_use]
    pub fn counts(self) -> bool {
        self != Self::Failed
    }
}
