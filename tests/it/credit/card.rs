use entity::gift_card;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use tests::checkout::key;
use tests::{TestApp, both};

use super::{CARD, all_are, card, entries, entry, eur, send, shown, stands};

both! {
    async fn a_gift_card_is_made_once_per_key_and_its_code_is_kept_as_a_digest(app: TestApp) {
        let staff = app.as_staff(&["CREDIT_WRITE"]).await;
        let input = json!({ "amount": eur("50.00"), "expiresAt": "2100-01-01T00:00:00Z", "note": " For Ada ", "idempotencyKey": "one" });
        let selection = format!("giftCard {{ {CARD} }} code");
        let made = send(&staff, "giftCardCreate", &selection, input.clone()).await.ok()["giftCardCreate"].clone();
        let code = made["code"].as_str().unwrap();
        assert_eq!((code.len(), code.matches('-').count()), (19, 3));
        let last = &code[15..];
        assert_eq!(made["giftCard"], json!({ "id": made["giftCard"]["id"], "lastCharacters": last, "status": "ACTIVE", "note": "For Ada",
            "initialAmount": { "amount": "50.00" }, "balance": { "amount": "50.00" }, "held": { "amount": "0.00" }, "expiresAt": "2100-01-01T00:00:00Z" }));
        assert_eq!(send(&staff, "giftCardCreate", &selection, input).await.ok()["giftCardCreate"], made);
        let other = json!({ "amount": eur("51.00"), "idempotencyKey": "one" });
        send(&staff, "giftCardCreate", &selection, other).await.expect_user_error("IDEMPOTENCY_KEY_REUSED");
        let rows = gift_card::Entity::find().all(app.connection()).await.unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].code_hash, api::auth::secret::digest(&code.replace('-', "")));
    }

    async fn cards_that_cannot_be_made_are_refused(app: TestApp) {
        let owner = app.as_owner().await;
        let before = app.fingerprint().await;
        for (amount, expires_at, note) in [
            (eur("0.00"), Value::Null, Value::Null),
            (eur("-1.00"), Value::Null, Value::Null),
            (eur("1.001"), Value::Null, Value::Null),
            (eur("10000000.01"), Value::Null, Value::Null),
            (json!({ "amount": "1.00", "currencyCode": "USD" }), Value::Null, Value::Null),
            (eur("1.00"), json!("2020-01-01T00:00:00Z"), Value::Null),
            (eur("1.00"), Value::Null, json!("x".repeat(256))),
        ] {
            let input = json!({ "amount": amount, "expiresAt": expires_at, "note": note, "idempotencyKey": "k" });
            send(&owner, "giftCardCreate", "code", input).await.expect_user_error("INVALID");
        }
        assert_eq!(app.fingerprint().await, before);
    }

    async fn staff_put_money_on_a_card_take_it_and_withdraw_the_card(app: TestApp) {
        let owner = app.as_owner().await;
        let card = card(&app, &owner, "50.00", Value::Null).await;
        let adjust = |amount: &'static str, key: &'static str| {
            let (owner, id) = (owner.clone(), card.id.clone());
            async move {
                let input = json!({ "giftCardId": id, "amount": eur(amount), "reason": "Agreed by phone", "idempotencyKey": key });
                send(&owner, "giftCardAdjust", "giftCard { status balance { amount } }", input).await
            }
        };
        adjust("-20.00", "a").await.ok();
        adjust("-20.00", "a").await.ok();
        assert_eq!(stands(&owner, &card).await, all_are("PARTIALLY_REDEEMED", "30.00", "0.00"));
        adjust("25.00", "b").await.ok();
        assert_eq!(stands(&owner, &card).await, all_are("ACTIVE", "55.00", "0.00"));
        let before = app.fingerprint().await;
        adjust("-55.01", "c").await.expect_user_error("INSUFFICIENT_CREDIT");
        adjust("0.00", "c").await.expect_user_error("INVALID");
        assert_eq!(app.fingerprint().await, before);
        let cancel = |key: &'static str| {
            let (owner, id) = (owner.clone(), card.id.clone());
            async move {
                let input = json!({ "giftCardId": id, "reason": "Stolen", "idempotencyKey": key });
                send(&owner, "giftCardCancel", "giftCard { status }", input).await
            }
        };
        cancel("x").await.ok();
        cancel("x").await.ok();
        assert_eq!(stands(&owner, &card).await, all_are("CANCELLED", "0.00", "0.00"));
        cancel("y").await.expect_user_error("GIFT_CARD_CLOSED");
        adjust("1.00", "d").await.expect_user_error("GIFT_CARD_CLOSED");
        assert_eq!(entries(&owner, &card).await, [
            entry("CANCEL", "-55.00", "0.00"), entry("ADJUST", "25.00", "55.00"),
            entry("ADJUST", "-20.00", "30.00"), entry("ISSUE", "50.00", "50.00"),
        ]);
        let unknown = json!({ "giftCardId": "gift_card_00000000000000000000000000", "reason": "x", "idempotencyKey": key(&app) });
        send(&owner, "giftCardCancel", "giftCard { id }", unknown).await.expect_user_error("NOT_FOUND");
    }

    async fn staff_find_cards_and_add_the_ledger_up(app: TestApp) {
        let owner = app.as_owner().await;
        let (one, other) = (card(&app, &owner, "10.00", Value::Null).await, card(&app, &owner, "20.00", json!("2100-01-01T00:00:00Z")).await);
        let cancel = json!({ "giftCardId": one.id, "reason": "x", "idempotencyKey": "x" });
        send(&owner, "giftCardCancel", "giftCard { id }", cancel).await.ok();
        let list = "query($filter: GiftCardFilter) { giftCards(filter: $filter) { nodes { id } totalCount } }";
        for (filter, expected) in [
            (json!({}), json!([{ "id": other.id }, { "id": one.id }])),
            (json!({ "status": ["ACTIVE"] }), json!([{ "id": other.id }])),
            (json!({ "status": ["EXPIRED", "REDEEMED"] }), json!([])),
            (json!({ "status": ["CANCELLED"] }), json!([{ "id": one.id }])),
            (json!({ "lastCharacters": other.code[15..].to_lowercase() }), json!([{ "id": other.id }])),
        ] {
            let found = owner.run(list, json!({ "filter": filter })).await;
            assert_eq!(found["giftCards"]["nodes"], expected, "{filter}");
        }
        let balance = owner.run("{ creditTrialBalance { balanced rows { ownerKind kind posted { amount } stored { amount } } } }", json!({})).await;
        assert_eq!(balance["creditTrialBalance"], json!({ "balanced": true, "rows": [
            { "ownerKind": "GIFT_CARD", "kind": "AVAILABLE", "posted": { "amount": "20.00" }, "stored": { "amount": "20.00" } },
            { "ownerKind": "GIFT_CARD", "kind": "HELD", "posted": { "amount": "0.00" }, "stored": { "amount": "0.00" } },
            { "ownerKind": "SHOP", "kind": "ISSUED", "posted": { "amount": "-20.00" }, "stored": null },
            { "ownerKind": "SHOP", "kind": "REDEEMED", "posted": { "amount": "0.00" }, "stored": null },
            { "ownerKind": "SHOP", "kind": "EXPIRED", "posted": { "amount": "0.00" }, "stored": null },
        ] }));
        assert_eq!(shown(&owner, &one).await["lastCharacters"], one.code[15..]);
        assert_eq!(gift_card::Entity::find().count(app.connection()).await.unwrap(), 2);
    }
}
