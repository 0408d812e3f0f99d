use async_graphql::{Context, Object, Result};

use super::check::StockCheck;
use super::input::StockFilter;
use super::types::{
    StockLevel, StockLevelConnection, StockMovement, StockMovementConnection, StockReservation,
    StockReservationConnection, Warehouse,
};
use crate::graphql::context::Reach;
use crate::graphql::error::top_level;
use crate::graphql::input::paging;
use crate::graphql::limits::meter::Listed;
use crate::service::{inventory, warehouse};

/// Queries about stock.
#[derive(Default)]
pub struct InventoryQuery;

#[Object]
impl InventoryQuery {
    /// All warehouses, by priority. Needs permission STOCK_READ.
    async fn warehouses(&self, ctx: &Context<'_>) -> Option<Result<Listed<Warehouse>>> {
        let warehouses = async {
            let rows = warehouse::list_warehouses(ctx.app()?, ctx.viewer()?)
                .await
                .map_err(|error| top_level(&error))?;
            Ok(rows.into_iter().map(Warehouse).collect())
        };
        Some(warehouses.await)
    }

    /// Stock by variant and warehouse. Needs permission STOCK_READ.
    async fn stock_levels(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Narrows the list.")] filter: Option<StockFilter>,
        #[graphql(desc = "Up to 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Up to 100, from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Option<Result<StockLevelConnection>> {
        let levels = async {
            let page = paging(ctx, first, after, last, before)?;
            let filter = filter
                .map(TryInto::try_into)
                .transpose()
                .map_err(|error| top_level(&error))?
                .unwrap_or_default();
            let found = warehouse::list_levels(ctx.app()?, ctx.viewer()?, filter, &page)
                .await
                .map_err(|error| top_level(&error))?;
            Ok(StockLevelConnection::new(found, StockLevel))
        };
        Some(levels.await)
    }

    /// Every change of stock, newest first. Needs permission STOCK_READ.
    async fn stock_movements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Narrows the list.")] filter: Option<StockFilter>,
        #[graphql(desc = "Up to 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Up to 100, from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Option<Result<StockMovementConnection>> {
        let movements = async {
            let page = paging(ctx, first, after, last, before)?;
            let filter = filter
                .map(TryInto::try_into)
                .transpose()
                .map_err(|error| top_level(&error))?
                .unwrap_or_default();
            let found = warehouse::list_movements(ctx.app()?, ctx.viewer()?, filter, &page)
                .await
                .map_err(|error| top_level(&error))?;
            Ok(StockMovementConnection::new(found, StockMovement))
        };
        Some(movements.await)
    }

    /// Stock held by carts, soonest to lapse first. Needs permission STOCK_READ.
    async fn stock_reservations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Narrows the list.")] filter: Option<StockFilter>,
        #[graphql(desc = "Up to 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Up to 100, from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Option<Result<StockReservationConnection>> {
        let reservations = async {
            let page = paging(ctx, first, after, last, before)?;
            let filter = filter
                .map(TryInto::try_into)
                .transpose()
                .map_err(|error| top_level(&error))?
                .unwrap_or_default();
            let found = warehouse::list_reservations(ctx.app()?, ctx.viewer()?, filter, &page)
                .await
                .map_err(|error| top_level(&error))?;
            Ok(StockReservationConnection::new(found, StockReservation))
        };
        Some(reservations.await)
    }

    /// What the last hourly check of stock against its books found; null before the first. Needs permission STOCK_READ.
    async fn stock_check(&self, ctx: &Context<'_>) -> Result<Option<StockCheck>> {
        let check = inventory::find_check(ctx.app()?, ctx.viewer()?)
            .await
            .map_err(|error| top_level(&error))?;
        Ok(check.map(StockCheck))
    }
}
