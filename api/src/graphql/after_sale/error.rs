use async_graphql::Enum;
use domain::after_sale::{ClaimError, FindingError};
use domain::locale::Locale;

use crate::error::{Error, FieldPath};
use crate::graphql::error::{CommonCode, FromFailure, refusal, say, user_error};
use crate::service::after_sale::AfterSaleError;

/// Why an after-sale mutation is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum AfterSaleErrorCode {
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
    /// Not the total you expected.
    TotalChanged,
    /// More units than there are.
    QuantityTooHigh,
    /// Too late to return.
    WindowClosed,
    /// Never returnable.
    NotReturnable,
    /// Too few units to send instead.
    InsufficientStock,
}

user_error! {
    /// A refused after-sale mutation.
    AfterSaleUserError, AfterSaleErrorCode
}

impl AfterSaleUserError {
    fn new(code: AfterSaleErrorCode, message: String, field: Option<FieldPath>) -> Self {
        Self {
            message,
            field,
            code,
        }
    }

    fn at_line(code: AfterSaleErrorCode, message: String, index: usize, field: &str) -> Self {
        let path = ["input", "lines", &index.to_string(), field];
        Self::new(code, message, Some(path.map(str::to_owned).to_vec()))
    }
}

impl FromFailure<AfterSaleError> for AfterSaleUserError {
    fn from_failure(failure: AfterSaleError, locale: &Locale) -> Result<Self, Error> {
        Ok(match failure {
            AfterSaleError::Common(error) => {
                let (code, message, field) = refusal(error, locale)?;
                let code = match code {
                    CommonCode::NotFound => AfterSaleErrorCode::NotFound,
                    CommonCode::Invalid => AfterSaleErrorCode::Invalid,
                    CommonCode::Conflict => AfterSaleErrorCode::Conflict,
                    CommonCode::IdempotencyKeyReused => AfterSaleErrorCode::IdempotencyKeyReused,
                };
                Self::new(code, message, field)
            }
            AfterSaleError::InvalidTransition(error) => Self::new(
                AfterSaleErrorCode::InvalidTransition,
                say(
                    locale,
                    format!("This cannot be done to a case in {}.", error.from),
                    format!("售后单处于 {} 状态，无法执行此操作。", error.from),
                ),
                None,
            ),
            AfterSaleError::GoodsAreSent => Self::new(
                AfterSaleErrorCode::InvalidTransition,
                say(
                    locale,
                    "Other goods are sent for this case.",
                    "该售后单以换货方式处理。",
                ),
                None,
            ),
            AfterSaleError::Claim { index, error } => claim(index, error, locale),
            AfterSaleError::Finding(error) => finding(error, locale),
            AfterSaleError::TotalChanged(total) => {
                let total = format!("{} {}", total.currency.code(), total.amount_text());
                let field = ["input", "expectedTotal"].map(str::to_owned).to_vec();
                Self::new(
                    AfterSaleErrorCode::TotalChanged,
                    say(
                        locale,
                        format!("The total is {total} now."),
                        format!("总价现为 {total}。"),
                    ),
                    Some(field),
                )
            }
            AfterSaleError::InsufficientStock => Self::new(
                AfterSaleErrorCode::InsufficientStock,
                say(
                    locale,
                    "There are too few units to send instead; pay the case out, or try again later.",
                    "换货库存不足，请改为退款或稍后再试。",
                ),
                None,
            ),
        })
    }
}

fn claim(index: usize, error: ClaimError, locale: &Locale) -> AfterSaleUserError {
    match error {
        ClaimError::NotReturnable => AfterSaleUserError::at_line(
            AfterSaleErrorCode::NotReturnable,
            say(locale, "This can never be sent back.", "该商品不支持退换。"),
            index,
            "orderLineId",
        ),
        ClaimError::TooMany { left } => AfterSaleUserError::at_line(
            AfterSaleErrorCode::QuantityTooHigh,
            say(
                locale,
                format!("Only {left} units can be made good."),
                format!("最多可申请 {left} 件。"),
            ),
            index,
            "quantity",
        ),
        ClaimError::TooLate => AfterSaleUserError::at_line(
            AfterSaleErrorCode::WindowClosed,
            say(
                locale,
                "The time to ask for this is over.",
                "已超过售后申请期限。",
            ),
            index,
            "quantity",
        ),
    }
}

fn finding(error: FindingError, locale: &Locale) -> AfterSaleUserError {
    let invalid = AfterSaleErrorCode::Invalid;
    match error {
        FindingError::UnknownLine { index } => AfterSaleUserError::at_line(
            invalid,
            say(
                locale,
                "This is no line of the case.",
                "该行不属于此售后单。",
            ),
            index,
            "lineId",
        ),
        FindingError::Twice { index } => AfterSaleUserError::at_line(
            invalid,
            say(locale, "This stands here twice.", "重复的条目。"),
            index,
            "lineId",
        ),
        FindingError::TooMany { index, most } => AfterSaleUserError::at_line(
            AfterSaleErrorCode::QuantityTooHigh,
            say(
                locale,
                format!("At most {most} units."),
                format!("最多 {most} 件。"),
            ),
            index,
            "quantity",
        ),
        FindingError::Missing { index } => AfterSaleUserError::at_line(
            invalid,
            say(
                locale,
                "What is missing cannot be accepted.",
                "缺失的商品不能受理。",
            ),
            index,
            "quantity",
        ),
        FindingError::Nothing => AfterSaleUserError::new(
            invalid,
            say(locale, "At least one unit arrived.", "至少签收一件。"),
            Some(["input", "lines"].map(str::to_owned).to_vec()),
        ),
        FindingError::Unexamined => AfterSaleUserError::new(
            invalid,
            say(
                locale,
                "Every line that arrived must be examined.",
                "每个已签收的条目都须验收。",
            ),
            Some(["input", "lines"].map(str::to_owned).to_vec()),
        ),
    }
}
