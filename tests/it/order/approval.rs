use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::arrange::{Goods, Shop, product, shop};
use tests::checkout::{
    Order, cart, confirmed, key, placed, read, started, stock, try_pay, try_place,
    wait_for_provider,
};
use tests::{Answer, Client, TestApp, both};

use super::change;
use crate::promotion::running;

const WAITING: &str = "{ ordersToApprove(first: 10) { nodes { id } totalCount } }";

/// Makes orders from these sizes on wait for approval.
pub(super) async fn levels(owner: &Client, levels: Value) -> Answer {
    let document = "mutation($input: ShopUpdateInput!) { shopUpdate(input: $input) {
        shop { policy { orderApprovalLevels { minTotal { amount } minDiscount } } } userErrors { code field } } }";
    owner
        .send(
            document,
            json!({ "input": { "shop": { "orderApprovalLevels": levels } } }),
        )
        .await
}

pub(super) fn total(amount: &str) -> Value {
    json!({ "minTotal": { "amount": amount, "currencyCode": "EUR" } })
}

async fn respond(client: &Client, order: &Order, decision: &str, key: &str) -> Answer {
    let document =
        "mutation($input: OrderApprovalRespondInput!) { orderApprovalRespond(input: $input) {
        order { status availableActions } userErrors { code field } } }";
    let input = json!({ "orderId": order.id, "decision": decision, "reason": "looked at it", "idempotencyKey": key });
    client.send(document, json!({ "input": input })).await
}

async fn approver(app: &TestApp) -> Client {
    app.as_staff(&["ORDER_APPROVE", "ORDER_READ"]).await
}

async fn waiting_for(client: &Client) -> Value {
    client.run(WAITING, json!({})).await["ordersToApprove"]["totalCount"].clone()
}

/// An order of five lamps, 54.90, in a shop where orders from 50.00 on wait for one person and from 54.90 on for two.
async fn large(app: &TestApp, guest: &Client) -> (Shop, Goods, Order) {
    let shop = shop(app).await;
    levels(
        &app.as_owner().await,
        json!([total("50.00"), total("54.90")]),
    )
    .await
    .ok();
    let goods = product("Lamp").insert(app, &shop).await;
    let order = placed(app, guest, &shop, &goods, 5).await;
    (shop, goods, order)
}

