//! Members are told before points lapse.

use chrono::{DateTime, TimeDelta, Utc};
use domain::time_zone::TimeZone;
use serde_json::json;
use tests::{Client, TestApp, arrange, both};

use super::events::record;
use super::{adjust, own, rule};

const UPDATE: &str = "mutation($input: ShopUpdateInput!) { shopUpdate(input: $input) {
    shop { policy { pointsNoticeDays } } userErrors { code field } } }";

/// A rule whose points lapse after 30 days.
async fn lapsing(owner: &Client) {
    let fields = json!({ "key": "visit", "label": "A visit", "trigger": "CUSTOM", "fixedPoints": 20,
        "expiryPolicy": "AFTER_DAYS", "expiryDays": 30 });
    rule(owner, fields).await.ok();
}

/// Texts of mails about points to an address.
fn told(app: &TestApp, address: &str) -> Vec<String> {
    let mails = app.mailbox().to(address).into_iter();
    mails
        .filter(|mail| mail.subject.contains("points") || mail.subject.contains("积分"))
        .map(|mail| mail.text)
        .collect()
}

/// What the shop's clock shows at an instant.
async fn wall(app: &TestApp, at: DateTime<Utc>) -> String {
    let zone = TimeZone::parse(&arrange::channel(app).await.timezone).unwrap();
    zone.wall(at).format("%Y-%m-%d %H:%M").to_string()
}

async fn end_of_first(member: &Client) -> DateTime<Utc> {
    let end = own(member).await["expiring"][0]["expiresAt"].clone();
    end.as_str().unwrap().parse().unwrap()
}

async fn wait(app: &TestApp, by: TimeDelta) {
    app.clock().advance(by);
    app.run_timers().await;
}

both! {
    async fn one_mail_tells_of_what_lapses_about_the_same_time_and_once(app: TestApp) {
        let owner = app.as_owner().await;
        let ada = app.as_member("ada@members.test").await;
        let bob = app.as_member("bob@members.test").await;
        lapsing(&owner).await;
        record(&owner, &ada, "visit", "first").await.ok();
        let first = end_of_first(&ada).await;
        app.clock().advance(TimeDelta::hours(2));
        record(&owner, &ada, "visit", "second").await.ok();
        app.clock().advance(TimeDelta::days(5));
        record(&owner, &ada, "visit", "third").await.ok();
        let set = json!({ "input": { "member": { "locale": "zh-Hans" } } });
        bob.send("mutation($input: MemberUpdateInput!) { memberUpdate(input: $input) { userErrors { code } } }", set).await.ok();
        record(&owner, &bob, "visit", "other").await.ok();
        wait(&app, TimeDelta::days(10)).await;
        assert_eq!(told(&app, "ada@members.test"), Vec::<String>::new(), "14 days before, not 15");
        wait(&app, TimeDelta::days(1)).await;
        let [mail] = &told(&app, "ada@members.test")[..] else { panic!("one mail") };
        let lines = format!("{}: 20\n{}: 20\n", wall(&app, first).await, wall(&app, first + TimeDelta::hours(2)).await);
        assert!(mail.ends_with(&lines), "{mail}");
        wait(&app, TimeDelta::hours(5)).await;
        assert_eq!(told(&app, "ada@members.test").len(), 1, "each is told of once");
        assert_eq!(told(&app, "bob@members.test"), Vec::<String>::new());
        wait(&app, TimeDelta::days(5)).await;
        assert_eq!(told(&app, "ada@members.test").len(), 2);
        let [mail] = &told(&app, "bob@members.test")[..] else { panic!("one mail") };
        assert!(mail.contains("积分即将过期") && mail.ends_with("：20 积分\n"), "{mail}");
        wait(&app, TimeDelta::days(30)).await;
        assert_eq!(own(&ada).await["balance"], 0);
        assert_eq!(told(&app, "ada@members.test").len(), 2);
    }

    async fn nobody_is_told_of_points_that_are_gone_or_stay(app: TestApp) {
        let owner = app.as_owner().await;
        let [spender, keeper, away] = ["spender@members.test", "keeper@members.test", "away@members.test"];
        let members = [app.as_member(spender).await, app.as_member(keeper).await, app.as_member(away).await];
        lapsing(&owner).await;
        record(&owner, &members[0], "visit", "a").await.ok();
        adjust(&owner, &members[0], -20, "spent").await.ok();
        adjust(&owner, &members[1], 20, "kept").await.ok();
        record(&owner, &members[2], "visit", "c").await.ok();
        // The server was down while they could have been told.
        wait(&app, TimeDelta::days(31)).await;
        assert_eq!(own(&members[2]).await["balance"], 0);
        for address in [spender, keeper, away] {
            assert_eq!(told(&app, address), Vec::<String>::new(), "{address}");
        }
    }

    async fn points_of_a_short_life_are_told_of_in_its_second_half(app: TestApp) {
        let owner = app.as_owner().await;
        let ada = app.as_member("ada@members.test").await;
        let short = json!({ "key": "visit", "label": "A visit", "trigger": "CUSTOM", "fixedPoints": 20, "expiryPolicy": "AFTER_DAYS", "expiryDays": 4 });
        rule(&owner, short).await.ok();
        record(&owner, &ada, "visit", "first").await.ok();
        wait(&app, TimeDelta::days(1)).await;
        assert_eq!(told(&app, "ada@members.test").len(), 0);
        wait(&app, TimeDelta::days(1)).await;
        assert_eq!(told(&app, "ada@members.test").len(), 1);
    }

    async fn a_shop_says_how_early_it_tells_or_that_it_does_not(app: TestApp) {
        let owner = app.as_owner().await;
        let ada = app.as_member("ada@members.test").await;
        lapsing(&owner).await;
        for (days, kept) in [(0, 0), (3, 3)] {
            let saved = owner.send(UPDATE, json!({ "input": { "shop": { "pointsNoticeDays": days } } })).await.ok();
            assert_eq!(saved["shopUpdate"]["shop"]["policy"]["pointsNoticeDays"], kept);
            record(&owner, &ada, "visit", &format!("with {days}")).await.ok();
        }
        let before = app.fingerprint().await;
        for days in [-1, 366] {
            let refused = owner.send(UPDATE, json!({ "input": { "shop": { "pointsNoticeDays": days } } })).await;
            assert_eq!(refused.expect_user_error("INVALID")["field"], json!(["input", "shop", "pointsNoticeDays"]));
        }
        assert_eq!(app.fingerprint().await, before);
        wait(&app, TimeDelta::days(26)).await;
        assert_eq!(told(&app, "ada@members.test").len(), 0);
        wait(&app, TimeDelta::days(1)).await;
        let [mail] = &told(&app, "ada@members.test")[..] else { panic!("one mail") };
        assert!(mail.ends_with(": 20\n"), "of the second alone: {mail}");
    }
}
