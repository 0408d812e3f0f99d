use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::arrange::{change_channel, product, shop};
use tests::checkout::{cart, key, read, respond, started, wait_for_provider};
use tests::{TestApp, both};

use super::{
    MONEY, adjust, all_are, apply, both_are, card, entries, entry, eur, ordered, own, stands,
    try_place, use_credit,
};
use crate::points::rule;

both! {
    async fn an_order_paid_by_a_card_alone_goes_on_by_itself(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let guest = app.guest();
        let card = card(&app, &owner, "20.00", Value::Null).await;
        let cart = cart(&guest, &shop, &goods, 1).await;
        apply(&guest, &cart, &card.code).await.ok();
        let order = ordered(&app, &guest, &cart).await;
        assert_eq!(read(&guest, &order, MONEY).await, json!({
            "status": "AWAITING_CONFIRMATION", "paymentStatus": "PAID", "dueTotal": { "amount": "0.00" }, "paidTotal": { "amount": "0.00" },
            "tenderedTotal": { "amount": "14.90" }, "creditedTotal": { "amount": "0.00" },
            "tenders": [{ "kind": "GIFT_CARD", "amount": { "amount": "14.90" }, "returnedTotal": { "amount": "0.00" }, "status": "HELD" }] }));
        assert_eq!(stands(&owner, &card).await, all_are("ACTIVE", "5.10", "14.90"));
        respond(&app, &order, "CONFIRMED").await;
        assert_eq!(stands(&owner, &card).await, all_are("PARTIALLY_REDEEMED", "5.10", "0.00"));
        assert_eq!(read(&guest, &order, MONEY).await["tenders"][0]["status"], "CAPTURED");
        assert_eq!(entries(&owner, &card).await, [
            entry("SPEND", "-14.90", "5.10"), entry("HOLD", "-14.90", "5.10"), entry("ISSUE", "20.00", "20.00"),
        ]);
    }

    async fn an_order_nobody_has_to_confirm_spends_the_card_at_once(app: TestApp) {
        let shop = shop(&app).await;
        change_channel(&app, |channel| {
            channel.confirmation_policy = sea_orm::ActiveValue::Set(entity::column::Text(domain::order::ConfirmationPolicy::None));
        }).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let ada = app.as_member("ada@members.test").await;
        let card = card(&app, &owner, "14.90", Value::Null).await;
        let cart = cart(&ada, &shop, &goods, 1).await;
        apply(&ada, &cart, &card.code).await.ok();
        let order = ordered(&app, &ada, &cart).await;
        let shown = read(&ada, &order, MONEY).await;
        assert_eq!((&shown["status"], &shown["tenders"][0]["status"]), (&json!("CONFIRMED"), &json!("CAPTURED")));
        assert_eq!(stands(&owner, &card).await, all_are("REDEEMED", "0.00", "0.00"));
    }

    async fn the_rest_is_paid_with_money(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let ada = app.as_member("ada@members.test").await;
        adjust(&app, &owner, &ada, "6.00").await.ok();
        let card = card(&app, &owner, "4.00", Value::Null).await;
        let cart = cart(&ada, &shop, &goods, 2).await;
        apply(&ada, &cart, &card.code).await.ok();
        use_credit(&ada, &cart, eur("100.00")).await.ok();
        let order = ordered(&app, &ada, &cart).await;
        let shown = read(&ada, &order, MONEY).await;
        assert_eq!((&shown["status"], &shown["paymentStatus"], &shown["dueTotal"]["amount"]), (&json!("PLACED"), &json!("PARTIALLY_PAID"), &json!("14.90")));
        assert_eq!(own(&ada).await, both_are("0.00", "6.00"));
        started(&app, &ada, &order, &shop.test_payment, "success").await;
        wait_for_provider(&app).await;
        let shown = read(&ada, &order, MONEY).await;
        assert_eq!((&shown["status"], &shown["paymentStatus"], &shown["paidTotal"]["amount"], &shown["dueTotal"]["amount"]),
            (&json!("AWAITING_CONFIRMATION"), &json!("PAID"), &json!("14.90"), &json!("0.00")));
        respond(&app, &order, "CONFIRMED").await;
        assert_eq!(own(&ada).await, both_are("0.00", "0.00"));
        assert_eq!(stands(&owner, &card).await, all_are("REDEEMED", "0.00", "0.00"));
        let statuses: Vec<Value> = read(&ada, &order, MONEY).await["tenders"].as_array().unwrap().iter().map(|tender| tender["status"].clone()).collect();
        assert_eq!(statuses, ["CAPTURED", "CAPTURED"]);
    }

    async fn what_a_card_pays_earns_no_points(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        rule(&owner, json!({ "key": "order", "label": "Orders", "trigger": "ORDER", "pointsPerMoneyUnit": "2" })).await.ok();
        let ada = app.as_member("ada@members.test").await;
        let cart = cart(&ada, &shop, &goods, 2).await;
        let earns = async || {
            let query = "query($id: ID!) { cart(id: $id) { points { earns } } }";
            ada.run(query, json!({ "id": cart.id })).await["cart"]["points"]["earns"].clone()
        };
        assert_eq!(earns().await, 40);
        let half = card(&app, &owner, "12.45", Value::Null).await;
        apply(&ada, &cart, &half.code).await.ok();
        assert_eq!(earns().await, 20, "half of 24.90 is paid with money");
        let order = ordered(&app, &ada, &cart).await;
        assert_eq!(read(&ada, &order, "pointsEarned").await["pointsEarned"], 20);
        let all = card(&app, &owner, "500.00", Value::Null).await;
        let free = tests::checkout::cart(&ada, &shop, &goods, 1).await;
        apply(&ada, &free, &all.code).await.ok();
        let free = ordered(&app, &ada, &free).await;
        assert_eq!(read(&ada, &free, "pointsEarned").await["pointsEarned"], 0);
    }

    async fn an_order_that_comes_to_nothing_lets_go_of_what_it_holds(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let ada = app.as_member("ada@members.test").await;
        let card = card(&app, &owner, "5.00", Value::Null).await;
        adjust(&app, &owner, &ada, "9.90").await.ok();
        let lapsing = cart(&ada, &shop, &goods, 1).await;
        apply(&ada, &lapsing, &card.code).await.ok();
        let lapsing = ordered(&app, &ada, &lapsing).await;
        assert_eq!(stands(&owner, &card).await, all_are("ACTIVE", "0.00", "5.00"));
        app.clock().advance(TimeDelta::minutes(31));
        app.run_timers().await;
        let shown = read(&ada, &lapsing, MONEY).await;
        assert_eq!((&shown["status"], &shown["paymentStatus"], &shown["tenders"][0]["status"]), (&json!("EXPIRED"), &json!("NONE"), &json!("RELEASED")));
        for outcome in ["REJECTED", "CANCELLED"] {
            let both = cart(&ada, &shop, &goods, 1).await;
            apply(&ada, &both, &card.code).await.ok();
            use_credit(&ada, &both, eur("9.90")).await.ok();
            let order = ordered(&app, &ada, &both).await;
            assert_eq!(own(&ada).await, both_are("0.00", "9.90"));
            if outcome == "REJECTED" {
                respond(&app, &order, outcome).await;
            } else {
                let cancel = "mutation($input: OrderCancelInput!) { orderCancel(input: $input) { orderCancellation { id } userErrors { code } } }";
                let input = json!({ "orderId": order.id, "reason": "STAFF", "restock": true, "refund": false, "notify": false, "idempotencyKey": key(&app) });
                owner.run(cancel, json!({ "input": input })).await;
            }
            let shown = read(&ada, &order, MONEY).await;
            assert_eq!((&shown["status"], &shown["paymentStatus"], &shown["tenderedTotal"]["amount"]), (&json!(outcome), &json!("NONE"), &json!("0.00")));
            assert_eq!(stands(&owner, &card).await, all_are("ACTIVE", "5.00", "0.00"));
            assert_eq!(own(&ada).await, both_are("9.90", "0.00"));
        }
    }

    async fn an_order_costs_what_the_buyer_saw_or_is_not_placed(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let ada = app.as_member("ada@members.test").await;
        adjust(&app, &owner, &ada, "10.00").await.ok();
        let cart = cart(&ada, &shop, &goods, 1).await;
        use_credit(&ada, &cart, eur("10.00")).await.ok();
        let before = app.fingerprint().await;
        let refused = try_place(&ada, &cart, Value::Null, "k").await.expect_user_error("INVALID");
        assert_eq!(refused["field"], json!(["input", "expectedPayable"]));
        try_place(&ada, &cart, json!({ "amount": "4.90", "currencyCode": "USD" }), "k").await.expect_user_error("PAYABLE_CHANGED");
        assert_eq!(app.fingerprint().await, before);
        adjust(&app, &owner, &ada, "-4.00").await.ok();
        let refused = try_place(&ada, &cart, eur("4.90"), "k").await.expect_user_error("PAYABLE_CHANGED");
        assert_eq!(refused["message"], "8.90 EUR are left to pay now.");
        let placed = try_place(&ada, &cart, eur("8.90"), "k").await.ok();
        assert_eq!(try_place(&ada, &cart, eur("8.90"), "k").await.ok(), placed, "the same key gives the same order");
        assert_eq!(own(&ada).await, both_are("0.00", "6.00"));
    }
}
