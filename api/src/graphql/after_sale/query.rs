use async_graphql::{Context, ID, Object, Result};

use super::input::AfterSaleFilter;
use super::types::{AfterSale, AfterSaleConnection};
use crate::graphql::context::Reach;
use crate::graphql::error::top_level;
use crate::graphql::input::{id_arg, paging};
use crate::service::after_sale::query;
use crate::service::order::Access;

/// Queries of after-sale cases.
#[derive(Default)]
pub struct AfterSaleQuery;

#[Object]
impl AfterSaleQuery {
    /// One case. Yours, or needs permission AFTER_SALE_READ.
    async fn after_sale(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: ID,
        #[graphql(desc = "A guest's key.")] order_token: Option<String>,
    ) -> Option<Result<AfterSale>> {
        let found = async {
            let id = id_arg(&id)?;
            let found = query::find(ctx.app()?, ctx.viewer()?, id, order_token.as_deref()).await;
            let found = found.map_err(|error| top_level(&error))?;
            Ok(found.map(|(row, access)| AfterSale::new(row, access)))
        };
        found.await.transpose()
    }

    /// All cases, newest first. Needs permission AFTER_SALE_READ.
    async fn after_sales(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Narrows the list.")] filter: Option<AfterSaleFilter>,
        #[graphql(desc = "Up to 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Up to 100, from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Option<Result<AfterSaleConnection>> {
        let page = async {
            let page = paging(ctx, first, after, last, before)?;
            let filter = filter.unwrap_or_default().into();
            let page = query::list(ctx.app()?, ctx.viewer()?, filter, &page)
                .await
                .map_err(|error| top_level(&error))?;
            Ok(AfterSaleConnection::new(page, |row| {
                AfterSale::new(row, Access::Office)
            }))
        };
        Some(page.await)
    }
}
