use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::arrange::{product, shop};
use tests::checkout::{Order, key, paid, read, wait_for_provider};
use tests::{Answer, Client, TestApp, both};

const CREATE: &str = "mutation($input: RefundCreateInput!) { refundCreate(input: $input) {
    refund { id status } refundRequest { id status levels amount { amount } refund { id } } userErrors { code field } } }";
const RESPOND: &str =
    "mutation($input: RefundApprovalRespondInput!) { refundApprovalRespond(input: $input) {
    refundRequest { id status approvals { level status reason actor { kind } } refund { status } } userErrors { code field } } }";

/// Makes refunds from these amounts on wait for approval.
async fn levels(app: &TestApp, amounts: &[&str]) -> Answer {
    set_levels(&app.as_owner().await, amounts).await
}

pub(crate) async fn set_levels(owner: &Client, amounts: &[&str]) -> Answer {
    let document = "mutation($input: ShopUpdateInput!) { shopUpdate(input: $input) {
        shop { policy { refundApprovalLevels { amount } } } userErrors { code field } } }";
    let levels: Vec<Value> = amounts.iter().copied().map(euro).collect();
    let input = json!({ "input": { "shop": { "refundApprovalLevels": levels } } });
    owner.send(document, input).await
}

fn euro(amount: &str) -> Value {
    json!({ "amount": amount, "currencyCode": "EUR" })
}

pub(crate) async fn give(client: &Client, order: &Order, amount: &str, key: &str) -> Answer {
    let input = json!({ "orderId": order.id, "extra": euro(amount), "reason": "a scratch", "idempotencyKey": key });
    client.send(CREATE, json!({ "input": input })).await
}

pub(crate) async fn respond(client: &Client, request: &Value, decision: &str, key: &str) -> Answer {
    let input = json!({ "refundRequestId": request, "decision": decision, "reason": "looked at it", "idempotencyKey": key });
    client.send(RESPOND, json!({ "input": input })).await
}

pub(crate) async fn clerk(app: &TestApp) -> Client {
    app.as_staff(&["REFUND_WRITE", "ORDER_APPROVE", "ORDER_READ"])
        .await
}

pub(crate) async fn waiting_for(client: &Client) -> Value {
    let waiting = client
        .run("{ refundsToApprove(first: 10) { totalCount } }", json!({}))
        .await;
    waiting["refundsToApprove"]["totalCount"].clone()
}

pub(crate) async fn refunded(client: &Client, order: &Order) -> Value {
    read(client, order, "refundedTotal { amount }").await["refundedTotal"]["amount"].clone()
}

/// A paid order of five lamps, 54.90, in a shop where refunds from 20.00 on wait for one person and from 40.00 on for two.
async fn scene(app: &TestApp) -> (Client, Order) {
    let shop = shop(app).await;
    levels(app, &["20.00", "40.00"]).await.ok();
    let goods = product("Lamp").insert(app, &shop).await;
    let guest = app.guest();
    let order = paid(app, &guest, &shop, &goods, 5).await;
    (guest, order)
}

