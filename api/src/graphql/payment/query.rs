use async_graphql::{Context, Object, Result};
use domain::id::OrderId;
use domain::order::refund::RefundWish;

use super::input::RefundPreviewInput;
use super::message::{PaymentMessage, PaymentMessageConnection, PaymentMessageFilter};
use super::refund::RefundBreakdown;
use super::refund_request::{RefundRequest, RefundRequestConnection};
use super::settlement::{SettlementImport, SettlementImportConnection};
use super::unmatched::{UnmatchedPayment, UnmatchedPaymentConnection, UnmatchedPaymentStatus};
use crate::graphql::context::Reach;
use crate::graphql::error::{Code, top_level};
use crate::graphql::input::paging;
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

    /// Refunds that wait for your approval, the one that waits longest first: none that you asked for or approved before.
    /// Needs permission ORDER_APPROVE.
    async fn refunds_to_approve(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Up to 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Up to 100, from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Option<Result<RefundRequestConnection>> {
        let page = async {
            let page = paging(ctx, first, after, last, before)?;
            let page = payment::refund_requests::to_approve(ctx.app()?, ctx.viewer()?, &page)
                .await
                .map_err(|error| top_level(&error))?;
            Ok(RefundRequestConnection::new(page, RefundRequest))
        };
        Some(page.await)
    }

    /// Money of no payment the shop knows, what waits longest first. Needs permission PAYMENT_READ.
    async fn unmatched_payments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only what stands so.")] status: Option<UnmatchedPaymentStatus>,
        #[graphql(desc = "Up to 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Up to 100, from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Option<Result<UnmatchedPaymentConnection>> {
        let page = async {
            let page = paging(ctx, first, after, last, before)?;
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let page = payment::unmatched::list(app, viewer, status.map(Into::into), &page)
                .await
                .map_err(|error| top_level(&error))?;
            Ok(UnmatchedPaymentConnection::new(page, UnmatchedPayment))
        };
        Some(page.await)
    }

    /// What providers sent, the newest first. Needs permission PAYMENT_READ.
    async fn payment_messages(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Narrows the list.")] filter: Option<PaymentMessageFilter>,
        #[graphql(desc = "Up to 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Up to 100, from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Option<Result<PaymentMessageConnection>> {
        let page = async {
            let page = paging(ctx, first, after, last, before)?;
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let filter = filter.unwrap_or_default().into();
            let page = payment::inbox::list(app, viewer, filter, &page)
                .await
                .map_err(|error| top_level(&error))?;
            Ok(PaymentMessageConnection::new(page, PaymentMessage))
        };
        Some(page.await)
    }

    /// What providers settled, the newest list first. Needs permission PAYMENT_READ.
    async fn settlement_imports(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Up to 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Up to 100, from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Option<Result<SettlementImportConnection>> {
        let page = async {
            let page = paging(ctx, first, after, last, before)?;
            let page = payment::settlement::list(ctx.app()?, ctx.viewer()?, &page)
                .await
                .map_err(|error| top_level(&error))?;
            Ok(SettlementImportConnection::new(page, SettlementImport))
        };
        Some(page.await)
    }
}

fn refused(error: &PaymentError) -> async_graphql::Error {
    match error {
        PaymentError::Common(error) => top_level(error),
        PaymentError::NotNow(_)
        | PaymentError::NothingDue
        | PaymentError::MethodUnavailable
        | PaymentError::CreditLimitExceeded { .. }
        | PaymentError::AmountTooHigh
        | PaymentError::SecondPerson
        | PaymentError::Refund(_)
        | PaymentError::ProviderDeclined(_)
        | PaymentError::ProviderUnavailable => Code::BadUserInput.error(error.to_string()),
    }
}
