use chrono::TimeDelta;
use serde_json::json;
use tests::{TestApp, arrange, both};

use super::{open_code, staff};
use crate::cart::{change, document, filled, place, problems, read, ready};

both! {
    async fn a_code_counts_in_any_case_and_can_be_taken_off(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        open_code(&app.as_owner().await, "Welcome10", json!({})).await;
        let guest = app.guest();
        let cart = filled(&guest, goods.variant(), 1).await;
        let apply = json!({ "cartId": cart["id"], "couponCode": " welcome10 " });
        let cart = change(&guest, "cartCouponApply", apply.clone()).await;
        assert_eq!((&cart["couponCodes"], &cart["cost"]["total"]["amount"]), (&json!(["WELCOME10"]), &json!("9.00")));
        let cart = change(&guest, "cartCouponApply", apply).await;
        assert_eq!(cart["couponCodes"], json!(["WELCOME10"]));
        let cart = change(&guest, "cartCouponRemove", json!({ "cartId": cart["id"], "couponCode": "WELCOME10" })).await;
        assert_eq!((&cart["couponCodes"], &cart["cost"]["total"]["amount"]), (&json!([]), &json!("10.00")));
    }

    async fn codes_nobody_can_use_are_refused(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let now = app.clock().now();
        open_code(&owner, "LATER", json!({ "template": { "usableFrom": now + TimeDelta::days(1) } })).await;
        open_code(&owner, "PAST", json!({ "template": { "expiresAt": now - TimeDelta::days(1) } })).await;
        let revoked = open_code(&owner, "REVOKED", json!({})).await;
        let revoke = json!({ "couponId": revoked["id"], "reason": "leaked" });
        staff(&owner, "couponRevoke", "coupon { status }", revoke).await;
        let cart = filled(&app.guest(), goods.variant(), 1).await;
        let before = app.fingerprint().await;
        for code in ["UNKNOWN", "LATER", "PAST", "REVOKED", "!"] {
            let input = json!({ "input": { "cartId": cart["id"], "couponCode": code } });
            let error = app.guest().send(&document("cartCouponApply"), input).await.expect_user_error("COUPON_INVALID");
            assert_eq!(error["field"], json!(["input", "couponCode"]));
        }
        assert_eq!(app.fingerprint().await, before);
    }

    async fn guessing_codes_is_slowed_down(app: TestApp) {
        let cart = change(&app.guest(), "cartCreate", json!({})).await;
        let input = json!({ "input": { "cartId": cart["id"], "couponCode": "GUESS" } });
        for _ in 0..5 {
            app.guest().send(&document("cartCouponApply"), input.clone()).await.expect_user_error("COUPON_INVALID");
        }
        app.guest().send(&document("cartCouponApply"), input.clone()).await.expect_top_error("RATE_LIMITED");
        app.clock().advance(TimeDelta::minutes(2));
        app.guest().send(&document("cartCouponApply"), input).await.expect_user_error("COUPON_INVALID");
    }

    async fn a_coupon_that_does_not_count_yet_stays_and_says_why(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let least = json!([{ "minSubtotal": { "amount": "15.00", "currencyCode": "EUR" } }]);
        open_code(&app.as_owner().await, "MORE", json!({ "promotion": { "conditions": least } })).await;
        let guest = app.guest();
        let cart = ready(&guest, &shop, goods.variant(), 1).await;
        let cart = change(&guest, "cartCouponApply", json!({ "cartId": cart["id"], "couponCode": "MORE" })).await;
        assert_eq!(problems(&cart), ["COUPON_NOT_APPLICABLE"]);
        assert_eq!(cart["evaluations"][0]["missing"]["amount"]["amount"], "5.00");
        let more = json!({ "cartId": cart["id"], "lines": [{ "variantId": goods.variant(), "quantity": 1 }] });
        let cart = change(&guest, "cartLinesAdd", more).await;
        assert!(problems(&cart).is_empty());
        assert_eq!(cart["cost"]["discountTotal"]["amount"], "-2.00");
    }

    async fn a_wallet_coupon_is_its_owners_and_is_used_once(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let ada = app.as_member("ada@members.test").await;
        let eve = app.as_member("eve@members.test").await;
        let owner = app.as_owner().await;
        let give = json!({ "coupon": { "code": null, "memberIds": [ada.account_id()] } });
        let coupon = open_code(&owner, "WALLET", give).await;
        let code = &coupon["code"];
        let wallet = ada.run("{ viewer { member { coupons { nodes { code status usageLimit } } } } }", json!({})).await;
        let expected = json!([{ "code": code, "status": "AVAILABLE", "usageLimit": 1 }]);
        assert_eq!(wallet["viewer"]["member"]["coupons"]["nodes"], expected);
        let apply = |cart: &serde_json::Value| json!({ "cartId": cart["id"], "couponCode": code });
        let eves = filled(&eve, goods.variant(), 1).await;
        eve.send(&document("cartCouponApply"), json!({ "input": apply(&eves) })).await.expect_user_error("COUPON_INVALID");
        let guests = filled(&app.guest(), goods.variant(), 1).await;
        app.guest().send(&document("cartCouponApply"), json!({ "input": apply(&guests) })).await.expect_user_error("COUPON_INVALID");
        let cart = ready(&ada, &shop, goods.variant(), 1).await;
        let cart = change(&ada, "cartCouponApply", apply(&cart)).await;
        place(&ada, &cart, "order").await.ok();
        let query = "query($id: ID!) { node(id: $id) { ... on Coupon { status usedCount order { number } } } }";
        let used = ada.run(query, json!({ "id": coupon["id"] })).await["node"].clone();
        assert_eq!((&used["status"], &used["usedCount"]), (&json!("LOCKED"), &json!(1)));
        assert!(used["order"]["number"].is_string());
        let again = ready(&ada, &shop, goods.variant(), 1).await;
        ada.send(&document("cartCouponApply"), json!({ "input": apply(&again) })).await.expect_user_error("COUPON_INVALID");
    }

    async fn a_cancelled_order_gives_the_use_back(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        open_code(&owner, "ONCE", json!({ "coupon": { "usageLimit": 1 }, "promotion": { "budgetUses": 1 } })).await;
        let guest = app.guest();
        let cart = ready(&guest, &shop, goods.variant(), 1).await;
        let cart = change(&guest, "cartCouponApply", json!({ "cartId": cart["id"], "couponCode": "ONCE" })).await;
        let order = place(&guest, &cart, "first").await.ok()["orderPlace"]["order"]["id"].clone();
        let next = ready(&guest, &shop, goods.variant(), 1).await;
        let apply = json!({ "input": { "cartId": next["id"], "couponCode": "ONCE" } });
        guest.send(&document("cartCouponApply"), apply.clone()).await.expect_user_error("COUPON_INVALID");
        let cancel = "mutation($input: OrderCancelInput!) { orderCancel(input: $input) { userErrors { code } } }";
        let input = json!({ "orderId": order, "reason": "CUSTOMER", "restock": true, "refund": true, "notify": false, "idempotencyKey": "k" });
        owner.send(cancel, json!({ "input": input })).await.ok();
        guest.send(&document("cartCouponApply"), apply).await.ok();
        let cart = read(&guest, &next["id"]).await;
        assert_eq!(cart["cost"]["discountTotal"]["amount"], "-1.00");
        place(&guest, &cart, "second").await.ok();
    }
}