both! {
    async fn a_large_refund_waits_for_two_other_people(app: TestApp) {
        let (guest, order) = scene(&app).await;
        let (author, ada, bob) = (clerk(&app).await, clerk(&app).await, clerk(&app).await);
        let once = key(&app);
        let asked = give(&author, &order, "40.00", &once).await.ok();
        let request = asked["refundCreate"]["refundRequest"].clone();
        assert_eq!((&request["status"], &request["levels"], &request["amount"]["amount"], &request["refund"]),
            (&json!("PENDING"), &json!(2), &json!("40.00"), &Value::Null));
        assert_eq!(asked["refundCreate"]["refund"], Value::Null);
        assert_eq!(give(&author, &order, "40.00", &once).await.ok(), asked);
        wait_for_provider(&app).await;
        assert_eq!(refunded(&guest, &order).await, "0.00");
        assert_eq!((waiting_for(&author).await, waiting_for(&ada).await), (json!(0), json!(1)));
        respond(&author, &request["id"], "ACCEPT", &key(&app)).await.expect_user_error("SECOND_PERSON_NEEDED");
        let yes = key(&app);
        let first = respond(&ada, &request["id"], "ACCEPT", &yes).await.ok();
        assert_eq!(first["refundApprovalRespond"]["refundRequest"]["status"], "PENDING");
        assert_eq!(respond(&ada, &request["id"], "ACCEPT", &yes).await.ok(), first);
        respond(&ada, &request["id"], "ACCEPT", &key(&app)).await.expect_user_error("SECOND_PERSON_NEEDED");
        assert_eq!((waiting_for(&ada).await, refunded(&guest, &order).await), (json!(0), json!("0.00")));
        let last = respond(&bob, &request["id"], "ACCEPT", &key(&app)).await.ok();
        let answer = |level: i32| json!({ "level": level, "status": "ACCEPTED", "reason": "looked at it", "actor": { "kind": "STAFF" } });
        let request_now = &last["refundApprovalRespond"]["refundRequest"];
        assert_eq!((&request_now["status"], &request_now["approvals"]), (&json!("ACCEPTED"), &json!([answer(1), answer(2)])));
        wait_for_provider(&app).await;
        assert_eq!(refunded(&guest, &order).await, "40.00");
        let office = Order { token: None, ..order };
        let shown = read(&author, &office, "refundRequests { status refund { status } }").await;
        assert_eq!(shown["refundRequests"], json!([{ "status": "ACCEPTED", "refund": { "status": "SUCCEEDED" } }]));
        respond(&clerk(&app).await, &request["id"], "DECLINE", &key(&app)).await.expect_user_error("INVALID_TRANSITION");
    }

    async fn small_parts_are_no_way_round(app: TestApp) {
        let (guest, order) = scene(&app).await;
        let author = clerk(&app).await;
        let small = give(&author, &order, "19.99", &key(&app)).await.ok();
        assert_eq!(small["refundCreate"]["refundRequest"], Value::Null);
        let next = give(&author, &order, "0.01", &key(&app)).await.ok();
        assert_eq!((&next["refundCreate"]["refund"], &next["refundCreate"]["refundRequest"]["levels"]), (&Value::Null, &json!(1)));
        wait_for_provider(&app).await;
        assert_eq!(refunded(&guest, &order).await, "19.99");
    }

    async fn a_refund_declined_gives_nothing_back(app: TestApp) {
        let (guest, order) = scene(&app).await;
        let asked = give(&clerk(&app).await, &order, "20.00", &key(&app)).await.ok();
        let request = &asked["refundCreate"]["refundRequest"]["id"];
        let ada = clerk(&app).await;
        let silent = json!({ "input": { "refundRequestId": request, "decision": "DECLINE", "reason": " ", "idempotencyKey": key(&app) } });
        let before = app.fingerprint().await;
        ada.send(RESPOND, silent).await.expect_user_error("INVALID");
        assert_eq!(app.fingerprint().await, before);
        let declined = respond(&ada, request, "DECLINE", &key(&app)).await.ok();
        assert_eq!(declined["refundApprovalRespond"]["refundRequest"]["status"], "DECLINED");
        wait_for_provider(&app).await;
        assert_eq!((refunded(&guest, &order).await, waiting_for(&clerk(&app).await).await), (json!("0.00"), json!(0)));
    }

    async fn what_is_approved_is_what_was_asked_for_or_nothing(app: TestApp) {
        let (guest, order) = scene(&app).await;
        let author = clerk(&app).await;
        let first = give(&author, &order, "30.00", &key(&app)).await.ok()["refundCreate"]["refundRequest"]["id"].clone();
        let second = give(&author, &order, "30.00", &key(&app)).await.ok()["refundCreate"]["refundRequest"]["id"].clone();
        let ada = clerk(&app).await;
        respond(&ada, &first, "ACCEPT", &key(&app)).await.ok();
        let before = app.fingerprint().await;
        respond(&ada, &second, "ACCEPT", &key(&app)).await.expect_user_error("AMOUNT_TOO_HIGH");
        assert_eq!(app.fingerprint().await, before);
        wait_for_provider(&app).await;
        assert_eq!(refunded(&guest, &order).await, "30.00");
    }

    async fn two_approvers_at_once_give_back_once(app: TestApp) {
        let (guest, order) = scene(&app).await;
        let asked = give(&clerk(&app).await, &order, "20.00", &key(&app)).await.ok();
        let request = &asked["refundCreate"]["refundRequest"]["id"];
        let (ada, bob) = (clerk(&app).await, clerk(&app).await);
        let (first, second) = (key(&app), key(&app));
        let answers = join_all([respond(&ada, request, "ACCEPT", &first), respond(&bob, request, "ACCEPT", &second)]).await;
        let taken = answers.iter().filter(|answer| answer.user_errors().is_empty()).count();
        assert_eq!(taken, 1);
        wait_for_provider(&app).await;
        assert_eq!(refunded(&guest, &order).await, "20.00");
    }

    async fn orders_called_off_are_not_held_up(app: TestApp) {
        let (guest, order) = scene(&app).await;
        let cancel = "mutation($input: OrderCancelInput!) { orderCancel(input: $input) { orderCancellation { status } userErrors { code } } }";
        let input = json!({ "orderId": order.id, "reason": "STAFF", "refund": true, "restock": true, "notify": false, "idempotencyKey": key(&app) });
        app.as_owner().await.run(cancel, json!({ "input": input })).await;
        wait_for_provider(&app).await;
        assert_eq!(refunded(&guest, &order).await, "54.90");
    }

    async fn amounts_that_make_no_sense_are_refused(app: TestApp) {
        shop(&app).await;
        let owner = app.as_owner().await;
        let before = app.fingerprint().await;
        set_levels(&owner, &["0.00"]).await.expect_user_error("INVALID");
        set_levels(&owner, &["1", "2", "3", "4", "5", "6"]).await.expect_user_error("INVALID");
        assert_eq!(app.fingerprint().await, before);
    }
}
