use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use domain::id::{CartLineId, MemberId, PaymentMethodId, PromotionId};
use domain::locale::Locale;
use domain::pricing::{self, TraceEffect};
use domain::promotion::{EvaluationReason, Missing, Refusal};
use domain::unit_price::PriceSourceKind;

use super::input::PromotionInput;
use crate::error::Error;
use crate::graphql::cart::{CartLineInput, PromotionEvaluation, wishes};
use crate::graphql::context::Reach;
use crate::graphql::cost::{AdjustmentKind, Cost};
use crate::graphql::error::say;
use crate::graphql::input::id_in;
use crate::graphql::limits::meter::Metered;
use crate::graphql::money::Money;
use crate::graphql::scalar::DateTime;
use crate::service::promotion::SimulatePromotions;

/// Input of promotionSimulate.
#[derive(Clone, Debug, InputObject)]
pub(super) struct PromotionSimulateInput {
    /// A real cart to start from.
    cart_id: Option<ID>,
    /// Or lines to start from.
    lines: Option<Vec<CartLineInput>>,
    /// Coupons to try beside those of the cart.
    coupon_codes: Option<Vec<String>>,
    /// As this member; the cart's owner, or a guest, if left out.
    member_id: Option<ID>,
    /// Paid this way; as the cart says if left out.
    payment_method_id: Option<ID>,
    /// At this instant; now if left out.
    at: Option<DateTime>,
    /// An unsaved promotion to try as well.
    promotion: Option<PromotionInput>,
}

/// A cart priced as if.
pub(super) struct PromotionSimulation(pub(super) pricing::Simulation);

/// One step of a simulation.
#[derive(Clone, Debug, SimpleObject)]
struct PromotionTraceStep {
    /// What was at work.
    kind: AdjustmentKind,
    /// Promotion at work, null for an unsaved one.
    promotion_id: Option<ID>,
    /// Line whose price it is, null for other steps.
    line_id: Option<ID>,
    /// What happened, as a sentence.
    note: String,
    /// Amount before.
    before: Money,
    /// Amount after.
    after: Money,
}

impl TryFrom<PromotionSimulateInput> for SimulatePromotions {
    type Error = Error;

    fn try_from(input: PromotionSimulateInput) -> std::result::Result<Self, Error> {
        let member_id = input.member_id.as_ref();
        Ok(Self {
            cart_id: input.cart_id.map(|id| id.to_string()),
            lines: input.lines.as_deref().map(wishes).transpose()?,
            coupon_codes: input.coupon_codes.unwrap_or_default(),
            member_id: member_id
                .map(|id| id_in::<MemberId>(id, &["memberId"]))
                .transpose()?,
            payment_method_id: input
                .payment_method_id
                .map(|id| id_in::<PaymentMethodId>(&id, &["paymentMethodId"]))
                .transpose()?,
            at: input.at.map(|at| at.0),
            promotion: input.promotion.map(TryInto::try_into).transpose()?,
        })
    }
}

/// A cart priced as if.
#[Object]
impl PromotionSimulation {
    /// What it would cost.
    fn cost(&self) -> Cost {
        (&self.0.priced).into()
    }

    /// What becomes of each promotion.
    fn evaluations(&self, ctx: &Context<'_>) -> Result<Vec<PromotionEvaluation>> {
        let evaluations = &self.0.priced.evaluations;
        ctx.meter(evaluations.len())?;
        Ok(evaluations.iter().map(Into::into).collect())
    }

    /// Every step in the order taken, from the price of each line on, those that came to nothing too.
    fn trace(&self, ctx: &Context<'_>) -> Result<Vec<PromotionTraceStep>> {
        ctx.meter(self.0.trace.len())?;
        let locale = &ctx.viewer()?.locale;
        let show = |step| PromotionTraceStep::new(step, locale);
        Ok(self.0.trace.iter().map(show).collect())
    }
}

impl PromotionTraceStep {
    fn new(step: &pricing::TraceStep, locale: &Locale) -> Self {
        let promotion_id = step.promotion_id;
        Self {
            kind: step.kind.map_or(AdjustmentKind::Price, Into::into),
            promotion_id: promotion_id.map(|id| PromotionId(id).to_string().into()),
            line_id: step.line.map(|line| CartLineId(line).to_string().into()),
            note: note(step, locale),
            before: step.before.into(),
            after: step.after.into(),
        }
    }
}

