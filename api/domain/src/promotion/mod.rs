//! Promotions: rules that lower prices by themselves or by coupon.

mod rule;

pub use rule::{Condition, MAX_CONDITIONS, MAX_REWARDS, Reward, RuleError, validate};

use crate::text_enum;

text_enum! {
    /// Life of a promotion.
    pub enum PromotionStatus {
        /// Being written.
        Draft = "DRAFT",
        /// Activated, waits for its start.
        Scheduled = "SCHEDULED",
        /// Running.
        Active = "ACTIVE",
        /// Stopped for now.
        Paused = "PAUSED",
        /// Over.
        Ended = "ENDED",
    }
}
