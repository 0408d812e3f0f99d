use serde_json::{Value, json};
use tests::{TestApp, both};

use super::{change, document};

both! {
    async fn a_members_cart_is_hidden_from_everybody_else(app: TestApp) {
        let ada = app.as_member("ada@members.test").await;
        let cart = change(&ada, "cartCreate", json!({})).await;
        let query = "query($id: ID!) { cart(id: $id) { id } node(id: $id) { id } }";
        let found = ada.run(query, json!({ "id": cart["id"] })).await;
        assert_eq!((&found["cart"]["id"], &found["node"]["id"]), (&cart["id"], &cart["id"]));
        for stranger in [app.guest(), app.as_member("eve@members.test").await, app.as_owner().await] {
            let found = stranger.run(query, json!({ "id": cart["id"] })).await;
            assert_eq!(found, json!({ "cart": Value::Null, "node": Value::Null }));
            let input = json!({ "cartId": cart["id"], "cart": { "note": "mine now" } });
            stranger.send(&document("cartUpdate"), json!({ "input": input })).await.expect_user_error("NOT_FOUND");
        }
    }

    async fn unknown_carts_are_null(app: TestApp) {
        let query = "query($id: ID!) { cart(id: $id) { id } }";
        for id in ["cart_00000000000000000000000000", "cart", "", "order_00000000000000000000000000"] {
            assert_eq!(app.guest().run(query, json!({ "id": id })).await["cart"], Value::Null);
        }
    }
}
