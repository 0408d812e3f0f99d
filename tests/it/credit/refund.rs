use serde_json::{Value, json};
use tests::arrange::{product, shop};
use tests::checkout::{Order, cart, confirmed, key, read, respond, started, wait_for_provider};
use tests::{Client, TestApp, both};

use super::{
    MONEY, adjust, all_are, apply, both_are, card, entries, eur, ordered, own, stands, use_credit,
};

const WAYS: &str =
    "total { amount } toPayments { amount } toTenders { amount } toStoreCredit { amount }";

/// Gives something back, after a preview that said the same.
async fn refunded(app: &TestApp, staff: &Client, order: &Order, wish: Value) -> Value {
    let mut input = wish;
    input["orderId"] = json!(order.id);
    let preview = format!(
        "query($input: RefundPreviewInput!) {{ refundPreview(input: $input) {{ {WAYS} }} }}"
    );
    let preview = staff.run(&preview, json!({ "input": input })).await["refundPreview"].clone();
    input["reason"] = json!("The lid is broken");
    input["idempotencyKey"] = json!(key(app));
    let create = format!(
        "mutation($input: RefundCreateInput!) {{ refundCreate(input: $input) {{ refund {{ id status breakdown {{ {WAYS} }} }} userErrors {{ code message }} }} }}"
    );
    let first = staff.run(&create, json!({ "input": input })).await;
    assert_eq!(
        staff.run(&create, json!({ "input": input })).await,
        first,
        "the same key gives the same refund"
    );
    let refund = first["refundCreate"]["refund"].clone();
    assert_eq!(refund["breakdown"], preview);
    refund
}

async fn one(client: &Client, order: &Order) -> Value {
    let line = read(client, order, "lines { id }").await["lines"][0]["id"].clone();
    json!({ "lines": [{ "lineId": line, "quantity": 1 }] })
}

/// Total, and through payments, back to cards and credit, and as credit instead of money.
fn ways(total: &str, payments: &str, tenders: &str, credit: &str) -> Value {
    json!({ "total": { "amount": total }, "toPayments": { "amount": payments }, "toTenders": { "amount": tenders }, "toStoreCredit": { "amount": credit } })
}

