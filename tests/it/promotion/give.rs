use api::service::coupon::{expire_due, give_due};
use chrono::{Datelike, TimeDelta};
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};
use tests::arrange::{self, product, shop};
use tests::checkout::completed;
use tests::{Client, TestApp, both};

use super::{document, merge, open_code, running, staff, template};
use crate::tier;

/// Status and last instant of each coupon in a wallet, newest first.
async fn wallet(client: &Client) -> Vec<(String, Value)> {
    let query = "{ viewer { member { coupons { nodes { status expiresAt } } } } }";
    let found = client.run(query, json!({})).await;
    let nodes = found["viewer"]["member"]["coupons"]["nodes"]
        .as_array()
        .unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    nodes
        .iter()
        .map(|node| (text(&node["status"]), node["expiresAt"].clone()))
        .collect()
}

async fn count(client: &Client) -> usize {
    wallet(client).await.len()
}

/// Tells the shop when a member was born: on the day of the app's clock, many years ago.
async fn born_today(app: &TestApp, member: &Client) {
    let day = app.clock().now().date_naive().with_year(1988).unwrap();
    let born = "mutation($day: Date) { memberUpdate(input: { member: { birthday: $day } }) { userErrors { code } } }";
    member.run(born, json!({ "day": day.to_string() })).await;
}

async fn given(app: &TestApp) -> u64 {
    give_due(app.state()).await.unwrap()
}

