//! Promotions for some people and some hours.

use chrono::{DateTime, Timelike, Utc};
use serde_json::{Value, json};
use tests::{Client, TestApp, arrange, both, checkout};

use super::{document, running};
use crate::cart::{filled, read};
use crate::segment;
use crate::tier::{save, tier};

async fn reason(client: &Client, cart: &Value) -> Value {
    read(client, &cart["id"]).await["evaluations"][0]["reason"].clone()
}

async fn set_clock(owner: &Client, zone: &str) {
    let document = "mutation($input: ShopUpdateInput!) { shopUpdate(input: $input) { shop { timeZone } userErrors { code } } }";
    let input = json!({ "shop": { "timeZone": zone } });
    let answer = owner.send(document, json!({ "input": input })).await.ok();
    assert_eq!(answer["shopUpdate"]["shop"]["timeZone"], zone);
}

both! {
    async fn a_price_for_a_tier_is_for_its_members(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let saved = save(&owner, json!([tier("silver", 1, "20.00"), tier("gold", 2, "500.00")])).await;
        let silver = running(&owner, json!({ "conditions": [{ "memberTierIds": [saved[0]["id"]] }] })).await;
        let guest = app.guest();
        assert_eq!(reason(&guest, &filled(&guest, goods.variant(), 1).await).await, "LOGIN_REQUIRED");
        let ben = app.as_member("ben@members.test").await;
        let cart = filled(&ben, goods.variant(), 3).await;
        assert_eq!((reason(&ben, &cart).await, &cart["cost"]["total"]["amount"]), (json!("TIER_MISMATCH"), &json!("30.00")));
        let ada = app.as_member("ada@members.test").await;
        checkout::completed(&app, &ada, &shop, &goods, 3).await;
        let cart = filled(&ada, goods.variant(), 3).await;
        assert_eq!((reason(&ada, &cart).await, &cart["cost"]["total"]["amount"]), (Value::Null, &json!("27.00")));
        let gold = json!({ "promotionId": silver["id"], "promotion": { "conditions": [{ "memberTierIds": [saved[1]["id"]] }] } });
        let update = document("promotionUpdate", "promotion { conditions { memberTierIds } }");
        let written = owner.send(&update, json!({ "input": gold })).await.ok();
        assert_eq!(written["promotionUpdate"]["promotion"]["conditions"], json!([{ "memberTierIds": [saved[1]["id"]] }]));
        assert_eq!(reason(&ada, &cart).await, "TIER_MISMATCH");
    }

    async fn a_price_for_a_segment_is_for_who_is_in_it(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let regulars = segment::save(&owner, "regulars", json!({ "orders": { "min": 1 } })).await;
        let choice = json!([{ "anyOf": [{ "segmentIds": [regulars["id"]] }] }]);
        running(&owner, json!({ "conditions": choice })).await;
        let guest = app.guest();
        assert_eq!(reason(&guest, &filled(&guest, goods.variant(), 1).await).await, "LOGIN_REQUIRED");
        let ben = app.as_member("ben@members.test").await;
        assert_eq!(reason(&ben, &filled(&ben, goods.variant(), 2).await).await, "SEGMENT_MISMATCH");
        let ada = app.as_member("ada@members.test").await;
        checkout::completed(&app, &ada, &shop, &goods, 1).await;
        let cart = filled(&ada, goods.variant(), 2).await;
        assert_eq!((reason(&ada, &cart).await, &cart["cost"]["total"]["amount"]), (Value::Null, &json!("18.00")));
    }

    async fn hours_are_those_of_the_shop(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let hour = app.clock().now().hour();
        let until = (hour + 2) % 24;
        let span = json!({ "from": hour, "until": if until == 0 { 24 } else { until } });
        running(&owner, json!({ "conditions": [{ "hours": span }] })).await;
        let guest = app.guest();
        let cart = filled(&guest, goods.variant(), 1).await;
        assert_eq!(reason(&guest, &cart).await, Value::Null);
        let query = "query($id: ID!) { cart(id: $id) { pricesValidUntil } }";
        let told = guest.run(query, json!({ "id": cart["id"] })).await["cart"]["pricesValidUntil"].clone();
        let told: DateTime<Utc> = told.as_str().unwrap().parse().unwrap();
        let left = told - app.clock().now();
        assert!(left.num_seconds() <= i64::from(60 * (60 - app.clock().now().minute())), "{left}");
        set_clock(&owner, "Asia/Shanghai").await;
        assert_eq!(reason(&guest, &cart).await, "NOT_NOW");
    }

    async fn occasions_that_never_come_are_refused(app: TestApp) {
        let owner = app.as_owner().await;
        let unknown = domain::id::MemberTierId(app.clock().new_id()).to_string();
        let nobody = domain::id::SegmentId(app.clock().new_id()).to_string();
        for condition in [
            json!({ "weekdays": [] }),
            json!({ "hours": { "from": 5, "until": 5 } }),
            json!({ "hours": { "from": -1, "until": 5 } }),
            json!({ "memberTierIds": [] }),
            json!({ "memberTierIds": [unknown] }),
            json!({ "segmentIds": [nobody] }),
        ] {
            let input = json!({ "name": "Sale", "label": "Sale", "rewards": [{ "freeShipping": {} }], "conditions": [condition] });
            let answer = owner.send(&document("promotionCreate", ""), json!({ "input": { "promotion": input } })).await;
            let field = answer.expect_user_error("INVALID")["field"].clone();
            assert_eq!(field.as_array().unwrap()[..4], [json!("input"), json!("promotion"), json!("conditions"), json!("0")], "{field}");
        }
    }

    async fn days_are_kept_as_written(app: TestApp) {
        let owner = app.as_owner().await;
        let conditions = json!([{ "weekdays": ["SUNDAY", "FRIDAY"] }, { "anyOf": [{ "hours": { "from": 22, "until": 2 } }] }]);
        let promotion = running(&owner, json!({ "conditions": conditions })).await;
        let query = "query($id: ID!) { promotion(id: $id) { conditions { weekdays hours { from until } anyOf { hours { from until } } } } }";
        let read = owner.run(query, json!({ "id": promotion["id"] })).await["promotion"]["conditions"].clone();
        assert_eq!(read, json!([
            { "weekdays": ["FRIDAY", "SUNDAY"], "hours": null, "anyOf": null },
            { "weekdays": null, "hours": null, "anyOf": [{ "hours": { "from": 22, "until": 2 } }] },
        ]));
    }
}
