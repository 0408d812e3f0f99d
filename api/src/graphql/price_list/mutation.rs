use async_graphql::{Context, Object, Result};

use super::input::PriceListsUpsertInput;
use super::types::PriceList;
use crate::graphql::catalog::CatalogUserError;
use crate::graphql::context::Reach;
use crate::graphql::limits::meter::Listed;
use crate::graphql::payload::{payloads, run};
use crate::service::price_list::{self, PriceListPatch};

/// Mutations of price lists.
#[derive(Default)]
pub struct PriceListMutation;

payloads! {
    CatalogUserError;

    /// Result of priceListsUpsert.
    PriceListsUpsertPayload { price_lists: Listed<PriceList> }
}

#[Object]
impl PriceListMutation {
    /// Creates or updates price lists; carts see the new prices at once. Needs permission PRODUCT_WRITE.
    async fn price_lists_upsert(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: PriceListsUpsertInput,
    ) -> Option<Result<PriceListsUpsertPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |lists: Vec<PriceListPatch>| {
                price_list::upsert(app, viewer, &lists).await
            })
            .await?;
            Ok(PriceListsUpsertPayload::new(outcome, |rows| {
                rows.into_iter()
                    .map(|row| PriceList::new(row, &viewer.channel))
                    .collect()
            }))
        };
        Some(payload.await)
    }
}
