//! What products have in common, as rules of promotions name it.

use domain::promotion::Goods;
use entity::{category, product_category, product_collection, product_tag};
use sea_orm::{ConnectionTrait, EntityTrait, JoinType, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::error::{Error, Result};

/// Fills in categories with those above them, collections and labels, in one statement each.
pub(in crate::service) async fn fill_groups<C: ConnectionTrait>(
    connection: &C,
    goods: &mut [Goods],
) -> Result<()> {
    let mut product_ids: Vec<Uuid> = goods.iter().map(|goods| goods.product_id).collect();
    product_ids.sort_unstable();
    product_ids.dedup();
    if product_ids.is_empty() {
        return Ok(());
    }
    let categories = load_categories(connection, &product_ids).await?;
    let collections: Vec<(Uuid, Uuid)> = product_collection::Entity::find()
        .select_only()
        .column(product_collection::Column::ProductId)
        .column(product_collection::Column::CollectionId)
        .filter(
            product_collection::COLUMN
                .product_id
                .is_in(product_ids.clone()),
        )
        .into_tuple()
        .all(connection)
        .await?;
    let tags: Vec<(Uuid, String)> = product_tag::Entity::find()
        .select_only()
        .column(product_tag::Column::ProductId)
        .column(product_tag::Column::Tag)
        .filter(product_tag::COLUMN.product_id.is_in(product_ids))
        .into_tuple()
        .all(connection)
        .await?;
    for goods in goods {
        goods.category_ids = of(&categories, goods.product_id);
        goods.collection_ids = of(&collections, goods.product_id);
        goods.tags = of(&tags, goods.product_id);
    }
    Ok(())
}

/// Loads pairs of a product and a category it is in, directly or because it is in one below.
async fn load_categories<C: ConnectionTrait>(
    connection: &C,
    product_ids: &[Uuid],
) -> Result<Vec<(Uuid, Uuid)>> {
    let of_category = product_category::Entity::belongs_to(category::Entity)
        .from(product_category::Column::CategoryId)
        .to(category::Column::Id);
    let paths: Vec<(Uuid, String)> = product_category::Entity::find()
        .select_only()
        .column(product_category::Column::ProductId)
        .column(category::Column::Path)
        .join(JoinType::InnerJoin, of_category.into())
        .filter(
            product_category::COLUMN
                .product_id
                .is_in(product_ids.iter().copied()),
        )
        .into_tuple()
        .all(connection)
        .await?;
    let mut pairs = Vec::new();
    for (product_id, path) in paths {
        for part in path.split('/') {
            pairs.push((product_id, Uuid::try_parse(part).map_err(Error::internal)?));
        }
    }
    Ok(pairs)
}

fn of<T: Clone>(pairs: &[(Uuid, T)], product_id: Uuid) -> Vec<T> {
    pairs
        .iter()
        .filter(|(id, _)| *id == product_id)
        .map(|(_, value)| value.clone())
        .collect()
}
