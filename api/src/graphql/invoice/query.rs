use async_graphql::{Context, Object, Result};

use super::input::InvoiceListFilter;
use super::types::{Invoice, InvoiceConnection, InvoiceIssuer};
use crate::graphql::context::Reach;
use crate::graphql::error::top_level;
use crate::graphql::input::paging;
use crate::service::invoice;

/// Queries about invoices.
#[derive(Default)]
pub struct InvoiceQuery;

#[Object]
impl InvoiceQuery {
    /// Who issues the shop's invoices; null until set. Needs permission SHOP_READ.
    async fn invoice_issuer(&self, ctx: &Context<'_>) -> Option<Result<InvoiceIssuer>> {
        let found = async {
            let row = invoice::issuer(ctx.app()?, ctx.viewer()?)
                .await
                .map_err(|error| top_level(&error))?;
            Ok(row.map(InvoiceIssuer::from))
        };
        found.await.transpose()
    }

    /// Invoices and credit notes, newest first. Needs permission ORDER_READ.
    async fn invoices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Narrows the list.")] filter: Option<InvoiceListFilter>,
        #[graphql(desc = "Up to 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Up to 100, from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Option<Result<InvoiceConnection>> {
        let page = async {
            let request = paging(ctx, first, after, last, before)?;
            let filter = filter.unwrap_or_default().into();
            let page = invoice::list(ctx.app()?, ctx.viewer()?, filter, &request).await;
            page.map(|page| InvoiceConnection::new(page, Invoice))
                .map_err(|error| top_level(&error))
        };
        Some(page.await)
    }
}
