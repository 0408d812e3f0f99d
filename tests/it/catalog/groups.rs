use serde_json::{Value, json};
use tests::{TestApp, both};

use super::shelf::{keeper, pluck, publish, row_of_products, variant};

const CATEGORIES: &str = "mutation($input: CategoriesUpsertInput!) { categoriesUpsert(input: $input) {
    categories { id slug name parent { slug } ancestors { slug } media { url } } userErrors { code field } } }";
const COLLECTIONS: &str =
    "mutation($input: CollectionsUpsertInput!) { collectionsUpsert(input: $input) {
    collections { id slug name products { nodes { name } } } userErrors { code field } } }";

fn tree() -> Value {
    json!({ "input": { "categories": [
        { "slug": "clothes", "name": "Clothes", "media": { "url": "https://cdn.test/clothes.png" } },
        { "slug": "shirts", "name": "Shirts", "parentSlug": "clothes" },
        { "slug": "polo", "name": "Polo shirts", "parentSlug": "shirts" },
        { "slug": "books", "name": "Books" },
    ] } })
}

both! {
    async fn categories_form_a_tree_that_can_be_moved(app: TestApp) {
        let keeper = keeper(&app).await;
        let made = keeper.run(CATEGORIES, tree()).await["categoriesUpsert"]["categories"].clone();
        assert_eq!(pluck(&made[2]["ancestors"], "slug"), ["clothes", "shirts"]);
        assert_eq!(made[0]["media"]["url"], "https://cdn.test/clothes.png");
        let roots = app.guest().run("{ categories { slug children { slug children { slug } } } }", json!({})).await;
        assert_eq!(roots["categories"], json!([
            { "slug": "clothes", "children": [{ "slug": "shirts", "children": [{ "slug": "polo" }] }] },
            { "slug": "books", "children": [] },
        ]));
        let moved = json!({ "input": { "categories": [{ "slug": "shirts", "parentSlug": "books", "media": null }] } });
        keeper.run(CATEGORIES, moved).await;
        let polo = app.guest().run("{ category(slug: \"polo\") { ancestors { slug } } }", json!({})).await;
        assert_eq!(pluck(&polo["category"]["ancestors"], "slug"), ["books", "shirts"]);
    }

    async fn a_category_holds_the_products_of_those_below(app: TestApp) {
        let keeper = keeper(&app).await;
        let made = keeper.run(CATEGORIES, tree()).await["categoriesUpsert"]["categories"].clone();
        let product = json!({ "name": "Polo", "categoryIds": [made[2]["id"]], "variants": [variant("POLO", "9.00")] });
        let id = publish(&keeper, product).await;
        let read = "query($slug: String!) { category(slug: $slug) { products { nodes { id categories { slug } } } } }";
        for (slug, expected) in [("clothes", json!([{ "id": id, "categories": [{ "slug": "polo" }] }])), ("books", json!([]))] {
            let found = app.guest().run(read, json!({ "slug": slug })).await;
            assert_eq!(found["category"]["products"]["nodes"], expected, "{slug}");
        }
    }

    async fn a_bad_category_refuses_them_all(app: TestApp) {
        let keeper = keeper(&app).await;
        keeper.run(CATEGORIES, tree()).await;
        let before = app.fingerprint().await;
        for (field, bad) in [
            ("parentSlug", json!({ "slug": "hats", "name": "Hats", "parentSlug": "nowhere" })),
            ("parentSlug", json!({ "slug": "clothes", "parentSlug": "polo" })),
            ("name", json!({ "slug": "hats" })),
            ("slug", json!({ "slug": "Hats & more", "name": "Hats" })),
        ] {
            let input = json!({ "input": { "categories": [{ "slug": "games", "name": "Games" }, bad] } });
            let answer = keeper.send(CATEGORIES, input).await;
            let error = &answer.data()["categoriesUpsert"]["userErrors"][0];
            assert_eq!(error["code"], "INVALID", "{}", answer.body());
            assert_eq!(error["field"], json!(["input", "categories", "1", field]));
        }
        assert_eq!(app.fingerprint().await, before);
    }

    async fn a_collection_keeps_the_order_it_is_given(app: TestApp) {
        let keeper = keeper(&app).await;
        let ids = row_of_products(&keeper, 3).await;
        let input = json!({ "input": { "collections": [{ "slug": "best", "name": "Best", "productIds": [ids[1], ids[2], ids[0]] }] } });
        let made = keeper.run(COLLECTIONS, input).await["collectionsUpsert"]["collections"][0].clone();
        assert_eq!(pluck(&made["products"]["nodes"], "name"), ["Product 02", "Product 03", "Product 01"]);
        let listed = app.guest().run("{ collections { nodes { slug } totalCount } collection(slug: \"best\") { name products(sort: PRICE_DESC) { nodes { name } } } }", json!({})).await;
        assert_eq!(listed["collections"], json!({ "nodes": [{ "slug": "best" }], "totalCount": 1 }));
        assert_eq!(pluck(&listed["collection"]["products"]["nodes"], "name"), ["Product 03", "Product 02", "Product 01"]);
        let read = "query($id: ID!) { product(id: $id) { collections { slug } } }";
        assert_eq!(app.guest().run(read, json!({ "id": ids[0] })).await["product"]["collections"], json!([{ "slug": "best" }]));
        let emptied = json!({ "input": { "collections": [{ "slug": "best", "productIds": null }] } });
        let made = keeper.run(COLLECTIONS, emptied).await;
        assert_eq!(made["collectionsUpsert"]["collections"][0]["products"]["nodes"], json!([]));
    }

    async fn a_collection_holds_each_known_product_once(app: TestApp) {
        let keeper = keeper(&app).await;
        let ids = row_of_products(&keeper, 1).await;
        let input = json!({ "input": { "collections": [{ "slug": "best", "name": "Best", "productIds": [ids[0], ids[0]] }] } });
        let answer = keeper.send(COLLECTIONS, input).await;
        answer.expect_user_error("INVALID");
    }
}
