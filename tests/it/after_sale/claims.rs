use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::arrange::{product, shop};
use tests::checkout::{completed, confirmed, key, read, wait_for_provider};
use tests::{Client, TestApp, both};

use super::{act, approve, ask, asked, case, days_to_send, line, pay_out};

const POLICY: &str = "mutation($input: ShopUpdateInput!) { shopUpdate(input: $input) { shop { policy { afterSale {
    returnDays faultDays warrantyDays shipDays autoApproval { upTo { amount } reasons } } } } userErrors { code field } } }";

async fn set_policy(owner: &Client, policy: Value) -> tests::Answer {
    let input = json!({ "shop": { "afterSale": policy } });
    owner.send(POLICY, json!({ "input": input })).await
}

both! {
    async fn the_last_unit_is_claimed_once(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        let order = completed(&app, &guest, &shop, &goods, 2).await;
        asked(&app, &guest, &order, ("RETURN", "CHANGED_MIND"), 1).await;
        let line = line(&guest, &order).await;
        let tries = (0..6).map(|_| {
            let input = json!({ "orderId": order.id, "orderToken": order.token, "kind": "RETURN", "reason": "DEFECTIVE",
                "lines": [{ "orderLineId": line, "quantity": 1 }] });
            act(&app, &guest, "afterSaleRequest", input)
        });
        let answers = join_all(tries).await;
        let refused: Vec<_> = answers.iter().filter(|answer| !answer.user_codes().is_empty()).collect();
        assert_eq!(refused.len(), 5);
        for answer in refused {
            let error = answer.expect_user_error("QUANTITY_TOO_HIGH");
            assert_eq!(error["field"], json!(["input", "lines", "0", "quantity"]));
        }
    }

    async fn units_paid_back_apart_cannot_be_claimed_and_claimed_ones_are_paid_back_once(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        let order = completed(&app, &guest, &shop, &goods, 2).await;
        let owner = app.as_owner().await;
        let line = line(&guest, &order).await;
        let refund = "mutation($input: RefundCreateInput!) { refundCreate(input: $input) { refund { id } userErrors { code } } }";
        let one = || json!({ "input": { "orderId": order.id, "lines": [{ "lineId": line, "quantity": 1 }], "reason": "sorry", "idempotencyKey": key(&app) } });
        owner.run(refund, one()).await;
        ask(&app, &guest, &order, ("RETURN", "DEFECTIVE"), 2).await.expect_user_error("QUANTITY_TOO_HIGH");
        let opened = asked(&app, &guest, &order, ("REFUND_ONLY", "DEFECTIVE"), 1).await;
        approve(&app, &owner, &opened).await.ok();
        owner.run(refund, one()).await;
        let shown = read(&guest, &order, "afterSales { breakdown { total { amount } } }").await;
        assert_eq!(shown["afterSales"][0]["breakdown"]["total"]["amount"], "0.00", "it went back another way");
        pay_out(&app, &owner, &opened, "10.00").await.expect_user_error("TOTAL_CHANGED");
        let closed = case("afterSaleRefund", pay_out(&app, &owner, &opened, "0.00").await);
        assert_eq!((&closed["status"], &closed["refund"]["status"]), (&json!("REFUNDED"), &json!("SUCCEEDED")));
        wait_for_provider(&app).await;
    }

    async fn windows_close_sooner_for_second_thoughts_than_for_faults(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        let order = completed(&app, &guest, &shop, &goods, 4).await;
        let returnable = async || read(&guest, &order, "lines { returnableQuantity }").await["lines"][0]["returnableQuantity"].clone();
        app.clock().advance(TimeDelta::days(8));
        let line = line(&guest, &order).await;
        let late = json!({ "orderId": order.id, "orderToken": order.token, "kind": "RETURN", "reason": "CHANGED_MIND",
            "lines": [{ "orderLineId": line, "quantity": 1 }] });
        let before = app.fingerprint().await;
        let error = act(&app, &guest, "afterSaleRequest", late).await.expect_user_error("WINDOW_CLOSED");
        assert_eq!(error["field"], json!(["input", "lines", "0", "quantity"]));
        assert_eq!(app.fingerprint().await, before);
        asked(&app, &guest, &order, ("RETURN", "DEFECTIVE"), 1).await;
        assert_eq!(returnable().await, 3);
        app.clock().advance(TimeDelta::days(8));
        ask(&app, &guest, &order, ("EXCHANGE", "DEFECTIVE"), 1).await.expect_user_error("WINDOW_CLOSED");
        assert_eq!(returnable().await, 0);
        assert_eq!(read(&guest, &order, "availableActions").await["availableActions"], json!([]));
        asked(&app, &guest, &order, ("WARRANTY_CLAIM", "DEFECTIVE"), 1).await;
        let staff = app.as_staff(&["AFTER_SALE_WRITE", "PAYMENT_READ"]).await;
        let late = asked(&app, &staff, &order, ("RETURN", "CHANGED_MIND"), 1).await;
        assert_eq!(late["status"], "REQUESTED", "staff may be generous");
        app.clock().advance(TimeDelta::days(730));
        ask(&app, &guest, &order, ("WARRANTY_CLAIM", "DEFECTIVE"), 1).await.expect_user_error("WINDOW_CLOSED");
    }

    async fn what_cannot_be_asked_is_refused_and_leaves_no_trace(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").prices(&[1000, 1000]).insert(&app, &shop).await;
        let other = product("Lamp").insert(&app, &shop).await;
        let file = product("Song").digital().insert(&app, &shop).await;
        let guest = app.guest();
        let order = completed(&app, &guest, &shop, &goods, 1).await;
        let digital = completed(&app, &guest, &shop, &file, 1).await;
        let unsent = confirmed(&app, &guest, &shop, &goods, 1).await;
        let (own, foreign) = (line(&guest, &order).await, line(&guest, &unsent).await);
        let song = line(&guest, &digital).await;
        let one = json!([{ "orderLineId": own, "quantity": 1 }]);
        let photo = |url: &str| json!({ "photos": [{ "url": url }] });
        let instead = |kind: &str, id: &str| json!({ "kind": kind, "lines": [{ "orderLineId": own, "quantity": 1, "replacementVariantId": id }] });
        let cases = [
            (json!({ "lines": [] }), "INVALID", json!(["input", "lines"])),
            (json!({ "lines": [{ "orderLineId": own, "quantity": 0 }] }), "INVALID", json!(["input", "lines", "0", "quantity"])),
            (json!({ "lines": [{ "orderLineId": own, "quantity": -1 }] }), "INVALID", json!(["input", "lines", "0", "quantity"])),
            (json!({ "lines": [{ "orderLineId": own, "quantity": 1 }, { "orderLineId": own, "quantity": 1 }] }), "INVALID", json!(["input", "lines", "1", "orderLineId"])),
            (json!({ "lines": [{ "orderLineId": foreign, "quantity": 1 }] }), "INVALID", json!(["input", "lines", "0", "orderLineId"])),
            (json!({ "lines": [{ "orderLineId": own, "quantity": 2 }] }), "QUANTITY_TOO_HIGH", json!(["input", "lines", "0", "quantity"])),
            (json!({ "orderId": unsent.id, "orderToken": unsent.token, "lines": [{ "orderLineId": foreign, "quantity": 1 }] }), "QUANTITY_TOO_HIGH", json!(["input", "lines", "0", "quantity"])),
            (json!({ "orderId": digital.id, "orderToken": digital.token, "lines": [{ "orderLineId": song, "quantity": 1 }] }), "NOT_RETURNABLE", json!(["input", "lines", "0", "orderLineId"])),
            (photo("http://photos.test/a.png"), "INVALID", json!(["input", "photos", "0", "url"])),
            (photo("https://me:secret@photos.test/a.png"), "INVALID", json!(["input", "photos", "0", "url"])),
            (json!({ "photos": vec![json!({ "url": "https://photos.test/a.png" }); 10] }), "INVALID", json!(["input", "photos"])),
            (json!({ "note": "x".repeat(1001) }), "INVALID", json!(["input", "note"])),
            (instead("RETURN", &goods.variants[1]), "INVALID", json!(["input", "lines", "0", "replacementVariantId"])),
            (instead("EXCHANGE", other.variant()), "INVALID", json!(["input", "lines", "0", "replacementVariantId"])),
            (json!({ "orderToken": "nobody" }), "NOT_FOUND", Value::Null),
        ];
        let before = app.fingerprint().await;
        for (fields, code, field) in cases {
            let mut input = json!({ "orderId": order.id, "orderToken": order.token, "kind": "RETURN", "reason": "DEFECTIVE", "lines": one });
            input.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            let error = act(&app, &guest, "afterSaleRequest", input).await.expect_user_error(code);
            assert_eq!(error["field"], field, "{fields}");
        }
        assert_eq!(app.fingerprint().await, before);
    }

    async fn small_wishes_for_trusted_reasons_are_granted_at_once(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        let owner = app.as_owner().await;
        let order = completed(&app, &guest, &shop, &goods, 4).await;
        let policy = |up_to: &str, currency: &str, days: i32| json!({ "returnDays": 30, "faultDays": 60, "warrantyDays": days, "shipDays": 5,
            "autoApproval": { "upTo": { "amount": up_to, "currencyCode": currency }, "reasons": ["DEFECTIVE"] } });
        let error = set_policy(&owner, policy("1.00", "USD", 700)).await.expect_user_error("INVALID");
        assert_eq!(error["field"], json!(["input", "shop", "afterSale", "autoApproval", "upTo"]));
        let error = set_policy(&owner, policy("1.00", "EUR", -1)).await.expect_user_error("INVALID");
        assert_eq!(error["field"], json!(["input", "shop", "afterSale", "warrantyDays"]));
        let set = set_policy(&owner, policy("20.00", "EUR", 700)).await.ok();
        assert_eq!(set["shopUpdate"]["shop"]["policy"]["afterSale"], json!({ "returnDays": 30, "faultDays": 60, "warrantyDays": 700, "shipDays": 5,
            "autoApproval": { "upTo": { "amount": "20.00" }, "reasons": ["DEFECTIVE"] } }));
        let granted = asked(&app, &guest, &order, ("RETURN", "DEFECTIVE"), 2).await;
        assert_eq!(granted["status"], "APPROVED");
        assert_eq!(days_to_send(&app, &granted), 5);
        let told = read(&guest, &order, "timeline { kind actor { kind } }").await;
        assert_eq!(told["timeline"].as_array().unwrap()[..2], [
            json!({ "kind": "AFTER_SALE_CHANGED", "actor": { "kind": "SYSTEM" } }), json!({ "kind": "AFTER_SALE_CHANGED", "actor": { "kind": "GUEST" } }),
        ]);
        let other = asked(&app, &guest, &order, ("RETURN", "CHANGED_MIND"), 1).await;
        assert_eq!(other["status"], "REQUESTED");
    }

    async fn many_cases_take_no_more_statements_than_one(app: TestApp) {
        const LIST: &str = "query($filter: AfterSaleFilter) { afterSales(filter: $filter) { totalCount nodes { number status availableActions
            lines { orderLine { sku returnableQuantity } } photos { url } breakdown { total { amount } couponCodes adjustments { label } } order { number returnStatus } } } }";
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        let staff = app.as_staff(&["AFTER_SALE_READ"]).await;
        let list = |filter: Value| staff.run(LIST, json!({ "filter": filter }));
        let order = completed(&app, &guest, &shop, &goods, 1).await;
        let first = asked(&app, &guest, &order, ("RETURN", "DEFECTIVE"), 1).await;
        list(Value::Null).await;
        let (_, one) = app.count_statements(list(Value::Null)).await;
        let second = completed(&app, &guest, &shop, &goods, 1).await;
        asked(&app, &guest, &second, ("EXCHANGE", "DEFECTIVE"), 1).await;
        let second = completed(&app, &guest, &shop, &goods, 1).await;
        asked(&app, &guest, &second, ("REFUND_ONLY", "MISSING"), 1).await;
        let (many, few) = app.count_statements(list(Value::Null)).await;
        assert_eq!(many["afterSales"]["totalCount"], 3);
        assert!(few <= one + 1, "a batch may be asked for in two turns, but {few} are more than {one}");
        let narrowed = list(json!({ "kind": ["RETURN"], "status": ["REQUESTED"], "query": first["number"] })).await;
        assert_eq!(narrowed["afterSales"]["nodes"][0]["number"], first["number"]);
        assert_eq!(narrowed["afterSales"]["totalCount"], 1);
        assert_eq!(list(json!({ "status": ["REFUNDED"] })).await["afterSales"]["totalCount"], 0);
        let office = app.as_staff(&["ORDER_READ"]).await;
        let orders = "query($in: [OrderReturnStatus!]) { orders(filter: { returnStatus: $in }) { totalCount } }";
        assert_eq!(office.run(orders, json!({ "in": ["REQUESTED"] })).await["orders"]["totalCount"], 3);
        assert_eq!(office.run(orders, json!({ "in": ["RETURNED"] })).await["orders"]["totalCount"], 0);
    }
}
