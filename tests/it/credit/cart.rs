use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::arrange::{product, shop};
use tests::checkout::cart;
use tests::{TestApp, both};

use super::{adjust, apply, card, eur, ordered, paying, send, use_credit};

both! {
    async fn cards_and_credit_lower_what_is_left_to_pay_and_not_the_total(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let ada = app.as_member("ada@members.test").await;
        adjust(&app, &owner, &ada, "20.00").await.ok();
        let (late, soon) = (card(&app, &owner, "10.00", Value::Null).await, card(&app, &owner, "7.00", json!("2100-01-01T00:00:00Z")).await);
        let cart = cart(&ada, &shop, &goods, 2).await;
        assert_eq!(paying(&ada, &cart).await["payableTotal"], cart.total);
        apply(&ada, &cart, &late.code).await.ok();
        apply(&ada, &cart, &soon.code.to_lowercase().replace('-', " ")).await.ok();
        apply(&ada, &cart, &soon.code).await.ok();
        let shown = use_credit(&ada, &cart, eur("5.00")).await.ok()["cartStoreCreditUse"]["cart"].clone();
        assert_eq!(shown["payableTotal"]["amount"], "2.90");
        assert_eq!(shown["tenders"], json!([
            { "kind": "GIFT_CARD", "amount": { "amount": "7.00" }, "balance": { "amount": "7.00" }, "lastCharacters": soon.code[15..], "giftCardId": soon.id },
            { "kind": "GIFT_CARD", "amount": { "amount": "10.00" }, "balance": { "amount": "10.00" }, "lastCharacters": late.code[15..], "giftCardId": late.id },
            { "kind": "STORE_CREDIT", "amount": { "amount": "5.00" }, "balance": { "amount": "20.00" }, "lastCharacters": null, "giftCardId": null },
        ]));
        let input = json!({ "cartId": cart.id, "giftCardId": soon.id });
        send(&ada, "cartGiftCardRemove", "cart { id }", input.clone()).await.ok();
        send(&ada, "cartGiftCardRemove", "cart { id }", input).await.ok();
        use_credit(&ada, &cart, Value::Null).await.ok();
        let shown = paying(&ada, &cart).await;
        assert_eq!((&shown["payableTotal"]["amount"], shown["tenders"].as_array().unwrap().len()), (&json!("14.90"), 1));
        let all = ada.run("query($id: ID!) { cart(id: $id) { cost { total { amount currencyCode } } } }", json!({ "id": cart.id })).await;
        assert_eq!(all["cart"]["cost"]["total"], cart.total);
    }

    async fn codes_nobody_can_spend_are_answered_alike(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let guest = app.guest();
        let (spent, cancelled) = (card(&app, &owner, "14.90", Value::Null).await, card(&app, &owner, "1.00", Value::Null).await);
        let soon = app.clock().now() + TimeDelta::hours(1);
        let ended = card(&app, &owner, "1.00", json!(soon)).await;
        let paid = cart(&guest, &shop, &goods, 1).await;
        apply(&guest, &paid, &spent.code).await.ok();
        let order = ordered(&app, &guest, &paid).await;
        tests::checkout::respond(&app, &order, "CONFIRMED").await;
        let withdraw = json!({ "giftCardId": cancelled.id, "reason": "x", "idempotencyKey": "x" });
        send(&owner, "giftCardCancel", "giftCard { id }", withdraw).await.ok();
        app.clock().advance(TimeDelta::hours(2));
        let mistyped = format!("{}{}", if ended.code.starts_with('A') { 'B' } else { 'A' }, &ended.code[1..]);
        let cart = cart(&guest, &shop, &goods, 1).await;
        let before = app.fingerprint().await;
        let mut answers = Vec::new();
        for code in [spent.code.as_str(), &cancelled.code, &ended.code, &mistyped, "", "=cmd", "0000-0000-0000-0000"] {
            app.clock().advance(TimeDelta::minutes(1));
            let refusal = apply(&guest, &cart, code).await.expect_user_error("GIFT_CARD_INVALID");
            answers.push(refusal.to_string());
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
        assert_eq!(app.fingerprint().await, before);
    }

    async fn codes_are_tried_only_so_often(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        let card = card(&app, &app.as_owner().await, "5.00", Value::Null).await;
        let cart = cart(&guest, &shop, &goods, 1).await;
        for _ in 0..5 {
            apply(&guest, &cart, "0000-0000-0000-0000").await.expect_user_error("GIFT_CARD_INVALID");
        }
        apply(&guest, &cart, &card.code).await.expect_top_error("RATE_LIMITED");
        app.clock().advance(TimeDelta::minutes(1));
        apply(&guest, &cart, &card.code).await.ok();
    }

    async fn what_a_cart_cannot_be_paid_with_is_refused(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let (guest, ada) = (app.guest(), app.as_member("ada@members.test").await);
        let one = cart(&guest, &shop, &goods, 1).await;
        use_credit(&guest, &one, eur("1.00")).await.expect_user_error("LOGIN_REQUIRED");
        let own = cart(&ada, &shop, &goods, 1).await;
        use_credit(&ada, &own, eur("-1.00")).await.expect_user_error("INVALID");
        use_credit(&ada, &own, json!({ "amount": "1.00", "currencyCode": "USD" })).await.expect_user_error("INVALID");
        use_credit(&guest, &own, eur("1.00")).await.expect_user_error("NOT_FOUND");
        for _ in 0..5 {
            app.clock().advance(TimeDelta::minutes(1));
            let card = card(&app, &owner, "1.00", Value::Null).await;
            apply(&guest, &one, &card.code).await.ok();
        }
        app.clock().advance(TimeDelta::minutes(1));
        let sixth = card(&app, &owner, "1.00", Value::Null).await;
        apply(&guest, &one, &sixth.code).await.expect_user_error("TOO_MANY");
        apply(&ada, &own, &sixth.code).await.ok();
        let merge = json!({ "cartId": one.id, "intoCartId": own.id });
        let merged = send(&ada, "cartMerge", "cart { tenders { kind } }", merge).await.ok();
        assert_eq!(merged["cartMerge"]["cart"]["tenders"].as_array().unwrap().len(), 5);
    }
}
