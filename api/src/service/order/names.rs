//! Names of goods as they were when somebody bought them.

use std::collections::HashMap;

use entity::product_translation::{Column, Entity};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::error::Result;

/// Names of products in a language, or else in the fallback.
///
/// # Errors
/// When the database cannot be read.
pub(super) async fn of_products<C: ConnectionTrait>(
    connection: &C,
    products: impl Iterator<Item = Uuid>,
    locale: &str,
    fallback: &str,
) -> Result<HashMap<Uuid, String>> {
    let rows = Entity::find()
        .filter(Column::ProductId.is_in(products))
        .filter(Column::Locale.is_in([locale, fallback]))
        .all(connection)
        .await?;
    let mut names = HashMap::new();
    for row in rows {
        if row.locale == locale || !names.contains_key(&row.product_id) {
            names.insert(row.product_id, row.name);
        }
    }
    Ok(names)
}
