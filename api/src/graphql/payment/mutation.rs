use async_graphql::{Context, Object, Result, SimpleObject};

use super::error::PaymentUserError;
use super::input::{PaymentCaptureInput, PaymentStartInput, PaymentVoidInput, RefundSettleInput};
use super::types::{Payment, Refund};
use crate::error::Error;
use crate::graphql::context::Reach;
use crate::graphql::error::{Outcome, settle};
use crate::service::order::Access;
use crate::service::payment::{self, PaymentError};

/// Mutations of payments.
#[derive(Default)]
pub struct PaymentMutation;

/// Result of paymentStart.
#[derive(Debug, SimpleObject)]
pub(super) struct PaymentStartPayload {
    /// Null if refused.
    pub(super) payment: Option<Payment>,
    /// Why it was refused.
    pub(super) user_errors: Vec<PaymentUserError>,
}

/// Result of paymentCapture.
#[derive(Debug, SimpleObject)]
pub(super) struct PaymentCapturePayload {
    /// Null if refused.
    pub(super) payment: Option<Payment>,
    /// Why it was refused.
    pub(super) user_errors: Vec<PaymentUserError>,
}

/// Result of paymentVoid.
#[derive(Debug, SimpleObject)]
pub(super) struct PaymentVoidPayload {
    /// Null if refused.
    pub(super) payment: Option<Payment>,
    /// Why it was refused.
    pub(super) user_errors: Vec<PaymentUserError>,
}

/// Result of refundSettle.
#[derive(Debug, SimpleObject)]
pub(super) struct RefundSettlePayload {
    /// Null if refused.
    pub(super) refund: Option<Refund>,
    /// Why it was refused.
    pub(super) user_errors: Vec<PaymentUserError>,
}

/// Runs a use case on an input that may be unreadable.
async fn run<I, C, T>(
    ctx: &Context<'_>,
    input: I,
    use_case: impl AsyncFnOnce(C) -> Result<T, PaymentError>,
) -> Result<Outcome<T, PaymentUserError>>
where
    C: TryFrom<I, Error = Error>,
{
    let answer = match C::try_from(input) {
        Ok(command) => use_case(command).await,
        Err(error) => Err(error.into()),
    };
    settle(answer, &ctx.viewer()?.locale)
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
            let payment = outcome.value.map(|row| Payment::new(row, Access::Buyer));
            Ok(PaymentStartPayload {
                payment,
                user_errors: outcome.user_errors,
            })
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
            let payment = outcome.value.map(|row| Payment::new(row, Access::Office));
            Ok(PaymentCapturePayload {
                payment,
                user_errors: outcome.user_errors,
            })
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
            let payment = outcome.value.map(|row| Payment::new(row, Access::Office));
            Ok(PaymentVoidPayload {
                payment,
                user_errors: outcome.user_errors,
            })
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
            let refund = outcome.value.map(|row| Refund::new(row, Access::Office));
            Ok(RefundSettlePayload {
                refund,
                user_errors: outcome.user_errors,
            })
        };
        Some(payload.await)
    }
}
