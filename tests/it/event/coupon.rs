//! What the feed tells of coupons and of members.

use serde_json::{Value, json};
use tests::arrange::{product, shop};
use tests::checkout::{Cart, ordered, respond, started, wait_for_provider};
use tests::{TestApp, both};

use crate::cart::{change, ready};
use crate::promotion::{open_code, staff, template};

async fn told(app: &TestApp, kind: &str) -> Vec<Value> {
    app.run_outbox_until_idle().await;
    let reader = app.as_staff(&["EVENT_READ"]).await;
    let query =
        "query($kind: [EventKind!]) { eventsSince(kind: $kind) { events { subjectId payload } } }";
    let feed = reader.run(query, json!({ "kind": [kind] })).await;
    feed["eventsSince"]["events"].as_array().unwrap().clone()
}

fn issued(coupon: &Value, template: &Value, member: &str) -> Value {
    let payload =
        json!({ "couponTemplateId": template, "status": "AVAILABLE", "memberId": member });
    json!({ "subjectId": coupon["id"], "payload": payload })
}

both! {
    async fn a_coupon_that_comes_into_a_wallet_is_told(app: TestApp) {
        let owner = app.as_owner().await;
        let ada = app.as_member("ada@members.test").await;
        open_code(&owner, "OPEN", json!({})).await;
        let template = template(&owner, json!({ "claimable": true, "perMember": 2 })).await;
        let give = json!({ "couponTemplateId": template, "memberIds": [ada.account_id()], "idempotencyKey": "give" });
        let given = staff(&owner, "couponCreate", "coupons { id }", give.clone()).await["coupons"][0].clone();
        staff(&owner, "couponCreate", "coupons { id }", give).await;
        let claim = json!({ "couponTemplateId": template, "idempotencyKey": "claim" });
        let claimed = staff(&ada, "couponClaim", "coupon { id }", claim.clone()).await["coupon"].clone();
        staff(&ada, "couponClaim", "coupon { id }", claim).await;
        let expected = [&given, &claimed].map(|coupon| issued(coupon, &template, ada.account_id()));
        assert_eq!(told(&app, "COUPON_ISSUED").await, expected, "each once; an open code is in no wallet");
    }

    async fn a_coupon_the_shop_gives_by_itself_is_told(app: TestApp) {
        let owner = app.as_owner().await;
        let template = template(&owner, json!({ "grantOn": "REGISTRATION" })).await;
        let ada = crate::member::join(&app, "ada@members.test").await;
        let events = told(&app, "COUPON_ISSUED").await;
        let own = ada.run("{ viewer { member { id coupons { nodes { id } } } } }", json!({})).await["viewer"]["member"].clone();
        assert_eq!(events, [issued(&own["coupons"]["nodes"][0], &template, own["id"].as_str().unwrap())]);
        let registered = json!({ "subjectId": own["id"], "payload": {} });
        assert_eq!(told(&app, "MEMBER_REGISTERED").await, [registered]);
    }

    async fn a_coupon_an_order_uses_for_good_is_told(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let (owner, guest) = (app.as_owner().await, app.guest());
        let coupon = open_code(&owner, "ONCE", json!({ "coupon": { "usageLimit": 1 } })).await;
        let cart = ready(&guest, &shop, goods.variant(), 1).await;
        let cart = change(&guest, "cartCouponApply", json!({ "cartId": cart["id"], "couponCode": "ONCE" })).await;
        let cart = Cart { id: cart["id"].as_str().unwrap().to_owned(), total: cart["cost"]["total"].clone() };
        let order = ordered(&app, &guest, &cart).await;
        started(&app, &guest, &order, &shop.test_payment, "success").await;
        wait_for_provider(&app).await;
        assert_eq!(told(&app, "COUPON_REDEEMED").await, Vec::<Value>::new(), "not while the order is being checked");
        respond(&app, &order, "CONFIRMED").await;
        let events = told(&app, "COUPON_REDEEMED").await;
        assert_eq!(events.len(), 1);
        assert_eq!(events[0]["subjectId"], coupon["id"]);
        let payload = &events[0]["payload"];
        assert_eq!((&payload["status"], &payload["memberId"], &payload["orderId"]), (&json!("REDEEMED"), &Value::Null, &json!(order.id)));
    }
}
