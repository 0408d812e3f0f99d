//! Coupons withdrawn while orders use them.

use futures_util::future::join;
use serde_json::{Value, json};
use tests::arrange::{self, Goods, Shop};
use tests::checkout::{Cart, Order, ordered, respond, started, wait_for_provider};
use tests::{Client, TestApp, both};

use super::{document as staff_document, merge, open_code, staff};
use crate::cart::{change, document, filled, ready};

const REVOKE: &str = "coupon { status usedCount }";

/// An order that uses a code.
pub(super) async fn order_with(
    app: &TestApp,
    client: &Client,
    shop: &Shop,
    goods: &Goods,
    code: &str,
) -> Order {
    let cart = ready(client, shop, goods.variant(), 1).await;
    let apply = json!({ "cartId": cart["id"], "couponCode": code });
    let cart = change(client, "cartCouponApply", apply).await;
    let cart = Cart {
        id: cart["id"].as_str().unwrap().to_owned(),
        total: cart["cost"]["total"].clone(),
    };
    ordered(app, client, &cart).await
}

/// Has the coupon of an order used for good.
pub(super) async fn make_certain(app: &TestApp, client: &Client, shop: &Shop, order: &Order) {
    started(app, client, order, &shop.test_payment, "success").await;
    wait_for_provider(app).await;
    respond(app, order, "CONFIRMED").await;
}

/// Calls an order off.
pub(super) async fn call_off(owner: &Client, order: &str) {
    let cancel = "mutation($input: OrderCancelInput!) { orderCancel(input: $input) { userErrors { code } } }";
    let input = json!({ "orderId": order, "reason": "CUSTOMER", "restock": true, "refund": true, "notify": false, "idempotencyKey": order });
    owner.send(cancel, json!({ "input": input })).await.ok();
}

async fn revoke(owner: &Client, coupon: &Value) -> Value {
    let input = json!({ "couponId": coupon["id"], "reason": "leaked" });
    staff(owner, "couponRevoke", REVOKE, input).await["coupon"].clone()
}

async fn standing(owner: &Client, coupon: &Value) -> Value {
    let query = "query($id: ID!) { node(id: $id) { ... on Coupon { status usedCount } } }";
    owner.run(query, json!({ "id": coupon["id"] })).await["node"].clone()
}

pub(super) fn once(fields: Value) -> Value {
    let mut all = json!({ "coupon": { "usageLimit": 1 } });
    merge(&mut all, fields);
    all
}

both! {
    async fn a_coupon_withdrawn_from_an_order_that_holds_it_does_not_come_back(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let (owner, guest) = (app.as_owner().await, app.guest());
        let coupon = open_code(&owner, "ONCE", once(json!({}))).await;
        let order = order_with(&app, &guest, &shop, &goods, "ONCE").await;
        let held = json!({ "status": "LOCKED", "usedCount": 1 });
        assert_eq!(revoke(&owner, &coupon).await, held, "the order keeps it");
        assert_eq!(revoke(&owner, &coupon).await, held);
        call_off(&owner, &order.id).await;
        assert_eq!(standing(&owner, &coupon).await, json!({ "status": "REVOKED", "usedCount": 0 }));
        let cart = filled(&guest, goods.variant(), 1).await;
        let apply = json!({ "input": { "cartId": cart["id"], "couponCode": "ONCE" } });
        guest.send(&document("cartCouponApply"), apply).await.expect_user_error("COUPON_INVALID");
    }

    async fn a_coupon_withdrawn_from_an_order_that_stays_is_used(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let (owner, guest) = (app.as_owner().await, app.guest());
        let coupon = open_code(&owner, "ONCE", once(json!({}))).await;
        let order = order_with(&app, &guest, &shop, &goods, "ONCE").await;
        revoke(&owner, &coupon).await;
        make_certain(&app, &guest, &shop, &order).await;
        assert_eq!(standing(&owner, &coupon).await, json!({ "status": "REDEEMED", "usedCount": 1 }));
        call_off(&owner, &order.id).await;
        assert_eq!(standing(&owner, &coupon).await, json!({ "status": "REVOKED", "usedCount": 0 }));
    }

    async fn a_use_that_never_comes_back_cannot_be_withdrawn(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let (owner, guest) = (app.as_owner().await, app.guest());
        let coupon = open_code(&owner, "ONCE", once(json!({ "template": { "restorable": false } }))).await;
        let order = order_with(&app, &guest, &shop, &goods, "ONCE").await;
        make_certain(&app, &guest, &shop, &order).await;
        let before = app.fingerprint().await;
        let input = json!({ "input": { "couponId": coupon["id"], "reason": "leaked" } });
        owner.send(&staff_document("couponRevoke", REVOKE), input).await.expect_user_error("INVALID_TRANSITION");
        assert_eq!(app.fingerprint().await, before);
    }

    async fn withdrawing_and_calling_off_at_once_leaves_nothing_to_use(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let (owner, guest) = (app.as_owner().await, app.guest());
        for number in 0..4 {
            let code = format!("ONCE{number}");
            let coupon = open_code(&owner, &code, once(json!({}))).await;
            let order = order_with(&app, &guest, &shop, &goods, &code).await;
            join(revoke(&owner, &coupon), call_off(&owner, &order.id)).await;
            assert_eq!(standing(&owner, &coupon).await, json!({ "status": "REVOKED", "usedCount": 0 }));
        }
    }
}
