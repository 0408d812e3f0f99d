//! What the rows of a request are about: a variant at a warehouse.

use std::collections::{BTreeSet, HashMap};

use entity::{product_variant, warehouse};
use sea_orm::sea_query::LockType;
use sea_orm::{
    ConnectionTrait as _, DatabaseTransaction, DbBackend, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

use super::error::StockError;
use crate::error::Error;

/// Most rows in one call.
const MAX_ROWS: usize = 500;

/// A row of the input and what it is about.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Number of the row.
    pub(super) index: usize,
    pub(super) variant_id: Uuid,
    pub(super) warehouse_id: Uuid,
}

pub(super) fn bound(rows: usize, list: &str) -> Result<(), Error> {
    if rows == 0 || rows > MAX_ROWS {
        return Err(Error::invalid(&[list], format!("1 to {MAX_ROWS} rows")));
    }
    Ok(())
}

pub(super) async fn find_places<'a>(
    transaction: &DatabaseTransaction,
    rows: impl Iterator<Item = (&'a str, &'a str)> + Clone,
) -> Result<Vec<Place>, StockError> {
    let skus: BTreeSet<&str> = rows.clone().map(|(sku, _)| sku).collect();
    let codes: BTreeSet<&str> = rows.clone().map(|(_, code)| code).collect();
    let mut variants = product_variant::Entity::find()
        .filter(product_variant::COLUMN.sku.is_in(skus))
        .order_by_asc(product_variant::Column::Id);
    if transaction.get_database_backend() == DbBackend::Postgres {
        variants = variants.lock(LockType::Share); // none becomes a bundle meanwhile
    }
    let variants = variants.all(transaction).await?;
    let variants: HashMap<String, (Uuid, bool)> = variants
        .into_iter()
        .map(|row| (row.sku, (row.id, row.bundle)))
        .collect();
    let warehouses = warehouse::Entity::find()
        .filter(warehouse::COLUMN.code.is_in(codes))
        .all(transaction)
        .await?;
    let warehouses: HashMap<String, Uuid> = warehouses
        .into_iter()
        .map(|row| (row.code, row.id))
        .collect();
    let mut seen = BTreeSet::new();
    let mut places = Vec::new();
    for (index, (sku, code)) in rows.enumerate() {
        let (variant_id, is_bundle) = *variants.get(sku).ok_or_else(|| StockError::UnknownSku {
            index,
            sku: sku.to_owned(),
        })?;
        if is_bundle {
            let sku = sku.to_owned();
            return Err(StockError::Bundle { index, sku });
        }
        let warehouse_id = *warehouses
            .get(code)
            .ok_or_else(|| StockError::UnknownWarehouse {
                index,
                code: code.to_owned(),
            })?;
        if !seen.insert((variant_id, warehouse_id)) {
            return Err(Error::invalid(&[], format!("{sku} at {code} is given twice")).into());
        }
        places.push(Place {
            index,
            variant_id,
            warehouse_id,
        });
    }
    Ok(places)
}

/// Everybody changes levels in this order, so that two requests never wait for each other.
pub(super) fn in_id_order(places: &[Place]) -> Vec<&Place> {
    let mut ordered: Vec<&Place> = places.iter().collect();
    ordered.sort_by_key(|place| (place.variant_id, place.warehouse_id));
    ordered
}
