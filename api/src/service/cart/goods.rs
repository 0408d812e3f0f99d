//! What the variants of a cart are, as rules of promotions name it.

use std::collections::HashMap;

use domain::promotion::Goods;
use entity::{category, product_category, product_collection, product_tag};
use sea_orm::{ConnectionTrait, EntityTrait, JoinType, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::facts::LineFacts;
use crate::error::{Error, Result};

/// Gives what the lines of a cart are, by variant. Categories with those above them, collections and labels are loaded
/// only when a rule names some, in one statement each.
pub(super) async fn load_goods<C: ConnectionTrait>(
    connection: &C,
    lines: &[LineFacts],
    names_groups: bool,
) -> Result<HashMap<Uuid, Goods>> {
    let mut goods: HashMap<Uuid, Goods> = lines
        .iter()
        .map(|line| {
            let goods = Goods {
                product_id: line.sale.product_id,
                variant_id: line.sale.variant_id,
                brand: line.sale.brand.clone(),
                ..Goods::default()
            };
            (line.sale.variant_id, goods)
        })
        .collect();
    if goods.is_empty() || !names_groups {
        return Ok(goods);
    }
    let mut product_ids: Vec<Uuid> = goods.values().map(|goods| goods.product_id).collect();
    product_ids.sort_unstable();
    product_ids.dedup();
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
    for goods in goods.values_mut() {
        goods.category_ids = of(&categories, goods.product_id);
        goods.collection_ids = of(&collections, goods.product_id);
        goods.tags = of(&tags, goods.product_id);
    }
    Ok(goods)
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
