use async_graphql::{Context, Object, Result};

use super::balance::CreditTrialBalance;
use super::card::{GiftCard, GiftCardConnection};
use super::input::GiftCardFilter;
use crate::graphql::context::Reach;
use crate::graphql::error::top_level;
use crate::graphql::input::paging;
use crate::service::credit;

/// Queries about gift cards and store credit.
#[derive(Default)]
pub struct CreditQuery;

#[Object]
impl CreditQuery {
    /// Gift cards, newest first. Needs permission CREDIT_READ.
    async fn gift_cards(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Narrows the list.")] filter: Option<GiftCardFilter>,
        #[graphql(desc = "Up to 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Up to 100, from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Option<Result<GiftCardConnection>> {
        let page = async {
            let request = paging(ctx, first, after, last, before)?;
            let filter = filter.unwrap_or_default().into();
            let page = credit::cards(ctx.app()?, ctx.viewer()?, &filter, &request).await;
            page.map(|page| GiftCardConnection::new(page, GiftCard))
                .map_err(|error| top_level(&error))
        };
        Some(page.await)
    }

    /// Adds up the whole ledger of gift cards and store credit. Needs permission CREDIT_READ.
    async fn credit_trial_balance(&self, ctx: &Context<'_>) -> Option<Result<CreditTrialBalance>> {
        let balance = async {
            credit::trial_balance(ctx.app()?, ctx.viewer()?)
                .await
                .map(Into::into)
                .map_err(|error| top_level(&error))
        };
        Some(balance.await)
    }
}
