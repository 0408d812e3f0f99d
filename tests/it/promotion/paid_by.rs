//! Promotions for a way to pay: it is chosen in the cart, and the order keeps to it.

use serde_json::{Value, json};
use tests::{Client, TestApp, arrange, both, checkout};

use super::{document, running};
use crate::cart::{change, ready};

const CART: &str = "query($id: ID!) { cart(id: $id) { paymentMethod { id } cost { total { amount } } evaluations { applied reason } } }";

async fn read(client: &Client, cart: &Value) -> Value {
    client.run(CART, json!({ "id": cart["id"] })).await["cart"].clone()
}

async fn choose(client: &Client, cart: &Value, method: Option<&str>) -> Value {
    let input = json!({ "cartId": cart["id"], "cart": { "paymentMethodId": method } });
    change(client, "cartUpdate", input).await
}

/// Orders what is in a cart.
async fn ordered(app: &TestApp, client: &Client, cart: &Value) -> checkout::Order {
    let cart = checkout::Cart {
        id: cart["id"].as_str().unwrap().to_owned(),
        total: cart["cost"]["total"].clone(),
    };
    checkout::ordered(app, client, &cart).await
}

both! {
    async fn the_price_of_a_way_to_pay_binds_the_order_to_it(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let transfer = shop.manual_payment.as_str();
        let conditions = json!([{ "paymentMethodIds": [transfer] }]);
        let made = running(&app.as_owner().await, json!({ "conditions": conditions })).await;
        let guest = app.guest();
        let cart = ready(&guest, &shop, goods.variant(), 1).await;
        let unpaid = read(&guest, &cart).await;
        assert_eq!(unpaid["evaluations"], json!([{ "applied": false, "reason": "PAYMENT_METHOD_MISMATCH" }]));
        choose(&guest, &cart, Some(&shop.test_payment)).await;
        assert_eq!(read(&guest, &cart).await["evaluations"][0]["applied"], false);
        let chosen = choose(&guest, &cart, Some(transfer)).await;
        let cheaper = read(&guest, &cart).await;
        assert_eq!((&cheaper["paymentMethod"]["id"], &cheaper["evaluations"][0]["applied"]), (&json!(transfer), &json!(true)));
        let order = ordered(&app, &guest, &chosen).await;
        let kept = checkout::read(&guest, &order, "paymentMethods { id }").await;
        assert_eq!(kept["paymentMethods"], json!([{ "id": transfer }]));
        let before = app.fingerprint().await;
        checkout::try_pay(&app, &guest, &order, &shop.test_payment, "success").await.expect_user_error("METHOD_UNAVAILABLE");
        assert_eq!(app.fingerprint().await, before);
        checkout::try_pay(&app, &guest, &order, transfer, "success").await.ok();
        // Staff see the same in a trial.
        let simulate = "query($input: PromotionSimulateInput!) { promotionSimulate(input: $input) { evaluations { promotionId applied } } }";
        let lines = json!([{ "variantId": goods.variant(), "quantity": 1 }]);
        let owner = app.as_owner().await;
        for (method, applied) in [(json!(null), false), (json!(transfer), true)] {
            let input = json!({ "lines": lines, "paymentMethodId": method });
            let told = owner.run(simulate, json!({ "input": input })).await["promotionSimulate"]["evaluations"].clone();
            assert_eq!(told, json!([{ "promotionId": made["id"], "applied": applied }]));
        }
    }

    async fn who_gets_the_price_anyway_pays_as_they_like(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let either = json!([{ "anyOf": [{ "paymentMethodIds": [shop.manual_payment] }, { "minQuantity": 2 }] }]);
        running(&app.as_owner().await, json!({ "conditions": either })).await;
        let guest = app.guest();
        let cart = ready(&guest, &shop, goods.variant(), 2).await;
        let cart = choose(&guest, &cart, Some(&shop.manual_payment)).await;
        let order = ordered(&app, &guest, &cart).await;
        checkout::try_pay(&app, &guest, &order, &shop.test_payment, "success").await.ok();
    }

    async fn a_way_to_pay_that_is_none_is_refused(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let unknown = domain::id::PaymentMethodId(app.clock().new_id()).to_string();
        let guest = app.guest();
        let cart = ready(&guest, &shop, goods.variant(), 1).await;
        let before = app.fingerprint().await;
        let input = json!({ "cartId": cart["id"], "cart": { "paymentMethodId": unknown } });
        let refused = guest.send(&crate::cart::document("cartUpdate"), json!({ "input": input })).await;
        assert_eq!(refused.expect_user_error("INVALID")["field"], json!(["input", "cart", "paymentMethodId"]));
        for ids in [json!([]), json!([unknown]), json!([goods.product])] {
            let input = json!({ "name": "By card", "label": "By card", "conditions": [{ "paymentMethodIds": ids }],
                "rewards": [{ "percentOff": { "percent": "10" } }] });
            owner.send(&document("promotionCreate", ""), json!({ "input": { "promotion": input } })).await.expect_user_error("INVALID");
        }
        assert_eq!(app.fingerprint().await, before);
    }
}
