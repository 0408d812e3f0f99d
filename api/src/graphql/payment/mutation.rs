use async_graphql::{Context, Object, Result};

use super::error::PaymentUserError;
use super::input::{
    PaymentCaptureInput, PaymentStartInput, PaymentVoidInput, RefundCreateInput, RefundSettleInput,
};
use super::refund::Refund;
use super::types::Payment;
use crate::graphql::context::Reach;
use crate::graphql::payload::{payloads, run};
use crate::service::order::Access;
use crate::service::payment;

/// Mutations of payments.
#[derive(Default)]
pub struct PaymentMutation;

payloads! {
    PaymentUserError;

    /// Result of paymentStart.
    PaymentStartPayload { payment: Payment }

    /// Result of paymentCapture.
    PaymentCapturePayload { payment: Payment }

    /// Result of paymentVoid.
    PaymentVoidPayload { payment: Payment }

    /// Result of refundCreate.
    RefundCreatePayload { refund: Refund }

    /// Result of refundSettle.
    RefundSettlePayload { refund: Refund }
}

#[Object]
impl PaymentMutation {
    /// Opens a session with a payment provider for what is owed.
    async fn payment_start(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: PaymentStartInput,
    ) -> Option<Result<PaymentStartPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                payment::start(app, viewer, command).await
            })
            .await?;
            Ok(PaymentStartPayload::new(outcome, |row| {
                Payment::new(row, Access::Buyer)
            }))
        };
        Some(payload.await)
    }

    /// Takes money that was authorised. Needs permission PAYMENT_WRITE.
    async fn payment_capture(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: PaymentCaptureInput,
    ) -> Option<Result<PaymentCapturePayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                payment::capture(app, viewer, command).await
            })
            .await?;
            Ok(PaymentCapturePayload::new(outcome, |row| {
                Payment::new(row, Access::Office)
            }))
        };
        Some(payload.await)
    }

    /// Drops an authorisation. Needs permission PAYMENT_WRITE.
    async fn payment_void(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: PaymentVoidInput,
    ) -> Option<Result<PaymentVoidPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                payment::void(app, viewer, command).await
            })
            .await?;
            Ok(PaymentVoidPayload::new(outcome, |row| {
                Payment::new(row, Access::Office)
            }))
        };
        Some(payload.await)
    }

    /// Gives money, points and coupons back. Needs permission REFUND_WRITE.
    async fn refund_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: RefundCreateInput,
    ) -> Option<Result<RefundCreatePayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                payment::create_refund(app, viewer, command).await
            })
            .await?;
            Ok(RefundCreatePayload::new(outcome, |row| {
                Refund::new(row, Access::Office)
            }))
        };
        Some(payload.await)
    }

    /// Marks money as given back by hand, such as by a bank transfer. Needs permission REFUND_WRITE.
    async fn refund_settle(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: RefundSettleInput,
    ) -> Option<Result<RefundSettlePayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                payment::settle_refund(app, viewer, command).await
            })
            .await?;
            Ok(RefundSettlePayload::new(outcome, |row| {
                Refund::new(row, Access::Office)
            }))
        };
        Some(payload.await)
    }
}
