use serde_json::{Value, json};
use tests::{TestApp, both};

use super::shelf::{CREATE, UPDATE, create, euro, keeper, pluck, shirt, variant};

both! {
    async fn what_is_left_out_stays_and_null_clears(app: TestApp) {
        let keeper = keeper(&app).await;
        let mut product = shirt();
        product["brand"] = json!("Weaver");
        product["tags"] = json!(["cotton"]);
        product["media"] = json!([{ "url": "https://cdn.test/a.png" }, { "url": "https://cdn.test/b.png", "alt": "Back" }]);
        let id = create(&keeper, product).await;
        let update = |product: Value| keeper.run(UPDATE, json!({ "input": { "productId": id, "product": product } }));
        let first = update(json!({})).await["productUpdate"]["product"].clone();
        assert_eq!((&first["brand"], &first["tags"], &first["slug"]), (&json!("Weaver"), &json!(["cotton"]), &json!("blue-shirt")));
        assert_eq!(first["version"], 2);
        let second = update(json!({ "name": "Red Shirt", "brand": null, "tags": null, "media": [{ "url": "https://cdn.test/b.png" }] })).await;
        let second = &second["productUpdate"]["product"];
        assert_eq!((&second["name"], &second["slug"]), (&json!("Red Shirt"), &json!("blue-shirt")));
        assert_eq!((&second["brand"], &second["tags"]), (&Value::Null, &json!([])));
        assert_eq!(second["media"], json!([{ "id": first["media"][1]["id"], "url": "https://cdn.test/b.png", "alt": null }]));
        let third = update(json!({ "slug": null })).await;
        assert_eq!(third["productUpdate"]["product"]["slug"], "red-shirt");
    }

    async fn variants_are_matched_by_sku_and_the_others_stay(app: TestApp) {
        let keeper = keeper(&app).await;
        let id = create(&keeper, shirt()).await;
        let options = json!([{ "name": "Size", "values": [{ "name": "M" }, { "name": "L" }, { "name": "XL" }] }]);
        let changed = keeper.run(UPDATE, json!({ "input": { "productId": id, "product": { "options": options, "variants": [
            { "sku": "SHIRT-L", "compareAtPrice": null },
            { "sku": "SHIRT-XL", "price": euro("29.00"), "selectedOptions": [{ "name": "Size", "value": "XL" }] },
        ] } } })).await["productUpdate"]["product"].clone();
        assert_eq!(pluck(&changed["variants"], "sku"), ["SHIRT-M", "SHIRT-L", "SHIRT-XL"]);
        assert_eq!(changed["variants"][1]["price"]["amount"], "21.00");
        assert_eq!(changed["compareAtPriceRange"], Value::Null);
        assert_eq!(changed["priceRange"], json!({ "min": { "amount": "19.00" }, "max": { "amount": "29.00" } }));
    }

    async fn two_variants_may_swap_their_choices(app: TestApp) {
        let keeper = keeper(&app).await;
        let id = create(&keeper, shirt()).await;
        let changed = keeper.run(UPDATE, json!({ "input": { "productId": id, "product": { "variants": [
            { "sku": "SHIRT-M", "selectedOptions": [{ "name": "Size", "value": "L" }] },
            { "sku": "SHIRT-L", "selectedOptions": [{ "name": "Size", "value": "M" }] },
        ] } } })).await;
        assert_eq!(pluck(&changed["productUpdate"]["product"]["variants"], "name"), ["L", "M"]);
    }

    async fn an_archived_variant_leaves_the_price_range_and_its_choices_free(app: TestApp) {
        let keeper = keeper(&app).await;
        let id = create(&keeper, shirt()).await;
        let changed = keeper.run(UPDATE, json!({ "input": { "productId": id, "product": { "variants": [
            { "sku": "SHIRT-L", "archived": true },
            { "sku": "SHIRT-L2", "price": euro("18.00"), "selectedOptions": [{ "name": "Size", "value": "L" }] },
        ] } } })).await["productUpdate"]["product"].clone();
        assert_eq!(changed["priceRange"], json!({ "min": { "amount": "18.00" }, "max": { "amount": "19.00" } }));
        assert_eq!(changed["variants"][1]["price"], Value::Null);
        assert!(changed["variants"][1]["archivedAt"].is_string());
    }

    async fn an_outdated_version_is_refused(app: TestApp) {
        let keeper = keeper(&app).await;
        let id = create(&keeper, shirt()).await;
        let input = json!({ "input": { "productId": id, "product": { "brand": "A" }, "expectedVersion": 1 } });
        keeper.run(UPDATE, input.clone()).await;
        let before = app.fingerprint().await;
        keeper.send(UPDATE, input).await.expect_user_error("CONFLICT");
        assert_eq!(app.fingerprint().await, before);
    }

    async fn of_two_writers_at_one_version_one_wins(app: TestApp) {
        let keeper = keeper(&app).await;
        let id = create(&keeper, shirt()).await;
        let write = |brand: &str| {
            let input = json!({ "input": { "productId": id, "product": { "brand": brand }, "expectedVersion": 1 } });
            let keeper = keeper.clone();
            async move { keeper.send(UPDATE, input).await.data()["productUpdate"]["userErrors"][0]["code"].clone() }
        };
        let (one, other) = tokio::join!(write("A"), write("B"));
        let mut codes = [one, other];
        codes.sort_by_key(Value::is_null);
        assert_eq!(codes, [json!("CONFLICT"), Value::Null]);
    }

    async fn an_unknown_product_and_choices_left_open_are_refused(app: TestApp) {
        let keeper = keeper(&app).await;
        let id = create(&keeper, shirt()).await;
        let unknown = app.clock().new_id();
        let unknown = domain::id::ProductId::from(unknown).to_string();
        keeper.send(UPDATE, json!({ "input": { "productId": unknown, "product": {} } })).await.expect_user_error("NOT_FOUND");
        let options = json!([{ "name": "Colour", "values": [{ "name": "Blue" }] }]);
        let answer = keeper.send(UPDATE, json!({ "input": { "productId": id, "product": { "options": options } } })).await;
        answer.expect_user_error("OPTION_MISMATCH");
    }

    async fn two_products_made_at_once_share_no_slug(app: TestApp) {
        let keeper = keeper(&app).await;
        let make = |sku: &'static str| {
            let keeper = keeper.clone();
            async move {
                let input = json!({ "input": { "product": { "name": "Twin", "variants": [variant(sku, "1.00")] } } });
                keeper.run(CREATE, input).await["productCreate"]["product"]["slug"].as_str().expect("a slug").to_owned()
            }
        };
        let (one, other) = tokio::join!(make("T1"), make("T2"));
        let mut slugs = [one, other];
        slugs.sort();
        assert_eq!(slugs, ["twin", "twin-2"]);
    }
}
