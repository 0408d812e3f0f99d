use async_graphql::{Context, Object, Result};

use super::input::ReceivableFilter;
use super::types::ReceivableAgeing;
use crate::graphql::context::Reach;
use crate::graphql::error::top_level;
use crate::graphql::input::paging;
use crate::graphql::order::{Order, OrderConnection};
use crate::service::order::Access;
use crate::service::receivable as service;

/// Queries of receivables.
#[derive(Default)]
pub struct ReceivableQuery;

#[Object]
impl ReceivableQuery {
    /// Orders of this channel that owe money, the oldest first: on account, or for changes of theirs.
    /// Needs permission PAYMENT_READ.
    async fn receivables(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Narrows the list.")] filter: Option<ReceivableFilter>,
        #[graphql(desc = "Up to 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Up to 100, from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Option<Result<OrderConnection>> {
        let page = async {
            let page = paging(ctx, first, after, last, before)?;
            let page = service::list(ctx.app()?, ctx.viewer()?, read(filter)?, &page)
                .await
                .map_err(|error| top_level(&error))?;
            Ok(OrderConnection::new(page, |row| {
                Order::new(row.into(), Access::Office)
            }))
        };
        Some(page.await)
    }

    /// What orders of this channel owe in sum, by how long it has been due on the shop's calendar.
    /// Needs permission PAYMENT_READ.
    async fn receivable_ageing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Narrows what is added up.")] filter: Option<ReceivableFilter>,
    ) -> Option<Result<ReceivableAgeing>> {
        let ageing = async {
            let ageing = service::ageing(ctx.app()?, ctx.viewer()?, read(filter)?).await;
            Ok(ageing.map_err(|error| top_level(&error))?.into())
        };
        Some(ageing.await)
    }
}

fn read(filter: Option<ReceivableFilter>) -> Result<service::ReceivableFilter> {
    filter
        .unwrap_or_default()
        .try_into()
        .map_err(|error| top_level(&error))
}
