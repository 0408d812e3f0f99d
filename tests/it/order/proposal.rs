use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::arrange::{Goods, Shop, product, shop};
use tests::checkout::{Order, key, paid, read, stock, wait_for_provider};
use tests::{Answer, Client, TestApp, both};

use crate::promotion::running;

const PROPOSAL: &str = "status availableActions proposal { status expiresAt cost { total { amount } subtotal { amount } discountTotal { amount } }
    lines { quantity promisedShipAt line { sku } substitute { sku } } }";

/// The back office answers in part: `line` is what it says of each line it is asked for, beside the line's id.
pub(crate) async fn offer(app: &TestApp, order: &Order, line: Value) -> Answer {
    let staff = app.as_staff(&["ORDER_READ", "ORDER_CONFIRM"]).await;
    let asked = read(
        &staff,
        order,
        "confirmationRequests { id status lines { line { id } } }",
    )
    .await;
    let requests = asked["confirmationRequests"].as_array().unwrap();
    let request = requests
        .iter()
        .find(|request| request["status"] == "PENDING")
        .unwrap();
    let lines: Vec<Value> = request["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|asked| {
            let mut line = line.clone();
            line["lineId"] = asked["line"]["id"].clone();
            line
        })
        .collect();
    let input = json!({ "orderConfirmationRequestId": request["id"], "outcome": "PARTIAL", "lines": lines,
        "reason": "counted by hand", "idempotencyKey": key(app) });
    let document = "mutation($input: OrderConfirmationRespondInput!) { orderConfirmationRespond(input: $input) {
        orderConfirmationRequest { status answers { quantity line { sku } } } userErrors { code field } } }";
    staff.send(document, json!({ "input": input })).await
}

/// The buyer takes or declines what the back office offers.
pub(crate) async fn answer(client: &Client, order: &Order, decision: &str, key: &str) -> Answer {
    let input = json!({ "orderId": order.id, "orderToken": order.token, "decision": decision, "idempotencyKey": key });
    let document =
        "mutation($input: OrderProposalRespondInput!) { orderProposalRespond(input: $input) {
        order { status proposal { status } } userErrors { code field } } }";
    client.send(document, json!({ "input": input })).await
}

/// An order the back office made an offer for, as [`offer`] takes it.
pub(crate) async fn proposed(
    app: &TestApp,
    client: &Client,
    shop: &Shop,
    goods: &Goods,
    line: Value,
) -> Order {
    let order = paid(app, client, shop, goods, 3).await;
    offer(app, &order, line).await.ok();
    order
}

fn cents(amount: &Value) -> i64 {
    let text = amount["amount"].as_str().unwrap().replace('.', "");
    text.parse().unwrap()
}

