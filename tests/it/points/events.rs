use chrono::{Datelike, Days, TimeDelta};
use domain::time_zone::TimeZone;
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};
use tests::{Answer, Client, TestApp, arrange, both};

use super::{adjust, ledger, own, rule};

const RECORD: &str =
    "mutation($input: PointsEventRecordInput!) { pointsEventRecord(input: $input) {
    pointsEntry { id points reason ruleKey ruleVersion } capped userErrors { code field } } }";

pub(super) async fn record(staff: &Client, member: &Client, key: &str, source: &str) -> Answer {
    let input = json!({ "memberId": member.account_id(), "ruleKey": key, "source": source });
    staff.send(RECORD, json!({ "input": input })).await
}

fn entry(data: &Value) -> &Value {
    &data["pointsEventRecord"]["pointsEntry"]
}

async fn review_rule(owner: &Client, fields: Value) {
    let mut input =
        json!({ "key": "review", "label": "A review", "trigger": "REVIEW", "fixedPoints": 20 });
    for (name, value) in fields.as_object().expect("fields") {
        input[name] = value.clone();
    }
    rule(owner, input).await.ok();
}

both! {
    async fn an_event_counts_once_for_each_rule(app: TestApp) {
        let owner = app.as_owner().await;
        let ada = app.as_member("ada@members.test").await;
        review_rule(&owner, json!({})).await;
        rule(&owner, json!({ "key": "visit", "label": "A visit", "trigger": "CUSTOM", "fixedPoints": 5 })).await.ok();
        let first = record(&owner, &ada, "review", "review:1").await.ok();
        let made = entry(&first).clone();
        assert_eq!(made["points"], 20);
        assert_eq!((&made["reason"], &made["ruleKey"], &made["ruleVersion"]), (&json!("A review"), &json!("review"), &json!(1)));
        review_rule(&owner, json!({ "fixedPoints": 30 })).await;
        let again = record(&owner, &ada, "review", "review:1").await.ok();
        assert_eq!(entry(&again), &made, "the first answer");
        let other = record(&owner, &ada, "review", "review:2").await.ok();
        assert_eq!((&entry(&other)["points"], &entry(&other)["ruleVersion"]), (&json!(30), &json!(2)));
        record(&owner, &ada, "visit", "review:1").await.ok();
        assert_eq!(own(&ada).await["balance"], 55);
        let keys: Vec<String> = (0..8).map(|_| "review:3".to_owned()).collect();
        futures_util::future::join_all(keys.iter().map(|key| record(&owner, &ada, "review", key))).await;
        assert_eq!(own(&ada).await["balance"], 85);
    }

    async fn rules_of_two_channels_are_two_though_they_have_one_key(app: TestApp) {
        let owner = app.as_owner().await;
        let ada = app.as_member("ada@members.test").await;
        arrange::open_channel(&app, "outlet").await;
        let in_outlet = owner.with_header("vitrine-channel", "outlet");
        review_rule(&owner, json!({ "maxPerDay": 20 })).await;
        review_rule(&in_outlet, json!({ "fixedPoints": 30, "maxPerDay": 30 })).await;
        let here = record(&owner, &ada, "review", "review:1").await.ok();
        let there = record(&in_outlet, &ada, "review", "review:1").await.ok();
        assert_eq!((&entry(&here)["points"], &entry(&there)["points"]), (&json!(20), &json!(30)), "with a limit each");
        assert_eq!(record(&owner, &ada, "review", "review:1").await.ok(), here);
        assert_eq!(record(&in_outlet, &ada, "review", "review:1").await.ok(), there);
        assert_eq!(own(&ada).await["balance"], 50);
        for staff in [&owner, &in_outlet] {
            let feed = staff.run("{ eventsSince(kind: [POINTS_CHANGED]) { events { subjectId payload } } }", json!({})).await;
            assert_eq!(feed["eventsSince"]["events"], json!([]), "told after the commit");
        }
        app.run_outbox_until_idle().await;
        for (staff, first, points, balance) in [(&owner, &here, 20, 20), (&in_outlet, &there, 30, 50)] {
            let feed = staff.run("{ eventsSince(kind: [POINTS_CHANGED]) { events { subjectId payload } } }", json!({})).await;
            let payload = json!({ "pointsEntryId": entry(first)["id"], "kind": "EARN", "points": points, "balance": balance });
            assert_eq!(feed["eventsSince"]["events"], json!([{ "subjectId": ada.account_id(), "payload": payload }]));
        }
    }

    async fn points_that_lapse_are_told_where_they_came_from(app: TestApp) {
        let owner = app.as_owner().await;
        let ada = app.as_member("ada@members.test").await;
        arrange::open_channel(&app, "outlet").await;
        let in_outlet = owner.with_header("vitrine-channel", "outlet");
        review_rule(&in_outlet, json!({ "expiryPolicy": "AFTER_DAYS", "expiryDays": 1 })).await;
        record(&in_outlet, &ada, "review", "review:1").await.ok();
        adjust(&in_outlet, &ada, 5, "gift").await.ok();
        app.clock().advance(TimeDelta::days(2));
        assert_eq!(api::service::points::expire_due(app.state()).await.unwrap(), 1);
        app.run_outbox_until_idle().await;
        let feed = in_outlet.run("{ eventsSince(kind: [POINTS_CHANGED]) { events { payload sequence } } }", json!({})).await;
        let told: Vec<(&Value, &Value)> = feed["eventsSince"]["events"].as_array().unwrap().iter()
            .map(|event| (&event["payload"]["kind"], &event["payload"]["balance"])).collect();
        assert_eq!(told, [(&json!("EARN"), &json!(20)), (&json!("ADJUST"), &json!(25)), (&json!("EXPIRE"), &json!(5))]);
    }

    async fn events_are_capped_by_the_day(app: TestApp) {
        let owner = app.as_owner().await;
        let ada = app.as_member("ada@members.test").await;
        review_rule(&owner, json!({ "maxPerDay": 30 })).await;
        record(&owner, &ada, "review", "a").await.ok();
        assert_eq!(entry(&record(&owner, &ada, "review", "b").await.ok())["points"], 10);
        let capped = json!({ "pointsEntry": null, "capped": true, "userErrors": [] });
        assert_eq!(record(&owner, &ada, "review", "c").await.ok()["pointsEventRecord"], capped);
        app.clock().advance(TimeDelta::days(1));
        assert_eq!(record(&owner, &ada, "review", "c").await.ok()["pointsEventRecord"], capped, "the first answer");
        let bob = app.as_member("bob@members.test").await;
        record(&owner, &bob, "review", "c").await.expect_user_error("IDEMPOTENCY_KEY_REUSED");
        let next = record(&owner, &ada, "review", "d").await.ok();
        assert_eq!((&entry(&next)["points"], &next["pointsEventRecord"]["capped"]), (&json!(20), &json!(false)));
        assert_eq!(own(&ada).await["balance"], 50);
    }

    async fn a_day_begins_at_midnight_in_the_shop(app: TestApp) {
        let owner = app.as_owner().await;
        let ada = app.as_member("ada@members.test").await;
        arrange::change_channel(&app, |channel| channel.timezone = Set("Asia/Shanghai".to_owned())).await;
        review_rule(&owner, json!({ "maxPerDay": 20, "expiryPolicy": "END_OF_MONTH" })).await;
        let shop = TimeZone::parse("Asia/Shanghai").unwrap();
        let midnight = shop.start_of(shop.day(app.clock().now()).succ_opt().unwrap());
        app.clock().advance(midnight - app.clock().now() - TimeDelta::minutes(5));
        record(&owner, &ada, "review", "late").await.ok();
        assert_eq!(record(&owner, &ada, "review", "later").await.ok()["pointsEventRecord"]["capped"], true);
        app.clock().advance(TimeDelta::minutes(5));
        assert_eq!(entry(&record(&owner, &ada, "review", "early").await.ok())["points"], 20);
        let ends = own(&ada).await["expiring"].as_array().unwrap().iter().map(|lot| lot["expiresAt"].clone()).collect::<Vec<_>>();
        assert!(ends.iter().all(|at| at.as_str().unwrap().contains("T16:00:00")), "{ends:?}");
    }

    async fn events_that_make_no_sense_are_refused(app: TestApp) {
        let owner = app.as_owner().await;
        let (ada, bob) = (app.as_member("ada@members.test").await, app.as_member("bob@members.test").await);
        review_rule(&owner, json!({})).await;
        rule(&owner, json!({ "key": "order", "label": "Orders", "trigger": "ORDER", "fixedPoints": 1 })).await.ok();
        rule(&owner, json!({ "key": "off", "label": "Off", "trigger": "CUSTOM", "fixedPoints": 1, "active": false })).await.ok();
        record(&owner, &ada, "review", "a").await.ok();
        let before = app.fingerprint().await;
        for key in ["order", "off", "unknown"] {
            let error = record(&owner, &ada, key, "x").await.expect_user_error("INVALID");
            assert_eq!(error["field"], json!(["input", "ruleKey"]));
        }
        record(&owner, &ada, "review", " ").await.expect_user_error("INVALID");
        record(&owner, &bob, "review", "a").await.expect_user_error("IDEMPOTENCY_KEY_REUSED");
        let nobody = json!({ "memberId": "member_00000000000000000000000000", "ruleKey": "review", "source": "x" });
        owner.send(RECORD, json!({ "input": nobody })).await.expect_user_error("NOT_FOUND");
        assert_eq!(app.fingerprint().await, before);
    }

    async fn a_birthday_is_celebrated_once_a_year_and_not_missed(app: TestApp) {
        let owner = app.as_owner().await;
        rule(&owner, json!({ "key": "birthday", "label": "Happy birthday", "trigger": "BIRTHDAY", "fixedPoints": 50 })).await.ok();
        let (ada, bob) = (app.as_member("ada@members.test").await, app.as_member("bob@members.test").await);
        let born = "mutation($day: Date) { memberUpdate(input: { member: { birthday: $day } }) { userErrors { code } } }";
        let today = app.clock().now().date_naive();
        let later = today.checked_add_days(Days::new(3)).unwrap();
        let in_1988 = |day: chrono::NaiveDate| json!({ "day": day.with_year(1988).unwrap().to_string() });
        ada.run(born, in_1988(today)).await;
        bob.run(born, in_1988(later)).await;
        let celebrate = async || api::service::points::celebrate_due(app.state()).await.unwrap();
        assert_eq!(celebrate().await, 1);
        assert_eq!(celebrate().await, 0);
        assert_eq!(ledger(&own(&ada).await), [("EARN".to_owned(), 50, 50)]);
        ada.run(born, in_1988(later)).await;
        app.clock().advance(TimeDelta::days(5));
        assert_eq!(celebrate().await, 1, "bob's, though no timer ran on the day; ada had hers this year");
        assert_eq!((&own(&ada).await["balance"], &own(&bob).await["balance"]), (&json!(50), &json!(50)));
    }
}
