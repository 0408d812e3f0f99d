//! Batches what stock objects refer to.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use entity::{stock_level, warehouse};
use uuid::Uuid;

use crate::error::Error;
use crate::graphql::context::Batch;
use crate::service::warehouse::{levels_by_variant, warehouses_by_id};

/// A warehouse by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WarehouseById(pub Uuid);

impl Loader<WarehouseById> for Batch {
    type Value = warehouse::Model;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[WarehouseById],
    ) -> Result<HashMap<WarehouseById, Self::Value>, Self::Error> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let found = warehouses_by_id(&self.app, &ids).await.map_err(Arc::new)?;
        Ok(found
            .into_iter()
            .map(|(id, row)| (WarehouseById(id), row))
            .collect())
    }
}

/// The stock levels of a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LevelsOfVariant(pub Uuid);

impl Loader<LevelsOfVariant> for Batch {
    type Value = Vec<stock_level::Model>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[LevelsOfVariant],
    ) -> Result<HashMap<LevelsOfVariant, Self::Value>, Self::Error> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let found = levels_by_variant(&self.app, &self.viewer, &ids)
            .await
            .map_err(Arc::new)?;
        Ok(found
            .into_iter()
            .map(|(id, rows)| (LevelsOfVariant(id), rows))
            .collect())
    }
}
