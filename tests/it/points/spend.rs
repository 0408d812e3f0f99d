use futures_util::future::join_all;
use serde_json::json;
use tests::{TestApp, arrange, both};

use super::{adjust, ledger, let_points_pay, own};
use crate::cart::{change, document, place, problems, read, ready};

both! {
    async fn points_pay_within_their_limits(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let_points_pay(&app).await;
        let owner = app.as_owner().await;
        let ada = app.as_member("ada@members.test").await;
        adjust(&owner, &ada, 800, "a").await.ok();
        assert_eq!(own(&ada).await["value"]["amount"], "8.00");
        let cart = ready(&ada, &shop, goods.variant(), 1).await;
        assert_eq!(cart["points"]["spendable"], 500);
        let spend = |points: i64| json!({ "cartId": cart["id"], "cart": { "points": points } });
        ada.send(&document("cartUpdate"), json!({ "input": spend(501) })).await.expect_user_error("INSUFFICIENT_POINTS");
        let cart = change(&ada, "cartUpdate", spend(500)).await;
        assert_eq!((&cart["points"]["spent"], &cart["cost"]["total"]["amount"]), (&json!(500), &json!("9.90")));
        place(&ada, &cart, "order").await.ok();
        let points = own(&ada).await;
        assert_eq!((&points["balance"], &points["held"]), (&json!(300), &json!(500)));
        assert_eq!(ledger(&points)[0], ("HOLD".to_owned(), -500, 300));
    }

    async fn points_lost_meanwhile_are_a_problem_that_does_not_block(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let_points_pay(&app).await;
        let owner = app.as_owner().await;
        let ada = app.as_member("ada@members.test").await;
        adjust(&owner, &ada, 400, "a").await.ok();
        let cart = ready(&ada, &shop, goods.variant(), 1).await;
        let seen = change(&ada, "cartUpdate", json!({ "cartId": cart["id"], "cart": { "points": 400 } })).await;
        adjust(&owner, &ada, -300, "b").await.ok();
        place(&ada, &seen, "one").await.expect_user_error("INSUFFICIENT_POINTS");
        let cart = read(&ada, &cart["id"]).await;
        assert_eq!((problems(&cart), &cart["points"]["spent"]), (vec!["INSUFFICIENT_POINTS"], &json!(100)));
        place(&ada, &cart, "two").await.ok();
        assert_eq!(own(&ada).await["balance"], 0);
    }

    async fn a_cancelled_order_gives_points_back(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let_points_pay(&app).await;
        let owner = app.as_owner().await;
        let ada = app.as_member("ada@members.test").await;
        adjust(&owner, &ada, 300, "a").await.ok();
        let cart = ready(&ada, &shop, goods.variant(), 1).await;
        let cart = change(&ada, "cartUpdate", json!({ "cartId": cart["id"], "cart": { "points": 300 } })).await;
        let order = place(&ada, &cart, "order").await.ok()["orderPlace"]["order"]["id"].clone();
        let cancel = "mutation($input: OrderCancelInput!) { orderCancel(input: $input) { userErrors { code } } }";
        let input = json!({ "orderId": order, "reason": "CUSTOMER", "restock": true, "refund": true, "notify": false, "idempotencyKey": "k" });
        owner.send(cancel, json!({ "input": input })).await.ok();
        let points = own(&ada).await;
        assert_eq!((&points["balance"], &points["held"]), (&json!(300), &json!(0)));
        assert_eq!(ledger(&points)[0], ("RELEASE".to_owned(), 300, 300));
        adjust(&owner, &ada, -300, "b").await.ok();
    }

    async fn orders_and_staff_at_once_never_spend_points_twice(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let_points_pay(&app).await;
        let owner = app.as_owner().await;
        let ada = app.as_member("ada@members.test").await;
        adjust(&owner, &ada, 500, "give").await.ok();
        let cart = ready(&ada, &shop, goods.variant(), 1).await;
        let cart = change(&ada, "cartUpdate", json!({ "cartId": cart["id"], "cart": { "points": 500 } })).await;
        let keys: Vec<String> = (0..4).map(|number| format!("take-{number}")).collect();
        let takes = join_all(keys.iter().map(|key| adjust(&owner, &ada, -200, key)));
        let (placed, taken) = tokio::join!(place(&ada, &cart, "order"), takes);
        let taken = taken.iter().filter(|answer| answer.user_codes().is_empty()).count();
        let points = own(&ada).await;
        if placed.user_codes().is_empty() {
            assert_eq!((taken, &points["balance"], &points["held"]), (0, &json!(0), &json!(500)));
        } else {
            assert_eq!((taken, &points["balance"], &points["held"]), (2, &json!(100), &json!(0)));
        }
    }
}
