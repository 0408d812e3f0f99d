//! Products of these tests, made as staff make them.

use serde_json::{Value, json};
use tests::{Client, TestApp};

/// Creates a product.
pub(crate) const CREATE: &str =
    "mutation($input: ProductCreateInput!) { productCreate(input: $input) {
    product { id version status slug name } userErrors { code field message } } }";
/// Changes a product.
pub(super) const UPDATE: &str = "mutation($input: ProductUpdateInput!) { productUpdate(input: $input) {
    product { id version slug name brand tags variants { id sku name archivedAt price { amount } compareAtPrice { amount } }
        priceRange { min { amount } max { amount } } compareAtPriceRange { min { amount } max { amount } } media { id url alt } }
    userErrors { code field message } } }";
/// Publishes a product.
pub(super) const PUBLISH: &str =
    "mutation($input: ProductPublishInput!) { productPublish(input: $input) {
    product { id status publishedAt } userErrors { code field } } }";

/// Someone who may do everything with the catalog.
pub(super) async fn keeper(app: &TestApp) -> Client {
    app.as_staff(&["PRODUCT_READ", "PRODUCT_WRITE"]).await
}

/// A variant of a price in the shop's currency.
pub(crate) fn variant(sku: &str, price: &str) -> Value {
    json!({ "sku": sku, "price": euro(price) })
}

/// An amount in the shop's currency.
pub(crate) fn euro(amount: &str) -> Value {
    json!({ "amount": amount, "currencyCode": "EUR" })
}

/// A shirt of two sizes.
pub(super) fn shirt() -> Value {
    json!({
        "name": "Blue Shirt",
        "options": [{ "name": "Size", "values": [{ "name": "M" }, { "name": "L" }] }],
        "variants": [
            { "sku": "SHIRT-M", "price": euro("19.00"), "selectedOptions": [{ "name": "Size", "value": "M" }] },
            { "sku": "SHIRT-L", "price": euro("21.00"), "compareAtPrice": euro("25.00"), "barcode": "4006381333931",
              "modelNumber": "bs-100 L", "selectedOptions": [{ "name": "Size", "value": "L" }] },
        ],
    })
}

/// Creates a product that must be accepted and gives its id.
pub(super) async fn create(keeper: &Client, product: Value) -> String {
    let data = keeper
        .run(CREATE, json!({ "input": { "product": product } }))
        .await;
    data["productCreate"]["product"]["id"]
        .as_str()
        .expect("an id")
        .to_owned()
}

/// Creates and publishes a product and gives its id.
pub(super) async fn publish(keeper: &Client, product: Value) -> String {
    let id = create(keeper, product).await;
    keeper
        .run(PUBLISH, json!({ "input": { "productId": id } }))
        .await;
    id
}

/// Publishes `count` products called `Product 01` …, the last one last, priced 1.00 more each.
pub(super) async fn row_of_products(keeper: &Client, count: u32) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 1..=count {
        let sku = format!("SKU-{number:02}");
        let product = json!({
            "name": format!("Product {number:02}"),
            "brand": if number % 2 == 0 { "Even" } else { "Odd" },
            "tags": [if number <= 2 { "early" } else { "late" }],
            "variants": [variant(&sku, &format!("{number}.00"))],
        });
        ids.push(publish(keeper, product).await);
    }
    ids
}

/// The values of a field of each entry of a list.
pub(crate) fn pluck<'a>(list: &'a Value, field: &str) -> Vec<&'a str> {
    list.as_array()
        .expect("a list")
        .iter()
        .map(|entry| entry[field].as_str().expect("a text"))
        .collect()
}
