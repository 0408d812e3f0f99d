use async_graphql::{ID, InputObject};

use crate::error::Error;
use crate::graphql::input::id_in;
use crate::service::stock_alert::{CancelAlert, Subscribe};

/// Input of stockAlertSubscribe.
#[derive(Clone, Debug, InputObject)]
pub(super) struct StockAlertSubscribeInput {
    /// What is sold out.
    pub variant_id: ID,
    /// Where to tell; left out by members, who are told at their own address.
    pub email: Option<String>,
}

impl TryFrom<StockAlertSubscribeInput> for Subscribe {
    type Error = Error;

    fn try_from(input: StockAlertSubscribeInput) -> Result<Self, Error> {
        Ok(Self {
            variant_id: id_in(&input.variant_id, &["variantId"])?,
            email: input.email,
        })
    }
}

/// Input of stockAlertCancel.
#[derive(Clone, Debug, InputObject)]
pub(super) struct StockAlertCancelInput {
    /// Which.
    pub stock_alert_id: ID,
}

impl TryFrom<StockAlertCancelInput> for CancelAlert {
    type Error = Error;

    fn try_from(input: StockAlertCancelInput) -> Result<Self, Error> {
        Ok(Self {
            alert_id: id_in(&input.stock_alert_id, &["stockAlertId"])?,
        })
    }
}
