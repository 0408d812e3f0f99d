use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::arrange::{product, shop};
use tests::checkout::{completed, confirmed, key, read, sent, stock, wait_for_provider};
use tests::{TestApp, both};

use super::{
    act, approve, ask, asked, case, days_to_send, examined, inspect, line, pay_out, receive,
};

both! {
    async fn goods_come_back_are_examined_and_paid_out(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        let order = completed(&app, &guest, &shop, &goods, 3).await;
        assert_eq!(read(&guest, &order, "availableActions").await["availableActions"], json!(["AFTER_SALE_REQUEST"]));
        let staff = app.as_staff(&["AFTER_SALE_WRITE", "AFTER_SALE_READ", "REFUND_WRITE", "PAYMENT_READ"]).await;
        let line = line(&guest, &order).await;
        let key = key(&app);
        let input = json!({ "orderId": order.id, "orderToken": order.token, "kind": "RETURN", "reason": "CHANGED_MIND", "note": " Too blue. ",
            "lines": [{ "orderLineId": line, "quantity": 2 }], "photos": [{ "url": "https://photos.test/cup.png", "alt": "A cup" }], "idempotencyKey": key });
        let opened = case("afterSaleRequest", act(&app, &guest, "afterSaleRequest", input.clone()).await);
        assert_eq!(opened, case("afterSaleRequest", act(&app, &guest, "afterSaleRequest", input).await), "the same key opens one case");
        assert_eq!((&opened["status"], &opened["note"], &opened["order"]["returnStatus"]), (&json!("REQUESTED"), &json!("Too blue."), &json!("REQUESTED")));
        assert_eq!((&opened["breakdown"]["total"]["amount"], &opened["availableActions"]), (&json!("20.00"), &json!(["AFTER_SALE_CANCEL"])));
        let shown = read(&guest, &order, "number lines { returnableQuantity returnedQuantity } afterSales { number photos { url contentType alt } }").await;
        assert_eq!(shown["lines"], json!([{ "returnableQuantity": 1, "returnedQuantity": 0 }]));
        let number = format!("{}-1", shown["number"].as_str().unwrap());
        let photo = json!({ "url": "https://photos.test/cup.png", "contentType": "image/png", "alt": "A cup" });
        assert_eq!(shown["afterSales"], json!([{ "number": number, "photos": [photo] }]));

        let yes = case("afterSaleRespond", approve(&app, &staff, &opened).await);
        assert_eq!((&yes["status"], &yes["availableActions"], &yes["order"]["returnStatus"]), (&json!("APPROVED"), &json!(["AFTER_SALE_RECEIVE"]), &json!("IN_PROGRESS")));
        assert_eq!(days_to_send(&app, &yes), 14);
        let sent = json!({ "afterSaleId": opened["id"], "orderToken": order.token, "tracking": { "carrier": "DHL", "number": "R1" } });
        let sent = case("afterSaleShip", act(&app, &guest, "afterSaleShip", sent).await);
        assert_eq!(sent["status"], "IN_TRANSIT");
        let arrived = case("afterSaleReceive", receive(&app, &staff, &shop, &opened, 2).await);
        assert_eq!((&arrived["status"], &arrived["lines"][0]["receivedQuantity"]), (&json!("RECEIVED"), &json!(2)));
        let drop = json!({ "afterSaleId": opened["id"], "orderToken": order.token });
        act(&app, &guest, "afterSaleCancel", drop).await.expect_user_error("INVALID_TRANSITION");
        assert_eq!(stock(&app, &goods).await, (97, 0));
        let found = inspect(&app, &staff, &opened, &[(1, "SELLABLE"), (1, "DAMAGED")], json!({})).await;
        let found = case("afterSaleInspect", found);
        assert_eq!((&found["status"], &found["resolution"], &found["lines"][0]["condition"]), (&json!("INSPECTED"), &json!("REFUND"), &json!("DAMAGED")));
        assert_eq!(stock(&app, &goods).await, (98, 0), "only what can be sold again is on the shelf");

        let before = app.fingerprint().await;
        let error = pay_out(&app, &staff, &opened, "19.99").await.expect_user_error("TOTAL_CHANGED");
        assert_eq!(error["field"], json!(["input", "expectedTotal"]));
        assert_eq!(app.fingerprint().await, before);
        let paid = case("afterSaleRefund", pay_out(&app, &staff, &opened, "20.00").await);
        assert_eq!((&paid["status"], &paid["breakdown"], &paid["refund"]["status"]), (&json!("REFUNDED"), &found["breakdown"], &json!("PENDING")));
        pay_out(&app, &staff, &opened, "20.00").await.expect_user_error("INVALID_TRANSITION");
        wait_for_provider(&app).await;
        let shown = read(&guest, &order, "returnStatus refundedTotal { amount } lines { returnableQuantity returnedQuantity } timeline { kind message }").await;
        assert_eq!((&shown["returnStatus"], &shown["refundedTotal"]["amount"]), (&json!("PARTIALLY_RETURNED"), &json!("20.00")));
        assert_eq!(shown["lines"], json!([{ "returnableQuantity": 1, "returnedQuantity": 2 }]));
        let told: Vec<&str> = shown["timeline"].as_array().unwrap().iter()
            .filter(|entry| entry["kind"] == "AFTER_SALE_CHANGED").map(|entry| entry["message"].as_str().unwrap()).collect();
        let said = |words: &str| format!("Case {number}: {words}.");
        assert_eq!(told, [said("paid out"), said("the goods were examined"), said("the goods arrived"),
            said("the goods are on their way back"), said("approved"), said("asked for")]);
        let mails = app.mailbox().to("buyer@shop.test");
        assert_eq!(mails.iter().filter(|mail| mail.subject.ends_with("your return case has moved on")).count(), 4);
    }

    async fn what_is_not_accepted_goes_back_to_the_buyer_and_can_be_asked_for_again(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        let order = completed(&app, &guest, &shop, &goods, 2).await;
        let staff = app.as_staff(&["AFTER_SALE_WRITE", "REFUND_WRITE", "PAYMENT_READ"]).await;
        let opened = asked(&app, &guest, &order, ("RETURN", "DEFECTIVE"), 2).await;
        approve(&app, &staff, &opened).await.ok();
        receive(&app, &staff, &shop, &opened, 2).await.ok();
        let part = case("afterSaleInspect", inspect(&app, &staff, &opened, &[(1, "SELLABLE")], json!({})).await);
        assert_eq!(part["breakdown"]["total"]["amount"], "10.00");
        let part = case("afterSaleRefund", pay_out(&app, &staff, &opened, "10.00").await);
        assert_eq!(part["status"], "PARTIALLY_ACCEPTED");

        let again = asked(&app, &guest, &order, ("RETURN", "DEFECTIVE"), 1).await;
        approve(&app, &staff, &again).await.ok();
        receive(&app, &staff, &shop, &again, 1).await.ok();
        let words = json!({ "answer": "It was worn." });
        let back = case("afterSaleInspect", inspect(&app, &staff, &again, &[(0, "DAMAGED")], words).await);
        assert_eq!((&back["status"], &back["answer"], &back["breakdown"]["total"]["amount"]), (&json!("SENT_BACK"), &json!("It was worn."), &json!("0.00")));
        assert_eq!(stock(&app, &goods).await, (99, 0));
        let shown = read(&guest, &order, "returnStatus lines { returnableQuantity returnedQuantity }").await;
        assert_eq!(shown, json!({ "returnStatus": "PARTIALLY_RETURNED", "lines": [{ "returnableQuantity": 1, "returnedQuantity": 1 }] }));
        wait_for_provider(&app).await;
    }

    async fn a_no_needs_words_and_frees_the_units(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        let order = completed(&app, &guest, &shop, &goods, 1).await;
        let staff = app.as_staff(&["AFTER_SALE_WRITE", "PAYMENT_READ"]).await;
        let opened = asked(&app, &guest, &order, ("REFUND_ONLY", "MISSING"), 1).await;
        let no = |answer: Value| json!({ "afterSaleId": opened["id"], "decision": "DECLINE", "answer": answer });
        let error = act(&app, &staff, "afterSaleRespond", no(json!(" "))).await.expect_user_error("INVALID");
        assert_eq!(error["field"], json!(["input", "answer"]));
        let declined = case("afterSaleRespond", act(&app, &staff, "afterSaleRespond", no(json!("It was delivered."))).await);
        assert_eq!((&declined["status"], &declined["answer"]), (&json!("DECLINED"), &json!("It was delivered.")));
        approve(&app, &staff, &opened).await.expect_user_error("INVALID_TRANSITION");
        assert_eq!(read(&guest, &order, "returnStatus").await["returnStatus"], "NONE");
        ask(&app, &guest, &order, ("REFUND_ONLY", "MISSING"), 1).await.ok();
    }

    async fn money_alone_goes_back_without_the_goods(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        let order = completed(&app, &guest, &shop, &goods, 1).await;
        let staff = app.as_staff(&["AFTER_SALE_WRITE", "REFUND_WRITE", "PAYMENT_READ"]).await;
        let opened = asked(&app, &guest, &order, ("REFUND_ONLY", "DAMAGED"), 1).await;
        pay_out(&app, &staff, &opened, "14.90").await.expect_user_error("INVALID_TRANSITION");
        let yes = case("afterSaleRespond", approve(&app, &staff, &opened).await);
        assert_eq!((&yes["returnBefore"], &yes["availableActions"]), (&Value::Null, &json!(["AFTER_SALE_REFUND"])));
        receive(&app, &staff, &shop, &opened, 1).await.expect_user_error("INVALID_TRANSITION");
        let paid = case("afterSaleRefund", pay_out(&app, &staff, &opened, "14.90").await);
        assert_eq!(paid["status"], "REFUNDED", "with the shipping: the shop has to answer for it");
        wait_for_provider(&app).await;
        let shown = read(&guest, &order, "returnStatus paymentStatus lines { returnedQuantity returnableQuantity }").await;
        assert_eq!(shown, json!({ "returnStatus": "NONE", "paymentStatus": "REFUNDED", "lines": [{ "returnedQuantity": 0, "returnableQuantity": 0 }] }));
        assert_eq!(stock(&app, &goods).await, (99, 0));
    }

    async fn what_is_sent_later_is_not_back_with_the_rest(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        let order = confirmed(&app, &guest, &shop, &goods, 3).await;
        let staff = app.as_staff(&["AFTER_SALE_WRITE", "REFUND_WRITE", "PAYMENT_READ"]).await;
        let status = async || read(&guest, &order, "returnStatus").await["returnStatus"].clone();
        sent(&app, &shop, &order, 1).await;
        assert_eq!(status().await, "NONE");
        let found = examined(&app, &guest, &staff, (&order, &shop), ("RETURN", "CHANGED_MIND"), 1).await;
        sent(&app, &shop, &order, 1).await;
        assert_eq!(status().await, "IN_PROGRESS", "what is asked for comes first");
        pay_out(&app, &staff, &found, "10.00").await.ok();
        wait_for_provider(&app).await;
        assert_eq!(status().await, "PARTIALLY_RETURNED");
        let found = examined(&app, &guest, &staff, (&order, &shop), ("RETURN", "CHANGED_MIND"), 1).await;
        pay_out(&app, &staff, &found, "10.00").await.ok();
        wait_for_provider(&app).await;
        assert_eq!(status().await, "RETURNED", "all that was sent");
        sent(&app, &shop, &order, 1).await;
        assert_eq!(status().await, "PARTIALLY_RETURNED");
    }

    async fn a_return_that_is_never_sent_lapses(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        let order = completed(&app, &guest, &shop, &goods, 1).await;
        let staff = app.as_staff(&["AFTER_SALE_WRITE", "PAYMENT_READ"]).await;
        let opened = asked(&app, &guest, &order, ("RETURN", "DEFECTIVE"), 1).await;
        approve(&app, &staff, &opened).await.ok();
        app.clock().advance(TimeDelta::days(13));
        app.run_timers().await;
        let status = async || read(&guest, &order, "afterSales { status }").await["afterSales"][0]["status"].clone();
        assert_eq!(status().await, "APPROVED");
        app.clock().advance(TimeDelta::days(1));
        app.run_timers().await;
        assert_eq!(status().await, "CANCELLED");
        receive(&app, &staff, &shop, &opened, 1).await.expect_user_error("INVALID_TRANSITION");
        ask(&app, &guest, &order, ("RETURN", "DEFECTIVE"), 1).await.ok();
    }
}
