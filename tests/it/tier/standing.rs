use api::service::tier::review_due;
use chrono::{Months, TimeDelta};
use serde_json::{Value, json};
use tests::arrange::{product, shop};
use tests::checkout::{completed, read};
use tests::{Client, TestApp, both};

use super::{save, tier, with};

const OWN: &str = "{ viewer { member { tier { code }
    tierProgress { spent { amount } next { code } missing { amount } validUntil }
    tierChanges { from { code } to { code } reason spent { amount } } } } }";

async fn own(member: &Client) -> Value {
    member.run(OWN, json!({})).await["viewer"]["member"].clone()
}

/// Silver from 20.00 on, gold from 50.00 on, with 30 days of grace.
async fn two_tiers(app: &TestApp) {
    let grace = || json!({ "graceDays": 30 });
    let tiers = json!([
        with(tier("silver", 1, "20.00"), grace()),
        with(tier("gold", 2, "50.00"), grace())
    ]);
    save(&app.as_owner().await, tiers).await;
}

fn step(from: Option<&str>, to: Option<&str>, reason: &str, spent: &str) -> Value {
    let tier = |code: Option<&str>| code.map_or(Value::Null, |code| json!({ "code": code }));
    json!({ "from": tier(from), "to": tier(to), "reason": reason, "spent": { "amount": spent } })
}

