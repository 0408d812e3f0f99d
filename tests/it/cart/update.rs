use serde_json::json;
use tests::{TestApp, arrange, both};

use super::{address, change, document, filled, problems};

both! {
    async fn a_cart_says_what_is_missing_until_it_can_be_ordered(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        let cart = filled(&guest, goods.variant(), 1).await;
        assert_eq!(problems(&cart), ["INCOMPLETE", "INCOMPLETE"]);
        assert_eq!(cart["shippingMethods"], json!([]));
        let input = json!({ "cartId": cart["id"], "cart": { "email": " Ada@Buyers.Test ", "shippingAddress": address() } });
        let cart = change(&guest, "cartUpdate", input).await;
        assert_eq!(cart["email"], "ada@buyers.test");
        assert_eq!(cart["shippingMethods"][0]["id"], shop.shipping_method.as_str());
        assert_eq!(problems(&cart), ["INCOMPLETE"]);
        let input = json!({ "cartId": cart["id"], "cart": { "shippingMethodId": shop.shipping_method } });
        let cart = change(&guest, "cartUpdate", input).await;
        assert!(problems(&cart).is_empty());
        assert_eq!(cart["cost"]["shippingTotal"]["amount"], "4.90");
        assert_eq!(cart["cost"]["total"]["amount"], "14.90");
    }

    async fn null_clears_and_what_is_left_out_stays(app: TestApp) {
        let guest = app.guest();
        let fields = json!({ "email": "ada@buyers.test", "phone": "123", "note": "ring twice" });
        let cart = change(&guest, "cartCreate", json!({ "cart": fields })).await;
        let input = json!({ "cartId": cart["id"], "cart": { "email": null } });
        let document = "mutation($input: CartUpdateInput!) { cartUpdate(input: $input) { cart { email phone note } userErrors { code } } }";
        let cart = guest.run(document, json!({ "input": input })).await["cartUpdate"]["cart"].clone();
        assert_eq!(cart, json!({ "email": null, "phone": "123", "note": "ring twice" }));
    }

    async fn bad_values_are_refused_with_their_place(app: TestApp) {
        let cart = change(&app.guest(), "cartCreate", json!({})).await;
        let before = app.fingerprint().await;
        let nowhere = json!({ "fullName": " ", "streetLine1": "x", "city": "y", "countryCode": "DE" });
        for (fields, place, code) in [
            (json!({ "email": "ada" }), "email", "INVALID"),
            (json!({ "phone": "1\n2" }), "phone", "INVALID"),
            (json!({ "note": "x".repeat(2_001) }), "note", "INVALID"),
            (json!({ "shippingAddress": nowhere }), "shippingAddress", "INVALID"),
            (json!({ "shippingMethodId": "shipping_method_00000000000000000000000000" }), "shippingMethodId", "INVALID"),
            (json!({ "points": -1 }), "points", "INVALID"),
        ] {
            let input = json!({ "cartId": cart["id"], "cart": fields });
            let error = app.guest().send(&document("cartUpdate"), json!({ "input": input })).await.expect_user_error(code);
            assert_eq!(error["field"][2], place, "{error}");
        }
        let points = json!({ "cartId": cart["id"], "cart": { "points": 5 } });
        app.guest().send(&document("cartUpdate"), json!({ "input": points })).await.expect_user_error("LOGIN_REQUIRED");
        assert_eq!(app.fingerprint().await, before);
    }

    async fn what_is_not_shipped_needs_no_address(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Song").digital().insert(&app, &shop).await;
        let guest = app.guest();
        let cart = filled(&guest, goods.variant(), 1).await;
        let input = json!({ "cartId": cart["id"], "cart": { "email": "ada@buyers.test" } });
        let cart = change(&guest, "cartUpdate", input).await;
        assert!(problems(&cart).is_empty());
        assert_eq!(cart["cost"]["total"]["amount"], "10.00");
    }
}
