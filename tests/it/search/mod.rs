//! Search: the built-in engine, the search server with the built-in one as its stand-in, and the upkeep of their indexes.

pub(crate) mod authorization;
mod find;
mod meilisearch;
mod real_server;
mod reindex;
mod state;
mod suggest;

use api::service::search::{products_changed, send_pending};
use domain::id::{CategoryId, ProductId, TypedId};
use entity::column::Json;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr,
};
use serde_json::{Value, json};
use tests::arrange::{self, Goods, product};
use tests::{Client, TestApp};
use uuid::Uuid;

/// A small bilingual shop with its documents written.
struct Range {
    scarf: Goods,
    cap: Goods,
    shoes: Goods,
    clothing: String,
    accessories: String,
}

/// A scarf (49.00, Nord, in accessories), a sold out cap (19.00, Nord, in clothing) and shoes (89.00, Zed, in clothing).
async fn range(app: &TestApp) -> Range {
    arrange::change_channel(app, |channel| {
        channel.locales = Set(Json(vec!["en".to_owned(), "zh-Hans".to_owned()]))
    })
    .await;
    let shop = arrange::shop(app).await;
    let scarf = product("Merino Wool Scarf")
        .prices(&[4900])
        .insert(app, &shop)
        .await;
    let cap = product("Cotton Cap")
        .prices(&[1900])
        .stock(0)
        .insert(app, &shop)
        .await;
    let shoes = product("Running Shoes")
        .prices(&[8900])
        .insert(app, &shop)
        .await;
    for (goods, brand, tag, name) in [
        (&scarf, "Nord", "warm", "美利奴羊毛围巾"),
        (&cap, "Nord", "light", "纯棉帽子"),
        (&shoes, "Zed", "light", "红色运动鞋"),
    ] {
        describe(app, goods, brand, tag, name).await;
    }
    let clothing = category(app, None, "Clothing").await;
    let accessories = category(app, Some(&clothing), "Accessories").await;
    for (goods, category) in [
        (&scarf, &accessories),
        (&cap, &clothing),
        (&shoes, &clothing),
    ] {
        let place = entity::product_category::ActiveModel {
            product_id: Set(uuid_of(goods)),
            category_id: Set(category_uuid(category)),
        };
        place.insert(app.connection()).await.unwrap();
    }
    let range = Range {
        scarf,
        cap,
        shoes,
        clothing,
        accessories,
    };
    range.index(app).await;
    range
}

impl Range {
    /// Writes the documents of all three, and sends them where there is a search server.
    async fn index(&self, app: &TestApp) {
        products_changed(
            app.state(),
            &[&self.scarf, &self.cap, &self.shoes].map(uuid_of),
        )
        .await
        .unwrap();
        send_pending(app.state()).await.unwrap();
    }
}

async fn describe(app: &TestApp, goods: &Goods, brand: &str, tag: &str, chinese_name: &str) {
    let id = uuid_of(goods);
    entity::product::Entity::update_many()
        .col_expr(entity::product::Column::Brand, Expr::value(brand))
        .filter(entity::product::Column::Id.eq(id))
        .exec(app.connection())
        .await
        .unwrap();
    entity::product_tag::ActiveModel {
        product_id: Set(id),
        tag: Set(tag.to_owned()),
    }
    .insert(app.connection())
    .await
    .unwrap();
    let text = entity::product_translation::ActiveModel {
        product_id: Set(id),
        locale: Set("zh-Hans".to_owned()),
        name: Set(chinese_name.to_owned()),
        slug: Set(None),
        description: Set(Some(format!("<p>{chinese_name}，柔软</p>"))),
        seo_title: Set(None),
        seo_description: Set(None),
    };
    text.insert(app.connection()).await.unwrap();
}

/// Makes a category and gives its global id.
async fn category(app: &TestApp, parent: Option<&str>, name: &str) -> String {
    let (id, now) = (app.clock().new_id(), app.clock().now());
    let parent = parent.map(category_uuid);
    let row = entity::category::ActiveModel {
        id: Set(id),
        parent_id: Set(parent),
        position: Set(0),
        path: Set(parent.map_or_else(
            || id.simple().to_string(),
            |parent| format!("{}/{}", parent.simple(), id.simple()),
        )),
        media_id: Set(None),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
    };
    row.insert(app.connection()).await.unwrap();
    let text = entity::category_translation::ActiveModel {
        category_id: Set(id),
        locale: Set("en".to_owned()),
        name: Set(name.to_owned()),
        slug: Set(Some(name.to_lowercase())),
        description: Set(None),
        seo_title: Set(None),
        seo_description: Set(None),
    };
    text.insert(app.connection()).await.unwrap();
    CategoryId::from(id).to_string()
}

/// Takes a product out of sight without telling any index.
async fn hide(app: &TestApp, goods: &Goods) {
    entity::product_listing::Entity::update_many()
        .col_expr(
            entity::product_listing::Column::PublishedAt,
            Expr::value(Option::<sea_orm::prelude::DateTimeUtc>::None),
        )
        .filter(entity::product_listing::Column::ProductId.eq(uuid_of(goods)))
        .exec(app.connection())
        .await
        .unwrap();
}

/// Gives a product another English name.
async fn rename(app: &TestApp, goods: &Goods, name: &str) {
    entity::product_translation::Entity::update_many()
        .col_expr(entity::product_translation::Column::Name, Expr::value(name))
        .filter(entity::product_translation::Column::ProductId.eq(uuid_of(goods)))
        .filter(entity::product_translation::Column::Locale.eq("en"))
        .exec(app.connection())
        .await
        .unwrap();
}

fn uuid_of(goods: &Goods) -> Uuid {
    ProductId::parse(&goods.product).unwrap().uuid()
}

fn category_uuid(id: &str) -> Uuid {
    CategoryId::parse(id).unwrap().uuid()
}

const SEARCH: &str = "query($query: String, $filter: ProductFilter, $sort: ProductSort, $facets: [String!], $first: Int, $after: String, $last: Int, $before: String) {
  search(query: $query, filter: $filter, sort: $sort, facets: $facets, first: $first, after: $after, last: $last, before: $before) {
    edges { cursor highlight node { id } }
    nodes { id }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    totalCount
    degraded
    suggestedQuery
    facets { key name min max values { value label count selected } }
  }
}";

/// Searches and gives the whole connection.
async fn search(client: &Client, variables: Value) -> Value {
    client.run(SEARCH, variables).await["search"].take()
}

/// Ids of the products a query finds, in order.
async fn found(client: &Client, query: &str) -> Vec<String> {
    ids(&search(client, json!({ "query": query })).await)
}

fn ids(connection: &Value) -> Vec<String> {
    connection["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["id"].as_str().unwrap().to_owned())
        .collect()
}

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort();
    ids
}

/// The ids of goods, sorted.
fn all_of(goods: &[&Goods]) -> Vec<String> {
    sorted(goods.iter().map(|goods| goods.product.clone()).collect())
}