both! {
    async fn a_buyer_takes_less_and_gets_exactly_the_share_of_the_rest_back(app: TestApp) {
        let shop = shop(&app).await;
        running(&app.as_owner().await, json!({})).await;
        let goods = product("Cup").prices(&[333]).insert(&app, &shop).await;
        let guest = app.guest();
        let order = paid(&app, &guest, &shop, &goods, 3).await;
        let ships_at = app.clock().now() + TimeDelta::days(3);
        let told = offer(&app, &order, json!({ "quantity": 2, "promisedShipAt": ships_at })).await.ok();
        assert_eq!(told["orderConfirmationRespond"]["orderConfirmationRequest"],
            json!({ "status": "PARTIAL", "answers": [{ "quantity": 2, "line": { "sku": goods.skus[0] } }] }));
        app.run_outbox_until_idle().await;
        assert!(app.mailbox().last_to("buyer@shop.test").text.contains("whether our offer will do"));
        let shown = read(&guest, &order, PROPOSAL).await;
        assert_eq!(shown["status"], "AWAITING_CONFIRMATION");
        assert_eq!(shown["availableActions"], json!(["ORDER_PROPOSAL_RESPOND", "ORDER_CANCELLATION_REQUEST"]));
        let proposal = &shown["proposal"];
        assert_eq!((&proposal["status"], &proposal["lines"][0]["quantity"]), (&json!("PENDING"), &json!(2)));
        assert_eq!(proposal["cost"], json!({ "total": { "amount": "10.90" }, "subtotal": { "amount": "6.66" }, "discountTotal": { "amount": "-0.66" } }));
        assert_eq!(stock(&app, &goods).await, (100, 3));
        let once = key(&app);
        let first = answer(&guest, &order, "ACCEPT", &once).await.ok();
        assert_eq!(first["orderProposalRespond"]["order"], json!({ "status": "CONFIRMED", "proposal": { "status": "ACCEPTED" } }));
        assert_eq!(answer(&guest, &order, "ACCEPT", &once).await.ok(), first);
        wait_for_provider(&app).await;
        let shown = read(&guest, &order, "promisedShipAt refundedTotal { amount } cost { total { amount } } dueTotal { amount }
            lines { quantity cancelledQuantity } timeline { kind message }
            cancellations { status reason lines { quantity } refund { status breakdown { total { amount } } } }").await;
        assert!(shown["promisedShipAt"].is_string());
        assert_eq!(cents(&shown["cost"]["total"]) - cents(&shown["refundedTotal"]), 1090);
        assert_eq!(shown["dueTotal"]["amount"], "0.00");
        assert_eq!(shown["lines"], json!([{ "quantity": 3, "cancelledQuantity": 1 }]));
        assert_eq!(shown["cancellations"], json!([{ "status": "ACCEPTED", "reason": "INVENTORY", "lines": [{ "quantity": 1 }],
            "refund": { "status": "SUCCEEDED", "breakdown": { "total": { "amount": "2.99" } } } }]));
        let kinds: Vec<_> = shown["timeline"].as_array().unwrap().iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
        assert!(kinds.contains(&"ORDER_PROPOSED") && kinds.contains(&"ORDER_CANCELLED") && kinds.contains(&"ORDER_CONFIRMED"));
        assert_eq!(stock(&app, &goods).await, (100, 2));
    }

    async fn a_substitute_is_sent_at_the_price_of_what_was_ordered(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let mugs = product("Mug").prices(&[1500]).insert(&app, &shop).await;
        let guest = app.guest();
        let order = proposed(&app, &guest, &shop, &goods, json!({ "quantity": 2, "substituteSku": mugs.skus[0] })).await;
        let shown = read(&guest, &order, PROPOSAL).await;
        assert_eq!(shown["proposal"]["lines"][0]["substitute"]["sku"], mugs.skus[0].as_str());
        assert_eq!(shown["proposal"]["cost"]["total"]["amount"], "24.90");
        answer(&guest, &order, "ACCEPT", &key(&app)).await.ok();
        wait_for_provider(&app).await;
        let shown = read(&guest, &order, "status refundedTotal { amount } lines { sku productName quantity cancelledQuantity cost { unitPrice { amount } } }
            timeline { kind message }").await;
        assert_eq!(shown["status"], "CONFIRMED");
        assert_eq!(shown["refundedTotal"]["amount"], "10.00");
        assert_eq!(shown["lines"], json!([{ "sku": mugs.skus[0], "productName": "Mug", "quantity": 3, "cancelledQuantity": 1,
            "cost": { "unitPrice": { "amount": "10.00" } } }]));
        let sentence = format!("{} is sent instead of {}.", mugs.skus[0], goods.skus[0]);
        assert!(shown["timeline"].as_array().unwrap().iter().any(|entry| entry["message"] == sentence.as_str()));
        assert_eq!((stock(&app, &goods).await, stock(&app, &mugs).await), ((100, 0), (100, 2)));
    }

    async fn a_bundle_and_a_single_article_take_each_others_place(app: TestApp) {
        let shop = shop(&app).await;
        let cups = product("Cup").stock(20).insert(&app, &shop).await;
        let lamps = product("Lamp").stock(20).insert(&app, &shop).await;
        let boxes = product("Box").stock(0).insert(&app, &shop).await;
        let parts = json!([{ "variantId": cups.variant(), "quantity": 2 }, { "variantId": lamps.variant(), "quantity": 1 }]);
        let bundle = json!({ "input": { "variantId": boxes.variant(), "components": parts } });
        app.as_staff(&["PRODUCT_WRITE"]).await.run(crate::inventory::BUNDLE_SET, bundle).await;
        let guest = app.guest();
        let order = proposed(&app, &guest, &shop, &boxes, json!({ "quantity": 2, "substituteSku": cups.skus[0] })).await;
        assert_eq!((stock(&app, &cups).await, stock(&app, &lamps).await), ((20, 6), (20, 3)));
        answer(&guest, &order, "ACCEPT", &key(&app)).await.ok();
        assert_eq!((stock(&app, &cups).await, stock(&app, &lamps).await), ((20, 2), (20, 0)));
        assert_eq!(read(&guest, &order, "lines { sku components { sku } }").await["lines"], json!([{ "sku": cups.skus[0], "components": [] }]));
        let order = proposed(&app, &guest, &shop, &cups, json!({ "quantity": 3, "substituteSku": boxes.skus[0] })).await;
        answer(&guest, &order, "ACCEPT", &key(&app)).await.ok();
        assert_eq!((stock(&app, &cups).await, stock(&app, &lamps).await), ((20, 8), (20, 3)));
        let expected = json!([{ "sku": boxes.skus[0], "components": [{ "sku": cups.skus[0] }, { "sku": lamps.skus[0] }] }]);
        assert_eq!(read(&guest, &order, "lines { sku components { sku } }").await["lines"], expected);
    }

    async fn a_substitute_that_is_gone_is_refused_and_nothing_changes(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let mugs = product("Mug").stock(1).insert(&app, &shop).await;
        let guest = app.guest();
        let order = proposed(&app, &guest, &shop, &goods, json!({ "quantity": 3, "substituteSku": mugs.skus[0] })).await;
        answer(&guest, &order, "ACCEPT", &key(&app)).await.expect_user_error("INSUFFICIENT_STOCK");
        let shown = read(&guest, &order, "status proposal { status } lines { sku cancelledQuantity } refunds { id }").await;
        assert_eq!(shown, json!({ "status": "AWAITING_CONFIRMATION", "proposal": { "status": "PENDING" },
            "lines": [{ "sku": goods.skus[0], "cancelledQuantity": 0 }], "refunds": [] }));
        assert_eq!((stock(&app, &goods).await, stock(&app, &mugs).await), ((100, 3), (1, 0)));
        answer(&guest, &order, "DECLINE", &key(&app)).await.ok();
        assert_eq!(read(&guest, &order, "status").await["status"], "REJECTED");
    }

    async fn a_proposal_declined_ends_the_order_and_everything_goes_back(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let ada = app.as_member("ada@members.test").await;
        let order = proposed(&app, &ada, &shop, &goods, json!({ "quantity": 1 })).await;
        let told = answer(&ada, &order, "DECLINE", &key(&app)).await.ok();
        assert_eq!(told["orderProposalRespond"]["order"], json!({ "status": "REJECTED", "proposal": { "status": "DECLINED" } }));
        answer(&ada, &order, "ACCEPT", &key(&app)).await.expect_user_error("INVALID_TRANSITION");
        wait_for_provider(&app).await;
        assert_eq!(read(&ada, &order, "paymentStatus").await["paymentStatus"], "REFUNDED");
        assert_eq!(stock(&app, &goods).await, (100, 0));
    }

    async fn a_proposal_nobody_answers_lapses_and_an_answer_then_is_too_late(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        let order = proposed(&app, &guest, &shop, &goods, json!({ "quantity": 1 })).await;
        app.clock().advance(TimeDelta::hours(47));
        app.run_timers().await;
        assert_eq!(read(&guest, &order, "proposal { status }").await["proposal"]["status"], "PENDING");
        app.clock().advance(TimeDelta::hours(1));
        answer(&guest, &order, "ACCEPT", &key(&app)).await.expect_user_error("TOO_LATE");
        app.run_timers().await;
        answer(&guest, &order, "ACCEPT", &key(&app)).await.expect_user_error("TOO_LATE");
        wait_for_provider(&app).await;
        let shown = read(&guest, &order, "status paymentStatus proposal { status } availableActions").await;
        assert_eq!(shown, json!({ "status": "REJECTED", "paymentStatus": "REFUNDED", "proposal": { "status": "EXPIRED" }, "availableActions": [] }));
        assert_eq!(stock(&app, &goods).await, (100, 0));
    }

    async fn an_order_that_is_cancelled_takes_its_proposal_along(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        let order = proposed(&app, &guest, &shop, &goods, json!({ "quantity": 1 })).await;
        let cancel = "mutation($input: OrderCancellationRequestInput!) { orderCancellationRequest(input: $input) {
            orderCancellation { status lines { quantity } } userErrors { code } } }";
        let input = json!({ "orderId": order.id, "orderToken": order.token, "idempotencyKey": key(&app) });
        let wish = guest.run(cancel, json!({ "input": input })).await;
        assert_eq!(wish["orderCancellationRequest"]["orderCancellation"], json!({ "status": "ACCEPTED", "lines": [] }));
        assert_eq!(read(&guest, &order, "proposal { status }").await["proposal"]["status"], "CANCELLED");
        answer(&guest, &order, "ACCEPT", &key(&app)).await.expect_user_error("INVALID_TRANSITION");
    }

    async fn of_answers_at_once_one_counts(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        let order = proposed(&app, &guest, &shop, &goods, json!({ "quantity": 2 })).await;
        let keys: Vec<String> = (0..6).map(|_| key(&app)).collect();
        let all = keys.iter().zip(["ACCEPT", "DECLINE"].iter().cycle());
        let told = join_all(all.map(|(key, decision)| answer(&guest, &order, decision, key))).await;
        let taken = told.into_iter().filter(|answer| answer.data()["orderProposalRespond"]["order"].is_object());
        assert_eq!(taken.count(), 1);
        wait_for_provider(&app).await;
        let shown = read(&guest, &order, "status lines { cancelledQuantity } refundedTotal { amount }").await;
        let (cancelled, refunded) = if shown["status"] == "CONFIRMED" { (1, "10.00") } else { (3, "34.90") };
        assert_eq!(shown["lines"][0]["cancelledQuantity"], cancelled);
        assert_eq!(shown["refundedTotal"]["amount"], refunded);
    }

    async fn a_stranger_or_an_order_without_a_proposal_is_not_found(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        let order = paid(&app, &guest, &shop, &goods, 3).await;
        answer(&guest, &order, "ACCEPT", &key(&app)).await.expect_user_error("NOT_FOUND");
        offer(&app, &order, json!({ "quantity": 1 })).await.ok();
        let stranger = Order { token: Some("guessed".to_owned()), ..order.clone() };
        answer(&guest, &stranger, "ACCEPT", &key(&app)).await.expect_user_error("NOT_FOUND");
        assert_eq!(read(&guest, &order, "proposal { status }").await["proposal"]["status"], "PENDING");
    }

    async fn answers_that_make_no_sense_are_refused_and_change_nothing(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let mugs = product("Mug").insert(&app, &shop).await;
        let guest = app.guest();
        let order = paid(&app, &guest, &shop, &goods, 3).await;
        let yesterday = app.clock().now() - TimeDelta::days(1);
        for line in [
            json!({ "quantity": 3 }),
            json!({ "quantity": 4 }),
            json!({ "quantity": -1 }),
            json!({ "quantity": 3, "promisedShipAt": yesterday }),
            json!({ "quantity": 3, "substituteSku": "NOWHERE" }),
            json!({ "quantity": 3, "substituteSku": goods.skus[0] }),
            json!({ "quantity": 0, "substituteSku": mugs.skus[0] }),
        ] {
            offer(&app, &order, line).await.expect_user_error("INVALID");
        }
        let staff = app.as_staff(&["ORDER_READ", "ORDER_CONFIRM"]).await;
        let shown = read(&staff, &order, "status proposal { status } confirmationRequests { status answers { quantity } }").await;
        assert_eq!(shown, json!({ "status": "AWAITING_CONFIRMATION", "proposal": null,
            "confirmationRequests": [{ "status": "PENDING", "answers": [] }] }));
        offer(&app, &order, json!({ "quantity": 0 })).await.ok();
        assert_eq!(read(&guest, &order, "status").await["status"], "REJECTED", "nothing at all is no offer");
    }

    async fn an_order_of_two_warehouses_waits_for_both_answers(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").stock(2).insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let hall = json!({ "warehouses": [{ "code": "HALL", "name": "Hall", "priority": 9 }] });
        owner.run("mutation($input: WarehousesUpsertInput!) { warehousesUpsert(input: $input) { userErrors { code } } }", json!({ "input": hall })).await;
        let level = json!({ "levels": [{ "sku": goods.skus[0], "warehouseCode": "HALL", "onHand": 5, "sourceVersion": 1 }], "idempotencyKey": key(&app) });
        owner.run("mutation($input: StockSetInput!) { stockSet(input: $input) { userErrors { code } } }", json!({ "input": level })).await;
        let guest = app.guest();
        let order = paid(&app, &guest, &shop, &goods, 6).await;
        let mugs = product("Mug").insert(&app, &shop).await;
        offer(&app, &order, json!({ "quantity": 1, "substituteSku": mugs.skus[0] })).await.expect_user_error("INVALID");
        offer(&app, &order, json!({ "quantity": 1 })).await.ok();
        let shown = read(&guest, &order, "status proposal { status }").await;
        assert_eq!(shown, json!({ "status": "AWAITING_CONFIRMATION", "proposal": null }));
        offer(&app, &order, json!({ "quantity": 0 })).await.ok();
        let shown = read(&guest, &order, PROPOSAL).await;
        assert_eq!((&shown["proposal"]["lines"][0]["quantity"], &shown["proposal"]["cost"]["total"]["amount"]), (&json!(1), &json!("14.90")));
        answer(&guest, &order, "ACCEPT", &key(&app)).await.ok();
        wait_for_provider(&app).await;
        let shown = read(&guest, &order, "status refundedTotal { amount } lines { cancelledQuantity }").await;
        assert_eq!(shown, json!({ "status": "CONFIRMED", "refundedTotal": { "amount": "50.00" }, "lines": [{ "cancelledQuantity": 5 }] }));
        assert_eq!(stock(&app, &goods).await, (7, 1));
    }
}