both! {
    async fn a_large_order_waits_for_two_people_and_then_for_money(app: TestApp) {
        let guest = app.guest();
        let (shop, goods, order) = large(&app, &guest).await;
        let shown = read(&guest, &order, "status paymentDueAt availableActions").await;
        assert_eq!(shown, json!({ "status": "AWAITING_APPROVAL", "paymentDueAt": null, "availableActions": ["ORDER_CANCELLATION_REQUEST"] }));
        assert_eq!(stock(&app, &goods).await, (100, 5), "what waits is kept");
        try_pay(&app, &guest, &order, &shop.test_payment, "success").await.expect_user_error("INVALID_TRANSITION");
        app.clock().advance(TimeDelta::days(2));
        app.run_timers().await;
        let (ada, bob) = (approver(&app).await, approver(&app).await);
        assert_eq!((waiting_for(&ada).await, waiting_for(&bob).await), (json!(1), json!(1)));
        let once = key(&app);
        let first = respond(&ada, &order, "ACCEPT", &once).await.ok();
        assert_eq!(first["orderApprovalRespond"]["order"], json!({ "status": "AWAITING_APPROVAL", "availableActions": [] }));
        assert_eq!(respond(&ada, &order, "ACCEPT", &once).await.ok(), first);
        respond(&ada, &order, "ACCEPT", &key(&app)).await.expect_user_error("SECOND_PERSON_NEEDED");
        assert_eq!((waiting_for(&ada).await, waiting_for(&bob).await), (json!(0), json!(1)));
        let second = respond(&bob, &order, "ACCEPT", &key(&app)).await.ok();
        assert_eq!(second["orderApprovalRespond"]["order"]["status"], "PLACED");
        respond(&approver(&app).await, &order, "DECLINE", &key(&app)).await.expect_user_error("INVALID_TRANSITION");
        let office = Order { token: None, ..order.clone() };
        let shown = read(&ada, &office, "approvals { level status reason actor { kind } } paymentDueAt timeline { kind }").await;
        let said = |level: i32| json!({ "level": level, "status": "ACCEPTED", "reason": "looked at it", "actor": { "kind": "STAFF" } });
        assert_eq!(shown["approvals"], json!([said(1), said(2)]));
        assert!(shown["paymentDueAt"].is_string());
        assert_eq!(shown["timeline"], json!([{ "kind": "ORDER_APPROVED" }, { "kind": "ORDER_APPROVED" }, { "kind": "ORDER_PLACED" }]));
        started(&app, &guest, &order, &shop.test_payment, "success").await;
        wait_for_provider(&app).await;
        assert_eq!(read(&guest, &order, "status").await["status"], "AWAITING_CONFIRMATION");
    }

    async fn an_order_declined_gives_everything_back(app: TestApp) {
        let guest = app.guest();
        let (_shop, goods, order) = large(&app, &guest).await;
        let ada = approver(&app).await;
        let silent = json!({ "input": { "orderId": order.id, "decision": "DECLINE", "reason": " ", "idempotencyKey": key(&app) } });
        let document = "mutation($input: OrderApprovalRespondInput!) { orderApprovalRespond(input: $input) { order { id } userErrors { code } } }";
        ada.send(document, silent).await.expect_user_error("INVALID");
        respond(&ada, &order, "DECLINE", &key(&app)).await.ok();
        assert_eq!(read(&guest, &order, "status availableActions").await, json!({ "status": "REJECTED", "availableActions": [] }));
        assert_eq!(stock(&app, &goods).await, (100, 0));
        let office = Order { token: None, ..order };
        let shown = read(&ada, &office, "approvals { status }").await;
        assert_eq!(shown["approvals"], json!([{ "status": "DECLINED" }, { "status": "CANCELLED" }]));
    }

    async fn a_buyer_takes_back_what_waits(app: TestApp) {
        let guest = app.guest();
        let (_shop, goods, order) = large(&app, &guest).await;
        let input = json!({ "orderId": order.id, "orderToken": order.token, "idempotencyKey": key(&app) });
        let cancel = "mutation($input: OrderCancellationRequestInput!) { orderCancellationRequest(input: $input) { orderCancellation { status } userErrors { code } } }";
        guest.run(cancel, json!({ "input": input })).await;
        assert_eq!(stock(&app, &goods).await, (100, 0));
        let ada = approver(&app).await;
        respond(&ada, &order, "ACCEPT", &key(&app)).await.expect_user_error("INVALID_TRANSITION");
        assert_eq!(waiting_for(&ada).await, 0);
    }

    async fn nobody_approves_an_order_of_their_own(app: TestApp) {
        let shop = shop(&app).await;
        let owner = app.as_owner().await;
        levels(&owner, json!([total("1.00")])).await.ok();
        let goods = product("Lamp").insert(&app, &shop).await;
        let cart = cart(&owner, &shop, &goods, 1).await;
        let placed = try_place(&owner, &cart, &key(&app)).await.ok();
        let order = Order { id: placed["orderPlace"]["order"]["id"].as_str().unwrap().to_owned(), token: None };
        respond(&owner, &order, "ACCEPT", &key(&app)).await.expect_user_error("SECOND_PERSON_NEEDED");
        assert_eq!(waiting_for(&owner).await, 0);
        let ada = approver(&app).await;
        assert_eq!(waiting_for(&ada).await, 1);
        respond(&ada, &order, "ACCEPT", &key(&app)).await.ok();
    }

    async fn a_program_approves_nothing(app: TestApp) {
        let guest = app.guest();
        let (_shop, _goods, order) = large(&app, &guest).await;
        let owner = app.as_owner().await;
        let create = "mutation($input: ApiKeyCreateInput!) { apiKeyCreate(input: $input) { secret userErrors { code field message } } }";
        let input = json!({ "name": "robot", "scopes": ["ORDER_APPROVE", "ORDER_READ"] });
        let secret = owner.run(create, json!({ "input": input })).await["apiKeyCreate"]["secret"].as_str().unwrap().to_owned();
        let robot = app.guest().with_token(&secret);
        assert_eq!(waiting_for(&robot).await, 0);
        respond(&robot, &order, "ACCEPT", &key(&app)).await.expect_user_error("SECOND_PERSON_NEEDED");
        assert_eq!(read(&guest, &order, "status").await["status"], "AWAITING_APPROVAL");
    }

    async fn a_large_discount_waits_even_when_nothing_is_owed(app: TestApp) {
        let shop = shop(&app).await;
        let owner = app.as_owner().await;
        levels(&owner, json!([{ "minDiscount": "30" }])).await.ok();
        let goods = product("Lamp").digital().insert(&app, &shop).await;
        let guest = app.guest();
        let dear = placed(&app, &guest, &shop, &goods, 9).await;
        assert_eq!(read(&guest, &dear, "status").await["status"], "PLACED");
        running(&owner, json!({ "rewards": [{ "percentOff": { "percent": "100" } }] })).await;
        let free = placed(&app, &guest, &shop, &goods, 1).await;
        let status = read(&guest, &free, "status cost { discountTotal { amount } }").await;
        assert_eq!(status, json!({ "status": "AWAITING_APPROVAL", "cost": { "discountTotal": { "amount": "-10.00" } } }));
    }

    async fn of_two_approvers_at_once_each_counts_once(app: TestApp) {
        let guest = app.guest();
        let (_shop, _goods, order) = large(&app, &guest).await;
        let clients = [approver(&app).await, approver(&app).await, approver(&app).await];
        let keys: Vec<String> = (0..6).map(|_| key(&app)).collect();
        let all = keys.iter().zip(clients.iter().cycle());
        let told = join_all(all.map(|(key, client)| respond(client, &order, "ACCEPT", key))).await;
        let taken = told.into_iter().filter(|answer| answer.data()["orderApprovalRespond"]["order"].is_object());
        assert_eq!(taken.count(), 2);
        assert_eq!(read(&guest, &order, "status").await["status"], "PLACED");
    }

    async fn levels_that_make_no_sense_are_refused(app: TestApp) {
        let owner = app.as_owner().await;
        for bad in [
            json!([{}]),
            json!([total("0.00")]),
            json!([{ "minTotal": { "amount": "1.00", "currencyCode": "USD" } }]),
            json!([{ "minDiscount": "101" }]),
            json!([total("1.00"), total("2.00"), total("3.00"), total("4.00"), total("5.00"), total("6.00")]),
        ] {
            levels(&owner, bad).await.expect_user_error("INVALID");
        }
        let kept = levels(&owner, json!([{ "minDiscount": "12.5" }])).await.ok();
        assert_eq!(kept["shopUpdate"]["shop"]["policy"]["orderApprovalLevels"], json!([{ "minTotal": null, "minDiscount": "12.5" }]));
    }

    async fn an_edit_over_a_level_of_approval_is_another_persons_to_carry_out(app: TestApp) {
        let shop = shop(&app).await;
        let owner = app.as_owner().await;
        levels(&owner, json!([total("50.00")])).await.ok();
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let order = confirmed(&app, &guest, &shop, &goods, 3).await;
        let line = read(&guest, &order, "lines { id }").await["lines"][0]["id"].clone();
        let keep = |units: i32| json!([{ "quantitySet": { "lineId": line, "quantity": units } }]);
        let written = async |units: i32| {
            let written = change::create(&app, &owner, &order, keep(units)).await.ok();
            written["orderChangeCreate"]["orderChange"]["id"].clone()
        };
        let small = written(4).await;
        change::respond(&owner, &small, "ACCEPT", &key(&app)).await.ok();
        // More units stand on a line of their own, so the first line has three still.
        let large = written(4).await;
        let clerk = app.as_staff(&["ORDER_WRITE", "ORDER_READ"]).await;
        let before = app.fingerprint().await;
        change::respond(&owner, &large, "ACCEPT", &key(&app)).await.expect_user_error("SECOND_PERSON_NEEDED");
        change::respond(&clerk, &large, "ACCEPT", &key(&app)).await.expect_top_error("FORBIDDEN");
        assert_eq!(app.fingerprint().await, before);
        let other = app.as_staff(&["ORDER_WRITE", "ORDER_READ", "ORDER_APPROVE"]).await;
        change::respond(&other, &large, "ACCEPT", &key(&app)).await.ok();
        assert_eq!(read(&guest, &order, "dueTotal { amount }").await["dueTotal"]["amount"], "20.00");
    }
}
