use async_graphql::Enum;
use domain::coupon::{TemplateError, TemplateField};
use domain::locale::Locale;
use domain::promotion::{LifecycleError, MAX_RUNNING, RoomError, RuleError};

use crate::error::{Error, FieldPath};
use crate::graphql::error::{CommonCode, FromFailure, refusal, say, user_error};
use crate::service::promotion::PromotionError;

/// Why a promotion mutation is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum PromotionErrorCode {
    /// Unknown or not yours.
    NotFound,
    /// Bad or missing value.
    Invalid,
    /// Changed meanwhile.
    Conflict,
    /// Key used for other input.
    IdempotencyKeyReused,
    /// Not in this status.
    InvalidTransition,
    /// A second person must approve it first.
    ApprovalNeeded,
    /// Somebody who did not write it must answer.
    SecondPersonNeeded,
    /// The code is in use.
    CodeTaken,
    /// No usable coupon has this code.
    CouponInvalid,
    /// You hold as many as you may.
    MemberLimitReached,
    /// None are left.
    NoneLeft,
    /// No coupon is made from this template any more.
    TemplateStopped,
    /// Coupons were made, and whoever holds one relies on it.
    CouponsExist,
    /// Too many promotions run or are scheduled, or too many compete.
    TooManyRunning,
}

user_error! {
    /// A refused promotion mutation.
    PromotionUserError, PromotionErrorCode
}

impl FromFailure<PromotionError> for PromotionUserError {
    fn from_failure(failure: PromotionError, locale: &Locale) -> Result<Self, Error> {
        let (code, message, field) = match failure {
            PromotionError::Rule(error) => {
                let message = say(locale, error.to_string(), format!("规则无效：{error}"));
                (PromotionErrorCode::Invalid, message, Some(place(&error)))
            }
            PromotionError::Lifecycle(error) => lifecycle(error, locale),
            PromotionError::Room(error) => (
                PromotionErrorCode::TooManyRunning,
                room(error, locale),
                None,
            ),
            PromotionError::Template(error) => template(error, locale),
            PromotionError::TemplateStopped => (
                PromotionErrorCode::TemplateStopped,
                say(
                    locale,
                    "No coupon is made from this template any more.",
                    "该优惠券模板已停用，不再发券。",
                ),
                Some(path(&["couponTemplateId"])),
            ),
            PromotionError::CouponSettled => (
                PromotionErrorCode::InvalidTransition,
                say(locale, "This coupon is used up.", "该优惠券已用完。"),
                None,
            ),
            PromotionError::CodeTaken => (
                PromotionErrorCode::CodeTaken,
                say(
                    locale,
                    "Another coupon has this code.",
                    "该优惠码已被占用。",
                ),
                Some(path(&["code"])),
            ),
            PromotionError::MemberLimitReached => (
                PromotionErrorCode::MemberLimitReached,
                say(
                    locale,
                    "A member holds as many of these coupons as one may.",
                    "有会员持有的此类优惠券已达上限。",
                ),
                Some(path(&["memberIds"])),
            ),
            PromotionError::WalletFull => (
                PromotionErrorCode::MemberLimitReached,
                say(
                    locale,
                    "You hold as many of these coupons as you may.",
                    "您持有的此类优惠券已达上限。",
                ),
                None,
            ),
            PromotionError::CouponInvalid => (
                PromotionErrorCode::CouponInvalid,
                say(locale, "No usable coupon has this code.", "该优惠码无效。"),
                Some(path(&["code"])),
            ),
            PromotionError::NoneLeft => (
                PromotionErrorCode::NoneLeft,
                say(locale, "No coupons are left to issue.", "优惠券已发完。"),
                None,
            ),
            PromotionError::Common(error) => {
                let (code, message, field) = refusal(error, locale)?;
                let code = match code {
                    CommonCode::NotFound => PromotionErrorCode::NotFound,
                    CommonCode::Invalid => PromotionErrorCode::Invalid,
                    CommonCode::Conflict => PromotionErrorCode::Conflict,
                    CommonCode::IdempotencyKeyReused => PromotionErrorCode::IdempotencyKeyReused,
                };
                (code, message, field)
            }
        };
        Ok(Self {
            message,
            field,
            code,
        })
    }
}

