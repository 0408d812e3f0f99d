use async_graphql::{Context, Object, Result};

use super::input::PaymentTermsSetInput;
use crate::graphql::context::Reach;
use crate::graphql::member::Member;
use crate::graphql::payload::{payloads, run};
use crate::graphql::payment::PaymentUserError;
use crate::service::receivable;

/// Mutations of receivables.
#[derive(Default)]
pub struct ReceivableMutation;

payloads! {
    PaymentUserError;

    /// Result of paymentTermsSet.
    PaymentTermsSetPayload { member: Member }
}

#[Object]
impl ReceivableMutation {
    /// Agrees with a member on what they may owe in this channel, or ends that; orders on account stay as they are. Needs
    /// permission PAYMENT_WRITE.
    async fn payment_terms_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: PaymentTermsSetInput,
    ) -> Option<Result<PaymentTermsSetPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                receivable::set_terms(app, viewer, command).await
            })
            .await?;
            Ok(PaymentTermsSetPayload::new(outcome, Member))
        };
        Some(payload.await)
    }
}
