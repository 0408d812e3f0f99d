use async_graphql::Enum;
use domain::locale::Locale;

use crate::error::Error;
use crate::graphql::error::{CommonCode, FromFailure, refusal, say, user_error};
use crate::service::warehouse::StockError;

/// Why an inventory mutation is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum InventoryErrorCode {
    /// Unknown or not yours.
    NotFound,
    /// Bad or missing value.
    Invalid,
    /// Changed meanwhile.
    Conflict,
    /// Key used for other input.
    IdempotencyKeyReused,
    /// No variant has this SKU.
    UnknownSku,
    /// No warehouse has this code.
    UnknownWarehouse,
    /// Stock would fall below what is promised.
    InsufficientStock,
    /// A bundle has the stock of its components.
    Bundle,
    /// It can be had now.
    InStock,
}

user_error! {
    /// A refused inventory mutation.
    InventoryUserError, InventoryErrorCode
}

/// Name of the list a mutation's rows are in.
pub(super) struct Refused {
    /// What the service said.
    pub failure: StockError,
    /// Field of `input` with the rows.
    pub list: &'static str,
}

impl FromFailure<Refused> for InventoryUserError {
    fn from_failure(Refused { failure, list }: Refused, locale: &Locale) -> Result<Self, Error> {
        let at = |index: usize, field: &str| {
            Some(vec![
                "input".to_owned(),
                list.to_owned(),
                index.to_string(),
                field.to_owned(),
            ])
        };
        match failure {
            StockError::UnknownSku { index, sku } => Ok(Self {
                message: say(
                    locale,
                    format!("No variant has the SKU {sku}."),
                    format!("没有 SKU 为 {sku} 的商品规格。"),
                ),
                field: at(index, "sku"),
                code: InventoryErrorCode::UnknownSku,
            }),
            StockError::UnknownWarehouse { index, code } => Ok(Self {
                message: say(
                    locale,
                    format!("No warehouse has the code {code}."),
                    format!("没有代码为 {code} 的仓库。"),
                ),
                field: at(index, "warehouseCode"),
                code: InventoryErrorCode::UnknownWarehouse,
            }),
            StockError::Bundle { index, sku } => Ok(Self {
                message: say(
                    locale,
                    format!("{sku} is a bundle: set the stock of its components."),
                    format!("{sku} 是组合商品，请设置其组成商品的库存。"),
                ),
                field: at(index, "sku"),
                code: InventoryErrorCode::Bundle,
            }),
            StockError::InsufficientStock { index, sku } => Ok(Self {
                message: say(
                    locale,
                    format!("Stock of {sku} would fall below what is promised to orders."),
                    format!("{sku} 的库存将低于已承诺给订单的数量。"),
                ),
                field: at(
                    index,
                    if list == "levels" {
                        "onHand"
                    } else {
                        "quantity"
                    },
                ),
                code: InventoryErrorCode::InsufficientStock,
            }),
            StockError::Common(error) => Self::common(error, locale),
        }
    }
}

impl InventoryUserError {
    /// A refusal every use case can fail with.
    pub(in crate::graphql) fn common(error: Error, locale: &Locale) -> Result<Self, Error> {
        let (code, message, field) = refusal(error, locale)?;
        let code = match code {
            CommonCode::NotFound => InventoryErrorCode::NotFound,
            CommonCode::Invalid => InventoryErrorCode::Invalid,
            CommonCode::Conflict => InventoryErrorCode::Conflict,
            CommonCode::IdempotencyKeyReused => InventoryErrorCode::IdempotencyKeyReused,
        };
        Ok(Self {
            message,
            field,
            code,
        })
    }
}
