//! What became of each promotion and coupon that was considered.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::coupon::{CouponCode, CouponError};
use crate::money::Money;
use crate::text_enum;

text_enum! {
    /// Why a promotion does not count.
    pub enum EvaluationReason {
        /// Unknown or used up coupon.
        CouponInvalid = "COUPON_INVALID",
        /// Not running yet.
        NotStarted = "NOT_STARTED",
        /// Over.
        Ended = "ENDED",
        /// Spend more.
        SubtotalTooLow = "SUBTOTAL_TOO_LOW",
        /// Take more.
        QuantityTooLow = "QUANTITY_TOO_LOW",
        /// No product it is for.
        NoMatchingProduct = "NO_MATCHING_PRODUCT",
        /// Only for members.
        LoginRequired = "LOGIN_REQUIRED",
        /// Only for other tiers.
        TierMismatch = "TIER_MISMATCH",
        /// Only for other segments.
        SegmentMismatch = "SEGMENT_MISMATCH",
        /// Only for a first order.
        NotFirstOrder = "NOT_FIRST_ORDER",
        /// Not in this channel.
        ChannelMismatch = "CHANNEL_MISMATCH",
        /// Not in this currency.
        CurrencyMismatch = "CURRENCY_MISMATCH",
        /// Not for this country.
        CountryMismatch = "COUNTRY_MISMATCH",
        /// Only for other ways to pay.
        PaymentMethodMismatch = "PAYMENT_METHOD_MISMATCH",
        /// No coupon that can be used was entered.
        CouponMissing = "COUPON_MISSING",
        /// Only at other hours or on other days.
        NotNow = "NOT_NOW",
        /// None of the gift is left.
        GiftGone = "GIFT_GONE",
        /// Not for the way to ship that was chosen.
        ShippingMethodMismatch = "SHIPPING_METHOD_MISMATCH",
        /// Cannot be combined with what applies.
        NotCombinable = "NOT_COMBINABLE",
        /// Cannot be combined with points, which are spent.
        NotWithPoints = "NOT_WITH_POINTS",
        /// Cannot be combined with prices for members.
        NotWithMemberPrices = "NOT_WITH_MEMBER_PRICES",
        /// Another rule sets a price that is as low or lower.
        BetterPrice = "BETTER_PRICE",
        /// Another of its group is better for the buyer, or none of it.
        BetterInGroup = "BETTER_IN_GROUP",
        /// You used it often enough.
        MemberLimitReached = "MEMBER_LIMIT_REACHED",
        /// All uses or the budget are gone.
        BudgetExhausted = "BUDGET_EXHAUSTED",
        /// Nothing left to reduce.
        MinPayableReached = "MIN_PAYABLE_REACHED",
    }
}

/// What more would make a promotion count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Money to spend.
    Amount(Money),
    /// Units to add.
    Quantity(u32),
}

/// Why a promotion does not count, and what would change that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The reason.
    pub reason: EvaluationReason,
    /// What more would make it count.
    pub missing: Option<Missing>,
    /// The promotion that counts in its stead; itself for a second coupon of one promotion.
    pub lost_to: Option<Uuid>,
}

/// Whether a promotion counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It counts and takes this off; zero while it waits, such as free shipping before a way to ship is chosen.
    Applied(Money),
    /// It does not count.
    Refused(Refusal),
}

/// What became of one promotion or coupon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// The promotion, `None` for an unknown coupon.
    pub promotion_id: Option<Uuid>,
    /// Version of the promotion's rule, `None` for an unknown coupon.
    pub promotion_version: Option<i32>,
    /// The coupon's code, `None` for automatic promotions.
    pub coupon_code: Option<CouponCode>,
    /// Text to show.
    pub label: String,
    /// Whether it counts.
    pub outcome: Outcome,
    /// Lines it takes something off or gives; empty for what is about shipping or points alone.
    pub lines: BTreeSet<Uuid>,
}

impl From<EvaluationReason> for Refusal {
    fn from(reason: EvaluationReason) -> Self {
        Self {
            reason,
            missing: None,
            lost_to: None,
        }
    }
}

impl Refusal {
    /// Asks for more money spent.
    #[must_use]
    pub fn spend(amount: Money) -> Self {
        Self {
            missing: Some(Missing::Amount(amount)),
            ..EvaluationReason::SubtotalTooLow.into()
        }
    }

    /// Asks for more units.
    #[must_use]
    pub fn take(units: u64) -> Self {
        let units = u32::try_from(units).unwrap_or(u32::MAX);
        Self {
            missing: Some(Missing::Quantity(units)),
            ..EvaluationReason::QuantityTooLow.into()
        }
    }

    /// Names the promotion that counts instead.
    #[must_use]
    pub fn lost(reason: EvaluationReason, lost_to: Option<Uuid>) -> Self {
        Self {
            lost_to,
            ..reason.into()
        }
    }
}

impl From<CouponError> for Refusal {
    fn from(error: CouponError) -> Self {
        match error {
            CouponError::Unusable => EvaluationReason::CouponInvalid,
            CouponError::LoginRequired => EvaluationReason::LoginRequired,
            CouponError::NotStarted => EvaluationReason::NotStarted,
            CouponError::Ended => EvaluationReason::Ended,
            CouponError::MemberLimitReached => EvaluationReason::MemberLimitReached,
        }
        .into()
    }
}
