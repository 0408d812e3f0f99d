use serde_json::{Value, json};
use tests::arrange::{Goods, Shop, product, shop};
use tests::checkout::{Order, completed, key, read, wait_for_provider};
use tests::{Client, TestApp, both};

use super::{act, approve, case, examined, inspect, pay_out, receive};

const SHIP: &str = "mutation($input: FulfillmentShipInput!) { fulfillmentShip(input: $input) { fulfillment { status } userErrors { code } } }";

/// An exchange of the first variant for the second whose goods are back.
async fn arrived(
    app: &TestApp,
    (buyer, staff): (&Client, &Client),
    (order, shop, goods): (&Order, &Shop, &Goods),
) -> Value {
    let line = super::line(buyer, order).await;
    let input = json!({ "orderId": order.id, "orderToken": order.token, "kind": "EXCHANGE", "reason": "DOES_NOT_FIT",
        "lines": [{ "orderLineId": line, "quantity": 1, "replacementVariantId": goods.variants[1] }] });
    let opened = case(
        "afterSaleRequest",
        act(app, buyer, "afterSaleRequest", input).await,
    );
    approve(app, staff, &opened).await.ok();
    receive(app, staff, shop, &opened, 1).await.ok();
    opened
}

both! {
    async fn other_goods_are_sent_and_cost_nothing(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Shirt").prices(&[1000, 1200]).insert(&app, &shop).await;
        let guest = app.guest();
        let order = completed(&app, &guest, &shop, &goods, 2).await;
        let staff = app.as_staff(&["AFTER_SALE_WRITE", "REFUND_WRITE", "PAYMENT_READ", "FULFILLMENT_WRITE", "ORDER_READ"]).await;
        let opened = arrived(&app, (&guest, &staff), (&order, &shop, &goods)).await;
        let found = case("afterSaleInspect", inspect(&app, &staff, &opened, &[(1, "SELLABLE")], json!({})).await);
        assert_eq!((&found["status"], &found["resolution"], &found["breakdown"]["total"]["amount"]), (&json!("INSPECTED"), &json!("REPLACEMENT"), &json!("0.00")));
        assert_eq!(found["availableActions"], json!([]));
        let parcel = &found["replacement"];
        assert_eq!((&parcel["status"], &parcel["lines"]), (&json!("OPEN"), &json!([{ "quantity": 1, "line": { "sku": goods.skus[1] } }])));
        pay_out(&app, &staff, &opened, "10.00").await.expect_user_error("INVALID_TRANSITION");
        let instead = read(&guest, &order, "afterSales { replacement { order { status number paymentStatus cost { total { amount } } } } }").await;
        let instead = &instead["afterSales"][0]["replacement"]["order"];
        assert_eq!((&instead["status"], &instead["paymentStatus"], &instead["cost"]["total"]["amount"]), (&json!("CONFIRMED"), &json!("NONE"), &json!("0.00")));
        let sent = json!({ "fulfillmentId": parcel["id"], "notify": true, "idempotencyKey": key(&app) });
        staff.run(SHIP, json!({ "input": sent })).await;
        let shown = read(&guest, &order, "returnStatus afterSales { status replacement { status } } lines { returnedQuantity returnableQuantity }").await;
        assert_eq!(shown, json!({ "returnStatus": "PARTIALLY_RETURNED", "afterSales": [{ "status": "REPLACEMENT_SENT", "replacement": { "status": "SHIPPED" } }],
            "lines": [{ "returnedQuantity": 1, "returnableQuantity": 1 }] }));
        assert_eq!(tests::checkout::stock(&app, &goods).await, (99, 0), "two left, one came back");
    }

    async fn what_cannot_be_sent_is_paid_out(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Shirt").prices(&[1000, 1000]).stock(2).insert(&app, &shop).await;
        let guest = app.guest();
        let order = completed(&app, &guest, &shop, &goods, 2).await;
        let staff = app.as_staff(&["AFTER_SALE_WRITE", "REFUND_WRITE", "PAYMENT_READ", "STOCK_WRITE", "STOCK_READ"]).await;
        let opened = arrived(&app, (&guest, &staff), (&order, &shop, &goods)).await;
        let adjust = "mutation($input: StockAdjustInput!) { stockAdjust(input: $input) { stockLevels { id } userErrors { code } } }";
        let warehouse = app.as_owner().await.run("{ warehouses { code } }", json!({})).await["warehouses"][0]["code"].clone();
        let gone = json!({ "reason": "moths", "idempotencyKey": key(&app), "adjustments": [{ "sku": goods.skus[1], "warehouseCode": warehouse, "quantity": -2 }] });
        staff.run(adjust, json!({ "input": gone })).await;
        let before = app.fingerprint().await;
        inspect(&app, &staff, &opened, &[(1, "SELLABLE")], json!({})).await.expect_user_error("INSUFFICIENT_STOCK");
        assert_eq!(app.fingerprint().await, before);
        let found = case("afterSaleInspect", inspect(&app, &staff, &opened, &[(1, "SELLABLE")], json!({ "resolution": "REFUND" })).await);
        assert_eq!((&found["resolution"], &found["breakdown"]["total"]["amount"], &found["replacement"]), (&json!("REFUND"), &json!("10.00"), &Value::Null));
        let paid = case("afterSaleRefund", pay_out(&app, &staff, &opened, "10.00").await);
        assert_eq!(paid["status"], "REFUNDED");
        wait_for_provider(&app).await;
    }

    async fn a_replacement_that_is_called_off_is_paid_out_instead(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        let order = completed(&app, &guest, &shop, &goods, 1).await;
        let owner = app.as_owner().await;
        let found = examined(&app, &guest, &owner, (&order, &shop), ("WARRANTY_CLAIM", "DEFECTIVE"), 1).await;
        assert_eq!((&found["status"], &found["resolution"]), (&json!("INSPECTED"), &json!("REPLACEMENT")));
        let instead = read(&guest, &order, "afterSales { replacement { order { id } } }").await["afterSales"][0]["replacement"]["order"]["id"].clone();
        let cancel = "mutation($input: OrderCancelInput!) { orderCancel(input: $input) { orderCancellation { id } userErrors { code } } }";
        let input = json!({ "orderId": instead, "reason": "INVENTORY", "restock": true, "refund": true, "notify": true, "idempotencyKey": key(&app) });
        owner.run(cancel, json!({ "input": input })).await;
        let shown = read(&guest, &order, "afterSales { availableActions replacement { id } breakdown { total { amount } } }").await["afterSales"][0].clone();
        assert_eq!((&shown["replacement"], &shown["breakdown"]["total"]["amount"]), (&Value::Null, &json!("14.90")));
        let paid = case("afterSaleRefund", pay_out(&app, &owner, &found, "14.90").await);
        assert_eq!((&paid["status"], &paid["order"]["returnStatus"]), (&json!("REFUNDED"), &json!("RETURNED")));
        wait_for_provider(&app).await;
        assert_eq!(read(&guest, &order, "paymentStatus").await["paymentStatus"], "REFUNDED");
    }
}
