use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::arrange::{Goods, Shop, product, shop};
use tests::checkout::{
    Order, address, confirmed, key, placed, read, sent, started, stock, try_pay, wait_for_provider,
};
use tests::{Answer, Client, TestApp, both};

use crate::after_sale::{examined, pay_out};
use crate::promotion::{running, staff};

const PREVIEW: &str = "query($input: OrderChangePreviewInput!) { orderChangePreview(input: $input) {
    before { total { amount } } after { total { amount } taxTotal { amount } shippingTotal { amount } } difference { amount } } }";
const CREATE: &str = "mutation($input: OrderChangeCreateInput!) { orderChangeCreate(input: $input) {
    orderChange { id status steps reason preview { difference { amount } } actor { kind } } userErrors { code field } } }";
const RESPOND: &str =
    "mutation($input: OrderChangeRespondInput!) { orderChangeRespond(input: $input) {
    orderChange { id status } userErrors { code field } } }";
const MONEY: &str =
    "status paymentStatus dueTotal { amount } paidTotal { amount } refundedTotal { amount }";

pub(super) async fn create(app: &TestApp, client: &Client, order: &Order, steps: Value) -> Answer {
    let input = json!({ "orderId": order.id, "steps": steps, "reason": "as agreed by phone", "idempotencyKey": key(app) });
    client.send(CREATE, json!({ "input": input })).await
}

pub(super) async fn respond(client: &Client, change: &Value, decision: &str, key: &str) -> Answer {
    let input = json!({ "orderChangeId": change, "decision": decision, "idempotencyKey": key });
    client.send(RESPOND, json!({ "input": input })).await
}

/// Writes an edit and carries it out; gives the difference that was shown.
pub(crate) async fn changed(app: &TestApp, client: &Client, order: &Order, steps: Value) -> String {
    let input = json!({ "orderId": order.id, "steps": steps });
    let shown =
        client.run(PREVIEW, json!({ "input": input })).await["orderChangePreview"]["difference"]
            .clone();
    let written =
        create(app, client, order, steps).await.ok()["orderChangeCreate"]["orderChange"].clone();
    assert_eq!(written["preview"]["difference"], shown);
    let done = respond(client, &written["id"], "ACCEPT", &key(app))
        .await
        .ok();
    assert_eq!(
        done["orderChangeRespond"]["orderChange"]["status"],
        "ACCEPTED"
    );
    shown["amount"].as_str().unwrap().to_owned()
}

async fn writer(app: &TestApp) -> Client {
    app.as_staff(&["ORDER_WRITE", "ORDER_READ"]).await
}

async fn lines(client: &Client, order: &Order) -> Vec<Value> {
    let shown = read(client, order, "lines { id }").await;
    let ids = shown["lines"].as_array().unwrap().iter();
    ids.map(|line| line["id"].clone()).collect()
}

fn add(goods: &Goods, units: i32) -> Value {
    json!({ "lineAdd": { "variantId": goods.variant(), "quantity": units } })
}

fn keep(line: &Value, units: i32) -> Value {
    json!({ "quantitySet": { "lineId": line, "quantity": units } })
}

fn euro(amount: &str) -> Value {
    json!({ "amount": amount, "currencyCode": "EUR" })
}

fn price(line: &Value, amount: &str) -> Value {
    json!({ "priceSet": { "lineId": line, "unitPrice": euro(amount) } })
}

fn fee(amount: &str, tax_class: Option<&str>) -> Value {
    json!({ "surcharge": { "label": "Gift wrap", "amount": euro(amount), "taxClass": tax_class } })
}

struct Scene {
    guest: Client,
    office: Client,
    shop: Shop,
    cups: Goods,
    lids: Goods,
    order: Order,
    cup: Value,
}

