use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;
use tests::{TestApp, arrange, both};

use super::claim::claim;
use super::open_code;
use crate::cart::{change, place, ready};

both! {
    async fn a_hundred_takers_use_a_coupon_of_ten_ten_times(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").stock(1_000).insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let coupon = open_code(&owner, "TEN", json!({ "coupon": { "usageLimit": 10 } })).await;
        let guest = app.guest();
        let mut carts = Vec::new();
        for _ in 0..100 {
            // Codes are tried slowly enough for the limit on guessing.
            app.clock().advance(TimeDelta::seconds(3));
            let cart = ready(&guest, &shop, goods.variant(), 1).await;
            let email = format!("buyer-{}@buyers.test", carts.len());
            change(&guest, "cartUpdate", json!({ "cartId": cart["id"], "cart": { "email": email } })).await;
            carts.push(change(&guest, "cartCouponApply", json!({ "cartId": cart["id"], "couponCode": "TEN" })).await);
        }
        let keys: Vec<String> = (0..carts.len()).map(|number| format!("key-{number}")).collect();
        let answers = join_all(carts.iter().zip(&keys).map(|(cart, key)| place(&guest, cart, key))).await;
        let placed = answers.iter().filter(|answer| answer.user_codes().is_empty() && answer.top_codes().is_empty()).count();
        assert_eq!(placed, 10);
        for answer in answers.iter().filter(|answer| !answer.user_codes().is_empty()) {
            let codes = answer.user_codes();
            assert_eq!(codes, ["COUPON_INVALID"]);
        }
        let query = "query($id: ID!) { node(id: $id) { ... on Coupon { usedCount } } }";
        assert_eq!(owner.run(query, json!({ "id": coupon["id"] })).await["node"]["usedCount"], 10);
    }

    async fn a_member_cannot_use_a_coupon_twice_by_ordering_twice_at_once(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        open_code(&app.as_owner().await, "PERBUYER", json!({})).await;
        let guest = app.guest();
        let mut carts = Vec::new();
        for _ in 0..2 {
            let cart = ready(&guest, &shop, goods.variant(), 1).await;
            carts.push(change(&guest, "cartCouponApply", json!({ "cartId": cart["id"], "couponCode": "PERBUYER" })).await);
        }
        let answers = tokio::join!(place(&guest, &carts[0], "one"), place(&guest, &carts[1], "two"));
        let placed = [&answers.0, &answers.1].iter().filter(|answer| answer.user_codes().is_empty()).count();
        assert_eq!(placed, 1);
    }
    async fn a_code_claimed_while_a_guest_orders_with_it_goes_to_one_of_them(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").stock(100).insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let (guest, ada) = (app.guest(), app.as_member("ada@members.test").await);
        for number in 0..10 {
            app.clock().advance(TimeDelta::minutes(1));
            let code = format!("SINGLE-{number}");
            open_code(&owner, &code, json!({ "coupon": { "usageLimit": 1 } })).await;
            let cart = ready(&guest, &shop, goods.variant(), 1).await;
            let cart = change(&guest, "cartCouponApply", json!({ "cartId": cart["id"], "couponCode": code })).await;
            let (placed, claimed) = tokio::join!(place(&guest, &cart, &code), claim(&ada, json!({ "code": code })));
            let mut refusals = [placed.user_codes(), claimed.user_codes()].concat();
            refusals.extend([placed.top_codes(), claimed.top_codes()].concat());
            // An order that comes after the claim is not as cheap as its buyer saw.
            assert!(matches!(refusals.as_slice(), ["COUPON_INVALID" | "TOTAL_CHANGED"]), "{code}: {refusals:?}");
        }
    }
}
