//! Gift cards and store credit: money the shop owes, in double entry.
//!
//! Whoever holds such money (a member, or a gift card) has two accounts per currency, and the shop three; every
//! transaction moves money between two of them. The money pays an order after all discounts and taxes: it lowers what is
//! left to pay, never the total.

mod card;
mod code;
mod posting;
mod tender;

pub use card::{GiftCardStatus, RETURN_TIME, ends_after_return};
pub use code::{GiftCardCode, InvalidGiftCardCode};
pub use posting::{Posting, Unbalanced, postings};
pub use tender::{Offer, Planned, left_to_pay, plan};

use crate::text_enum;

/// Gift cards one cart can be paid with.
pub const MAX_CARDS: usize = 5;
/// Most gift cards of one batch.
pub const MAX_BATCH: i32 = 10_000;

text_enum! {
    /// Who has accounts.
    pub enum CreditOwnerKind {
        /// A member, with store credit.
        Member = "MEMBER",
        /// A gift card.
        GiftCard = "GIFT_CARD",
        /// The shop: where the money comes from and goes.
        Shop = "SHOP",
    }
}

text_enum! {
    /// Accounts of the ledger: two of each holder, three of the shop.
    pub enum CreditAccountKind {
        /// Money that can be spent now.
        Available = "AVAILABLE",
        /// Money held by orders not confirmed yet.
        Held = "HELD",
        /// Where the money comes from.
        Issued = "ISSUED",
        /// Where spent money goes.
        Redeemed = "REDEEMED",
        /// Where lapsed money goes.
        Expired = "EXPIRED",
    }
}

text_enum! {
    /// Kinds of ledger entries.
    pub enum CreditEntryKind {
        /// A gift card was made.
        Issue = "ISSUE",
        /// Given or taken by staff.
        Adjust = "ADJUST",
        /// Held by an order.
        Hold = "HOLD",
        /// Hold given back.
        Release = "RELEASE",
        /// Spent.
        Spend = "SPEND",
        /// Given back by a refund.
        Restore = "RESTORE",
        /// Money of an order given back as store credit.
        Refund = "REFUND",
        /// Lapsed.
        Expire = "EXPIRE",
        /// A gift card was cancelled.
        Cancel = "CANCEL",
    }
}

text_enum! {
    /// What pays an order beside money.
    pub enum TenderKind {
        /// A gift card.
        GiftCard = "GIFT_CARD",
        /// A member's store credit.
        StoreCredit = "STORE_CREDIT",
    }
}

text_enum! {
    /// Where a card or credit stands that pays an order.
    pub enum TenderStatus {
        /// Set aside.
        Held = "HELD",
        /// Spent with the order.
        Captured = "CAPTURED",
        /// Given back, all of it.
        Released = "RELEASED",
    }
}

impl CreditOwnerKind {
    /// The accounts such an owner has.
    #[must_use]
    pub const fn accounts(self) -> &'static [CreditAccountKind] {
        match self {
            Self::Member | Self::GiftCard => {
                &[CreditAccountKind::Available, CreditAccountKind::Held]
            }
            Self::Shop => &[
                CreditAccountKind::Issued,
                CreditAccountKind::Redeemed,
                CreditAccountKind::Expired,
            ],
        }
    }
}

impl TenderKind {
    /// Whose money it is.
    #[must_use]
    pub const fn owner(self) -> CreditOwnerKind {
        match self {
            Self::GiftCard => CreditOwnerKind::GiftCard,
            Self::StoreCredit => CreditOwnerKind::Member,
        }
    }
}
