use async_graphql::Enum;
use domain::locale::Locale;

use crate::error::Error;
use crate::graphql::error::{CommonCode, FromFailure, refusal, say, user_error};
use crate::service::credit::CreditError;

/// Why a mutation of gift cards or store credit is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CreditErrorCode {
    /// Unknown or not yours.
    NotFound,
    /// Bad or missing value.
    Invalid,
    /// Changed meanwhile.
    Conflict,
    /// Key used for other input.
    IdempotencyKeyReused,
    /// There is less.
    InsufficientCredit,
    /// The card ended or was cancelled.
    GiftCardClosed,
}

user_error! {
    /// A refused mutation of gift cards or store credit.
    CreditUserError, CreditErrorCode
}

impl FromFailure<CreditError> for CreditUserError {
    fn from_failure(failure: CreditError, locale: &Locale) -> Result<Self, Error> {
        let (code, message, field) = match failure {
            CreditError::Common(error) => {
                let (code, message, field) = refusal(error, locale)?;
                let code = match code {
                    CommonCode::NotFound => CreditErrorCode::NotFound,
                    CommonCode::Invalid => CreditErrorCode::Invalid,
                    CommonCode::Conflict => CreditErrorCode::Conflict,
                    CommonCode::IdempotencyKeyReused => CreditErrorCode::IdempotencyKeyReused,
                };
                (code, message, field)
            }
            CreditError::Insufficient { available } => (
                CreditErrorCode::InsufficientCredit,
                say(
                    locale,
                    format!("Only {available} can be spent."),
                    format!("可用余额仅为 {available}。"),
                ),
                Some(vec!["input".to_owned(), "amount".to_owned()]),
            ),
            CreditError::CardClosed => (
                CreditErrorCode::GiftCardClosed,
                say(
                    locale,
                    "The gift card ended or was cancelled.",
                    "该礼品卡已过期或已作废。",
                ),
                None,
            ),
        };
        Ok(Self {
            message,
            field,
            code,
        })
    }
}
