use async_graphql::{Context, Object, Result};
use domain::id::OrderId;
use domain::order::refund::RefundWish;

use super::input::RefundPreviewInput;
use super::refund::RefundBreakdown;
use crate::graphql::context::Reach;
use crate::graphql::error::{Code, top_level};
use crate::service::payment::{self, PaymentError};

/// Queries of payments.
#[derive(Default)]
pub struct PaymentQuery;

#[Object]
impl PaymentQuery {
    /// What `refundCreate` would give back now; nothing is saved. Needs permission REFUND_WRITE.
    async fn refund_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The refund to try.")] input: RefundPreviewInput,
    ) -> Option<Result<RefundBreakdown>> {
        let preview = async {
            let (order_id, wish, to_credit): (OrderId, RefundWish, bool) =
                input.try_into().map_err(|error| top_level(&error))?;
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let preview = payment::preview_refund(app, viewer, order_id, &wish, to_credit).await;
            let preview = preview.map_err(|error| refused(&error))?;
            Ok(RefundBreakdown::Previewed(Box::new(preview)))
        };
        Some(preview.await)
    }
}

fn refused(error: &PaymentError) -> async_graphql::Error {
    match error {
        PaymentError::Common(error) => top_level(error),
        PaymentError::NotNow(_)
        | PaymentError::NothingDue
        | PaymentError::MethodUnavailable
        | PaymentError::AmountTooHigh
        | PaymentError::Refund(_)
        | PaymentError::ProviderDeclined(_)
        | PaymentError::ProviderUnavailable => Code::BadUserInput.error(error.to_string()),
    }
}
