use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};

use super::saving::CouponSaving;
use super::types::Cart;
use crate::graphql::context::Reach;
use crate::graphql::error::top_level;
use crate::graphql::limits::meter::Listed;
use crate::service::cart;

/// Queries about carts.
#[derive(Default)]
pub struct CartQuery;

#[Object]
impl CartQuery {
    /// A cart by its secret id; null unless it is yours.
    async fn cart(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "For a guest the id is the key, so keep it private.")] id: ID,
    ) -> Option<Result<Cart>> {
        let found = async {
            let facts = cart::find(ctx.app()?, ctx.viewer()?, &id)
                .await
                .map_err(|error| top_level(&error))?;
            Ok(facts.map(|facts| Cart(Arc::new(facts))))
        };
        found.await.transpose()
    }

    /// Which coupons of your wallet would save something in a cart beside those entered, the best first; null unless the
    /// cart is yours. Coupons of one template are alike, so one of each is tried: of the 500 usable ones that lapse first,
    /// those of up to 50 templates.
    async fn cart_best_coupons(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The cart.")] cart_id: ID,
    ) -> Option<Result<Listed<CouponSaving>>> {
        let found = async {
            let savings = cart::best_coupons(ctx.app()?, ctx.viewer()?, &cart_id)
                .await
                .map_err(|error| top_level(&error))?;
            Ok(savings.map(|savings| savings.into_iter().map(CouponSaving::from).collect()))
        };
        found.await.transpose()
    }
}