fn template(
    error: TemplateError,
    locale: &Locale,
) -> (PromotionErrorCode, String, Option<FieldPath>) {
    let (code, chinese) = match error {
        TemplateError::CouponsExist(_) => (
            PromotionErrorCode::CouponsExist,
            "该模板已发过优惠券：不能更换促销、推迟生效时间或新增发行上限。".to_owned(),
        ),
        TemplateError::Label
        | TemplateError::Window
        | TemplateError::TooManyDays
        | TemplateError::GraceDays
        | TemplateError::NotPositive(_)
        | TemplateError::Grant(_)
        | TemplateError::BelowIssued { .. } => {
            (PromotionErrorCode::Invalid, format!("输入无效：{error}"))
        }
    };
    let field = match error.field() {
        TemplateField::Label => "label",
        TemplateField::Promotion => "promotionId",
        TemplateField::UsableFrom => "usableFrom",
        TemplateField::ExpiresAt => "expiresAt",
        TemplateField::ValidDays => "validDays",
        TemplateField::GrantTier => "grantTierId",
        TemplateField::PerMember => "perMember",
        TemplateField::IssueLimit => "issueLimit",
        TemplateField::GraceDays => "graceDays",
    };
    let message = say(locale, error.to_string(), chinese);
    (code, message, Some(path(&["couponTemplate", field])))
}

fn room(error: RoomError, locale: &Locale) -> String {
    match error {
        RoomError::TooMany => say(
            locale,
            format!(
                "At most {MAX_RUNNING} promotions run or are scheduled; stop another one first."
            ),
            format!("最多同时进行或预定 {MAX_RUNNING} 个促销；请先停止其他促销。"),
        ),
        RoomError::TooManyWays => say(
            locale,
            "Too many promotions compete in groups; stop one, or take one out of its group.",
            "分组竞争的促销过多；请停止其中一个或将其移出分组。",
        ),
    }
}

fn lifecycle(
    error: LifecycleError,
    locale: &Locale,
) -> (PromotionErrorCode, String, Option<FieldPath>) {
    let (code, message) = match error {
        LifecycleError::Transition { from } => (
            PromotionErrorCode::InvalidTransition,
            say(
                locale,
                format!("This cannot be done with a promotion that is {from}."),
                format!("促销处于 {from} 状态，无法执行此操作。"),
            ),
        ),
        LifecycleError::ApprovalNeeded => (
            PromotionErrorCode::ApprovalNeeded,
            say(
                locale,
                "A second person must approve this promotion; pause it to change it.",
                "该促销须由另一人批准；如需修改请先暂停。",
            ),
        ),
        LifecycleError::SecondPerson => (
            PromotionErrorCode::SecondPersonNeeded,
            say(
                locale,
                "Somebody who did not write this promotion must answer.",
                "须由未参与编写该促销的人答复。",
            ),
        ),
    };
    (code, message, None)
}

fn path(parts: &[&str]) -> FieldPath {
    std::iter::once("input")
        .chain(parts.iter().copied())
        .map(str::to_owned)
        .collect()
}

fn place(error: &RuleError) -> FieldPath {
    let (list, index) = match error {
        RuleError::TooManyConditions => ("conditions", None),
        RuleError::RewardCount => ("rewards", None),
        RuleError::Condition { index, .. } => ("conditions", Some(*index)),
        RuleError::Reward { index, .. } => ("rewards", Some(*index)),
    };
    let head = ["input", "promotion", list].map(str::to_owned);
    head.into_iter()
        .chain(index.map(|index| index.to_string()))
        .collect()
}
