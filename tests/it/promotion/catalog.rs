//! Promotions of the catalog: prices that are shown to everybody before there is a cart.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::{Client, TestApp, arrange, both, checkout};

use super::{document, merge, running, staff};
use crate::cart::filled;

async fn shown(client: &Client, variant: &str) -> Value {
    let query = "query($id: ID!) { productVariant(id: $id) { price { amount } compareAtPrice { amount } priceSource { kind ruleId label } } }";
    client.run(query, json!({ "id": variant })).await["productVariant"].clone()
}

fn eur(amount: &str) -> Value {
    json!({ "amount": amount, "currencyCode": "EUR" })
}

async fn in_catalog(owner: &Client, reward: Value, fields: Value) -> Value {
    let mut input = json!({ "stage": "CATALOG", "rewards": [reward] });
    merge(&mut input, fields);
    running(owner, input).await
}

both! {
    async fn a_promotion_of_the_catalog_lowers_the_price_that_is_shown_and_paid(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let cup = arrange::product("Cup").insert(&app, &shop).await;
        let plate = arrange::product("Plate").insert(&app, &shop).await;
        let (owner, guest) = (app.as_owner().await, app.guest());
        let update = "mutation($input: ProductUpdateInput!) { productUpdate(input: $input) { userErrors { code } } }";
        owner.send(update, json!({ "input": { "productId": cup.product, "product": { "tags": ["new"] } } })).await.ok();
        let now = app.clock().now();
        let tenth = json!({ "percentOff": { "percent": "10", "products": { "tags": ["new"] } } });
        let dates = json!({ "startsAt": now + TimeDelta::hours(1), "endsAt": now + TimeDelta::hours(2), "label": "Ten" });
        let sale = in_catalog(&owner, tenth, dates).await;
        assert_eq!(shown(&guest, cup.variant()).await["price"]["amount"], "10.00");
        app.clock().advance(TimeDelta::minutes(61));
        let lowered = json!({ "price": { "amount": "9.00" }, "compareAtPrice": { "amount": "10.00" },
            "priceSource": { "kind": "PROMOTION", "ruleId": null, "label": "Ten" } });
        assert_eq!(shown(&guest, cup.variant()).await, lowered);
        assert_eq!(shown(&owner, cup.variant()).await["priceSource"]["ruleId"], sale["id"]);
        assert_eq!(shown(&guest, plate.variant()).await["price"]["amount"], "10.00");
        let three_off = json!({ "fixedOff": { "amount": eur("3"), "perUnit": true } });
        in_catalog(&owner, three_off, json!({})).await;
        assert_eq!(shown(&guest, cup.variant()).await["price"]["amount"], "7.00");
        // Promotions of carts take their share of what is left.
        running(&owner, json!({})).await;
        let cart = filled(&guest, cup.variant(), 2).await;
        assert_eq!((&cart["cost"]["subtotal"]["amount"], &cart["cost"]["total"]["amount"]), (&json!("14.00"), &json!("12.60")));
        app.clock().advance(TimeDelta::hours(2));
        in_catalog(&owner, json!({ "fixedPrice": { "price": eur("6.50"), "products": {} } }), json!({})).await;
        assert_eq!(shown(&guest, plate.variant()).await["price"]["amount"], "6.50");
    }

    async fn orders_tell_which_promotion_of_the_catalog_set_their_prices(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let cup = arrange::product("Cup").insert(&app, &shop).await;
        let (owner, ada) = (app.as_owner().await, app.as_member("ada@members.test").await);
        let sale = in_catalog(&owner, json!({ "percentOff": { "percent": "10" } }), json!({ "label": "Ten" })).await;
        let order = checkout::placed(&app, &ada, &shop, &cup, 3).await;
        let called_off = checkout::placed(&app, &app.guest(), &shop, &cup, 1).await;
        let input = json!({ "orderId": called_off.id, "reason": "CUSTOMER", "restock": true, "refund": true, "notify": false, "idempotencyKey": "k" });
        let cancel = "mutation($input: OrderCancelInput!) { orderCancel(input: $input) { userErrors { code } } }";
        owner.send(cancel, json!({ "input": input })).await.ok();
        let query = "query($id: ID!) { promotion(id: $id) { performance { orders uses members discountTotal { amount } } } }";
        let figures = owner.run(query, json!({ "id": sale["id"] })).await["promotion"]["performance"].clone();
        assert_eq!(figures, json!({ "orders": 1, "uses": 1, "members": 1, "discountTotal": { "amount": "-3.00" } }));
        // The order keeps the version it was priced with.
        let change = json!({ "promotionId": sale["id"], "promotion": { "label": "Fifth", "rewards": [{ "percentOff": { "percent": "20" } }] } });
        staff(&owner, "promotionUpdate", "promotion { id }", change).await;
        let source = "query($id: ID!) { order(id: $id) { lines { cost { unitPrice { amount } priceSource { kind ruleId ruleVersion label } } } } }";
        let line = |order: &Value| order["order"]["lines"][0]["cost"].clone();
        let kept = |id: &Value, version: &Value| json!({ "unitPrice": { "amount": "9.00" },
            "priceSource": { "kind": "PROMOTION", "ruleId": id, "ruleVersion": version, "label": "Ten" } });
        let shown = owner.run(source, json!({ "id": order.id })).await;
        assert_eq!(line(&shown), kept(&sale["id"], &sale["version"]));
        let shown = ada.run(source, json!({ "id": order.id })).await;
        assert_eq!(line(&shown), kept(&Value::Null, &Value::Null), "the rule itself is nothing for buyers");
    }

    async fn what_needs_a_cart_is_refused_in_the_catalog(app: TestApp) {
        arrange::shop(&app).await;
        let owner = app.as_owner().await;
        let percent = json!({ "percentOff": { "percent": "10" } });
        let whole = json!({ "fixedOff": { "amount": eur("3") } });
        let before = app.fingerprint().await;
        for (fields, place) in [
            (json!({ "conditions": [{ "firstOrder": true }] }), json!(["conditions", "0"])),
            (json!({ "rewards": [percent, whole] }), json!(["rewards", "1"])),
            (json!({ "rewards": [{ "freeShipping": {} }] }), json!(["rewards", "0"])),
            (json!({ "couponRequired": true }), json!(["couponRequired"])),
            (json!({ "budgetUses": 5 }), json!(["budgetUses"])),
            (json!({ "exclusive": true }), json!(["exclusive"])),
        ] {
            let mut input = json!({ "name": "Sale", "label": "Sale", "stage": "CATALOG", "rewards": [percent] });
            merge(&mut input, fields);
            let refused = owner.send(&document("promotionCreate", ""), json!({ "input": { "promotion": input } })).await.expect_user_error("INVALID");
            let path: Vec<Value> = [json!("input"), json!("promotion")].into_iter().chain(place.as_array().unwrap().iter().cloned()).collect();
            assert_eq!(refused["field"], json!(path));
        }
        assert_eq!(app.fingerprint().await, before);
        let sale = running(&owner, json!({})).await;
        let change = json!({ "input": { "promotionId": sale["id"], "promotion": { "stage": "CATALOG" } } });
        owner.send(&document("promotionUpdate", ""), change).await.expect_user_error("INVALID");
    }

    async fn no_statement_is_spent_where_the_catalog_has_no_promotion(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").prices(&[1_000, 2_000, 3_000]).insert(&app, &shop).await;
        let (owner, guest) = (app.as_owner().await, app.guest());
        let query = "query($id: ID!) { product(id: $id) { variants { price { amount } } } }";
        let ask = || guest.run(query, json!({ "id": goods.product }));
        ask().await;
        let (_, without) = app.count_statements(ask()).await;
        let sale = in_catalog(&owner, json!({ "percentOff": { "percent": "10" } }), json!({})).await;
        let (product, with) = app.count_statements(ask()).await;
        assert_eq!(product["product"]["variants"][2]["price"]["amount"], "27.00");
        // The promotions, and what the variants are.
        assert_eq!(with, without + 2);
        staff(&owner, "promotionPause", "promotion { status }", json!({ "promotionId": sale["id"] })).await;
        let (_, after) = app.count_statements(ask()).await;
        assert_eq!(after, without);
    }
}