/// A confirmed order of three cups for 10.00 less 10 %, 31.90 with shipping and 20 % tax; lids cost 15.00.
async fn scene(app: &TestApp) -> Scene {
    let shop = shop(app).await;
    let owner = app.as_owner().await;
    let rate = json!({ "code": "gb", "name": "VAT", "countryCode": "GB", "percent": "20" });
    staff(
        &owner,
        "taxRatesUpsert",
        "taxRates { code }",
        json!({ "taxRates": [rate] }),
    )
    .await;
    running(&owner, json!({})).await;
    let cups = product("Cup").insert(app, &shop).await;
    let lids = product("Lid")
        .prices(&[1500])
        .stock(3)
        .insert(app, &shop)
        .await;
    let guest = app.guest();
    let order = confirmed(app, &guest, &shop, &cups, 3).await;
    let cup = lines(&guest, &order).await[0].clone();
    Scene {
        guest,
        office: writer(app).await,
        shop,
        cups,
        lids,
        order,
        cup,
    }
}

/// Packs all units of lines into a parcel; gives its id.
async fn packed(app: &TestApp, scene: &Scene, units: &[(&Value, i32)]) -> Value {
    let lines: Vec<Value> = units
        .iter()
        .map(|(id, units)| json!({ "lineId": id, "quantity": units }))
        .collect();
    let input = json!({ "orderId": scene.order.id, "warehouseId": scene.shop.warehouse, "lines": lines, "idempotencyKey": key(app) });
    let packed = staff(
        &app.as_owner().await,
        "fulfillmentCreate",
        "fulfillment { id }",
        input,
    )
    .await;
    packed["fulfillment"]["id"].clone()
}

async fn ship(app: &TestApp, parcel: &Value) -> Answer {
    let document = "mutation($input: FulfillmentShipInput!) { fulfillmentShip(input: $input) { fulfillment { status } userErrors { code } } }";
    let input = json!({ "fulfillmentId": parcel, "notify": false, "idempotencyKey": key(app) });
    app.as_owner()
        .await
        .send(document, json!({ "input": input }))
        .await
}

