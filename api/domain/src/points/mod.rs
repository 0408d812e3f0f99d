//! Points: a double-entry ledger with lots that are spent first in, first out.
//!
//! Each member has three accounts and the program three; every transaction moves points between them so that its
//! postings add up to zero. Beside the accounts stand lots, which know when points lapse. A member's spendable
//! balance equals the points left in the active lots, unless a claw-back made it negative.

mod lot;
mod policy;
mod posting;
mod terms;

pub use lot::{
    ClawBack, Lot, LotShare, claw_back, clawed_back, give_back, lapsed, notice_at, part,
    plan_spend, remaining_after_debt,
};
pub use policy::{EarnRule, RedeemPolicy};
pub use posting::{Posting, PostingSet, Unbalanced, postings};
pub use terms::{Expiry, PointsExpiryPolicy, RuleTerms, TermsError};

use crate::text_enum;

/// Points cannot be moved as asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PointsError {
    /// More than can be spent.
    #[error("only {available} points can be spent")]
    Insufficient {
        /// Points that can be spent.
        available: u32,
    },
}

text_enum! {
    /// What earns points.
    pub enum PointsTrigger {
        /// Money paid for goods.
        Order = "ORDER",
        /// A verified registration.
        Registration = "REGISTRATION",
        /// A review.
        Review = "REVIEW",
        /// A friend's first order.
        Referral = "REFERRAL",
        /// A birthday.
        Birthday = "BIRTHDAY",
        /// The shop's own event.
        Custom = "CUSTOM",
    }
}

text_enum! {
    /// Accounts of the ledger: three of each member, three of the program.
    pub enum PointsAccountKind {
        /// Points a member can spend now.
        MemberActive = "MEMBER_ACTIVE",
        /// Points a member earned that are not usable yet.
        MemberPending = "MEMBER_PENDING",
        /// Points held by a member's orders not confirmed yet.
        MemberHeld = "MEMBER_HELD",
        /// Where points come from.
        ProgramIssued = "PROGRAM_ISSUED",
        /// Where spent points go.
        ProgramRedeemed = "PROGRAM_REDEEMED",
        /// Where lapsed points go.
        ProgramExpired = "PROGRAM_EXPIRED",
    }
}

text_enum! {
    /// Kinds of ledger entries.
    pub enum PointsEntryKind {
        /// Earned.
        Earn = "EARN",
        /// Became usable.
        Activate = "ACTIVATE",
        /// Held by an order.
        Hold = "HOLD",
        /// Hold given back.
        Release = "RELEASE",
        /// Spent.
        Spend = "SPEND",
        /// Given back after a return.
        Restore = "RESTORE",
        /// Taken back after a return.
        ClawBack = "CLAW_BACK",
        /// Lapsed.
        Expire = "EXPIRE",
        /// Changed by staff.
        Adjust = "ADJUST",
    }
}

text_enum! {
    /// Life of points earned together.
    pub enum PointsLotStatus {
        /// Not usable yet.
        Pending = "PENDING",
        /// Usable.
        Active = "ACTIVE",
        /// Used up.
        Spent = "SPENT",
        /// Lapsed.
        Expired = "EXPIRED",
        /// Taken back.
        Reversed = "REVERSED",
    }
}

text_enum! {
    /// Points set aside for one order.
    pub enum PointsHoldStatus {
        /// Set aside.
        Held = "HELD",
        /// Spent with the order.
        Captured = "CAPTURED",
        /// Given back.
        Released = "RELEASED",
    }
}
