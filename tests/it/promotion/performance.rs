use chrono::{NaiveTime, TimeDelta};
use domain::time_zone::TimeZone;
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};
use tests::{TestApp, arrange, both, checkout};

use super::running;

const FIGURES: &str =
    "orders uses members discountTotal { amount } revenue { amount } budgetLeft { amount } usesLeft
    days { date uses members discountTotal { amount } revenue { amount } }";

both! {
    async fn figures_tell_what_a_promotion_brought_as_a_whole_and_by_day(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").stock(100).insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let budget = json!({ "amount": "100.00", "currencyCode": "EUR" });
        let promotion = running(&owner, json!({ "budgetUses": 10, "budgetAmount": budget })).await;
        let (ada, eve) = (app.as_member("ada@members.test").await, app.as_member("eve@members.test").await);
        let midnight = (app.clock().now() + TimeDelta::days(1)).date_naive().and_time(NaiveTime::MIN).and_utc();
        app.clock().advance(midnight - app.clock().now());
        let first_day = midnight.date_naive();
        let paid = checkout::paid(&app, &ada, &shop, &goods, 2).await;
        let revenue = checkout::read(&ada, &paid, "paidTotal { amount }").await["paidTotal"]["amount"].clone();
        checkout::placed(&app, &app.guest(), &shop, &goods, 1).await;
        let cancelled = checkout::placed(&app, &eve, &shop, &goods, 1).await;
        let cancel = "mutation($input: OrderCancelInput!) { orderCancel(input: $input) { userErrors { code } } }";
        let input = json!({ "orderId": cancelled.id, "reason": "CUSTOMER", "restock": true, "refund": true, "notify": false, "idempotencyKey": "k" });
        owner.send(cancel, json!({ "input": input })).await.ok();
        app.clock().advance(TimeDelta::days(1));
        let second = app.clock().now();
        checkout::placed(&app, &ada, &shop, &goods, 3).await;
        let query = format!(
            "query($id: ID!, $during: DateTimeRangeInput) {{ promotion(id: $id) {{ performance(during: $during) {{ {FIGURES} }} }} }}"
        );
        let whole = owner.run(&query, json!({ "id": promotion["id"] })).await["promotion"]["performance"].clone();
        let amount = |text: &str| json!({ "amount": text });
        let days = json!([
            { "date": first_day, "uses": 2, "members": 1, "discountTotal": amount("-3.00"), "revenue": { "amount": revenue } },
            { "date": second.date_naive(), "uses": 1, "members": 1, "discountTotal": amount("-3.00"), "revenue": amount("0.00") },
        ]);
        assert_eq!(whole, json!({
            "orders": 3, "uses": 3, "members": 1, "discountTotal": amount("-6.00"), "revenue": { "amount": revenue },
            "budgetLeft": amount("94.00"), "usesLeft": 7, "days": days,
        }));
        let during = json!({ "from": second, "until": second + TimeDelta::hours(1) });
        let later = owner.run(&query, json!({ "id": promotion["id"], "during": during })).await["promotion"]["performance"].clone();
        assert_eq!((&later["uses"], &later["days"]), (&json!(1), &json!([days[1]])));
        let staff = app.as_staff(&["PROMOTION_WRITE"]).await;
        let update = "mutation($input: PromotionPauseInput!) { promotionPause(input: $input) { promotion { performance { uses } } } }";
        staff.send(update, json!({ "input": { "promotionId": promotion["id"] } })).await.expect_top_error("FORBIDDEN");
    }

    async fn days_are_those_of_the_shops_calendar(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").stock(100).insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let promotion = running(&owner, json!({})).await;
        let query = "query($id: ID!) { promotion(id: $id) { performance { days { date uses } } } }";
        // Noon in UTC is the next day in Kiritimati, 14 hours ahead, and midnight in Auckland or an hour later by summer time.
        let noon = (app.clock().now() + TimeDelta::days(1)).date_naive().and_hms_opt(12, 0, 0).unwrap().and_utc();
        for days in [0, 200] {
            for minutes in [-90, 0] {
                let at = noon + TimeDelta::days(days) + TimeDelta::minutes(minutes);
                app.clock().advance(at - app.clock().now());
                checkout::placed(&app, &app.guest(), &shop, &goods, 1).await;
            }
        }
        for name in ["UTC", "Pacific/Kiritimati", "Pacific/Auckland", "America/New_York"] {
            arrange::change_channel(&app, |channel| channel.timezone = Set(name.to_owned())).await;
            let zone = TimeZone::parse(name).unwrap();
            let mut expected: Vec<(String, u32)> = Vec::new();
            for (days, minutes) in [(0, -90), (0, 0), (200, -90), (200, 0)] {
                let at = noon + TimeDelta::days(days) + TimeDelta::minutes(minutes);
                let day = zone.day(at).to_string();
                match expected.last_mut() {
                    Some((last, uses)) if *last == day => *uses += 1,
                    _ => expected.push((day, 1)),
                }
            }
            let days: Vec<Value> = expected.iter().map(|(date, uses)| json!({ "date": date, "uses": uses })).collect();
            let found = owner.run(query, json!({ "id": promotion["id"] })).await;
            assert_eq!(found["promotion"]["performance"]["days"], json!(days), "{name}");
        }
    }

    async fn figures_of_many_promotions_take_no_more_statements(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let query = "{ promotions { nodes { performance { uses days { uses } } } } }";
        running(&owner, json!({})).await;
        checkout::placed(&app, &app.guest(), &shop, &goods, 1).await;
        let (one, few) = app.count_statements(owner.run(query, json!({}))).await;
        assert_eq!(one["promotions"]["nodes"], json!([{ "performance": { "uses": 1, "days": [{ "uses": 1 }] } }]));
        for _ in 0..4 {
            running(&owner, json!({})).await;
        }
        let (all, many) = app.count_statements(owner.run(query, json!({}))).await;
        assert_eq!((all["promotions"]["nodes"].as_array().unwrap().len(), many), (5, few));
    }
}
