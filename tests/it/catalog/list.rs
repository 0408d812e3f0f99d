use serde_json::{Value, json};
use tests::{Client, TestApp, arrange, both};

use super::shelf::{keeper, pluck, row_of_products};

const PAGE: &str = "query($first: Int, $after: String, $last: Int, $before: String, $sort: ProductSort, $filter: ProductFilter) {
    products(first: $first, after: $after, last: $last, before: $before, sort: $sort, filter: $filter) {
        nodes { name } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";

async fn names(client: &Client, variables: Value) -> Vec<String> {
    let data = client.run(PAGE, variables).await;
    pluck(&data["products"]["nodes"], "name")
        .into_iter()
        .map(str::to_owned)
        .collect()
}

/// Reads the whole list in pages of two, forward and then backward, and asserts that both are the same.
async fn walk(client: &Client, sort: Option<&str>) -> Vec<String> {
    let mut forward = Vec::new();
    let mut after = Value::Null;
    let end = loop {
        let page = client
            .run(PAGE, json!({ "first": 2, "after": after, "sort": sort }))
            .await["products"]
            .clone();
        forward.extend(pluck(&page["nodes"], "name").into_iter().map(str::to_owned));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break page;
        }
    };
    let mut backward = Vec::new();
    let mut page = end;
    loop {
        let mut rows: Vec<String> = pluck(&page["nodes"], "name")
            .into_iter()
            .map(str::to_owned)
            .collect();
        rows.append(&mut backward);
        backward = rows;
        if page["pageInfo"]["hasPreviousPage"] == false {
            break;
        }
        let before = page["pageInfo"]["startCursor"].clone();
        page = client
            .run(PAGE, json!({ "last": 2, "before": before, "sort": sort }))
            .await["products"]
            .clone();
    }
    assert_eq!(forward, backward);
    forward
}

both! {
    async fn every_order_pages_both_ways_without_gap_or_repetition(app: TestApp) {
        let keeper = keeper(&app).await;
        row_of_products(&keeper, 5).await;
        let rising: Vec<String> = (1..=5).map(|number| format!("Product {number:02}")).collect();
        let falling: Vec<String> = rising.iter().rev().cloned().collect();
        for client in [app.guest(), keeper] {
            assert_eq!(walk(&client, None).await, falling);
            assert_eq!(walk(&client, Some("NEWEST")).await, falling);
            assert_eq!(walk(&client, Some("NAME")).await, rising);
            assert_eq!(walk(&client, Some("PRICE_ASC")).await, rising);
            assert_eq!(walk(&client, Some("PRICE_DESC")).await, falling);
        }
    }

    async fn filters_narrow_the_list(app: TestApp) {
        let keeper = keeper(&app).await;
        let ids = row_of_products(&keeper, 4).await;
        let guest = app.guest();
        for (filter, expected) in [
            (json!({ "brands": ["Even"] }), vec!["Product 04", "Product 02"]),
            (json!({ "tags": ["early"] }), vec!["Product 02", "Product 01"]),
            (json!({ "price": { "min": "2.00", "max": "3" } }), vec!["Product 03", "Product 02"]),
            (json!({ "ids": [ids[0], ids[3]] }), vec!["Product 04", "Product 01"]),
            (json!({ "ids": [] }), vec![]),
            (json!({ "available": true }), vec![]),
            (json!({ "brands": ["Even"], "tags": ["early"] }), vec!["Product 02"]),
        ] {
            assert_eq!(names(&guest, json!({ "filter": filter })).await, expected, "{filter}");
        }
        let counted = guest.run(PAGE, json!({ "first": 1 })).await;
        assert_eq!(counted["products"]["totalCount"], 4);
    }

    async fn a_filter_by_status_and_a_foreign_cursor_are_refused(app: TestApp) {
        let keeper = keeper(&app).await;
        row_of_products(&keeper, 2).await;
        let guest = app.guest();
        guest.send(PAGE, json!({ "filter": { "status": ["DRAFT"] } })).await.expect_top_error("UNAUTHENTICATED");
        assert_eq!(names(&keeper, json!({ "filter": { "status": ["DRAFT"] } })).await, Vec::<String>::new());
        let cursor = guest.run(PAGE, json!({ "first": 1, "sort": "NAME" })).await["products"]["pageInfo"]["endCursor"].clone();
        guest.send(PAGE, json!({ "after": cursor, "sort": "PRICE_ASC" })).await.expect_top_error("BAD_USER_INPUT");
        guest.send(PAGE, json!({ "after": "nonsense" })).await.expect_top_error("BAD_USER_INPUT");
    }

    async fn a_list_of_24_cards_needs_at_most_8_statements(app: TestApp) {
        let shop = arrange::shop(&app).await;
        for number in 1..=24 {
            arrange::product(&format!("Card {number}")).prices(&[1000, 2000]).insert(&app, &shop).await;
        }
        let cards = "{ products(first: 24) { nodes { id name slug available priceRange { min { amount } } media { url }
            categories { name } variants { sku name price { amount } availability { status } media { url } } } } }";
        let guest = app.guest();
        guest.run(cards, json!({})).await;
        let (data, statements) = app.count_statements(guest.run(cards, json!({}))).await;
        assert_eq!(data["products"]["nodes"].as_array().expect("a list").len(), 24);
        assert!(statements <= 8, "{statements} statements");
    }

    async fn one_product_page_needs_few_statements(app: TestApp) {
        let shop = arrange::shop(&app).await;
        arrange::product("Card").prices(&[1000, 2000]).insert(&app, &shop).await;
        let page = "{ product(slug: \"card\") { id name variants { sku price { amount } availability { status } } } }";
        let (data, statements) = app.count_statements(app.guest().run(page, json!({}))).await;
        assert_eq!(data["product"]["name"], "Card");
        assert!(statements <= 4, "{statements} statements");
    }
}
