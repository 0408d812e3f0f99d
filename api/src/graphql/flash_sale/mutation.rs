use async_graphql::{Context, Object, Result};

use super::input::FlashSalesUpsertInput;
use super::types::FlashSale;
use crate::graphql::context::Reach;
use crate::graphql::limits::meter::Listed;
use crate::graphql::payload::{payloads, run};
use crate::graphql::promotion::PromotionUserError;
use crate::service::flash_sale::{self, FlashSalePatch};

/// Mutations of flash sales.
#[derive(Default)]
pub struct FlashSaleMutation;

payloads! {
    PromotionUserError;

    /// Result of flashSalesUpsert.
    FlashSalesUpsertPayload { flash_sales: Listed<FlashSale> }
}

#[Object]
impl FlashSaleMutation {
    /// Creates or updates flash sales; carts see the new prices at once. Needs permission PROMOTION_WRITE.
    async fn flash_sales_upsert(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: FlashSalesUpsertInput,
    ) -> Option<Result<FlashSalesUpsertPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |sales: Vec<FlashSalePatch>| {
                flash_sale::upsert(app, viewer, &sales).await
            })
            .await?;
            Ok(FlashSalesUpsertPayload::new(outcome, |rows| {
                rows.into_iter()
                    .map(|row| FlashSale::new(row, &viewer.channel))
                    .collect()
            }))
        };
        Some(payload.await)
    }
}
