use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::arrange::{product, shop};
use tests::checkout::{cart, key, respond};
use tests::{TestApp, both};

use super::{
    all_are, apply, card, entries, entry, eur, ordered, paying, send, shown, stands, try_place,
};

both! {
    async fn a_card_lapses_at_its_end_and_is_booked_soon_after(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let guest = app.guest();
        let end = app.clock().now() + TimeDelta::hours(1);
        let card = card(&app, &owner, "20.00", json!(end)).await;
        let cart = cart(&guest, &shop, &goods, 1).await;
        apply(&guest, &cart, &card.code).await.ok();
        app.run_timers().await;
        assert_eq!(stands(&owner, &card).await, all_are("ACTIVE", "20.00", "0.00"));
        app.clock().advance(TimeDelta::hours(1));
        assert_eq!(stands(&owner, &card).await, all_are("EXPIRED", "0.00", "0.00"), "before the timer came by");
        let left = paying(&guest, &cart).await;
        assert_eq!((&left["payableTotal"]["amount"], &left["tenders"][0]["amount"]["amount"]), (&json!("14.90"), &json!("0.00")));
        try_place(&guest, &cart, eur("0.00"), "k").await.expect_user_error("PAYABLE_CHANGED");
        app.clock().advance(TimeDelta::minutes(2));
        app.run_timers().await;
        app.run_timers().await;
        assert_eq!(entries(&owner, &card).await, [entry("EXPIRE", "-20.00", "0.00"), entry("ISSUE", "20.00", "20.00")]);
        let listed = owner.run("{ giftCards(filter: { status: [EXPIRED] }) { nodes { id } } }", json!({})).await;
        assert_eq!(listed["giftCards"]["nodes"], json!([{ "id": card.id }]));
        let input = json!({ "giftCardId": card.id, "amount": eur("1.00"), "reason": "x", "idempotencyKey": key(&app) });
        send(&owner, "giftCardAdjust", "giftCard { id }", input).await.expect_user_error("GIFT_CARD_CLOSED");
        let balance = owner.run("{ creditTrialBalance { balanced rows { kind posted { amount } } } }", json!({})).await["creditTrialBalance"].clone();
        assert_eq!(balance["balanced"], true);
        assert!(balance["rows"].as_array().unwrap().contains(&json!({ "kind": "EXPIRED", "posted": { "amount": "20.00" } })));
    }

    async fn money_that_comes_back_to_an_ended_card_can_be_spent_for_a_while(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let guest = app.guest();
        let end = app.clock().now() + TimeDelta::hours(1);
        let card = card(&app, &owner, "20.00", json!(end)).await;
        let bought = cart(&guest, &shop, &goods, 1).await;
        apply(&guest, &bought, &card.code).await.ok();
        let order = ordered(&app, &guest, &bought).await;
        app.clock().advance(TimeDelta::hours(2));
        app.run_timers().await;
        assert_eq!(stands(&owner, &card).await, all_are("EXPIRED", "0.00", "14.90"));
        respond(&app, &order, "REJECTED").await;
        let back = app.clock().now();
        assert_eq!(stands(&owner, &card).await, all_are("PARTIALLY_REDEEMED", "14.90", "0.00"));
        let lapses: chrono::DateTime<chrono::Utc> = shown(&owner, &card).await["expiresAt"].as_str().unwrap().parse().unwrap();
        assert!((lapses - back - TimeDelta::days(30)).abs() < TimeDelta::minutes(1), "{lapses}");
        let again = cart(&guest, &shop, &goods, 1).await;
        apply(&guest, &again, &card.code).await.ok();
        assert_eq!(paying(&guest, &again).await["payableTotal"]["amount"], "0.00");
        app.clock().advance(TimeDelta::days(31));
        app.run_timers().await;
        assert_eq!(entries(&owner, &card).await, [
            entry("EXPIRE", "-14.90", "0.00"), entry("RELEASE", "14.90", "14.90"), entry("EXPIRE", "-5.10", "0.00"),
            entry("HOLD", "-14.90", "5.10"), entry("ISSUE", "20.00", "20.00"),
        ]);
    }

    async fn a_card_withdrawn_while_an_order_holds_it_keeps_what_comes_back_from_the_buyer(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let guest = app.guest();
        let card = card(&app, &owner, "20.00", Value::Null).await;
        let bought = cart(&guest, &shop, &goods, 1).await;
        apply(&guest, &bought, &card.code).await.ok();
        let order = ordered(&app, &guest, &bought).await;
        let withdraw = json!({ "giftCardId": card.id, "reason": "Stolen", "idempotencyKey": "w" });
        send(&owner, "giftCardCancel", "giftCard { id }", withdraw).await.ok();
        respond(&app, &order, "REJECTED").await;
        assert_eq!(stands(&owner, &card).await, all_are("CANCELLED", "14.90", "0.00"));
        let again = cart(&guest, &shop, &goods, 1).await;
        apply(&guest, &again, &card.code).await.expect_user_error("GIFT_CARD_INVALID");
        let take = json!({ "giftCardId": card.id, "amount": eur("-14.90"), "reason": "Given in cash", "idempotencyKey": "t" });
        send(&owner, "giftCardAdjust", "giftCard { id }", take).await.ok();
        assert_eq!(stands(&owner, &card).await, all_are("CANCELLED", "0.00", "0.00"));
    }
}
