use domain::locale::Locale;

use crate::error::Error;
use crate::graphql::error::{FromFailure, say};
use crate::graphql::inventory::{InventoryErrorCode, InventoryUserError};
use crate::service::stock_alert::StockAlertError;

impl FromFailure<StockAlertError> for InventoryUserError {
    fn from_failure(failure: StockAlertError, locale: &Locale) -> Result<Self, Error> {
        match failure {
            StockAlertError::Common(error) => Self::common(error, locale),
            StockAlertError::InStock => Ok(Self {
                message: say(locale, "It can be had now.", "该商品现在有货。"),
                field: Some(vec!["input".to_owned(), "variantId".to_owned()]),
                code: InventoryErrorCode::InStock,
            }),
        }
    }
}