both! {
    async fn money_goes_back_first_then_credit_then_the_card(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let ada = app.as_member("ada@members.test").await;
        adjust(&app, &owner, &ada, "6.00").await.ok();
        let card = card(&app, &owner, "16.00", Value::Null).await;
        let bought = cart(&ada, &shop, &goods, 3).await;
        apply(&ada, &bought, &card.code).await.ok();
        use_credit(&ada, &bought, eur("6.00")).await.ok();
        let order = ordered(&app, &ada, &bought).await;
        started(&app, &ada, &order, &shop.test_payment, "success").await;
        wait_for_provider(&app).await;
        respond(&app, &order, "CONFIRMED").await;
        let unit = one(&ada, &order).await;
        let first = refunded(&app, &owner, &order, unit.clone()).await;
        assert_eq!((&first["status"], &first["breakdown"]), (&json!("PENDING"), &ways("10.00", "10.00", "0.00", "0.00")));
        wait_for_provider(&app).await;
        let second = refunded(&app, &owner, &order, unit.clone()).await;
        assert_eq!((&second["status"], &second["breakdown"]), (&json!("PENDING"), &ways("10.00", "2.90", "7.10", "0.00")));
        assert_eq!(own(&ada).await, both_are("6.00", "0.00"));
        assert_eq!(stands(&owner, &card).await, all_are("PARTIALLY_REDEEMED", "1.10", "0.00"));
        wait_for_provider(&app).await;
        let shown = read(&ada, &order, &format!("{MONEY} refundedTotal {{ amount }} refunds {{ status }}")).await;
        assert_eq!((&shown["paymentStatus"], &shown["refundedTotal"]["amount"], &shown["creditedTotal"]["amount"]), (&json!("PARTIALLY_REFUNDED"), &json!("12.90"), &json!("7.10")));
        assert_eq!(shown["refunds"], json!([{ "status": "SUCCEEDED" }, { "status": "SUCCEEDED" }]));
        let third = refunded(&app, &owner, &order, unit).await;
        assert_eq!((&third["status"], &third["breakdown"]), (&json!("SUCCEEDED"), &ways("10.00", "0.00", "10.00", "0.00")));
        refunded(&app, &owner, &order, json!({ "shipping": eur("4.90") })).await;
        assert_eq!(stands(&owner, &card).await, all_are("ACTIVE", "16.00", "0.00"));
        let shown = read(&ada, &order, MONEY).await;
        assert_eq!((&shown["paymentStatus"], &shown["tenders"][0]["status"], &shown["tenders"][1]["status"]), (&json!("REFUNDED"), &json!("RELEASED"), &json!("RELEASED")));
        let more = json!({ "orderId": order.id, "extra": eur("0.01"), "reason": "x", "idempotencyKey": "more" });
        let create = "mutation($input: RefundCreateInput!) { refundCreate(input: $input) { refund { id } userErrors { code } } }";
        assert_eq!(owner.send(create, json!({ "input": more })).await.user_codes().len(), 1);
    }

    async fn a_refund_before_the_back_office_answers_lets_go_of_a_part(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let guest = app.guest();
        let card = card(&app, &owner, "30.00", Value::Null).await;
        let bought = cart(&guest, &shop, &goods, 2).await;
        apply(&guest, &bought, &card.code).await.ok();
        let order = ordered(&app, &guest, &bought).await;
        let unit = one(&guest, &order).await;
        refunded(&app, &owner, &order, unit).await;
        assert_eq!(stands(&owner, &card).await, all_are("ACTIVE", "15.10", "14.90"));
        respond(&app, &order, "CONFIRMED").await;
        assert_eq!(stands(&owner, &card).await, all_are("PARTIALLY_REDEEMED", "15.10", "0.00"));
        assert_eq!(entries(&owner, &card).await.iter().map(|entry| entry.0.as_str()).collect::<Vec<_>>(), ["SPEND", "RELEASE", "HOLD", "ISSUE"]);
    }

    async fn money_can_go_back_as_store_credit(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let ada = app.as_member("ada@members.test").await;
        let order = confirmed(&app, &ada, &shop, &goods, 2).await;
        let unit = one(&ada, &order).await;
        let mut to_credit = unit.clone();
        to_credit["toStoreCredit"] = json!(true);
        let refund = refunded(&app, &owner, &order, to_credit).await;
        assert_eq!((&refund["status"], &refund["breakdown"]), (&json!("SUCCEEDED"), &ways("10.00", "0.00", "0.00", "10.00")));
        assert_eq!(own(&ada).await, both_are("10.00", "0.00"));
        let rest = refunded(&app, &owner, &order, unit).await;
        assert_eq!(rest["breakdown"], ways("10.00", "10.00", "0.00", "0.00"));
        wait_for_provider(&app).await;
        let shown = read(&ada, &order, MONEY).await;
        assert_eq!((&shown["paymentStatus"], &shown["creditedTotal"]["amount"], &shown["paidTotal"]["amount"]), (&json!("PARTIALLY_REFUNDED"), &json!("10.00"), &json!("24.90")));
        let guest = app.guest();
        let stranger = confirmed(&app, &guest, &shop, &goods, 1).await;
        let before = app.fingerprint().await;
        let input = json!({ "orderId": stranger.id, "extra": eur("1.00"), "toStoreCredit": true, "reason": "x", "idempotencyKey": "g" });
        let create = "mutation($input: RefundCreateInput!) { refundCreate(input: $input) { refund { id } userErrors { code field } } }";
        let refused = owner.send(create, json!({ "input": input })).await.expect_user_error("INVALID");
        assert_eq!(refused["field"], json!(["input", "toStoreCredit"]));
        assert_eq!(app.fingerprint().await, before);
    }

    async fn an_order_cancelled_after_it_was_certain_gives_all_back(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let ada = app.as_member("ada@members.test").await;
        let card = card(&app, &owner, "10.00", Value::Null).await;
        let bought = cart(&ada, &shop, &goods, 1).await;
        apply(&ada, &bought, &card.code).await.ok();
        let order = ordered(&app, &ada, &bought).await;
        started(&app, &ada, &order, &shop.test_payment, "success").await;
        wait_for_provider(&app).await;
        respond(&app, &order, "CONFIRMED").await;
        let cancel = format!("mutation($input: OrderCancelInput!) {{ orderCancel(input: $input) {{ orderCancellation {{ refund {{ status breakdown {{ {WAYS} }} }} }} userErrors {{ code }} }} }}");
        let input = json!({ "orderId": order.id, "reason": "STAFF", "restock": true, "refund": true, "notify": false, "idempotencyKey": "c" });
        let cancelled = owner.run(&cancel, json!({ "input": input })).await["orderCancel"]["orderCancellation"]["refund"].clone();
        assert_eq!(cancelled, json!({ "status": "PENDING", "breakdown": ways("14.90", "4.90", "10.00", "0.00") }));
        assert_eq!(stands(&owner, &card).await, all_are("ACTIVE", "10.00", "0.00"));
        wait_for_provider(&app).await;
        assert_eq!(read(&ada, &order, "paymentStatus").await["paymentStatus"], "REFUNDED");
    }
}
