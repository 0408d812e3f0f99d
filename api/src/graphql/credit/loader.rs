use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use entity::order_tender;
use uuid::Uuid;

use crate::error::Error;
use crate::graphql::context::Batch;
use crate::graphql::order::{grouped, ids};
use crate::service::cart::PricedCartFacts;
use crate::service::credit::{self, CartTender, CreditView};

/// Key of a member's store credit; who asks has been checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct CreditOf(pub(super) Uuid);

/// Key of the gift cards and store credit that pay an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct TendersOf(pub(super) Uuid);

/// Key of what gift cards and store credit would pay of a cart, by the cart.
#[derive(Clone, Debug)]
pub(super) struct TendersOfCart(pub(super) Arc<PricedCartFacts>);

impl PartialEq for TendersOfCart {
    fn eq(&self, other: &Self) -> bool {
        self.0.cart.id == other.0.cart.id
    }
}

impl Eq for TendersOfCart {}

impl Hash for TendersOfCart {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.cart.id.hash(state);
    }
}

impl Loader<CreditOf> for Batch {
    type Value = CreditView;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[CreditOf]) -> Result<HashMap<CreditOf, CreditView>, Arc<Error>> {
        let views = credit::of_members(&self.app, &self.viewer.channel, ids!(keys))
            .await
            .map_err(Arc::new)?;
        let keyed = views
            .into_iter()
            .map(|view| (CreditOf(view.member_id), view));
        Ok(keyed.collect())
    }
}

impl Loader<TendersOf> for Batch {
    type Value = Arc<Vec<(order_tender::Model, Option<String>)>>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[TendersOf],
    ) -> Result<HashMap<TendersOf, Self::Value>, Arc<Error>> {
        let rows = credit::tenders_by_order_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(grouped(rows, |(row, _)| TendersOf(row.order_id)))
    }
}

impl Loader<TendersOfCart> for Batch {
    type Value = Arc<Vec<CartTender>>;
    type Error = Arc<Error>;

    /// One cart after the other: a request shows one.
    async fn load(
        &self,
        keys: &[TendersOfCart],
    ) -> Result<HashMap<TendersOfCart, Self::Value>, Arc<Error>> {
        #[expect(
            clippy::mutable_key_type,
            reason = "keys are told apart by the cart's id, which stays"
        )]
        let mut found = HashMap::new();
        for key in keys {
            let tenders = credit::of_cart(&self.app, &key.0.cart, key.0.priced.total)
                .await
                .map_err(Arc::new)?;
            found.insert(key.clone(), Arc::new(tenders));
        }
        Ok(found)
    }
}
