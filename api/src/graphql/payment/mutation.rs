use async_graphql::{Context, Object, Result, SimpleObject};

use super::error::PaymentUserError;
use super::input::{
    PaymentCaptureInput, PaymentStartInput, PaymentVoidInput, RefundApprovalRespondInput,
    RefundCreateInput, RefundSettleInput, SettlementImportInput, UnmatchedPaymentCloseInput,
    UnmatchedPaymentMatchInput,
};
use super::message::{PaymentMessage, PaymentMessageReplayInput};
use super::refund::Refund;
use super::refund_request::RefundRequest;
use super::settlement::SettlementImport;
use super::types::Payment;
use super::unmatched::UnmatchedPayment;
use crate::graphql::context::Reach;
use crate::graphql::error::Outcome;
use crate::graphql::payload::{payloads, run};
use crate::service::order::Access;
use crate::service::payment::{self, Refunding};

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

    /// Result of refundApprovalRespond.
    RefundApprovalRespondPayload { refund_request: RefundRequest }

    /// Result of unmatchedPaymentMatch.
    UnmatchedPaymentMatchPayload { unmatched_payment: UnmatchedPayment }

    /// Result of unmatchedPaymentClose.
    UnmatchedPaymentClosePayload { unmatched_payment: UnmatchedPayment }

    /// Result of paymentMessageReplay.
    PaymentMessageReplayPayload { payment_message: PaymentMessage }

    /// Result of settlementImport.
    SettlementImportPayload { settlement_import: SettlementImport }

    /// Result of refundSettle.
    RefundSettlePayload { refund: Refund }
}

/// Result of refundCreate.
#[derive(SimpleObject)]
pub(super) struct RefundCreatePayload {
    /// Null if refused, and while people have to approve it.
    refund: Option<Refund>,
    /// What waits for approval, null if nobody has to approve it.
    refund_request: Option<RefundRequest>,
    /// Why it was refused.
    user_errors: Vec<PaymentUserError>,
}

impl RefundCreatePayload {
    fn new(outcome: Outcome<Refunding, PaymentUserError>) -> Self {
        let (refund, refund_request) = match outcome.value {
            Some(Refunding::Given(row)) => (Some(Refund::new(row, Access::Office)), None),
            Some(Refunding::Waits(row)) => (None, Some(RefundRequest(row))),
            None => (None, None),
        };
        Self {
            refund,
            refund_request,
            user_errors: outcome.user_errors,
        }
    }
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

    /// Gives money, points and coupons back; from the amounts in `policy.refundApprovalLevels` on, once people have approved
    /// it. Needs permission REFUND_WRITE.
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
            Ok(RefundCreatePayload::new(outcome))
        };
        Some(payload.await)
    }

    /// Answers a refund that waits for approval. Needs permission ORDER_APPROVE.
    async fn refund_approval_respond(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: RefundApprovalRespondInput,
    ) -> Option<Result<RefundApprovalRespondPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                Box::pin(payment::respond_to_refund(app, viewer, command)).await
            })
            .await?;
            Ok(RefundApprovalRespondPayload::new(outcome, RefundRequest))
        };
        Some(payload.await)
    }

    /// Counts money of `unmatchedPayments` towards an order; what the order does not wait for goes back. Needs permission
    /// PAYMENT_WRITE.
    async fn unmatched_payment_match(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: UnmatchedPaymentMatchInput,
    ) -> Option<Result<UnmatchedPaymentMatchPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                payment::match_payment(app, viewer, command).await
            })
            .await?;
            Ok(UnmatchedPaymentMatchPayload::new(outcome, UnmatchedPayment))
        };
        Some(payload.await)
    }

    /// Says that money of `unmatchedPayments` belongs to no order. Needs permission PAYMENT_WRITE.
    async fn unmatched_payment_close(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: UnmatchedPaymentCloseInput,
    ) -> Option<Result<UnmatchedPaymentClosePayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                payment::close_unmatched(app, viewer, command).await
            })
            .await?;
            Ok(UnmatchedPaymentClosePayload::new(outcome, UnmatchedPayment))
        };
        Some(payload.await)
    }

    /// Reads a message of a provider once more, soon after the answer; what it tells counts once all the same. Needs permission
    /// PAYMENT_WRITE.
    async fn payment_message_replay(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: PaymentMessageReplayInput,
    ) -> Option<Result<PaymentMessageReplayPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |id| {
                payment::inbox::replay(app, viewer, id).await
            })
            .await?;
            Ok(PaymentMessageReplayPayload::new(outcome, PaymentMessage))
        };
        Some(payload.await)
    }

    /// Compares what a provider settled with the books, and keeps what was found; nothing is booked by it, and the same list
    /// is taken once. Needs permission PAYMENT_WRITE.
    async fn settlement_import(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: SettlementImportInput,
    ) -> Option<Result<SettlementImportPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                payment::import_settlement(app, viewer, command).await
            })
            .await?;
            Ok(SettlementImportPayload::new(outcome, SettlementImport))
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
