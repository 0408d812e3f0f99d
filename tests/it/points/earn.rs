use chrono::TimeDelta;
use sea_orm::{EntityTrait, QuerySelect};
use serde_json::json;
use tests::{TestApp, arrange, both};

use super::{ledger, own, rule};
use crate::cart::{place, ready};

/// Books what the only order earns, as its completion does.
async fn complete(app: &TestApp) {
    let state = app.state();
    let transaction = state.database.begin().await.unwrap();
    let mut order = entity::order::Entity::find()
        .lock_exclusive()
        .one(&transaction)
        .await
        .unwrap()
        .unwrap();
    let member_id = order.member_id.unwrap();
    api::service::points::earn(&transaction, state, member_id, &mut order)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
}

both! {
    async fn points_of_an_order_wait_become_usable_and_lapse(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let order_rule = json!({
            "key": "order", "label": "For your order", "trigger": "ORDER", "pointsPerMoneyUnit": "2",
            "pendingDays": 14, "expiryDays": 30,
        });
        rule(&owner, order_rule).await.ok();
        let ada = app.as_member("ada@members.test").await;
        let cart = ready(&ada, &shop, goods.variant(), 2).await;
        assert_eq!(cart["points"]["earns"], 40);
        place(&ada, &cart, "order").await.ok();
        complete(&app).await;
        complete(&app).await;
        let points = own(&ada).await;
        assert_eq!((&points["balance"], &points["pending"]), (&json!(0), &json!(40)));
        app.clock().advance(TimeDelta::days(14));
        assert_eq!(api::service::points::activate_due(app.state()).await.unwrap(), 1);
        let points = own(&ada).await;
        assert_eq!((&points["balance"], &points["pending"]), (&json!(40), &json!(0)));
        assert_eq!(points["expiring"][0]["points"], 40);
        app.clock().advance(TimeDelta::days(30));
        assert_eq!(api::service::points::expire_due(app.state()).await.unwrap(), 1);
        let points = own(&ada).await;
        assert_eq!(points["balance"], 0);
        let expected = [("EXPIRE", -40, 0), ("ACTIVATE", 40, 40), ("EARN", 40, 0)];
        assert_eq!(ledger(&points), expected.map(|(kind, moved, after)| (kind.to_owned(), moved, after)));
    }

    async fn a_daily_limit_caps_what_orders_earn(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let order_rule = json!({ "key": "order", "label": "Orders", "trigger": "ORDER", "pointsPerMoneyUnit": "1", "maxPerDay": 15 });
        rule(&owner, order_rule).await.ok();
        let ada = app.as_member("ada@members.test").await;
        let cart = ready(&ada, &shop, goods.variant(), 5).await;
        assert_eq!(cart["points"]["earns"], 15);
        place(&ada, &cart, "order").await.ok();
        complete(&app).await;
        assert_eq!(own(&ada).await["balance"], 15);
    }
}
