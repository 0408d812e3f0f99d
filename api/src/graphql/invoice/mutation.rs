use async_graphql::{Context, Object, Result, SimpleObject};

use super::error::InvoiceUserError;
use super::input::{InvoiceCancelInput, InvoiceIssueInput, InvoiceIssuerSetInput};
use super::types::{Invoice, InvoiceIssuer};
use crate::graphql::context::Reach;
use crate::graphql::payload::{outcome, payloads, run};
use crate::service::invoice::{self, InvoiceError};

/// Mutations of invoices.
#[derive(Default)]
pub struct InvoiceMutation;

payloads! {
    InvoiceUserError;

    /// Result of invoiceIssuerSet.
    InvoiceIssuerSetPayload { invoice_issuer: InvoiceIssuer }

    /// Result of invoiceIssue.
    InvoiceIssuePayload { invoice: Invoice }
}

/// Result of invoiceCancel.
#[derive(SimpleObject)]
struct InvoiceCancelPayload {
    /// What takes the invoice back; null if refused, or if nothing of it was left.
    credit_note: Option<Invoice>,
    /// The new invoice, if one was asked for.
    invoice: Option<Invoice>,
    /// Why it was refused.
    user_errors: Vec<InvoiceUserError>,
}

#[Object]
impl InvoiceMutation {
    /// Sets who issues the shop's invoices from now on; what was issued stays as it is. Needs permission SHOP_WRITE.
    async fn invoice_issuer_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: InvoiceIssuerSetInput,
    ) -> Option<Result<InvoiceIssuerSetPayload>> {
        let payload = async {
            let answer = invoice::set_issuer(ctx.app()?, ctx.viewer()?, input.into()).await;
            Ok(InvoiceIssuerSetPayload::new(
                outcome(ctx, answer)?,
                InvoiceIssuer::from,
            ))
        };
        Some(payload.await)
    }

    /// Invoices a confirmed order as it stands now. From then on what changes it is billed or credited by further documents.
    /// Yours, or needs permission ORDER_WRITE.
    async fn invoice_issue(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: InvoiceIssueInput,
    ) -> Option<Result<InvoiceIssuePayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let issue = async |command| invoice::issue(app, viewer, command).await;
            let outcome = run::<_, _, _, InvoiceError, _>(ctx, input, issue).await?;
            Ok(InvoiceIssuePayload::new(outcome, Invoice))
        };
        Some(payload.await)
    }

    /// Takes an invoice back by a credit note, and invoices the order anew when a title is given. Needs permission ORDER_WRITE.
    async fn invoice_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: InvoiceCancelInput,
    ) -> Option<Result<InvoiceCancelPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let cancel = async |command| invoice::cancel(app, viewer, command).await;
            let outcome = run::<_, _, _, InvoiceError, _>(ctx, input, cancel).await?;
            let (credit_note, new) = outcome.value.unwrap_or_default();
            Ok(InvoiceCancelPayload {
                credit_note: credit_note.map(Invoice),
                invoice: new.map(Invoice),
                user_errors: outcome.user_errors,
            })
        };
        Some(payload.await)
    }
}
