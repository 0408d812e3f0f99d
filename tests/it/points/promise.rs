use serde_json::json;
use tests::arrange::{product, shop};
use tests::checkout::{completed, confirmed, read};
use tests::{TestApp, both};

use super::{own, rule};

both! {
    async fn a_rule_counts_the_products_it_names(app: TestApp) {
        let shop = shop(&app).await;
        let lamp = product("Lamp").insert(&app, &shop).await;
        let cup = product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let lamps = json!({ "key": "lamps", "label": "Lamps", "trigger": "ORDER", "pointsPerMoneyUnit": "2",
            "products": { "productIds": [lamp.product] } });
        let saved = rule(&owner, lamps).await.ok();
        assert_eq!(saved["pointsRulesUpsert"]["pointsRules"][0]["products"], json!({ "productIds": [lamp.product] }));
        rule(&owner, json!({ "key": "all", "label": "All", "trigger": "ORDER", "pointsPerMoneyUnit": "1" })).await.ok();
        let ada = app.as_member("ada@members.test").await;
        completed(&app, &ada, &shop, &cup, 1).await;
        assert_eq!(own(&ada).await["balance"], 10);
        completed(&app, &ada, &shop, &lamp, 1).await;
        assert_eq!(own(&ada).await["balance"], 40);
    }

    async fn an_order_earns_what_it_was_promised_whatever_the_rule_says_later(app: TestApp) {
        let shop = shop(&app).await;
        let cup = product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        rule(&owner, json!({ "key": "order", "label": "Orders", "trigger": "ORDER", "pointsPerMoneyUnit": "1" })).await.ok();
        let ada = app.as_member("ada@members.test").await;
        let order = confirmed(&app, &ada, &shop, &cup, 2).await;
        rule(&owner, json!({ "key": "order", "label": "Changed", "pointsPerMoneyUnit": "9", "pendingDays": 30, "active": false })).await.ok();
        let state = app.state();
        let transaction = state.database.begin().await.unwrap();
        let found = { use sea_orm::EntityTrait; entity::order::Entity::find().one(&transaction).await };
        let mut row = found.unwrap().unwrap();
        let member_id = row.member_id.unwrap();
        api::service::points::earn(&transaction, state, member_id, &mut row).await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(read(&ada, &order, "pointsEarned").await["pointsEarned"], 20);
        let entries = "{ viewer { member { points { balance entries { nodes { points reason ruleKey ruleVersion } } } } } }";
        let points = ada.run(entries, json!({})).await["viewer"]["member"]["points"].clone();
        assert_eq!(points, json!({ "balance": 20,
            "entries": { "nodes": [{ "points": 20, "reason": "Orders", "ruleKey": "order", "ruleVersion": 1 }] } }));
    }
}