fn note(step: &pricing::TraceStep, locale: &Locale) -> String {
    let (label, before, after) = (&step.label, step.before, step.after);
    match step.effect {
        TraceEffect::Priced(kind, units, price) => {
            let (en, zh) = source(kind, label);
            say(
                locale,
                format!("{en}: {units} at {price}, {before} becomes {after}."),
                format!("{zh}：{price} × {units}，{before} 变为 {after}。"),
            )
        }
        TraceEffect::Changed => say(
            locale,
            format!("{label}: {before} becomes {after}."),
            format!("{label}：{before} 变为 {after}。"),
        ),
        TraceEffect::Contained(tax) => say(
            locale,
            format!("{label}: {tax} of it is tax."),
            format!("{label}：其中含税 {tax}。"),
        ),
        TraceEffect::EarnsMore => say(
            locale,
            format!("{label}: the order earns more points."),
            format!("{label}：订单将获得更多积分。"),
        ),
        TraceEffect::Gives(units) => say(
            locale,
            format!("{label}: {units} added for free."),
            format!("{label}：赠送 {units} 件。"),
        ),
        TraceEffect::Waits => say(
            locale,
            format!("{label}: counts as soon as a way to ship is chosen."),
            format!("{label}：选择配送方式后生效。"),
        ),
        TraceEffect::Refused(refusal) => {
            let reason = reason(refusal, locale);
            say(
                locale,
                format!("{label}: does not count, {reason}."),
                format!("{label}：未生效，{reason}。"),
            )
        }
    }
}

/// Says which rule set a price.
fn source(kind: PriceSourceKind, label: &str) -> (String, String) {
    match kind {
        PriceSourceKind::Base => ("Own price".to_owned(), "商品价格".to_owned()),
        PriceSourceKind::PriceList => (format!("Price list {label}"), format!("价目表 {label}")),
        PriceSourceKind::MemberTier => (
            format!("Price for the tier {label}"),
            format!("会员价 {label}"),
        ),
        PriceSourceKind::Promotion => (
            format!("Promotion of the catalog {label}"),
            format!("商品促销 {label}"),
        ),
        PriceSourceKind::FlashSale => (format!("Flash sale {label}"), format!("限时抢购 {label}")),
    }
}

/// Says why something does not count, as a part of a sentence.
fn reason(refusal: Refusal, locale: &Locale) -> String {
    let (en, zh) = match refusal.reason {
        EvaluationReason::CouponInvalid => ("no usable coupon has this code", "优惠码无效"),
        EvaluationReason::NotStarted => ("it has not started", "尚未开始"),
        EvaluationReason::Ended => ("it is over", "已结束"),
        EvaluationReason::SubtotalTooLow => ("too little is spent", "消费金额不足"),
        EvaluationReason::QuantityTooLow => ("too few units are taken", "购买数量不足"),
        EvaluationReason::NoMatchingProduct => {
            ("no product it is for is there", "没有符合条件的商品")
        }
        EvaluationReason::LoginRequired => ("it is for members alone", "仅限会员"),
        EvaluationReason::TierMismatch => ("it is for other tiers", "会员等级不符"),
        EvaluationReason::SegmentMismatch => ("it is for others", "不在目标人群内"),
        EvaluationReason::NotNow => ("it is for other days or hours", "不在活动时段"),
        EvaluationReason::NotFirstOrder => ("it is for a first order", "仅限首单"),
        EvaluationReason::ChannelMismatch => ("it is for other channels", "不适用于该渠道"),
        EvaluationReason::CurrencyMismatch => ("it is for other currencies", "不适用于该币种"),
        EvaluationReason::CountryMismatch => ("it is not for this country", "不适用于该国家或地区"),
        EvaluationReason::PaymentMethodMismatch => {
            ("it is for other ways to pay", "不适用于所选支付方式")
        }
        EvaluationReason::CouponMissing => ("a coupon is missing", "未使用优惠券"),
        EvaluationReason::GiftGone => ("none of the gift is left", "赠品已送完"),
        EvaluationReason::ShippingMethodMismatch => {
            ("it is for other ways to ship", "不适用于所选配送方式")
        }
        EvaluationReason::NotCombinable => (
            "it cannot be combined with what counts",
            "不能与已生效的优惠同享",
        ),
        EvaluationReason::NotWithPoints => {
            ("it cannot be combined with points", "不能与积分抵扣同享")
        }
        EvaluationReason::NotWithMemberPrices => (
            "it cannot be combined with prices for members",
            "不能与会员价同享",
        ),
        EvaluationReason::BetterPrice => (
            "another rule sets a price that is as low",
            "已有同等或更低的价格",
        ),
        EvaluationReason::BetterInGroup => ("its group offers better", "同组有更优惠的活动"),
        EvaluationReason::MemberLimitReached => ("it was used often enough", "已达使用次数上限"),
        EvaluationReason::BudgetExhausted => ("its budget is gone", "活动预算已用完"),
        EvaluationReason::MinPayableReached => ("nothing is left to reduce", "没有可再减免的金额"),
    };
    match refusal.missing {
        Some(Missing::Amount(amount)) => say(
            locale,
            format!("{en}: {amount} more is needed"),
            format!("{zh}，还差 {amount}"),
        ),
        Some(Missing::Quantity(units)) => say(
            locale,
            format!("{en}: {units} more are needed"),
            format!("{zh}，还差 {units} 件"),
        ),
        None => say(locale, en, zh),
    }
}
