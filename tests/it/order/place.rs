use serde_json::json;
use tests::arrange::{product, shop};
use tests::checkout::{Cart, cart, key, placed, read, stock, try_place};
use tests::{TestApp, both};

both! {
    async fn a_guest_places_an_order_and_is_told_it_is_received(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let order = placed(&app, &guest, &shop, &goods, 2).await;
        assert!(order.token.is_some());
        let shown = read(&guest, &order, "number status paymentStatus fulfillmentStatus email version
            lines { sku productName quantity cost { subtotal { amount } } }
            cost { subtotal { amount } shippingTotal { amount } total { amount } adjustments { kind amount { amount } included } }
            dueTotal { amount } availableActions timeline { kind public } paymentMethods { id available }
            shippingAddress { city } billingAddress { city } shippingMethod { name }").await;
        assert_eq!(shown["status"], "PLACED");
        assert_eq!(shown["paymentStatus"], "NONE");
        assert_eq!(shown["fulfillmentStatus"], "UNFULFILLED");
        assert_eq!(shown["cost"]["subtotal"]["amount"], "20.00");
        assert_eq!(shown["cost"]["total"]["amount"], "24.90");
        assert_eq!(shown["dueTotal"]["amount"], "24.90");
        assert_eq!(shown["lines"][0]["sku"], goods.skus[0].as_str());
        assert_eq!(shown["lines"][0]["productName"], "Lamp");
        assert_eq!(shown["availableActions"], json!(["ORDER_CANCELLATION_REQUEST", "PAYMENT_START"]));
        assert_eq!(shown["timeline"], json!([{ "kind": "ORDER_PLACED", "public": true }]));
        assert_eq!(shown["paymentMethods"].as_array().unwrap().len(), 2);
        assert_eq!(shown["shippingMethod"]["name"], "Parcel");
        assert_eq!(shown["billingAddress"]["city"], "London");
        assert_eq!(stock(&app, &goods).await, (100, 2));
        app.run_outbox_until_idle().await;
        assert!(app.mailbox().last_to("buyer@shop.test").subject.contains(shown["number"].as_str().unwrap()));
    }

    async fn the_same_key_shows_the_first_order_again(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let cart = cart(&guest, &shop, &goods, 1).await;
        let first = try_place(&guest, &cart, "key-1").await.ok();
        let again = try_place(&guest, &cart, "key-1").await.ok();
        assert_eq!(first["orderPlace"], again["orderPlace"]);
        assert!(first["orderPlace"]["orderToken"].is_string());
        assert_eq!(stock(&app, &goods).await, (100, 1));
        let dearer = Cart { total: json!({ "amount": "99.00", "currencyCode": "EUR" }), ..cart.clone() };
        try_place(&guest, &dearer, "key-1").await.expect_user_error("IDEMPOTENCY_KEY_REUSED");
        try_place(&guest, &cart, "key-2").await.expect_user_error("CART_CLOSED");
        assert_eq!(stock(&app, &goods).await, (100, 1));
    }

    async fn an_order_is_refused_when_the_total_is_not_the_one_expected(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let cart = cart(&guest, &shop, &goods, 1).await;
        let before = app.fingerprint().await;
        let cheaper = Cart { total: json!({ "amount": "1.00", "currencyCode": "EUR" }), ..cart };
        let error = try_place(&guest, &cheaper, &key(&app)).await.expect_user_error("TOTAL_CHANGED");
        assert_eq!(error["field"], json!(["input", "expectedTotal"]));
        assert_eq!(app.fingerprint().await, before);
    }

    async fn an_order_is_refused_when_the_cart_has_problems(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").stock(3).insert(&app, &shop).await;
        let guest = app.guest();
        let late = cart(&guest, &shop, &goods, 2).await;
        placed(&app, &guest, &shop, &goods, 2).await;
        let answer = try_place(&guest, &late, &key(&app)).await;
        answer.expect_user_error("CART_HAS_PROBLEMS");
        assert_eq!(answer.data()["orderPlace"]["problems"], json!([{ "code": "INSUFFICIENT_STOCK" }]));
        assert_eq!(stock(&app, &goods).await, (3, 2));
    }

    async fn a_cart_that_is_unknown_foreign_or_not_named_is_refused(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let member = app.as_member("member@shop.test").await;
        let theirs = cart(&member, &shop, &goods, 1).await;
        let before = app.fingerprint().await;
        try_place(&app.guest(), &theirs, &key(&app)).await.expect_user_error("NOT_FOUND");
        let unknown = Cart { id: "cart_00000000000000000000000000".to_owned(), ..theirs.clone() };
        try_place(&app.guest(), &unknown, &key(&app)).await.expect_user_error("NOT_FOUND");
        try_place(&member, &theirs, "").await.expect_user_error("INVALID");
        let document = "mutation($input: OrderPlaceInput!) { orderPlace(input: $input) { order { id } userErrors { code } } }";
        let input = json!({ "input": { "expectedTotal": theirs.total, "idempotencyKey": "k" } });
        member.send(document, input).await.expect_user_error("INVALID");
        assert_eq!(app.fingerprint().await, before);
    }

    async fn two_hundred_buyers_of_fifty_units_place_exactly_fifty_orders(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Rare").stock(50).insert(&app, &shop).await;
        let mut carts = Vec::new();
        for _buyer in 0..200 {
            carts.push(cart(&app.guest(), &shop, &goods, 1).await);
        }
        let buyers = carts.into_iter().map(|cart| {
            let (client, key) = (app.guest(), key(&app));
            tokio::spawn(async move { try_place(&client, &cart, &key).await })
        });
        let mut placed = 0;
        for answer in futures_util::future::join_all(buyers).await {
            let answer = answer.unwrap();
            assert!(answer.top_errors().is_empty(), "{:#}", answer.body());
            if answer.user_codes().is_empty() {
                placed += 1;
            } else {
                assert!(["INSUFFICIENT_STOCK", "CART_HAS_PROBLEMS"].contains(&answer.user_codes()[0]), "{:#}", answer.body());
            }
        }
        assert_eq!(placed, 50);
        assert_eq!(stock(&app, &goods).await, (50, 50));
    }

    async fn the_same_request_sent_many_times_at_once_makes_one_order(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let cart = cart(&app.guest(), &shop, &goods, 1).await;
        let same = (0..20).map(|_| {
            let (client, cart) = (app.guest(), cart.clone());
            tokio::spawn(async move { try_place(&client, &cart, "once").await.ok() })
        });
        let answers = futures_util::future::join_all(same).await;
        let ids: std::collections::BTreeSet<String> =
            answers.into_iter().map(|answer| answer.unwrap()["orderPlace"]["order"]["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(ids.len(), 1);
        assert_eq!(stock(&app, &goods).await, (100, 1));
    }
}
