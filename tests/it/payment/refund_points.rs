use serde_json::{Value, json};
use tests::arrange::{Goods, Shop, product, shop};
use tests::checkout::{Order, read, received, respond, started, wait_for_provider};
use tests::{Client, TestApp, both};

use super::refund::{line, refunded};
use crate::cart::{change, place, ready};
use crate::points::{adjust, ledger, let_points_pay, own, rule};
use crate::promotion::open_code;

/// A confirmed order of two cups, changed by `fields`.
async fn confirmed(
    app: &TestApp,
    client: &Client,
    shop: &Shop,
    goods: &Goods,
    fields: Value,
) -> Order {
    let cart = ready(client, shop, goods.variant(), 2).await;
    let cart = if fields.is_null() {
        cart
    } else {
        change(
            client,
            "cartUpdate",
            json!({ "cartId": cart["id"], "cart": fields }),
        )
        .await
    };
    paid(app, client, shop, &cart).await
}

async fn paid(app: &TestApp, client: &Client, shop: &Shop, cart: &Value) -> Order {
    let placed = place(client, cart, "place").await.ok();
    let id = placed["orderPlace"]["order"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let order = Order { id, token: None };
    started(app, client, &order, &shop.test_payment, "success").await;
    wait_for_provider(app).await;
    respond(app, &order, "CONFIRMED").await;
    order
}

both! {
    async fn points_go_both_ways_with_the_units(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let_points_pay(&app).await;
        let owner = app.as_owner().await;
        rule(&owner, json!({ "key": "all", "label": "All", "trigger": "ORDER", "pointsPerMoneyUnit": "1" })).await.ok();
        let ada = app.as_member("ada@members.test").await;
        adjust(&owner, &ada, 501, "a").await.ok();
        let order = confirmed(&app, &ada, &shop, &goods, json!({ "points": 501 })).await;
        let line = line(&ada, &order).await;
        assert_eq!(own(&ada).await["balance"], 0);
        let one = json!({ "lines": [{ "lineId": line, "quantity": 1 }] });
        let first = refunded(&app, &owner, &order, one.clone()).await["breakdown"].clone();
        assert_eq!((&first["total"]["amount"], &first["pointsRestored"], &first["pointsClawedBack"]), (&json!("7.49"), &json!(251), &json!(6)));
        assert_eq!(own(&ada).await["balance"], 0, "points follow the money");
        wait_for_provider(&app).await;
        assert_eq!(own(&ada).await["balance"], 251);
        received(&app, &ada, &shop, &order, 2).await;
        let points = own(&ada).await;
        assert_eq!(ledger(&points)[..3], [("CLAW_BACK".to_owned(), -6, 259), ("EARN".to_owned(), 14, 265), ("RESTORE".to_owned(), 251, 251)]);
        let second = refunded(&app, &owner, &order, one).await["breakdown"].clone();
        assert_eq!((&second["total"]["amount"], &second["pointsRestored"], &second["pointsClawedBack"]), (&json!("7.50"), &json!(250), &json!(8)));
        wait_for_provider(&app).await;
        let points = own(&ada).await;
        assert_eq!((&points["balance"], &points["held"]), (&json!(501), &json!(0)));
        assert_eq!(ledger(&points)[..2], [("CLAW_BACK".to_owned(), -8, 501), ("RESTORE".to_owned(), 250, 509)]);
    }

    async fn an_order_called_off_after_a_refund_gives_each_point_back_once(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let_points_pay(&app).await;
        let owner = app.as_owner().await;
        let ada = app.as_member("ada@members.test").await;
        adjust(&owner, &ada, 500, "a").await.ok();
        let order = confirmed(&app, &ada, &shop, &goods, json!({ "points": 500 })).await;
        let line = line(&ada, &order).await;
        refunded(&app, &owner, &order, json!({ "lines": [{ "lineId": line, "quantity": 1 }] })).await;
        let cancel = "mutation($input: OrderCancelInput!) { orderCancel(input: $input) {
            orderCancellation { refund { breakdown { total { amount } pointsRestored } } } userErrors { code } } }";
        let input = json!({ "orderId": order.id, "reason": "STAFF", "restock": true, "refund": true, "notify": false, "idempotencyKey": "c" });
        let cancelled = owner.run(cancel, json!({ "input": input })).await;
        assert_eq!(cancelled["orderCancel"]["orderCancellation"]["refund"]["breakdown"],
            json!({ "total": { "amount": "12.40" }, "pointsRestored": 250 }));
        wait_for_provider(&app).await;
        let points = own(&ada).await;
        assert_eq!((&points["balance"], &points["held"]), (&json!(500), &json!(0)));
        assert_eq!(read(&ada, &order, "paymentStatus").await["paymentStatus"], "REFUNDED");
    }

    async fn a_coupon_comes_back_with_the_last_unit(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let coupon = open_code(&owner, "CUP10", json!({ "coupon": { "usageLimit": 1 } })).await;
        let code = &coupon["code"];
        let ada = app.as_member("ada@members.test").await;
        let cart = ready(&ada, &shop, goods.variant(), 2).await;
        let cart = change(&ada, "cartCouponApply", json!({ "cartId": cart["id"], "couponCode": code })).await;
        let order = paid(&app, &ada, &shop, &cart).await;
        let line = line(&ada, &order).await;
        let one = json!({ "lines": [{ "lineId": line, "quantity": 1 }] });
        let first = refunded(&app, &owner, &order, one.clone()).await;
        assert_eq!((&first["breakdown"]["total"]["amount"], &first["breakdown"]["couponCodes"]), (&json!("9.00"), &json!([])));
        let last = refunded(&app, &owner, &order, one).await;
        assert_eq!(last["breakdown"]["couponCodes"], json!([code]));
        wait_for_provider(&app).await;
        let cart = ready(&ada, &shop, goods.variant(), 1).await;
        change(&ada, "cartCouponApply", json!({ "cartId": cart["id"], "couponCode": code })).await;
        let shown = owner.run("{ promotions { nodes { performance { revenue { amount } } } } }", json!({})).await;
        assert_eq!(shown["promotions"]["nodes"], json!([{ "performance": { "revenue": { "amount": "4.90" } } }]));
    }
}