both! {
    async fn a_completed_order_lifts_its_member_and_a_mail_tells(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        two_tiers(&app).await;
        let ada = app.as_member("ada@members.test").await;
        let start = own(&ada).await;
        assert_eq!((&start["tier"], &start["tierChanges"]), (&Value::Null, &json!([])));
        assert_eq!(start["tierProgress"], json!({ "spent": { "amount": "0.00" }, "next": { "code": "silver" },
            "missing": { "amount": "20.00" }, "validUntil": null }));
        completed(&app, &ada, &shop, &goods, 3).await;
        let risen = own(&ada).await;
        assert_eq!(risen["tier"], json!({ "code": "silver" }));
        assert_eq!(risen["tierProgress"]["spent"], json!({ "amount": "30.00" }));
        assert_eq!((&risen["tierProgress"]["next"], &risen["tierProgress"]["missing"]), (&json!({ "code": "gold" }), &json!({ "amount": "20.00" })));
        assert_eq!(app.mailbox().last_to("ada@members.test").subject, "Shop: you are silver now");
        completed(&app, &ada, &shop, &goods, 2).await;
        let top = own(&ada).await;
        assert_eq!((&top["tier"], &top["tierProgress"]["next"], &top["tierProgress"]["missing"]), (&json!({ "code": "gold" }), &Value::Null, &Value::Null));
        assert_eq!(top["tierChanges"], json!([
            step(Some("silver"), Some("gold"), "REACHED", "50.00"), step(None, Some("silver"), "REACHED", "30.00"),
        ]));
        let staff = app.as_staff(&["MEMBER_READ"]).await;
        let members = "query($ids: [ID!]) { members(filter: { memberTierIds: $ids }) { nodes { email } } }";
        let tiers = staff.run("{ memberTiers { id } }", json!({})).await["memberTiers"].clone();
        let gold = staff.run(members, json!({ "ids": [tiers[1]["id"]] })).await;
        assert_eq!(gold["members"]["nodes"], json!([{ "email": "ada@members.test" }]));
        let silver = staff.run(members, json!({ "ids": [tiers[0]["id"]] })).await;
        assert_eq!(silver["members"]["nodes"], json!([]));
    }

    async fn a_tier_is_lost_when_its_year_and_its_grace_are_over(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        two_tiers(&app).await;
        let ada = app.as_member("ada@members.test").await;
        completed(&app, &ada, &shop, &goods, 3).await;
        let now = app.clock().now();
        let year_later = now.checked_add_months(Months::new(12)).unwrap();
        app.clock().advance(year_later - now + TimeDelta::days(29));
        assert_eq!(review_due(app.state()).await.unwrap(), 0);
        let kept = own(&ada).await;
        assert_eq!((&kept["tier"], &kept["tierProgress"]["spent"]), (&json!({ "code": "silver" }), &json!({ "amount": "0.00" })));
        app.clock().advance(TimeDelta::days(1));
        assert_eq!(review_due(app.state()).await.unwrap(), 1);
        app.run_outbox_until_idle().await;
        let fallen = own(&ada).await;
        assert_eq!(fallen["tier"], Value::Null);
        assert_eq!(fallen["tierChanges"][0], step(Some("silver"), None, "LAPSED", "0.00"));
        assert_eq!(app.mailbox().to("ada@members.test").iter().filter(|mail| mail.subject.contains("silver")).count(), 1);
        assert_eq!(review_due(app.state()).await.unwrap(), 0);
    }

    async fn new_tiers_reach_those_who_bought_before(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let ada = app.as_member("ada@members.test").await;
        completed(&app, &ada, &shop, &goods, 6).await;
        two_tiers(&app).await;
        app.run_timers().await;
        assert_eq!(own(&ada).await["tier"], json!({ "code": "gold" }));
        assert!(app.mailbox().to("ada@members.test").iter().all(|mail| !mail.subject.contains("gold")));
        let owner = app.as_owner().await;
        save(&owner, json!([{ "code": "gold", "active": false }])).await;
        assert_eq!(own(&ada).await["tier"], Value::Null, "its benefits end at once");
        app.clock().advance(TimeDelta::minutes(1));
        app.run_timers().await;
        let moved = own(&ada).await;
        assert_eq!((&moved["tier"], &moved["tierChanges"][0]), (&json!({ "code": "silver" }), &step(Some("gold"), Some("silver"), "RETIRED", "60.00")));
    }

    async fn a_tier_ships_for_free_and_multiplies_points(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let benefits = json!({ "freeShipping": true, "pointsMultiplier": "1.5" });
        save(&owner, json!([with(tier("silver", 1, "20.00"), benefits)])).await;
        crate::points::rule(&owner, json!({ "key": "order", "label": "Orders", "trigger": "ORDER", "pointsPerMoneyUnit": "1" })).await.ok();
        let ada = app.as_member("ada@members.test").await;
        let fields = "pointsEarned totals: cost { shippingTotal { amount } adjustments { kind label amount { amount } } }";
        let first = completed(&app, &ada, &shop, &goods, 2).await;
        let shipping = |order: &Value| {
            let steps = order["totals"]["adjustments"].as_array().unwrap();
            steps.iter().filter(|step| step["kind"] == "SHIPPING").map(|step| step["amount"]["amount"].clone()).collect::<Vec<_>>()
        };
        let paid = read(&ada, &first, fields).await;
        assert_eq!((&paid["pointsEarned"], &paid["totals"]["shippingTotal"]["amount"]), (&json!(20), &json!("4.90")));
        assert_eq!(shipping(&paid), ["4.90"]);
        let second = completed(&app, &ada, &shop, &goods, 1).await;
        let free = read(&ada, &second, fields).await;
        assert_eq!((&free["pointsEarned"], &free["totals"]["shippingTotal"]["amount"]), (&json!(15), &json!("0.00")));
        assert_eq!(shipping(&free), ["4.90", "-4.90"], "the tier says what it takes off");
        let steps = free["totals"]["adjustments"].as_array().unwrap();
        assert!(steps.iter().any(|step| step["label"] == "silver" && step["amount"]["amount"] == "-4.90"), "{steps:?}");
        assert_eq!(crate::points::own(&ada).await["balance"], 35);
    }

    async fn a_page_of_members_with_tiers_costs_a_few_statements(app: TestApp) {
        for number in 0..20 {
            app.as_member(&format!("m{number}@members.test")).await;
        }
        two_tiers(&app).await;
        let staff = app.as_staff(&["MEMBER_READ"]).await;
        let page = "query($first: Int) { members(first: $first) { nodes {
            tier { code } tierProgress { spent { amount } } tierChanges { reason } } } }";
        staff.run(page, json!({ "first": 1 })).await;
        let (data, statements) = app.count_statements(staff.run(page, json!({ "first": 20 }))).await;
        assert_eq!(data["members"]["nodes"].as_array().unwrap().len(), 20);
        // A busy machine may split what is asked at once into several batches, but never into one for each member.
        assert!(statements <= 30, "page, tiers, standings, orders and changes, in a few batches; not {statements}");
    }
}
