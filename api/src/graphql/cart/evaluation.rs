use async_graphql::{Enum, ID, SimpleObject};
use domain::id::{CartLineId, PromotionId};
use domain::promotion::{Evaluation, Missing, Outcome};

use crate::graphql::money::Money;

/// Why a promotion does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::promotion::EvaluationReason")]
pub enum EvaluationReason {
    /// Unknown or used up coupon.
    CouponInvalid,
    /// Not running yet.
    NotStarted,
    /// Over.
    Ended,
    /// Spend more.
    SubtotalTooLow,
    /// Take more.
    QuantityTooLow,
    /// No product it is for.
    NoMatchingProduct,
    /// Only for members.
    LoginRequired,
    /// Only for other tiers.
    TierMismatch,
    /// Only for other segments.
    SegmentMismatch,
    /// Only for a first order.
    NotFirstOrder,
    /// Not in this channel.
    ChannelMismatch,
    /// Not in this currency.
    CurrencyMismatch,
    /// Not for this country.
    CountryMismatch,
    /// Only for other ways to pay.
    PaymentMethodMismatch,
    /// No coupon that can be used was entered.
    CouponMissing,
    /// Only at other hours or on other days.
    NotNow,
    /// None of the gift is left.
    GiftGone,
    /// Not for the way to ship that was chosen.
    ShippingMethodMismatch,
    /// Cannot be combined with what applies.
    NotCombinable,
    /// Cannot be combined with points, which are spent.
    NotWithPoints,
    /// Cannot be combined with prices for members.
    NotWithMemberPrices,
    /// Another rule sets a price that is as low or lower.
    BetterPrice,
    /// Another of its group is better for the buyer, or none of it.
    BetterInGroup,
    /// You used it often enough.
    MemberLimitReached,
    /// All uses or the budget are gone.
    BudgetExhausted,
    /// Nothing left to reduce.
    MinPayableReached,
}

/// What became of one promotion or coupon.
#[derive(Clone, Debug, SimpleObject)]
pub struct PromotionEvaluation {
    /// The promotion, null for an unknown coupon and for an unsaved one.
    promotion_id: Option<ID>,
    /// Version of the promotion's rule, null for an unknown coupon.
    promotion_version: Option<i32>,
    /// The coupon, null for automatic ones.
    coupon_code: Option<String>,
    /// Text to show.
    label: String,
    /// Whether it counts.
    applied: bool,
    /// Why it does not, null if it does.
    reason: Option<EvaluationReason>,
    /// What it saves.
    discount: Option<Money>,
    /// What more would make it count.
    missing: Option<EvaluationMissing>,
    /// The promotion that counts in its stead, itself for a second coupon of one promotion; null for none.
    lost_to: Option<ID>,
    /// Lines it takes something off or gives; empty for what is about shipping or points alone.
    line_ids: Vec<ID>,
}

/// What more would make a promotion count.
#[derive(Clone, Debug, SimpleObject)]
struct EvaluationMissing {
    /// Money to spend.
    amount: Option<Money>,
    /// Units to add.
    quantity: Option<i32>,
}

impl From<&Evaluation> for PromotionEvaluation {
    fn from(evaluation: &Evaluation) -> Self {
        let (discount, refusal) = match evaluation.outcome {
            Outcome::Applied(discount) => (Some(discount.into()), None),
            Outcome::Refused(refusal) => (None, Some(refusal)),
        };
        Self {
            promotion_id: evaluation
                .promotion_id
                .map(|id| PromotionId(id).to_string().into()),
            promotion_version: evaluation.promotion_version,
            coupon_code: evaluation.coupon_code.as_ref().map(ToString::to_string),
            label: evaluation.label.clone(),
            applied: refusal.is_none(),
            reason: refusal.map(|refusal| refusal.reason.into()),
            discount,
            missing: refusal.and_then(|refusal| refusal.missing).map(Into::into),
            lost_to: refusal
                .and_then(|refusal| refusal.lost_to)
                .map(|id| PromotionId(id).to_string().into()),
            line_ids: evaluation
                .lines
                .iter()
                .map(|line| CartLineId(*line).to_string().into())
                .collect(),
        }
    }
}

impl From<Missing> for EvaluationMissing {
    fn from(missing: Missing) -> Self {
        match missing {
            Missing::Amount(amount) => Self {
                amount: Some(amount.into()),
                quantity: None,
            },
            Missing::Quantity(units) => Self {
                amount: None,
                quantity: Some(i32::try_from(units).unwrap_or(i32::MAX)),
            },
        }
    }
}
