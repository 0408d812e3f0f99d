use serde_json::json;
use tests::{TestApp, arrange, both};

use super::{change, document, filled, read};

both! {
    async fn a_guest_gets_a_cart_under_a_secret_id(app: TestApp) {
        let first = change(&app.guest(), "cartCreate", json!({})).await;
        let second = change(&app.guest(), "cartCreate", json!({})).await;
        let id = first["id"].as_str().unwrap();
        assert_eq!((id.len(), id.starts_with("cart_")), (31, true));
        assert_ne!(first["id"], second["id"]);
        assert_eq!(read(&app.guest(), &first["id"]).await["status"], "ACTIVE");
    }

    async fn a_member_has_one_active_cart_and_is_known_in_it(app: TestApp) {
        let member = app.as_member("ada@members.test").await;
        let first = change(&member, "cartCreate", json!({})).await;
        let second = change(&member, "cartCreate", json!({})).await;
        assert_eq!(first["id"], second["id"]);
        assert_eq!(first["email"], "ada@members.test");
        let me = member.run("{ viewer { member { cart { id } } } }", json!({})).await;
        assert_eq!(me["viewer"]["member"]["cart"]["id"], first["id"]);
    }

    async fn members_asking_twice_at_once_get_the_same_cart(app: TestApp) {
        let member = app.as_member("ada@members.test").await;
        let create = || change(&member, "cartCreate", json!({}));
        let (one, two, three) = tokio::join!(create(), create(), create());
        assert_eq!((&one["id"], &two["id"]), (&three["id"], &three["id"]));
    }

    async fn a_cart_is_not_made_when_a_line_is_refused(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").stock(3).insert(&app, &shop).await;
        let before = app.fingerprint().await;
        let lines = json!([{ "variantId": goods.variant(), "quantity": 4 }]);
        let error = app.guest().send(&document("cartCreate"), json!({ "input": { "lines": lines } })).await.expect_user_error("INSUFFICIENT_STOCK");
        assert_eq!(error["field"], json!(["input", "lines", "0", "quantity"]));
        assert_eq!(app.fingerprint().await, before);
    }

    async fn first_lines_are_priced_at_once(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let cart = filled(&app.guest(), goods.variant(), 3).await;
        assert_eq!(cart["totalQuantity"], 3);
        assert_eq!(cart["cost"]["total"], json!({ "amount": "30.00", "currencyCode": "EUR" }));
    }
}
