//! Where a product stands: its labels, categories and collections.

use std::collections::{BTreeSet, HashSet};

use entity::{category, collection, product_category, product_collection, product_tag};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, FromQueryResult, QueryFilter,
    QuerySelect,
};
use uuid::Uuid;

use super::check::{PARTS, TAG, at_most, below, line, path, refuse};
use crate::error::{FieldPath, Result};
use crate::service::catalog::error::CatalogError;

/// Makes the product's labels these.
pub(super) async fn write_tags(
    transaction: &DatabaseTransaction,
    product_id: Uuid,
    tags: &[String],
) -> Result<()> {
    at_most(path(&["product", "tags"]), tags.len(), PARTS)?;
    let mut unique = BTreeSet::new();
    for (index, tag) in tags.iter().enumerate() {
        unique.insert(line(
            path(&["product", "tags", &index.to_string()]),
            tag,
            TAG,
        )?);
    }
    product_tag::Entity::delete_many()
        .filter(product_tag::Column::ProductId.eq(product_id))
        .exec(transaction)
        .await?;
    let rows: Vec<_> = unique
        .into_iter()
        .map(|tag| product_tag::ActiveModel {
            product_id: Set(product_id),
            tag: Set(tag),
        })
        .collect();
    if !rows.is_empty() {
        product_tag::Entity::insert_many(rows)
            .exec_without_returning(transaction)
            .await?;
    }
    Ok(())
}

/// Puts the product into these categories and no others.
pub(super) async fn write_categories(
    transaction: &DatabaseTransaction,
    product_id: Uuid,
    ids: &[Uuid],
) -> Result<()> {
    let known: Vec<Uuid> = category::Entity::find()
        .select_only()
        .column(category::Column::Id)
        .filter(category::Column::Id.is_in(ids.iter().copied()))
        .into_tuple()
        .all(transaction)
        .await?;
    let unique = known_ids(&path(&["product", "categoryIds"]), ids, &known)?;
    product_category::Entity::delete_many()
        .filter(product_category::Column::ProductId.eq(product_id))
        .exec(transaction)
        .await?;
    let rows: Vec<_> = unique
        .into_iter()
        .map(|id| product_category::ActiveModel {
            product_id: Set(product_id),
            category_id: Set(id),
        })
        .collect();
    if !rows.is_empty() {
        product_category::Entity::insert_many(rows)
            .exec_without_returning(transaction)
            .await?;
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct LastPlace {
    collection_id: Uuid,
    last: Option<i32>,
}

/// Puts the product into these collections and no others: where it is new, at the end.
pub(super) async fn write_collections(
    transaction: &DatabaseTransaction,
    product_id: Uuid,
    ids: &[Uuid],
) -> Result<(), CatalogError> {
    use product_collection::{Column, Entity};
    let known: Vec<Uuid> = collection::Entity::find()
        .select_only()
        .column(collection::Column::Id)
        .filter(collection::Column::Id.is_in(ids.iter().copied()))
        .into_tuple()
        .all(transaction)
        .await?;
    let unique = known_ids(&path(&["product", "collectionIds"]), ids, &known)?;
    Entity::delete_many()
        .filter(Column::ProductId.eq(product_id))
        .filter(Column::CollectionId.is_not_in(unique.iter().copied()))
        .exec(transaction)
        .await?;
    let present: Vec<Uuid> = Entity::find()
        .select_only()
        .column(Column::CollectionId)
        .filter(Column::ProductId.eq(product_id))
        .into_tuple()
        .all(transaction)
        .await?;
    let new: Vec<Uuid> = unique
        .into_iter()
        .filter(|id| !present.contains(id))
        .collect();
    if new.is_empty() {
        return Ok(());
    }
    let last = Entity::find()
        .select_only()
        .column(Column::CollectionId)
        .column_as(Column::Position.max(), "last")
        .filter(Column::CollectionId.is_in(new.iter().copied()))
        .group_by(Column::CollectionId)
        .into_model::<LastPlace>()
        .all(transaction)
        .await?;
    let rows = new.into_iter().map(|id| {
        let last = last
            .iter()
            .find(|place| place.collection_id == id)
            .and_then(|place| place.last);
        product_collection::ActiveModel {
            collection_id: Set(id),
            product_id: Set(product_id),
            position: Set(last.map_or(0, |last| last.saturating_add(1))),
        }
    });
    Entity::insert_many(rows)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// Refuses the first id that is not known; drops repetitions.
fn known_ids(field: &FieldPath, ids: &[Uuid], known: &[Uuid]) -> Result<Vec<Uuid>> {
    at_most(field.clone(), ids.len(), PARTS)?;
    let mut seen = HashSet::new();
    let mut unique = Vec::with_capacity(ids.len());
    for (index, id) in ids.iter().enumerate() {
        if !known.contains(id) {
            return Err(refuse(
                below(field, &[&index.to_string()]),
                "there is nothing with this id",
            ));
        }
        if seen.insert(*id) {
            unique.push(*id);
        }
    }
    Ok(unique)
}
