use async_graphql::{Context, Object, Result};

use super::input::AbandonedCartFilter;
use super::types::{AbandonedCart, AbandonedCartConnection, AbandonedCartReport};
use crate::graphql::context::Reach;
use crate::graphql::error::top_level;
use crate::graphql::input::paging;
use crate::graphql::scalar::DateTime;
use crate::service::abandoned_cart as service;

/// Queries of carts that were left.
#[derive(Default)]
pub struct AbandonedCartQuery;

#[Object]
impl AbandonedCartQuery {
    /// Carts of this channel that were left with goods in them for an hour or longer, those left last first; kept for 400 days.
    /// Needs permission ORDER_WRITE, since links to guests' carts are keys.
    async fn abandoned_carts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Narrows the list.")] filter: Option<AbandonedCartFilter>,
        #[graphql(desc = "Up to 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Up to 100, from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Option<Result<AbandonedCartConnection>> {
        let page = async {
            let page = paging(ctx, first, after, last, before)?;
            let filter = filter.unwrap_or_default().into();
            let page = service::list(ctx.app()?, ctx.viewer()?, filter, &page)
                .await
                .map_err(|error| top_level(&error))?;
            Ok(AbandonedCartConnection::new(page, AbandonedCart))
        };
        Some(page.await)
    }

    /// What carts of this channel came to that were left in a span of time, and what of it was ordered after all. Each cart counts
    /// once, by when it was left last, if it was priced in the channel's present currency. Needs permission ORDER_READ.
    async fn abandoned_cart_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Left from this instant on.")] from: DateTime,
        #[graphql(desc = "Left before this instant.")] until: DateTime,
    ) -> Option<Result<AbandonedCartReport>> {
        let report = async {
            let report = service::report(ctx.app()?, ctx.viewer()?, from.0, until.0).await;
            Ok(report.map_err(|error| top_level(&error))?.into())
        };
        Some(report.await)
    }
}
