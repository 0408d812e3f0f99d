use async_graphql::Enum;
use domain::locale::Locale;

use crate::error::Error;
use crate::graphql::error::{CommonCode, FromFailure, refusal, say, user_error};
use crate::service::settings::SettingsError;

/// Why a settings mutation is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum SettingsErrorCode {
    /// Unknown or not yours.
    NotFound,
    /// Bad or missing value.
    Invalid,
    /// Changed meanwhile.
    Conflict,
    /// Prices or orders are kept in the present currency.
    CurrencyInUse,
}

user_error! {
    /// A refused settings mutation.
    SettingsUserError, SettingsErrorCode
}

impl FromFailure<SettingsError> for SettingsUserError {
    fn from_failure(failure: SettingsError, locale: &Locale) -> Result<Self, Error> {
        match failure {
            SettingsError::CurrencyInUse => Ok(Self {
                message: say(
                    locale,
                    "The currency can no longer be changed: there are prices or orders in it.",
                    "已有价格或订单使用当前货币，无法更改。",
                ),
                field: Some(
                    ["input", "shop", "currencyCode"]
                        .map(str::to_owned)
                        .to_vec(),
                ),
                code: SettingsErrorCode::CurrencyInUse,
            }),
            SettingsError::Common(error) => {
                let (code, message, field) = refusal(error, locale)?;
                let code = match code {
                    CommonCode::NotFound => SettingsErrorCode::NotFound,
                    CommonCode::Invalid => SettingsErrorCode::Invalid,
                    CommonCode::Conflict | CommonCode::IdempotencyKeyReused => {
                        SettingsErrorCode::Conflict
                    }
                };
                Ok(Self {
                    message,
                    field,
                    code,
                })
            }
        }
    }
}
