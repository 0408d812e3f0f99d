use std::sync::Arc;

use async_graphql::{Context, ID, Result, Subscription};
use domain::id::{OrderId, TypedId as _};
use futures_util::stream::Stream;

use super::types::Order;
use crate::graphql::context::Reach;
use crate::graphql::error::top_level;
use crate::graphql::input::id_arg;
use crate::graphql::watch::now_and_later;
use crate::service::order::query;
use crate::service::watch::Thing;

/// Subscriptions to orders.
#[derive(Default)]
pub struct OrderSubscription;

#[Subscription]
impl OrderSubscription {
    /// An order now, and each time it changes. Yours, or needs permission ORDER_READ.
    async fn order_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: ID,
        #[graphql(desc = "A guest's key.")] order_token: Option<String>,
    ) -> Result<impl Stream<Item = Option<Order>>> {
        let id: OrderId = id_arg(&id)?;
        let found = query::find(ctx.app()?, ctx.viewer()?, id, order_token.as_deref()).await;
        let found = found.map_err(|error| top_level(&error))?;
        let thing = found.as_ref().map(|_| Thing::Order(id.uuid()));
        let order = found.map(|(row, access)| Order::new(Arc::new(row), access));
        now_and_later(ctx, thing, vec![order])
    }
}
