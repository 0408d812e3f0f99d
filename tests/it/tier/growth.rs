//! Tiers reached by the points a member earns.

use api::service::tier::review_due;
use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::arrange::{product, shop};
use tests::checkout::{completed, read, wait_for_provider};
use tests::{Client, TestApp, both};

use super::{save, tier, try_save, with};
use crate::points;

const OWN: &str = "{ viewer { member { tier { code }
    tierProgress { spent { amount } growthValue next { code growthThreshold } missing { amount } missingGrowthValue }
    tierChanges { to { code } reason spent { amount } growthValue } } } }";

async fn own(member: &Client) -> Value {
    member.run(OWN, json!({})).await["viewer"]["member"].clone()
}

fn by_growth(code: &str, rank: u32, growth: u32) -> Value {
    with(
        tier(code, rank, &format!("{rank}00.00")),
        json!({ "growthThreshold": growth, "graceDays": 30 }),
    )
}

/// Silver from 25 points on, gold from 60 on; a unit of money earns one, a review twenty.
async fn scheme(owner: &Client) {
    save(
        owner,
        json!([by_growth("silver", 1, 25), by_growth("gold", 2, 60)]),
    )
    .await;
    for rule in [
        json!({ "key": "order", "label": "Orders", "trigger": "ORDER", "pointsPerMoneyUnit": "1" }),
        json!({ "key": "review", "label": "A review", "trigger": "REVIEW", "fixedPoints": 20 }),
    ] {
        points::rule(owner, rule).await.ok();
    }
}

async fn review(owner: &Client, member: &Client, source: &str) {
    let document = "mutation($input: PointsEventRecordInput!) { pointsEventRecord(input: $input) { capped userErrors { code } } }";
    let input = json!({ "memberId": member.account_id(), "ruleKey": "review", "source": source });
    owner.send(document, json!({ "input": input })).await.ok();
}

both! {
    async fn what_is_earned_lifts_a_member_and_a_mail_tells(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        scheme(&owner).await;
        let ada = app.as_member("ada@members.test").await;
        completed(&app, &ada, &shop, &goods, 2).await;
        let below = own(&ada).await;
        assert_eq!(below["tier"], Value::Null);
        assert_eq!(below["tierProgress"], json!({ "spent": { "amount": "20.00" }, "growthValue": 20,
            "next": { "code": "silver", "growthThreshold": 25 }, "missing": null, "missingGrowthValue": 5 }));
        review(&owner, &ada, "first").await;
        app.run_outbox_until_idle().await;
        let risen = own(&ada).await;
        assert_eq!((&risen["tier"]["code"], &risen["tierProgress"]["missingGrowthValue"]), (&json!("silver"), &json!(20)));
        assert_eq!(risen["tierChanges"], json!([
            { "to": { "code": "silver" }, "reason": "REACHED", "spent": { "amount": "20.00" }, "growthValue": 40 }]));
        assert_eq!(app.mailbox().last_to("ada@members.test").subject, "Shop: you are silver now");
        completed(&app, &ada, &shop, &goods, 2).await;
        let top = own(&ada).await;
        assert_eq!((&top["tier"]["code"], &top["tierProgress"]["next"]), (&json!("gold"), &Value::Null));
        assert_eq!(top["tierProgress"]["missingGrowthValue"], Value::Null);
    }

    async fn corrections_by_staff_change_no_growth_and_returns_take_it_back(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        scheme(&owner).await;
        let ada = app.as_member("ada@members.test").await;
        points::adjust(&owner, &ada, 500, "gift").await.ok();
        assert_eq!(own(&ada).await["tierProgress"]["growthValue"], 0);
        let order = completed(&app, &ada, &shop, &goods, 3).await;
        assert_eq!(own(&ada).await["tier"], json!({ "code": "silver" }));
        let line = read(&ada, &order, "lines { id }").await["lines"][0]["id"].clone();
        let document = "mutation($input: RefundCreateInput!) { refundCreate(input: $input) { refund { id } userErrors { code field } } }";
        let input = json!({ "orderId": order.id, "lines": [{ "lineId": line, "quantity": 1 }], "reason": "returned", "idempotencyKey": "back" });
        owner.send(document, json!({ "input": input })).await.ok();
        wait_for_provider(&app).await;
        assert_eq!(own(&ada).await["tierProgress"]["growthValue"], 20);
        review_due(app.state()).await.unwrap();
        assert_eq!(own(&ada).await["tier"], json!({ "code": "silver" }), "its days of grace have begun");
        app.clock().advance(TimeDelta::days(30));
        review_due(app.state()).await.unwrap();
        assert_eq!(own(&ada).await["tier"], Value::Null);
    }

    async fn another_basis_is_looked_at_for_everybody(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        scheme(&owner).await;
        let (ada, eve) = (app.as_member("ada@members.test").await, app.as_member("eve@members.test").await);
        completed(&app, &ada, &shop, &goods, 3).await;
        let spending = |code| json!({ "code": code, "growthThreshold": null, "graceDays": 0 });
        save(&owner, json!([spending("silver"), spending("gold")])).await;
        for number in 0..3 {
            review(&owner, &eve, &format!("{number}")).await;
        }
        app.run_timers().await;
        let fallen = own(&ada).await;
        assert_eq!((&fallen["tier"], &fallen["tierChanges"][0]["growthValue"]), (&Value::Null, &Value::Null));
        assert_eq!(fallen["tierProgress"], json!({ "spent": { "amount": "30.00" }, "growthValue": null,
            "next": { "code": "silver", "growthThreshold": null }, "missing": { "amount": "70.00" }, "missingGrowthValue": null }));
        save(&owner, json!([{ "code": "silver", "growthThreshold": 25 }, { "code": "gold", "growthThreshold": 60 }])).await;
        app.clock().advance(TimeDelta::minutes(1));
        app.run_timers().await;
        assert_eq!((&own(&ada).await["tier"]["code"], &own(&eve).await["tier"]["code"]), (&json!("silver"), &json!("gold")),
            "also those who earned, but bought nothing");
    }

    async fn ladders_of_two_kinds_are_refused(app: TestApp) {
        let owner = app.as_owner().await;
        scheme(&owner).await;
        let before = app.fingerprint().await;
        for tiers in [
            json!([{ "code": "gold", "growthThreshold": null }]),
            json!([{ "code": "gold", "growthThreshold": 25 }]),
            json!([{ "code": "gold", "growthThreshold": 0 }]),
            json!([tier("platinum", 3, "900.00")]),
        ] {
            try_save(&owner, tiers).await.expect_user_error("INVALID");
        }
        assert_eq!(app.fingerprint().await, before);
    }
}
