use serde_json::json;
use tests::{TestApp, arrange, both};

use super::{change, document, filled, read};

both! {
    async fn quantities_add_up_in_the_members_cart(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").prices(&[1000, 2000]).insert(&app, &shop).await;
        let member = app.as_member("ada@members.test").await;
        let own = filled(&member, &goods.variants[0], 2).await;
        let guests = filled(&app.guest(), &goods.variants[0], 3).await;
        let more = json!({ "cartId": guests["id"], "lines": [{ "variantId": goods.variants[1], "quantity": 1 }] });
        change(&app.guest(), "cartLinesAdd", more).await;
        let merged = change(&member, "cartMerge", json!({ "cartId": guests["id"] })).await;
        assert_eq!(merged["id"], own["id"]);
        let quantities: Vec<_> = merged["lines"].as_array().unwrap().iter().map(|line| line["quantity"].clone()).collect();
        assert_eq!(quantities, [5, 1]);
        assert_eq!(read(&app.guest(), &guests["id"]).await["status"], "MERGED");
        let again = json!({ "input": { "cartId": guests["id"] } });
        member.send(&document("cartMerge"), again).await.expect_user_error("CART_CLOSED");
    }

    async fn without_an_active_cart_the_guests_becomes_the_members(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let guests = filled(&app.guest(), goods.variant(), 3).await;
        let member = app.as_member("ada@members.test").await;
        let merged = change(&member, "cartMerge", json!({ "cartId": guests["id"] })).await;
        assert_eq!((&merged["id"], &merged["totalQuantity"], &merged["email"]),
            (&guests["id"], &json!(3), &json!("ada@members.test")));
        let lost = app.guest().run("query($id: ID!) { cart(id: $id) { id } }", json!({ "id": guests["id"] })).await;
        assert_eq!(lost["cart"], json!(null));
    }

    async fn only_members_merge_and_only_guests_carts(app: TestApp) {
        let guests = change(&app.guest(), "cartCreate", json!({})).await;
        let input = json!({ "input": { "cartId": guests["id"] } });
        app.guest().send(&document("cartMerge"), input).await.expect_user_error("LOGIN_REQUIRED");
        let ada = app.as_member("ada@members.test").await;
        let eve = app.as_member("eve@members.test").await;
        let adas = change(&ada, "cartCreate", json!({})).await;
        let input = json!({ "input": { "cartId": adas["id"] } });
        eve.send(&document("cartMerge"), input).await.expect_user_error("NOT_FOUND");
    }
}