both! {
    async fn whoever_registers_or_completes_an_order_is_given_a_coupon_once(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        template(&owner, json!({ "grantOn": "REGISTRATION" })).await;
        template(&owner, json!({ "grantOn": "ORDER_COMPLETED" })).await;
        template(&owner, json!({})).await;
        let newcomer = crate::member::join(&app, "new@members.test").await;
        app.run_outbox_until_idle().await;
        assert_eq!(count(&newcomer).await, 1);
        let ada = app.as_member("ada@members.test").await;
        completed(&app, &ada, &shop, &goods, 1).await;
        app.run_outbox_until_idle().await;
        assert_eq!(count(&ada).await, 1);
        completed(&app, &ada, &shop, &goods, 1).await;
        app.run_outbox_until_idle().await;
        assert_eq!(count(&ada).await, 2, "the limit of claims does not hold back what is given");
    }

    async fn a_coupon_that_was_given_is_told_by_mail_to_whoever_wants_offers(app: TestApp) {
        let owner = app.as_owner().await;
        template(&owner, json!({ "grantOn": "BIRTHDAY", "label": "生日券", "expiresAt": "2090-01-31T23:00:00Z" })).await;
        let wants = "mutation($locale: String) { memberUpdate(input: { member: { acceptsMarketing: true, locale: $locale } }) { userErrors { code } } }";
        let mut members = Vec::new();
        for (name, locale) in [("ada", "en"), ("bo", "zh-Hans"), ("eve", "en")] {
            let member = app.as_member(&format!("{name}@members.test")).await;
            born_today(&app, &member).await;
            if name != "eve" {
                member.run(wants, json!({ "locale": locale })).await;
            }
            members.push(member);
        }
        assert_eq!(given(&app).await, 3);
        arrange::change_channel(&app, |channel| channel.timezone = Set("Asia/Shanghai".to_owned())).await;
        app.run_outbox_until_idle().await;
        let (ada, bo) = (app.mailbox().last_to("ada@members.test"), app.mailbox().last_to("bo@members.test"));
        assert_eq!((ada.subject.as_str(), bo.subject.as_str()), ("Shop: a coupon for you, 生日券", "Shop：送您一张优惠券，生日券"));
        let code = members[1].run("{ viewer { member { coupons { nodes { code } } } } }", json!({})).await;
        let code = code["viewer"]["member"]["coupons"]["nodes"][0]["code"].as_str().unwrap().to_owned();
        assert!(bo.text.contains(&format!("\n\n{code}\n")), "{}", bo.text);
        assert!(bo.text.ends_with("有效期至 2090-02-01 07:00。\n"), "{}", bo.text);
        assert!(app.mailbox().to("eve@members.test").is_empty());
        assert_eq!(count(&members[2]).await, 1);
    }

    async fn an_occasion_told_often_gives_one_coupon(app: TestApp) {
        let owner = app.as_owner().await;
        template(&owner, json!({ "grantOn": "ORDER_COMPLETED" })).await;
        let ada = app.as_member("ada@members.test").await;
        let member_id: domain::id::MemberId = ada.account_id().parse().unwrap();
        let channel_id = app.state().channels.find(None).unwrap().id;
        let occasion = domain::coupon::CouponOccasion::OrderCompleted { order_id: app.clock().new_id() };
        let give = || api::service::coupon::give(app.state(), channel_id, member_id.0, occasion);
        for answer in futures_util::future::join_all((0..6).map(|_| give())).await {
            answer.unwrap();
        }
        assert_eq!(count(&ada).await, 1);
    }

    async fn the_last_coupons_go_to_as_many_as_there_are(app: TestApp) {
        let owner = app.as_owner().await;
        template(&owner, json!({ "grantOn": "BIRTHDAY", "issueLimit": 2 })).await;
        let mut members = Vec::new();
        for name in ["ada", "bob", "eve"] {
            let member = app.as_member(&format!("{name}@members.test")).await;
            born_today(&app, &member).await;
            members.push(member);
        }
        assert_eq!(given(&app).await, 2);
        let mut lucky = 0;
        for member in &members {
            lucky += count(member).await;
        }
        assert_eq!(lucky, 2);
        let issued = owner.run("{ couponTemplates { nodes { issuedCount } } }", json!({})).await;
        assert_eq!(issued["couponTemplates"]["nodes"][0]["issuedCount"], 2);
    }

    async fn a_birthday_gives_one_coupon_a_year_for_as_long_as_it_says(app: TestApp) {
        let owner = app.as_owner().await;
        template(&owner, json!({ "grantOn": "BIRTHDAY", "validDays": 14 })).await;
        let ada = app.as_member("ada@members.test").await;
        born_today(&app, &ada).await;
        assert_eq!((given(&app).await, given(&app).await), (1, 0));
        app.clock().advance(TimeDelta::days(1));
        born_today(&app, &ada).await;
        assert_eq!(given(&app).await, 0, "however often the day of birth is changed");
        assert_eq!(expire_due(app.state()).await.unwrap(), 0);
        app.clock().advance(TimeDelta::days(13));
        assert_eq!(wallet(&ada).await[0].0, "EXPIRED", "before the timer comes, too");
        assert_eq!((expire_due(app.state()).await.unwrap(), expire_due(app.state()).await.unwrap()), (1, 0));
        assert_eq!(wallet(&ada).await[0].0, "EXPIRED");
    }

    async fn birthdays_are_those_of_the_shops_calendar(app: TestApp) {
        let owner = app.as_owner().await;
        template(&owner, json!({ "grantOn": "BIRTHDAY" })).await;
        let ada = app.as_member("ada@members.test").await;
        born_today(&app, &ada).await;
        // Kiritimati is 14 hours ahead: its day is the next one in the afternoon, UTC.
        arrange::change_channel(&app, |channel| channel.timezone = Set("Pacific/Kiritimati".to_owned())).await;
        let local = domain::time_zone::TimeZone::parse("Pacific/Kiritimati").unwrap().day(app.clock().now());
        let expected = u64::from(local == app.clock().now().date_naive());
        assert_eq!(given(&app).await, expected);
    }

    async fn a_tier_gives_coupons_when_reached_and_each_month(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let tiers = tier::save(&owner, json!([tier::tier("silver", 1, "20.00"), tier::tier("gold", 2, "90.00")])).await;
        let (silver, gold) = (&tiers[0]["id"], &tiers[1]["id"]);
        template(&owner, json!({ "grantOn": "TIER_REACHED" })).await;
        template(&owner, json!({ "grantOn": "TIER_REACHED", "grantTierId": gold })).await;
        let monthly = json!({ "grantOn": "EACH_MONTH", "grantTierId": silver });
        template(&owner, monthly).await;
        assert_eq!(given(&app).await, 0);
        let ada = app.as_member("ada@members.test").await;
        completed(&app, &ada, &shop, &goods, 3).await;
        app.run_outbox_until_idle().await;
        assert_eq!(count(&ada).await, 1);
        assert_eq!(given(&app).await, 0, "the month had begun before she rose");
        app.clock().advance(TimeDelta::days(31));
        assert_eq!((given(&app).await, given(&app).await), (1, 0));
        app.clock().advance(TimeDelta::days(31));
        assert_eq!((given(&app).await, count(&ada).await), (1, 3));
    }

    async fn nothing_is_given_while_the_promotion_rests(app: TestApp) {
        let owner = app.as_owner().await;
        let promotion = running(&owner, json!({ "couponRequired": true })).await;
        let input = json!({ "couponTemplate": { "label": "Birthday", "promotionId": promotion["id"], "grantOn": "BIRTHDAY" } });
        staff(&owner, "couponTemplateCreate", "couponTemplate { id }", input).await;
        let ada = app.as_member("ada@members.test").await;
        born_today(&app, &ada).await;
        staff(&owner, "promotionPause", "promotion { id }", json!({ "promotionId": promotion["id"] })).await;
        assert_eq!((given(&app).await, count(&ada).await), (0, 0));
    }

    async fn templates_that_make_no_sense_are_refused(app: TestApp) {
        let owner = app.as_owner().await;
        let promotion = running(&owner, json!({ "couponRequired": true })).await;
        let before = app.fingerprint().await;
        let unknown = domain::id::MemberTierId(app.clock().new_id()).to_string();
        for (fields, code) in [
            (json!({ "grantOn": "EACH_MONTH" }), "INVALID"),
            (json!({ "grantOn": "BIRTHDAY", "grantTierId": unknown }), "INVALID"),
            (json!({ "grantTierId": unknown }), "INVALID"),
            (json!({ "grantOn": "TIER_REACHED", "grantTierId": unknown }), "NOT_FOUND"),
            (json!({ "validDays": 0 }), "INVALID"),
            (json!({ "validDays": 3_651 }), "INVALID"),
            (json!({ "graceDays": -1 }), "INVALID"),
            (json!({ "graceDays": 366 }), "INVALID"),
        ] {
            let mut template = json!({ "label": "Ten off", "promotionId": promotion["id"] });
            merge(&mut template, fields);
            let input = json!({ "input": { "couponTemplate": template } });
            owner.send(&document("couponTemplateCreate", "couponTemplate { id }"), input).await.expect_user_error(code);
        }
        assert_eq!(app.fingerprint().await, before);
    }

    async fn a_code_that_lapsed_is_told_apart_from_one_that_never_was(app: TestApp) {
        let goods = product("Cup").insert(&app, &shop(&app).await).await;
        let owner = app.as_owner().await;
        let soon = app.clock().now() + TimeDelta::hours(1);
        open_code(&owner, "SOON", json!({ "template": { "expiresAt": soon } })).await;
        app.clock().advance(TimeDelta::hours(1));
        assert_eq!(expire_due(app.state()).await.unwrap(), 1);
        let listed = owner.run("{ coupons(filter: { status: EXPIRED }) { nodes { code status } } }", json!({})).await;
        assert_eq!(listed["coupons"]["nodes"], json!([{ "code": "SOON", "status": "EXPIRED" }]));
        let guest = app.guest();
        let cart = crate::cart::filled(&guest, goods.variant(), 1).await;
        let apply = json!({ "input": { "cartId": cart["id"], "couponCode": "SOON" } });
        guest.send(&document("cartCouponApply", "cart { id }"), apply).await.expect_user_error("COUPON_INVALID");
    }
}
