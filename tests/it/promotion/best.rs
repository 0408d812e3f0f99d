use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::{Client, TestApp, arrange, both};

use super::open_code;
use crate::cart::{change, filled, read};

const QUERY: &str =
    "query($id: ID!) { cartBestCoupons(cartId: $id) { coupon { code } amount { amount } } }";

/// Codes and what they would save.
async fn best(client: &Client, cart: &Value) -> Vec<(String, String)> {
    let found = client.run(QUERY, json!({ "id": cart["id"] })).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let savings = found["cartBestCoupons"].as_array().unwrap();
    savings
        .iter()
        .map(|saving| {
            (
                text(&saving["coupon"]["code"]),
                text(&saving["amount"]["amount"]),
            )
        })
        .collect()
}

/// Gives a member a coupon for a promotion of its own; answers its code.
async fn grant(owner: &Client, member: &Client, key: &str, fields: Value) -> String {
    let mut all = json!({ "coupon": { "code": null, "memberIds": [member.account_id()] } });
    super::merge(&mut all, fields);
    open_code(owner, key, all).await["code"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn amount_off(amount: &str) -> Value {
    json!([{ "fixedOff": { "amount": { "amount": amount, "currencyCode": "EUR" } } }])
}

both! {
    async fn the_wallet_tells_which_coupon_saves_most(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let (owner, ada) = (app.as_owner().await, app.as_member("ada@members.test").await);
        let now = app.clock().now();
        let tenth = grant(&owner, &ada, "tenth", json!({})).await;
        let three = grant(&owner, &ada, "three", json!({ "promotion": { "couponRequired": true, "rewards": amount_off("3.00") } })).await;
        let least = json!([{ "minQuantity": 50 }]);
        grant(&owner, &ada, "many", json!({ "promotion": { "couponRequired": true, "rewards": amount_off("9.00"), "conditions": least } })).await;
        grant(&owner, &ada, "later", json!({ "template": { "usableFrom": now + TimeDelta::hours(1) } })).await;
        grant(&owner, &app.as_member("eve@members.test").await, "eve", json!({})).await;
        let cart = filled(&ada, goods.variant(), 2).await;
        let before = app.fingerprint().await;
        assert_eq!(best(&ada, &cart).await, [(three.clone(), "3.00".to_owned()), (tenth.clone(), "2.00".to_owned())]);
        assert_eq!(app.fingerprint().await, before);
        let cart = change(&ada, "cartCouponApply", json!({ "cartId": cart["id"], "couponCode": three })).await;
        let rest = best(&ada, &cart).await;
        assert_eq!(rest.len(), 1);
        let total = cart["cost"]["total"]["amount"].clone();
        change(&ada, "cartCouponApply", json!({ "cartId": cart["id"], "couponCode": rest[0].0 })).await;
        let after = read(&ada, &cart["id"]).await["cost"]["total"]["amount"].clone();
        let cents = |amount: &Value| amount.as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
        assert_eq!(cents(&total) - cents(&after), rest[0].1.replace('.', "").parse::<i64>().unwrap());
    }

    async fn more_coupons_take_no_more_statements(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let (owner, ada) = (app.as_owner().await, app.as_member("ada@members.test").await);
        let cart = filled(&ada, goods.variant(), 1).await;
        grant(&owner, &ada, "first", json!({})).await;
        let (found, few) = app.count_statements(best(&ada, &cart)).await;
        assert_eq!(found.len(), 1);
        for key in ["second", "third", "fourth"] {
            grant(&owner, &ada, key, json!({})).await;
        }
        let (found, many) = app.count_statements(best(&ada, &cart)).await;
        assert_eq!((found.len(), many), (4, few));
    }

    async fn guests_have_no_wallet_and_strangers_no_cart(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let cart = filled(&app.guest(), goods.variant(), 1).await;
        assert_eq!(best(&app.guest(), &cart).await, []);
        let adas = filled(&app.as_member("ada@members.test").await, goods.variant(), 1).await;
        let eve = app.as_member("eve@members.test").await;
        assert_eq!(eve.run(QUERY, json!({ "id": adas["id"] })).await["cartBestCoupons"], Value::Null);
    }
}
