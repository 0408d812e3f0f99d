use async_graphql::Enum;
use domain::locale::Locale;
use domain::order::refund::RefundError;

use crate::error::Error;
use crate::graphql::error::{CommonCode, FromFailure, refusal, say, user_error};
use crate::service::payment::PaymentError;

/// Why a payment mutation is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum PaymentErrorCode {
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
    /// Nothing is owed.
    NothingDue,
    /// This way to pay cannot be used here.
    MethodUnavailable,
    /// More than the member may owe on account.
    CreditLimitExceeded,
    /// More than there is.
    AmountTooHigh,
    /// Another person has to answer: neither a program, nor who is behind it, nor who answered before.
    SecondPersonNeeded,
    /// The provider said no.
    ProviderDeclined,
    /// The provider does not answer; try again.
    ProviderUnavailable,
}

user_error! {
    /// A refused payment mutation.
    PaymentUserError, PaymentErrorCode
}

impl PaymentUserError {
    fn new(code: PaymentErrorCode, message: String, field: Option<&str>) -> Self {
        Self {
            message,
            field: field.map(|field| vec!["input".to_owned(), field.to_owned()]),
            code,
        }
    }
}

impl PaymentUserError {
    fn of_refund(error: &RefundError, locale: &Locale) -> Self {
        let at_line = |index: &usize, field: &str| {
            Some(vec![
                "lines".to_owned(),
                index.to_string(),
                field.to_owned(),
            ])
        };
        let (code, path) = match error {
            RefundError::UnknownLine { index } => {
                (PaymentErrorCode::Invalid, at_line(index, "lineId"))
            }
            RefundError::TooManyUnits { index, .. } => {
                (PaymentErrorCode::AmountTooHigh, at_line(index, "quantity"))
            }
            RefundError::ShippingTooHigh { .. } => (
                PaymentErrorCode::AmountTooHigh,
                Some(vec!["shipping".to_owned()]),
            ),
            RefundError::ExtraTooHigh { .. } => (
                PaymentErrorCode::AmountTooHigh,
                Some(vec!["extra".to_owned()]),
            ),
            RefundError::NothingLeft | RefundError::Money(_) => {
                (PaymentErrorCode::AmountTooHigh, None)
            }
        };
        Self {
            message: say(
                locale,
                format!("This cannot be given back: {error}."),
                format!("无法退款：{error}。"),
            ),
            field: path.map(|path| std::iter::once("input".to_owned()).chain(path).collect()),
            code,
        }
    }
}

impl FromFailure<PaymentError> for PaymentUserError {
    fn from_failure(failure: PaymentError, locale: &Locale) -> Result<Self, Error> {
        Ok(match failure {
            PaymentError::Common(error) => {
                let (code, message, field) = refusal(error, locale)?;
                let code = match code {
                    CommonCode::NotFound => PaymentErrorCode::NotFound,
                    CommonCode::Invalid => PaymentErrorCode::Invalid,
                    CommonCode::Conflict => PaymentErrorCode::Conflict,
                    CommonCode::IdempotencyKeyReused => PaymentErrorCode::IdempotencyKeyReused,
                };
                Self {
                    message,
                    field,
                    code,
                }
            }
            PaymentError::NotNow(why) => Self::new(
                PaymentErrorCode::InvalidTransition,
                say(
                    locale,
                    format!("This cannot be done now: {why}."),
                    format!("当前无法执行此操作（{why}）。"),
                ),
                None,
            ),
            PaymentError::NothingDue => Self::new(
                PaymentErrorCode::NothingDue,
                say(locale, "Nothing is owed.", "没有待付款项。"),
                None,
            ),
            PaymentError::MethodUnavailable => Self::new(
                PaymentErrorCode::MethodUnavailable,
                say(
                    locale,
                    "This way to pay cannot be used here.",
                    "此处无法使用该支付方式。",
                ),
                Some("paymentMethodId"),
            ),
            PaymentError::CreditLimitExceeded { room } => Self::new(
                PaymentErrorCode::CreditLimitExceeded,
                say(
                    locale,
                    format!("Only {room} more can be bought on account."),
                    format!("账期额度仅剩 {room}。"),
                ),
                Some("paymentMethodId"),
            ),
            PaymentError::AmountTooHigh => Self::new(
                PaymentErrorCode::AmountTooHigh,
                say(
                    locale,
                    "This is more than is missing.",
                    "金额超过待收款项。",
                ),
                Some("amount"),
            ),
            PaymentError::SecondPerson => Self::new(
                PaymentErrorCode::SecondPersonNeeded,
                say(
                    locale,
                    "Another person has to answer.",
                    "须由其他人员审批。",
                ),
                None,
            ),
            PaymentError::Refund(error) => Self::of_refund(&error, locale),
            PaymentError::ProviderDeclined(words) => Self::new(
                PaymentErrorCode::ProviderDeclined,
                say(
                    locale,
                    format!("The payment provider said no: {words}"),
                    format!("支付服务商拒绝：{words}"),
                ),
                None,
            ),
            PaymentError::ProviderUnavailable => Self::new(
                PaymentErrorCode::ProviderUnavailable,
                say(
                    locale,
                    "The payment provider does not answer; try again.",
                    "支付服务商无响应，请重试。",
                ),
                None,
            ),
        })
    }
}