both! {
    async fn something_dearer_is_sent_once_its_difference_is_paid(app: TestApp) {
        let scene = scene(&app).await;
        let steps = json!([keep(&scene.cup, 2), add(&scene.lids, 1)]);
        let change = create(&app, &scene.office, &scene.order, steps.clone()).await.ok()["orderChangeCreate"]["orderChange"].clone();
        assert_eq!(change["steps"], json!([format!("2 of {} are kept.", scene.cups.skus[0]), format!("1 of {} are added, each for 15.00 EUR.", scene.lids.skus[0])]));
        assert_eq!((&change["status"], &change["actor"]["kind"], &change["preview"]["difference"]["amount"]), (&json!("PENDING"), &json!("STAFF"), &json!("6.00")));
        let office = Order { token: None, ..scene.order.clone() };
        assert_eq!(read(&scene.office, &office, "availableActions").await["availableActions"], json!(["ORDER_CANCEL", "ORDER_CHANGE_RESPOND"]));
        assert_eq!((stock(&app, &scene.cups).await, stock(&app, &scene.lids).await), ((100, 3), (3, 0)), "nothing yet");
        create(&app, &scene.office, &scene.order, steps).await.expect_user_error("CHANGE_OPEN");
        respond(&scene.office, &change["id"], "ACCEPT", &key(&app)).await.ok();
        assert_eq!((stock(&app, &scene.cups).await, stock(&app, &scene.lids).await), ((100, 2), (3, 1)));
        let shown = read(&scene.guest, &scene.order, MONEY).await;
        assert_eq!(shown, json!({ "status": "CONFIRMED", "paymentStatus": "PARTIALLY_PAID", "dueTotal": { "amount": "6.00" },
            "paidTotal": { "amount": "31.90" }, "refundedTotal": { "amount": "0.00" } }));
        app.run_outbox_until_idle().await;
        assert!(app.mailbox().last_to("buyer@shop.test").text.contains("changed"));
        let lines = lines(&scene.guest, &scene.order).await;
        let parcel = packed(&app, &scene, &[(&lines[0], 2), (&lines[1], 1)]).await;
        ship(&app, &parcel).await.expect_user_error("UNPAID");
        let actions = read(&scene.guest, &scene.order, "availableActions paymentMethods { id }").await;
        assert!(actions["availableActions"].as_array().unwrap().contains(&json!("PAYMENT_START")));
        assert_eq!(actions["paymentMethods"].as_array().unwrap().len(), 2);
        started(&app, &scene.guest, &scene.order, &scene.shop.test_payment, "success").await;
        wait_for_provider(&app).await;
        let shown = read(&scene.guest, &scene.order, MONEY).await;
        assert_eq!((&shown["paymentStatus"], &shown["dueTotal"]["amount"], &shown["paidTotal"]["amount"]), (&json!("PAID"), &json!("0.00"), &json!("37.90")));
        try_pay(&app, &scene.guest, &scene.order, &scene.shop.test_payment, "success").await.expect_user_error("NOTHING_DUE");
        ship(&app, &parcel).await.ok();
        assert_eq!(read(&scene.guest, &scene.order, "fulfillmentStatus").await["fulfillmentStatus"], "FULFILLED");
    }

    async fn what_is_shown_is_what_is_moved(app: TestApp) {
        let scene = scene(&app).await;
        let way = json!({ "code": "express", "name": "Express", "price": euro("9.90") });
        let ways = staff(&app.as_owner().await, "shippingMethodsUpsert", "shippingMethods { id name }", json!({ "shippingMethods": [way] })).await;
        let ways = ways["shippingMethods"].as_array().unwrap();
        let express = ways.iter().find(|way| way["name"] == "Express").unwrap()["id"].clone();
        let moved = address().as_object().cloned().map(|mut address| { address.insert("city".to_owned(), json!("Leeds")); address }).unwrap();
        let cup = &scene.cup;
        let cases = [
            (json!([price(cup, "8.00")]), "-6.00"),
            (json!([fee("1.00", Some("standard"))]), "1.00"),
            (json!([fee("0.50", None), keep(cup, 2)]), "-6.50"),
            (json!([{ "shippingMethodId": express }]), "5.00"),
            (json!([{ "shippingAddress": moved }]), "0.00"),
            (json!([add(&scene.lids, 1), price(cup, "8.01")]), "15.02"),
            (json!([keep(cup, 3)]), "10.00"),
        ];
        let mut net = 3190;
        for (steps, difference) in cases {
            assert_eq!(changed(&app, &scene.office, &scene.order, steps.clone()).await, difference, "{steps}");
            wait_for_provider(&app).await;
            net += difference.replace('.', "").parse::<i64>().unwrap();
            let shown = read(&scene.guest, &scene.order, MONEY).await;
            let minor = |name: &str| shown[name]["amount"].as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
            assert_eq!(minor("dueTotal") + minor("paidTotal") - minor("refundedTotal"), net, "{steps}");
        }
        let shown = read(&scene.guest, &scene.order, "shippingMethod { name } shippingAddress { city } cost { shippingTotal { amount } }
            lines { quantity cancelledQuantity cost { unitPrice { amount } } } changes { status }").await;
        assert_eq!((&shown["shippingMethod"]["name"], &shown["shippingAddress"]["city"]), (&json!("Express"), &json!("Leeds")));
        assert_eq!(shown["cost"]["shippingTotal"]["amount"], "9.90");
        let line = |quantity: i32, cancelled: i32, price: &str| json!({ "quantity": quantity, "cancelledQuantity": cancelled, "cost": { "unitPrice": { "amount": price } } });
        assert_eq!(shown["lines"], json!([line(3, 1, "10.00"), line(1, 0, "15.00"), line(1, 0, "10.00")]), "more cups come as a line of their own");
        assert_eq!(shown["changes"].as_array().unwrap().len(), 7);
        started(&app, &scene.guest, &scene.order, &scene.shop.test_payment, "success").await;
        wait_for_provider(&app).await;
        let shown = read(&scene.guest, &scene.order, MONEY).await;
        assert_eq!(shown["dueTotal"]["amount"], "0.00");
    }

    async fn what_is_shown_is_what_is_moved_when_all_that_was_sent_came_back(app: TestApp) {
        let shop = shop(&app).await;
        let (guest, owner) = (app.guest(), app.as_owner().await);
        let cups = product("Cup").insert(&app, &shop).await;
        let lids = product("Lid").prices(&[700]).insert(&app, &shop).await;
        let cases = [
            (None, "-10.00"),
            (Some(add(&lids, 1)), "-3.00"),
            (Some(fee("5.00", None)), "-5.00"),
        ];
        for (more, difference) in cases {
            let order = confirmed(&app, &guest, &shop, &cups, 2).await;
            sent(&app, &shop, &order, 1).await;
            let found = examined(&app, &guest, &owner, (&order, &shop), ("RETURN", "DEFECTIVE"), 1).await;
            pay_out(&app, &owner, &found, "10.00").await.ok();
            wait_for_provider(&app).await;
            let cup = lines(&guest, &order).await[0].clone();
            let steps: Vec<Value> = [keep(&cup, 1)].into_iter().chain(more.clone()).collect();
            assert_eq!(changed(&app, &owner, &order, json!(steps)).await, difference, "{more:?}");
            wait_for_provider(&app).await;
            let shown = read(&guest, &order, MONEY).await;
            let minor = |name: &str| shown[name]["amount"].as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
            let moved = minor("dueTotal") + minor("paidTotal") - minor("refundedTotal") - 1490;
            assert_eq!(moved, difference.replace('.', "").parse::<i64>().unwrap(), "{more:?}");
        }
    }

    async fn what_was_added_and_is_not_paid_can_be_called_off_for_nothing(app: TestApp) {
        let scene = scene(&app).await;
        changed(&app, &scene.office, &scene.order, json!([add(&scene.lids, 2), keep(&scene.cup, 2)])).await;
        let lid = lines(&scene.guest, &scene.order).await[1].clone();
        let input = json!({ "orderId": scene.order.id, "reason": "STAFF", "restock": true, "refund": true, "notify": false,
            "lines": [{ "lineId": lid, "quantity": 2 }], "idempotencyKey": key(&app) });
        staff(&app.as_owner().await, "orderCancel", "orderCancellation { id }", input).await;
        wait_for_provider(&app).await;
        let shown = read(&scene.guest, &scene.order, MONEY).await;
        assert_eq!((&shown["dueTotal"]["amount"], &shown["refundedTotal"]["amount"], &shown["paymentStatus"]), (&json!("0.00"), &json!("9.00"), &json!("PARTIALLY_REFUNDED")));
        assert_eq!(stock(&app, &scene.lids).await, (3, 0));
    }

    async fn what_a_change_costs_may_be_promised_and_is_taken_at_once(app: TestApp) {
        let scene = scene(&app).await;
        changed(&app, &scene.office, &scene.order, json!([add(&scene.lids, 1)])).await;
        for _session in 0..2 {
            started(&app, &scene.guest, &scene.order, &scene.shop.test_payment, "authorize").await;
        }
        wait_for_provider(&app).await;
        let shown = read(&scene.guest, &scene.order, MONEY).await;
        assert_eq!(shown, json!({ "status": "CONFIRMED", "paymentStatus": "PAID", "dueTotal": { "amount": "0.00" },
            "paidTotal": { "amount": "46.90" }, "refundedTotal": { "amount": "0.00" } }));
    }

    async fn money_that_comes_twice_for_a_change_goes_back(app: TestApp) {
        let scene = scene(&app).await;
        changed(&app, &scene.office, &scene.order, json!([add(&scene.lids, 1)])).await;
        for _session in 0..2 {
            started(&app, &scene.guest, &scene.order, &scene.shop.test_payment, "success").await;
        }
        wait_for_provider(&app).await;
        wait_for_provider(&app).await;
        let shown = read(&scene.guest, &scene.order, MONEY).await;
        assert_eq!(shown, json!({ "status": "CONFIRMED", "paymentStatus": "PAID", "dueTotal": { "amount": "0.00" },
            "paidTotal": { "amount": "61.90" }, "refundedTotal": { "amount": "15.00" } }));
    }

    async fn one_edit_is_answered_once(app: TestApp) {
        let scene = scene(&app).await;
        let steps = json!([keep(&scene.cup, 1), add(&scene.lids, 1)]);
        let told = join_all((0..3).map(|_| create(&app, &scene.office, &scene.order, steps.clone()))).await;
        let written: Vec<Value> = told.iter().map(|answer| answer.data()["orderChangeCreate"]["orderChange"]["id"].clone()).filter(Value::is_string).collect();
        assert_eq!(written.len(), 1);
        let keys: Vec<String> = (0..4).map(|_| key(&app)).collect();
        let told = join_all(keys.iter().map(|key| respond(&scene.office, &written[0], "ACCEPT", key))).await;
        assert_eq!(told.iter().filter(|answer| answer.data()["orderChangeRespond"]["orderChange"].is_object()).count(), 1);
        assert_eq!((stock(&app, &scene.cups).await, stock(&app, &scene.lids).await), ((100, 1), (3, 1)));
        respond(&scene.office, &written[0], "DECLINE", &key(&app)).await.expect_user_error("INVALID_TRANSITION");
        let once = key(&app);
        let input = json!({ "orderId": scene.order.id, "steps": [fee("1.00", None)], "reason": "wrapped", "idempotencyKey": key(&app) });
        let first = scene.office.run(CREATE, json!({ "input": input })).await;
        assert_eq!(scene.office.run(CREATE, json!({ "input": input })).await, first);
        let change = &first["orderChangeCreate"]["orderChange"]["id"];
        let first = respond(&scene.office, change, "DECLINE", &once).await.ok();
        assert_eq!(first["orderChangeRespond"]["orderChange"]["status"], "DECLINED");
        assert_eq!(respond(&scene.office, change, "DECLINE", &once).await.ok(), first);
        assert_eq!(read(&scene.guest, &scene.order, "dueTotal { amount } changes { status }").await,
            json!({ "dueTotal": { "amount": "0.00" }, "changes": [{ "status": "ACCEPTED" }] }), "buyers see what was carried out");
    }

    async fn an_edit_of_an_older_version_is_not_carried_out(app: TestApp) {
        let scene = scene(&app).await;
        let version = read(&scene.guest, &scene.order, "version").await["version"].as_i64().unwrap();
        let input = |version: i64| json!({ "input": { "orderId": scene.order.id, "steps": [fee("1.00", None)], "reason": "wrapped",
            "expectedVersion": version, "idempotencyKey": key(&app) } });
        scene.office.send(CREATE, input(version - 1)).await.expect_user_error("CONFLICT");
        let change = scene.office.run(CREATE, input(version)).await["orderChangeCreate"]["orderChange"]["id"].clone();
        packed(&app, &scene, &[(&scene.cup, 1)]).await;
        let before = app.fingerprint().await;
        respond(&scene.office, &change, "ACCEPT", &key(&app)).await.expect_user_error("CONFLICT");
        assert_eq!(app.fingerprint().await, before);
        respond(&scene.office, &change, "DECLINE", &key(&app)).await.ok();
        assert_eq!(changed(&app, &scene.office, &scene.order, json!([fee("1.00", None)])).await, "1.00");
    }

    async fn an_edit_ends_with_its_order(app: TestApp) {
        let scene = scene(&app).await;
        changed(&app, &scene.office, &scene.order, json!([add(&scene.lids, 1)])).await;
        create(&app, &scene.office, &scene.order, json!([keep(&scene.cup, 1)])).await.ok();
        let input = json!({ "orderId": scene.order.id, "reason": "STAFF", "restock": true, "refund": true, "notify": false, "idempotencyKey": key(&app) });
        staff(&app.as_owner().await, "orderCancel", "orderCancellation { id }", input).await;
        wait_for_provider(&app).await;
        let shown = read(&scene.guest, &scene.order, MONEY).await;
        assert_eq!(shown, json!({ "status": "CANCELLED", "paymentStatus": "REFUNDED", "dueTotal": { "amount": "0.00" },
            "paidTotal": { "amount": "31.90" }, "refundedTotal": { "amount": "31.90" } }));
        let office = Order { token: None, ..scene.order.clone() };
        let changes = read(&scene.office, &office, "changes { status }").await;
        assert_eq!(changes["changes"], json!([{ "status": "CANCELLED" }, { "status": "ACCEPTED" }]));
        assert_eq!(stock(&app, &scene.lids).await, (3, 0));
    }

    async fn goods_that_are_gone_are_not_added(app: TestApp) {
        let scene = scene(&app).await;
        let change = create(&app, &scene.office, &scene.order, json!([add(&scene.lids, 3), keep(&scene.cup, 1)])).await.ok()["orderChangeCreate"]["orderChange"]["id"].clone();
        placed(&app, &app.guest(), &scene.shop, &scene.lids, 1).await;
        let before = app.fingerprint().await;
        respond(&scene.office, &change, "ACCEPT", &key(&app)).await.expect_user_error("INSUFFICIENT_STOCK");
        assert_eq!(app.fingerprint().await, before);
    }

    async fn edits_that_make_no_sense_are_refused_and_nothing_changes(app: TestApp) {
        let scene = scene(&app).await;
        let draft = product("Draft").draft().insert(&app, &scene.shop).await;
        let other = placed(&app, &app.guest(), &scene.shop, &scene.cups, 1).await;
        let parcel = packed(&app, &scene, &[(&scene.cup, 2)]).await;
        staff(&app.as_owner().await, "fulfillmentPick", "fulfillment { status }", json!({ "fulfillmentId": parcel, "idempotencyKey": key(&app) })).await;
        let cup = &scene.cup;
        let mut abroad = address();
        abroad["countryCode"] = json!("FR");
        let before = app.fingerprint().await;
        for (steps, code) in [
            (json!([]), "INVALID"),
            (json!([keep(cup, 3)]), "INVALID"),
            (json!([keep(cup, 1)]), "INVALID"),
            (json!([keep(cup, -1)]), "INVALID"),
            (json!([price(cup, "9.00")]), "INVALID"),
            (json!([price(cup, "-1.00")]), "INVALID"),
            (json!([fee("0.00", None)]), "INVALID"),
            (json!([fee("1.00", Some("nobody's"))]), "INVALID"),
            (json!([{ "surcharge": { "label": " ", "amount": euro("1.00") } }]), "INVALID"),
            (json!([{ "surcharge": { "label": "Fee", "amount": { "amount": "1.00", "currencyCode": "USD" } } }]), "INVALID"),
            (json!([add(&draft, 1)]), "INVALID"),
            (json!([add(&scene.lids, 0)]), "INVALID"),
            (json!([add(&scene.lids, 1), add(&scene.lids, 1)]), "INVALID"),
            (json!([add(&scene.lids, 4)]), "INSUFFICIENT_STOCK"),
            (json!([{ "shippingAddress": abroad }]), "INVALID"),
            (json!([{ "shippingAddress": address() }]), "INVALID"),
            (json!([{ "shippingMethodId": scene.shop.shipping_method }]), "INVALID"),
        ] {
            create(&app, &scene.office, &scene.order, steps).await.expect_user_error(code);
        }
        create(&app, &scene.office, &other, json!([fee("1.00", None)])).await.expect_user_error("INVALID_TRANSITION");
        let blank = json!({ "orderId": scene.order.id, "steps": [fee("1.00", None)], "reason": " ", "idempotencyKey": key(&app) });
        scene.office.send(CREATE, json!({ "input": blank })).await.expect_user_error("INVALID");
        let input = json!({ "input": { "orderId": other.id, "steps": [fee("1.00", None)] } });
        scene.office.send(PREVIEW, input).await.expect_top_error("BAD_USER_INPUT");
        assert_eq!(app.fingerprint().await, before);
    }
}
