use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use domain::invoice::Item;
use entity::invoice::Model;
use uuid::Uuid;

use crate::error::Error;
use crate::graphql::context::Batch;
use crate::graphql::order::{grouped, ids};
use crate::service::invoice;

/// Key of the documents of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct InvoicesOf(pub(super) Uuid);

/// Key of one document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct InvoiceById(pub(super) Uuid);

/// Key of the lines of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ItemsOf(pub(super) Uuid);

impl Loader<InvoicesOf> for Batch {
    type Value = Arc<Vec<Model>>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[InvoicesOf],
    ) -> Result<HashMap<InvoicesOf, Self::Value>, Arc<Error>> {
        let rows = invoice::of_orders(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(grouped(rows, |row| InvoicesOf(row.order_id)))
    }
}

impl Loader<InvoiceById> for Batch {
    type Value = Model;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[InvoiceById]) -> Result<HashMap<InvoiceById, Model>, Arc<Error>> {
        let rows = invoice::by_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(rows
            .into_iter()
            .map(|row| (InvoiceById(row.id), row))
            .collect())
    }
}

impl Loader<ItemsOf> for Batch {
    type Value = Arc<Vec<Item>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ItemsOf]) -> Result<HashMap<ItemsOf, Self::Value>, Arc<Error>> {
        let items = invoice::items_of(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(items
            .into_iter()
            .map(|(id, items)| (ItemsOf(id), Arc::new(items)))
            .collect())
    }
}
