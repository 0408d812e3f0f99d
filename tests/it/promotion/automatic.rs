use chrono::TimeDelta;
use serde_json::json;
use tests::{TestApp, arrange, both};

use super::{document, merge, running, staff};
use crate::cart::{filled, read, ready};

both! {
    async fn a_running_promotion_takes_off_and_says_so(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let promotion = running(&owner, json!({ "maxDiscount": { "amount": "2.50", "currencyCode": "EUR" } })).await;
        assert_eq!(promotion["status"], "ACTIVE");
        let cart = filled(&app.guest(), goods.variant(), 2).await;
        assert_eq!(cart["cost"]["discountTotal"]["amount"], "-2.00");
        assert_eq!(cart["evaluations"][0]["applied"], true);
        let cart = filled(&app.guest(), goods.variant(), 5).await;
        assert_eq!(cart["cost"]["discountTotal"]["amount"], "-2.50");
        staff(&owner, "promotionPause", "promotion { status }", json!({ "promotionId": promotion["id"] })).await;
        assert_eq!(read(&app.guest(), &cart["id"]).await["cost"]["discountTotal"]["amount"], "0.00");
    }

    async fn a_promotion_starts_and_ends_by_time_alone(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let starts_at = app.clock().now() + TimeDelta::hours(1);
        let promotion = running(&owner, json!({ "startsAt": starts_at, "endsAt": starts_at + TimeDelta::hours(1) })).await;
        assert_eq!(promotion["status"], "SCHEDULED");
        let cart = filled(&app.guest(), goods.variant(), 1).await;
        assert_eq!((&cart["cost"]["discountTotal"]["amount"], &cart["evaluations"]), (&json!("0.00"), &json!([])));
        app.clock().advance(TimeDelta::hours(1));
        assert_eq!(read(&app.guest(), &cart["id"]).await["cost"]["discountTotal"]["amount"], "-1.00");
        app.clock().advance(TimeDelta::hours(1));
        assert_eq!(read(&app.guest(), &cart["id"]).await["cost"]["discountTotal"]["amount"], "0.00");
        let input = json!({ "input": { "promotionId": promotion["id"] } });
        owner.send(&document("promotionActivate", ""), input).await.expect_user_error("INVALID_TRANSITION");
    }

    async fn conditions_tell_what_is_missing(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let least = json!({ "minSubtotal": { "amount": "25.00", "currencyCode": "EUR" } });
        running(&owner, json!({ "conditions": [least, { "countryCodes": ["DE"] }] })).await;
        let cart = ready(&app.guest(), &shop, goods.variant(), 2).await;
        let evaluation = &cart["evaluations"][0];
        assert_eq!((&evaluation["applied"], &evaluation["reason"], &evaluation["missing"]["amount"]["amount"]),
            (&json!(false), &json!("SUBTOTAL_TOO_LOW"), &json!("5.00")));
        let cart = ready(&app.guest(), &shop, goods.variant(), 3).await;
        assert_eq!(cart["evaluations"][0]["discount"]["amount"], "3.00");
    }

    async fn rules_that_make_no_sense_are_refused_with_their_place(app: TestApp) {
        let owner = app.as_owner().await;
        let before = app.fingerprint().await;
        let yen = json!({ "amount": "5", "currencyCode": "JPY" });
        for (fields, place) in [
            (json!({ "rewards": [] }), json!(["input", "promotion", "rewards"])),
            (json!({ "rewards": [{ "percentOff": { "percent": "0" } }] }), json!(["input", "promotion", "rewards", "0"])),
            (json!({ "rewards": [{ "percentOff": { "percent": "101" } }] }), json!(["input", "promotion", "rewards", "0", "percentOff", "percent"])),
            (json!({ "rewards": [{ "fixedOff": { "amount": yen } }] }), json!(["input", "promotion", "rewards", "0"])),
            (json!({ "conditions": [{ "minQuantity": 0 }] }), json!(["input", "promotion", "conditions", "0"])),
            (json!({ "startsAt": "2026-01-02T00:00:00Z", "endsAt": "2026-01-01T00:00:00Z" }), json!(["input", "promotion", "endsAt"])),
            (json!({ "budgetUses": 0 }), json!(["input", "promotion", "budgetUses"])),
            (json!({ "name": "" }), json!(["input", "promotion", "name"])),
        ] {
            let mut input = json!({ "name": "Sale", "label": "Sale", "rewards": [{ "freeShipping": {} }] });
            merge(&mut input, fields);
            let answer = owner.send(&document("promotionCreate", ""), json!({ "input": { "promotion": input } })).await;
            assert_eq!(answer.expect_user_error("INVALID")["field"], place);
        }
        assert_eq!(app.fingerprint().await, before);
    }

    async fn an_outdated_change_is_refused(app: TestApp) {
        let owner = app.as_owner().await;
        let promotion = running(&owner, json!({})).await;
        let update = |version: i64| json!({ "input": {
            "promotionId": promotion["id"], "expectedVersion": version, "promotion": { "label": "New" },
        } });
        owner.send(&document("promotionUpdate", ""), update(1)).await.expect_user_error("CONFLICT");
        let changed = owner.send(&document("promotionUpdate", "promotion { label version }"), update(2)).await.ok();
        assert_eq!(changed["promotionUpdate"]["promotion"], json!({ "label": "New", "version": 3 }));
    }

    async fn promotions_are_listed_by_priority_name_and_status(app: TestApp) {
        let owner = app.as_owner().await;
        running(&owner, json!({ "name": "Late", "priority": 9 })).await;
        running(&owner, json!({ "name": "Early 100%", "priority": 1 })).await;
        let query = "query($filter: PromotionFilter, $first: Int, $after: String) {
            promotions(filter: $filter, first: $first, after: $after) { nodes { name } pageInfo { hasNextPage endCursor } totalCount } }";
        let page = owner.run(query, json!({ "first": 1 })).await["promotions"].clone();
        assert_eq!((&page["nodes"][0]["name"], &page["totalCount"]), (&json!("Early 100%"), &json!(2)));
        let next = owner.run(query, json!({ "first": 1, "after": page["pageInfo"]["endCursor"] })).await["promotions"].clone();
        assert_eq!((&next["nodes"][0]["name"], &next["pageInfo"]["hasNextPage"]), (&json!("Late"), &json!(false)));
        for (filter, names) in [
            (json!({ "query": "LATE" }), json!([{ "name": "Late" }])),
            (json!({ "query": "0%" }), json!([{ "name": "Early 100%" }])),
            (json!({ "query": "_" }), json!([])),
            (json!({ "status": ["DRAFT", "ENDED"] }), json!([])),
            (json!({ "status": ["ACTIVE"], "query": "late" }), json!([{ "name": "Late" }])),
        ] {
            assert_eq!(owner.run(query, json!({ "filter": filter })).await["promotions"]["nodes"], names, "{filter}");
        }
    }
}
