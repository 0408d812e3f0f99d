use async_graphql::{Context, Object, Result};

use super::error::{InventoryUserError, Refused};
use super::input::{
    StockAdjustInput, StockBackorderSetInput, StockPresaleSetInput, StockSetInput,
    WarehousesUpsertInput,
};
use super::payload::{
    StockAdjustPayload, StockBackorderSetPayload, StockPresaleSetPayload, StockSetPayload,
    WarehousesUpsertPayload,
};
use super::types::{StockLevel, Warehouse};
use crate::graphql::catalog::load_variants;
use crate::graphql::context::Reach;
use crate::graphql::error::{Outcome, settle};
use crate::graphql::limits::meter::Listed;
use crate::service::warehouse::{self, StockError, WarehousePatch};

/// Mutations of stock.
#[derive(Default)]
pub struct InventoryMutation;

fn outcome<T>(
    ctx: &Context<'_>,
    answer: std::result::Result<T, StockError>,
    list: &'static str,
) -> Result<Outcome<T, InventoryUserError>> {
    settle(
        answer.map_err(|failure| Refused { failure, list }),
        &ctx.viewer()?.locale,
    )
}

#[Object]
impl InventoryMutation {
    /// Creates or updates warehouses. Needs permission STOCK_WRITE.
    async fn warehouses_upsert(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: WarehousesUpsertInput,
    ) -> Option<Result<WarehousesUpsertPayload>> {
        let payload = async {
            let patches: Vec<WarehousePatch> = input.into();
            let answer = warehouse::upsert_warehouses(ctx.app()?, ctx.viewer()?, &patches).await;
            let outcome = outcome(ctx, answer, "warehouses")?;
            Ok(WarehousesUpsertPayload::new(outcome, |rows| {
                rows.into_iter().map(Warehouse).collect()
            }))
        };
        Some(payload.await)
    }

    /// Adds or takes units, such as after a count. Needs permission STOCK_WRITE.
    async fn stock_adjust(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: StockAdjustInput,
    ) -> Option<Result<StockAdjustPayload>> {
        let payload = async {
            let answer = warehouse::adjust_stock(ctx.app()?, ctx.viewer()?, &input.into()).await;
            let outcome = outcome(ctx, answer, "adjustments")?;
            Ok(StockAdjustPayload::new(outcome, |rows| {
                rows.into_iter().map(StockLevel).collect()
            }))
        };
        Some(payload.await)
    }

    /// Says how many units may be sold beyond those in the house, and when they should arrive. Needs permission STOCK_WRITE.
    async fn stock_backorder_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: StockBackorderSetInput,
    ) -> Option<Result<StockBackorderSetPayload>> {
        let payload = async {
            let answer = warehouse::set_backorders(ctx.app()?, ctx.viewer()?, &input.into()).await;
            let outcome = outcome(ctx, answer, "backorders")?;
            Ok(StockBackorderSetPayload::new(outcome, |rows| {
                rows.into_iter().map(StockLevel).collect()
            }))
        };
        Some(payload.await)
    }

    /// Says from when on variants may leave that are sold before: units in the house, and backorders as far as allowed. Orders
    /// and their parcels wait for that date, and their buyers are told when it moves. Needs permission STOCK_WRITE.
    async fn stock_presale_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: StockPresaleSetInput,
    ) -> Option<Result<StockPresaleSetPayload>> {
        let payload = async {
            let answer = warehouse::set_presales(ctx.app()?, ctx.viewer()?, &input.into()).await;
            let outcome = outcome(ctx, answer, "presales")?;
            let variants = match outcome.value {
                Some(ids) => Some(Listed::from(load_variants(ctx, &ids).await?)),
                None => None,
            };
            Ok(StockPresaleSetPayload {
                variants,
                user_errors: outcome.user_errors,
            })
        };
        Some(payload.await)
    }

    /// Takes over absolute figures from an ERP or WMS; older ones are skipped. Needs permission STOCK_WRITE.
    async fn stock_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: StockSetInput,
    ) -> Option<Result<StockSetPayload>> {
        let payload = async {
            let answer = warehouse::set_stock(ctx.app()?, ctx.viewer()?, &input.into()).await;
            let outcome = outcome(ctx, answer, "levels")?;
            let (stock_levels, skipped_skus) = outcome
                .value
                .map(|set| {
                    (
                        set.levels.into_iter().map(StockLevel).collect(),
                        set.skipped_skus,
                    )
                })
                .unzip();
            Ok(StockSetPayload {
                stock_levels,
                skipped_skus,
                user_errors: outcome.user_errors,
            })
        };
        Some(payload.await)
    }
}
