use serde_json::{Value, json};
use tests::{TestApp, arrange, both};

use super::shelf::{PUBLISH, UPDATE, create, keeper, publish, shirt};

both! {
    async fn a_variant_is_found_by_any_key_of_a_visible_product(app: TestApp) {
        let keeper = keeper(&app).await;
        let id = create(&keeper, shirt()).await;
        let by = |arguments: &str| format!("{{ productVariant({arguments}) {{ sku product {{ id }} }} }}");
        let keys = ["sku: \"SHIRT-L\"", "modelNumber: \"BS100l\"", "barcode: \"4006381333931\""];
        for key in keys {
            assert_eq!(app.guest().run(&by(key), json!({})).await["productVariant"], Value::Null, "{key}");
            let found = keeper.run(&by(key), json!({})).await;
            assert_eq!(found["productVariant"]["product"]["id"], id, "{key}");
        }
        keeper.run(PUBLISH, json!({ "input": { "productId": id } })).await;
        for key in keys {
            assert_eq!(app.guest().run(&by(key), json!({})).await["productVariant"]["sku"], "SHIRT-L", "{key}");
        }
        app.guest().send(&by("sku: \"SHIRT-L\", barcode: \"1\""), json!({})).await.expect_top_error("BAD_USER_INPUT");
    }

    async fn model_numbers_are_looked_up_together_however_they_are_typed(app: TestApp) {
        let keeper = keeper(&app).await;
        let id = create(&keeper, shirt()).await;
        let read = "query($numbers: [String!]!) { stockByModelNumber(modelNumbers: $numbers) {
            modelNumber variant { sku availability { status } } } }";
        let typed = json!({ "numbers": ["BS100l", "x-1", " - ", "bs 100-L"] });
        let hidden = app.guest().run(read, typed.clone()).await["stockByModelNumber"].clone();
        assert!(hidden.as_array().unwrap().iter().all(|row| row["variant"].is_null()));
        keeper.run(PUBLISH, json!({ "input": { "productId": id } })).await;
        let shirt = json!({ "sku": "SHIRT-L", "availability": { "status": "OUT_OF_STOCK" } });
        let (shown, few) = app.count_statements(app.guest().run(read, typed)).await;
        assert_eq!(shown["stockByModelNumber"], json!([
            { "modelNumber": "BS100l", "variant": shirt }, { "modelNumber": "x-1", "variant": null },
            { "modelNumber": " - ", "variant": null }, { "modelNumber": "bs 100-L", "variant": shirt },
        ]));
        let many: Vec<String> = (0..49).map(|number| format!("N{number}")).chain(["bs100l".to_owned()]).collect();
        let (_, all) = app.count_statements(app.guest().run(read, json!({ "numbers": many }))).await;
        assert_eq!(few, all);
        app.guest().send(read, json!({ "numbers": vec!["N"; 51] })).await.expect_top_error("BAD_USER_INPUT");
        let archive = json!({ "input": { "productId": id, "product": { "variants": [{ "sku": "SHIRT-L", "archived": true }] } } });
        keeper.run(UPDATE, archive).await;
        let gone = app.guest().run(read, json!({ "numbers": ["bs100l"] })).await;
        assert_eq!(gone["stockByModelNumber"][0]["variant"], Value::Null);
    }

    async fn stock_decides_what_can_be_bought(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Mug").stock(3).insert(&app, &shop).await;
        let none = arrange::product("Plate").stock(0).insert(&app, &shop).await;
        let read = "query($id: ID!) { product(id: $id) { available variants { availability { status quantity } } } }";
        let few = app.guest().run(read, json!({ "id": goods.product })).await["product"].clone();
        assert_eq!(few, json!({ "available": true, "variants": [{ "availability": { "status": "LOW_STOCK", "quantity": 3 } }] }));
        let gone = app.guest().run(read, json!({ "id": none.product })).await["product"].clone();
        assert_eq!(gone, json!({ "available": false, "variants": [{ "availability": { "status": "OUT_OF_STOCK", "quantity": 0 } }] }));
        let only = app.guest().run("{ products(filter: { available: true }) { nodes { id } } }", json!({})).await;
        assert_eq!(only["products"]["nodes"], json!([{ "id": goods.product }]));
    }

    async fn nodes_are_found_by_those_who_may_see_them(app: TestApp) {
        let keeper = keeper(&app).await;
        let draft = create(&keeper, json!({ "name": "Draft" })).await;
        let shown = publish(&keeper, shirt()).await;
        let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";
        let ids = json!({ "ids": [draft, shown] });
        let seen = app.guest().run(nodes, ids.clone()).await;
        assert_eq!(seen["nodes"], json!([null, { "__typename": "Product", "id": shown }]));
        assert_eq!(keeper.run(nodes, ids).await["nodes"][0]["id"], draft);
    }

    async fn buyers_do_not_see_variants_that_left_the_range(app: TestApp) {
        let keeper = keeper(&app).await;
        let id = publish(&keeper, shirt()).await;
        let input = json!({ "input": { "productId": id, "product": { "variants": [{ "sku": "SHIRT-L", "archived": true }] } } });
        keeper.run(UPDATE, input).await;
        let read = "query($id: ID!) { product(id: $id) { variants { sku } } }";
        assert_eq!(app.guest().run(read, json!({ "id": id })).await["product"]["variants"], json!([{ "sku": "SHIRT-M" }]));
        let all = keeper.run(read, json!({ "id": id })).await;
        assert_eq!(all["product"]["variants"].as_array().expect("a list").len(), 2);
    }
}
