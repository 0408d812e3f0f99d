use async_graphql::{Context, Object, Result, SimpleObject};

use super::card::GiftCard;
use super::error::CreditUserError;
use super::input::{
    GiftCardAdjustInput, GiftCardCancelInput, GiftCardCreateInput, GiftCardsGenerateInput,
    StoreCreditAdjustInput,
};
use super::store::StoreCredit;
use crate::graphql::context::Reach;
use crate::graphql::error::Outcome;
use crate::graphql::job::Job;
use crate::graphql::payload::{payloads, run};
use crate::service::credit::{self, IssuedCard};

/// Mutations of gift cards and store credit.
#[derive(Default)]
pub struct CreditMutation;

payloads! {
    CreditUserError;

    /// Result of giftCardsGenerate.
    GiftCardsGeneratePayload { job: Job }

    /// Result of giftCardAdjust.
    GiftCardAdjustPayload { gift_card: GiftCard }

    /// Result of giftCardCancel.
    GiftCardCancelPayload { gift_card: GiftCard }

    /// Result of storeCreditAdjust.
    StoreCreditAdjustPayload { store_credit: StoreCredit }
}

/// Result of giftCardCreate.
#[derive(SimpleObject)]
struct GiftCardCreatePayload {
    /// Null if refused.
    gift_card: Option<GiftCard>,
    /// Its code, which is told nowhere else; null if refused.
    code: Option<String>,
    /// Why it was refused.
    user_errors: Vec<CreditUserError>,
}

impl From<Outcome<IssuedCard, CreditUserError>> for GiftCardCreatePayload {
    fn from(outcome: Outcome<IssuedCard, CreditUserError>) -> Self {
        let (gift_card, code) = match outcome.value {
            Some(issued) => (Some(GiftCard(issued.view)), issued.code),
            None => (None, None),
        };
        Self {
            gift_card,
            code,
            user_errors: outcome.user_errors,
        }
    }
}

#[Object]
impl CreditMutation {
    /// Makes a gift card. Needs permission CREDIT_WRITE.
    async fn gift_card_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: GiftCardCreateInput,
    ) -> Option<Result<GiftCardCreatePayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                credit::issue_card(app, viewer, command).await
            })
            .await?;
            Ok(outcome.into())
        };
        Some(payload.await)
    }

    /// Makes many equal gift cards; their codes are in the job's file for a day. Needs permission CREDIT_WRITE.
    async fn gift_cards_generate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: GiftCardsGenerateInput,
    ) -> Option<Result<GiftCardsGeneratePayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                credit::generate_cards(app, viewer, command).await
            })
            .await?;
            Ok(GiftCardsGeneratePayload::new(outcome, Job))
        };
        Some(payload.await)
    }

    /// Puts money on a gift card, or takes it. Needs permission CREDIT_WRITE.
    async fn gift_card_adjust(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: GiftCardAdjustInput,
    ) -> Option<Result<GiftCardAdjustPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                credit::adjust_card(app, viewer, command).await
            })
            .await?;
            Ok(GiftCardAdjustPayload::new(outcome, GiftCard))
        };
        Some(payload.await)
    }

    /// Withdraws a gift card for good; orders that hold money of it are not touched. Needs permission CREDIT_WRITE.
    async fn gift_card_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: GiftCardCancelInput,
    ) -> Option<Result<GiftCardCancelPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                credit::cancel_card(app, viewer, command).await
            })
            .await?;
            Ok(GiftCardCancelPayload::new(outcome, GiftCard))
        };
        Some(payload.await)
    }

    /// Gives a member store credit, or takes it. Needs permission CREDIT_WRITE.
    async fn store_credit_adjust(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: StoreCreditAdjustInput,
    ) -> Option<Result<StoreCreditAdjustPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                credit::adjust(app, viewer, command).await
            })
            .await?;
            Ok(StoreCreditAdjustPayload::new(outcome, StoreCredit))
        };
        Some(payload.await)
    }
}
