use async_graphql::Enum;
use domain::locale::Locale;

use crate::error::{Error, FieldPath};
use crate::graphql::error::{CommonCode, FromFailure, refusal, say, user_error};
use crate::service::catalog::CatalogError;

/// Why a catalog mutation is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CatalogErrorCode {
    /// Unknown or not yours.
    NotFound,
    /// Bad or missing value.
    Invalid,
    /// Changed meanwhile.
    Conflict,
    /// Slug, SKU or key is in use.
    Taken,
    /// The choices do not fit the product.
    OptionMismatch,
    /// Not in this status.
    InvalidTransition,
    /// A bundle cannot be part of a bundle.
    NestedBundle,
    /// Has stock of its own, or was ordered as a single article.
    HasStock,
}

user_error! {
    /// A refused catalog mutation.
    CatalogUserError, CatalogErrorCode
}

impl FromFailure<CatalogError> for CatalogUserError {
    fn from_failure(failure: CatalogError, locale: &Locale) -> Result<Self, Error> {
        let (code, message, field) = match failure {
            CatalogError::Common(error) => {
                let (code, message, field) = refusal(error, locale)?;
                return Ok(Self {
                    message,
                    field,
                    code: code.into(),
                });
            }
            CatalogError::Taken { field, value } => (
                CatalogErrorCode::Taken,
                say(
                    locale,
                    format!("\"{value}\" is in use already."),
                    format!("“{value}”已被使用。"),
                ),
                in_input(field),
            ),
            CatalogError::OptionMismatch { field, reason } => (
                CatalogErrorCode::OptionMismatch,
                say(
                    locale,
                    format!("The choices do not fit: {reason}."),
                    format!("选项不匹配：{reason}。"),
                ),
                in_input(field),
            ),
            CatalogError::Archived => (
                CatalogErrorCode::InvalidTransition,
                say(
                    locale,
                    "The product is archived and stays as it is.",
                    "该商品已归档，无法更改。",
                ),
                None,
            ),
            CatalogError::NestedBundle { field } => (
                CatalogErrorCode::NestedBundle,
                say(
                    locale,
                    "A bundle cannot be part of a bundle.",
                    "组合商品不能包含组合商品。",
                ),
                in_input(field),
            ),
            CatalogError::HasStock => (
                CatalogErrorCode::HasStock,
                say(
                    locale,
                    "It has stock of its own, or was ordered as a single article. Make a new variant for the bundle.",
                    "该规格有自己的库存或曾单独售出，请为组合新建一个规格。",
                ),
                in_input(vec!["variantId".to_owned()]),
            ),
            CatalogError::NothingToSell => (
                CatalogErrorCode::InvalidTransition,
                say(
                    locale,
                    "Give a variant a price first.",
                    "请先为至少一个规格设置价格。",
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

fn in_input(field: FieldPath) -> Option<FieldPath> {
    if field.is_empty() {
        None
    } else {
        Some(std::iter::once("input".to_owned()).chain(field).collect())
    }
}

impl From<CommonCode> for CatalogErrorCode {
    fn from(code: CommonCode) -> Self {
        match code {
            CommonCode::NotFound => Self::NotFound,
            CommonCode::Invalid => Self::Invalid,
            CommonCode::Conflict | CommonCode::IdempotencyKeyReused => Self::Conflict,
        }
    }
}
