use async_graphql::Enum;
use domain::invoice::TitleError;
use domain::locale::Locale;

use crate::error::Error;
use crate::graphql::error::{CommonCode, FromFailure, refusal, say, user_error};
use crate::service::invoice::InvoiceError;

/// Why a mutation of invoices is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum InvoiceErrorCode {
    /// Unknown or not yours.
    NotFound,
    /// Bad or missing value.
    Invalid,
    /// Changed meanwhile.
    Conflict,
    /// Key used for other input.
    IdempotencyKeyReused,
    /// Nobody is set who issues the shop's invoices.
    IssuerMissing,
    /// The order is not confirmed, or comes to nothing.
    NothingToInvoice,
    /// The order has an invoice; cancel it first.
    AlreadyInvoiced,
    /// The invoice only corrects another, or was cancelled.
    NotCancellable,
}

user_error! {
    /// A refused mutation of invoices.
    InvoiceUserError, InvoiceErrorCode
}

impl FromFailure<InvoiceError> for InvoiceUserError {
    fn from_failure(failure: InvoiceError, locale: &Locale) -> Result<Self, Error> {
        let (code, message) = match failure {
            InvoiceError::Common(error) => {
                let (code, message, field) = refusal(error, locale)?;
                let code = match code {
                    CommonCode::NotFound => InvoiceErrorCode::NotFound,
                    CommonCode::Invalid => InvoiceErrorCode::Invalid,
                    CommonCode::Conflict => InvoiceErrorCode::Conflict,
                    CommonCode::IdempotencyKeyReused => InvoiceErrorCode::IdempotencyKeyReused,
                };
                return Ok(Self {
                    message,
                    field,
                    code,
                });
            }
            InvoiceError::Title(error) => return Ok(title(error, locale)),
            InvoiceError::NoIssuer => (
                InvoiceErrorCode::IssuerMissing,
                say(
                    locale,
                    "Nobody is set who issues the shop's invoices.",
                    "商店尚未设置开票信息。",
                ),
            ),
            InvoiceError::NothingToBill => (
                InvoiceErrorCode::NothingToInvoice,
                say(
                    locale,
                    "Only a confirmed order that comes to something is invoiced.",
                    "只有已确认且金额不为零的订单才能开具发票。",
                ),
            ),
            InvoiceError::AlreadyBilled => (
                InvoiceErrorCode::AlreadyInvoiced,
                say(locale, "The order has an invoice.", "该订单已开具发票。"),
            ),
            InvoiceError::NotCancellable => (
                InvoiceErrorCode::NotCancellable,
                say(
                    locale,
                    "Only an order's first invoice can be cancelled, and only once.",
                    "只能作废订单的首张发票，且只能作废一次。",
                ),
            ),
        };
        Ok(Self {
            message,
            field: None,
            code,
        })
    }
}

/// The path ends at the field; which side it is of, the caller knows.
fn title(error: TitleError, locale: &Locale) -> InvoiceUserError {
    let chinese = match error {
        TitleError::Blank { .. } => "不能为空。".to_owned(),
        TitleError::TooLong { max, .. } => format!("最多 {max} 个字符。"),
        TitleError::NotOneLine { .. } => "只能是一行文字。".to_owned(),
        TitleError::TaxId => "税号应为 5 至 20 位字母和数字。".to_owned(),
        TitleError::TaxIdCheck => "统一社会信用代码校验位不正确。".to_owned(),
    };
    let path = ["input", "title", error.field()];
    InvoiceUserError {
        message: say(locale, format!("{error}."), chinese),
        field: Some(path.map(str::to_owned).to_vec()),
        code: InvoiceErrorCode::Invalid,
    }
}
