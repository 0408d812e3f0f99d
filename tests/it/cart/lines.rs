use serde_json::{Value, json};
use tests::{TestApp, arrange, both};

use super::{change, document, filled, read};

async fn refused(app: &TestApp, mutation: &str, input: Value, code: &str) -> Value {
    let before = app.fingerprint().await;
    let error = app
        .guest()
        .send(&document(mutation), json!({ "input": input }))
        .await
        .expect_user_error(code);
    assert_eq!(app.fingerprint().await, before, "{code} changed something");
    error
}

both! {
    async fn a_variant_already_there_grows(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").prices(&[1000, 2000]).insert(&app, &shop).await;
        let guest = app.guest();
        let cart = filled(&guest, &goods.variants[0], 1).await;
        let lines = json!([
            { "variantId": goods.variants[0], "quantity": 2 },
            { "variantId": goods.variants[1], "quantity": 1 },
            { "variantId": goods.variants[0], "quantity": 1 },
        ]);
        let cart = change(&guest, "cartLinesAdd", json!({ "cartId": cart["id"], "lines": lines })).await;
        let quantities: Vec<_> = cart["lines"].as_array().unwrap().iter().map(|line| line["quantity"].clone()).collect();
        assert_eq!(quantities, [4, 1]);
        assert_eq!(cart["cost"]["subtotal"]["amount"], "60.00");
    }

    async fn quantities_are_set_and_zero_removes(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").prices(&[1000, 2000]).insert(&app, &shop).await;
        let guest = app.guest();
        let cart = filled(&guest, &goods.variants[0], 1).await;
        let add = json!({ "cartId": cart["id"], "lines": [{ "variantId": goods.variants[1], "quantity": 1 }] });
        let cart = change(&guest, "cartLinesAdd", add).await;
        let lines = json!([
            { "lineId": cart["lines"][0]["id"], "quantity": 0 },
            { "lineId": cart["lines"][1]["id"], "quantity": 5 },
        ]);
        let cart = change(&guest, "cartLinesUpdate", json!({ "cartId": cart["id"], "lines": lines })).await;
        assert_eq!((cart["lines"].as_array().unwrap().len(), &cart["totalQuantity"]), (1, &json!(5)));
        let remove = json!({ "cartId": cart["id"], "lineIds": [cart["lines"][0]["id"]] });
        let cart = change(&guest, "cartLinesRemove", remove).await;
        assert_eq!(cart["lines"], json!([]));
        assert_eq!(cart["cost"]["total"]["amount"], "0.00");
    }

    async fn what_cannot_be_had_is_refused_and_nothing_changes(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").stock(3).insert(&app, &shop).await;
        let draft = arrange::product("Secret").draft().insert(&app, &shop).await;
        let cart = filled(&app.guest(), goods.variant(), 2).await;
        let add = |variant: &str, quantity: i64| json!({ "cartId": cart["id"], "lines": [{ "variantId": variant, "quantity": quantity }] });
        let error = refused(&app, "cartLinesAdd", add(goods.variant(), 2), "INSUFFICIENT_STOCK").await;
        assert_eq!(error["message"], "Only 3 can be had.");
        refused(&app, "cartLinesAdd", add(goods.variant(), 0), "INVALID").await;
        refused(&app, "cartLinesAdd", add(goods.variant(), -1), "INVALID").await;
        refused(&app, "cartLinesAdd", add(goods.variant(), 99), "QUANTITY_LIMIT").await;
        refused(&app, "cartLinesAdd", add(draft.variant(), 1), "UNAVAILABLE").await;
        refused(&app, "cartLinesAdd", add("product_variant_00000000000000000000000000", 1), "UNAVAILABLE").await;
        refused(&app, "cartLinesAdd", add(&goods.product, 1), "INVALID").await;
        assert_eq!(read(&app.guest(), &cart["id"]).await["totalQuantity"], 2);
    }

    async fn lines_of_another_cart_are_unknown(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let mine = filled(&app.guest(), goods.variant(), 1).await;
        let other = filled(&app.guest(), goods.variant(), 1).await;
        let line = &other["lines"][0]["id"];
        let update = json!({ "cartId": mine["id"], "lines": [{ "lineId": line, "quantity": 2 }] });
        refused(&app, "cartLinesUpdate", update, "NOT_FOUND").await;
        refused(&app, "cartLinesRemove", json!({ "cartId": mine["id"], "lineIds": [line] }), "NOT_FOUND").await;
    }

    async fn a_cart_holds_at_most_200_lines(app: TestApp) {
        let cart = change(&app.guest(), "cartCreate", json!({})).await;
        let line = json!({ "variantId": "product_variant_00000000000000000000000000", "quantity": 1 });
        let input = json!({ "cartId": cart["id"], "lines": vec![line; 201] });
        refused(&app, "cartLinesAdd", input, "TOO_MANY").await;
    }

    async fn the_statements_of_a_read_do_not_grow_with_the_lines(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").prices(&[100, 200, 300, 400, 500, 600, 700, 800]).insert(&app, &shop).await;
        let guest = app.guest();
        let small = filled(&guest, goods.variant(), 1).await;
        let lines: Vec<Value> = goods.variants.iter().map(|variant| json!({ "variantId": variant, "quantity": 1 })).collect();
        let large = change(&guest, "cartCreate", json!({ "lines": lines })).await;
        let (_, few) = app.count_statements(read(&guest, &small["id"])).await;
        let (_, many) = app.count_statements(read(&guest, &large["id"])).await;
        assert_eq!(few, many);
        assert!(many <= 12, "{many} statements");
    }
}
