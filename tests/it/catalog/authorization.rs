//! Who may do what with the catalog.

use serde_json::{Value, json};
use tests::authorization::{Row, World};

use super::shelf::{CREATE, variant};

async fn product(world: &World) -> String {
    let sku = world.app.clock().new_id().to_string();
    let product = json!({
        "name": format!("Product {sku}"), "externalRef": sku, "variants": [variant(&sku, "5.00")],
    });
    let data = world
        .owner
        .run(CREATE, json!({ "input": { "product": product } }))
        .await;
    data["productCreate"]["product"]["id"]
        .as_str()
        .expect("an id")
        .to_owned()
}

async fn published(world: &World) -> String {
    let id = product(world).await;
    world
        .owner
        .run(
            super::shelf::PUBLISH,
            json!({ "input": { "productId": id } }),
        )
        .await;
    id
}

fn named(name: &str) -> Value {
    json!({ "slug": name, "name": name })
}

/// The rows of the catalog.
pub(crate) fn rows() -> Vec<Row> {
    vec![
        Row::new("productCreate", CREATE).needs("PRODUCT_WRITE").variables(|world| async move {
            let sku = world.app.clock().new_id().to_string();
            json!({ "input": { "product": { "name": sku } } })
        }),
        Row::new("productUpdate", super::shelf::UPDATE).needs("PRODUCT_WRITE").variables(|world| async move {
            json!({ "input": { "productId": product(&world).await, "product": { "brand": "A" } } })
        }),
        Row::new("productPublish", super::shelf::PUBLISH)
            .needs("PRODUCT_WRITE")
            .variables(|world| async move { json!({ "input": { "productId": product(&world).await } }) }),
        Row::new(
            "productArchive",
            "mutation($input: ProductArchiveInput!) { productArchive(input: $input) { product { id } userErrors { code } } }",
        )
        .needs("PRODUCT_WRITE")
        .variables(|world| async move { json!({ "input": { "productId": product(&world).await } }) }),
        Row::new("bundleSet", crate::inventory::BUNDLE_SET).needs("PRODUCT_WRITE").variables(|world| async move {
            let product = published(&world).await;
            let variants = world.owner.run("query($id: ID!) { product(id: $id) { variants { id } } }", json!({ "id": product })).await;
            json!({ "input": { "variantId": variants["product"]["variants"][0]["id"], "components": [] } })
        }),
        Row::new(
            "categoriesUpsert",
            "mutation($input: CategoriesUpsertInput!) { categoriesUpsert(input: $input) { categories { id } userErrors { code } } }",
        )
        .needs("PRODUCT_WRITE")
        .variables(|_| async { json!({ "input": { "categories": [named("hats")] } }) }),
        Row::new(
            "collectionsUpsert",
            "mutation($input: CollectionsUpsertInput!) { collectionsUpsert(input: $input) { collections { id } userErrors { code } } }",
        )
        .needs("PRODUCT_WRITE")
        .variables(|_| async { json!({ "input": { "collections": [named("best")] } }) }),
        // Buyers get the published products, so nobody is refused.
        Row::new("Query.products", "{ products { nodes { id } } }").permission("PRODUCT_READ"),
        Row::new("Product.externalRef", "query($id: ID!) { product(id: $id) { externalRef } }")
            .needs("PRODUCT_READ")
            .variables(|world| async move { json!({ "id": published(&world).await }) }),
        Row::new("Product.taxClass", "query($id: ID!) { product(id: $id) { taxClass } }")
            .needs("PRODUCT_READ")
            .variables(|world| async move { json!({ "id": published(&world).await }) }),
        Row::new("Product.translations", "query($id: ID!) { product(id: $id) { translations { name } } }")
            .needs("PRODUCT_READ")
            .variables(|world| async move { json!({ "id": published(&world).await }) }),
        Row::new("ProductVariant.stockLevels", "query($id: ID!) { product(id: $id) { variants { stockLevels { id } } } }")
            .needs("STOCK_READ")
            .variables(|world| async move { json!({ "id": published(&world).await }) }),
    ]
}
