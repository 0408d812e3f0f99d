//! Subscriptions over server-sent events: what there is, what it became, and when there is no more to tell.

use poem::Request;
use poem::http::{Method, StatusCode, header};
use serde_json::{Value, json};
use tests::arrange::{Goods, Shop, product, shop};
use tests::checkout::{call_off, paid, placed, respond, sent};
use tests::events::Events;
use tests::{TestApp, both};

use crate::member::arrange::{PASSWORD, join};
use crate::promotion::{open_code, staff};

const ORDER: &str =
    "subscription($id: ID!, $token: String) { orderChanged(id: $id, orderToken: $token) {
    status fulfillmentStatus availableActions timeline { kind } } }";
const STOCK: &str = "subscription($ids: [ID!]!) { stockChanged(variantIds: $ids) { sku availability { quantity } } }";
const JOB: &str = "subscription($id: ID!) { jobProgress(id: $id) { status done } }";

async fn lamps(app: &TestApp, units: i32) -> (Shop, Goods) {
    let shop = shop(app).await;
    let goods = product("Lamp").stock(units).insert(app, &shop).await;
    (shop, goods)
}

/// Answers until one is as wished: steps that follow each other at once may be told together.
async fn until(events: &mut Events, is_wished: impl Fn(&Value) -> bool) -> Value {
    loop {
        let data = events.data().await;
        if is_wished(&data) {
            return data;
        }
    }
}

both! {
    async fn a_buyer_sees_an_order_go_its_way(app: TestApp) {
        let (shop, goods) = lamps(&app, 3).await;
        let member = app.as_member("ada@example.test").await;
        let order = placed(&app, &member, &shop, &goods, 1).await;
        let mut events = member.follow(ORDER, json!({ "id": order.id })).await;
        assert_eq!(events.status, StatusCode::OK);
        let first = events.data().await;
        assert_eq!(first["orderChanged"]["status"], "PLACED");
        assert_eq!(first["orderChanged"]["fulfillmentStatus"], "UNFULFILLED");
        call_off(&app, &order).await;
        let last = until(&mut events, |data| data["orderChanged"]["status"] == "CANCELLED").await;
        assert_eq!(last["orderChanged"]["timeline"].as_array().map(Vec::len), Some(2), "{last}");
    }

    async fn a_guest_follows_an_order_by_its_key_from_payment_to_receipt(app: TestApp) {
        let (shop, goods) = lamps(&app, 3).await;
        let guest = app.guest();
        let order = paid(&app, &guest, &shop, &goods, 1).await;
        let mut events = app.guest().follow(ORDER, json!({ "id": order.id, "token": order.token })).await;
        let status = |data: &Value| data["orderChanged"]["status"].as_str().map(str::to_owned);
        assert_eq!(status(&events.data().await).as_deref(), Some("AWAITING_CONFIRMATION"));
        respond(&app, &order, "CONFIRMED").await;
        until(&mut events, |data| data["orderChanged"]["status"] == "CONFIRMED").await;
        sent(&app, &shop, &order, 1).await;
        until(&mut events, |data| data["orderChanged"]["fulfillmentStatus"] == "FULFILLED").await;
        let parcels = "subscription($id: ID!, $token: String) { orderChanged(id: $id, orderToken: $token) { fulfillments { id trackingEvents { description } } } }";
        let mut events = app.guest().follow(parcels, json!({ "id": order.id, "token": order.token })).await;
        let parcel = events.data().await["orderChanged"]["fulfillments"][0]["id"].clone();
        let track = "mutation($input: FulfillmentTrackInput!) { fulfillmentTrack(input: $input) { userErrors { code } } }";
        let said = json!([{ "description": "In Kiel", "occurredAt": app.clock().now().to_rfc3339() }]);
        let input = json!({ "fulfillmentId": parcel, "events": said, "idempotencyKey": "track" });
        app.as_staff(&["FULFILLMENT_WRITE"]).await.run(track, json!({ "input": input })).await;
        let last = until(&mut events, |data| data["orderChanged"]["fulfillments"][0]["trackingEvents"] != json!([])).await;
        assert_eq!(last["orderChanged"]["fulfillments"][0]["trackingEvents"], json!([{ "description": "In Kiel" }]));
        let wrong = app.guest().follow(ORDER, json!({ "id": order.id, "token": "0".repeat(32) })).await;
        hidden(wrong).await;
    }

    async fn an_order_of_somebody_else_is_hidden_and_the_stream_ends(app: TestApp) {
        let (shop, goods) = lamps(&app, 3).await;
        let member = app.as_member("ada@example.test").await;
        let order = placed(&app, &member, &shop, &goods, 1).await;
        let id = json!({ "id": order.id });
        hidden(app.guest().follow(ORDER, id.clone()).await).await;
        hidden(app.as_member("eve@example.test").await.follow(ORDER, id.clone()).await).await;
        hidden(app.as_staff(&["STOCK_READ"]).await.follow(ORDER, id.clone()).await).await;
        let mut events = app.as_staff(&["ORDER_READ"]).await.follow(ORDER, id).await;
        assert_eq!(events.data().await["orderChanged"]["status"], "PLACED");
    }

    async fn only_the_variant_that_changed_is_told_again(app: TestApp) {
        let (shop, lamp) = lamps(&app, 3).await;
        let chair = product("Chair").stock(5).insert(&app, &shop).await;
        let ids = json!({ "ids": [lamp.variant(), chair.variant()] });
        let mut events = app.guest().follow(STOCK, ids).await;
        let both = [events.data().await, events.data().await].map(|data| data["stockChanged"]["availability"]["quantity"].as_i64());
        assert!(both.contains(&Some(3)) && both.contains(&Some(5)), "{both:?}");
        placed(&app, &app.guest(), &shop, &chair, 2).await;
        let changed = events.data().await;
        assert_eq!(changed["stockChanged"], json!({ "sku": chair.skus[0], "availability": { "quantity": 3 } }));
        placed(&app, &app.guest(), &shop, &lamp, 1).await;
        let changed = events.data().await;
        assert_eq!(changed["stockChanged"], json!({ "sku": lamp.skus[0], "availability": { "quantity": 2 } }));
    }

    async fn a_job_is_told_until_it_ends(app: TestApp) {
        let owner = app.as_owner().await;
        open_code(&owner, "SALE", json!({ "coupon": { "usageLimit": 7 } })).await;
        let started = staff(&owner, "couponCodesExport", "job { id }", json!({ "filter": {} })).await;
        let id = json!({ "id": started["job"]["id"] });
        hidden(app.guest().follow(JOB, id.clone()).await).await;
        let mut events = owner.follow(JOB, id.clone()).await;
        assert_eq!(events.data().await["jobProgress"]["status"], "PENDING");
        app.run_outbox_until_idle().await;
        until(&mut events, |data| data["jobProgress"]["status"] == "SUCCEEDED").await;
        assert!(events.is_complete().await);
        let mut ended = owner.follow(JOB, id).await;
        assert_eq!(ended.data().await["jobProgress"]["status"], "SUCCEEDED");
        assert!(ended.is_complete().await);
    }

    async fn a_session_that_ends_is_told_nothing_more(app: TestApp) {
        let (shop, goods) = lamps(&app, 3).await;
        let tokens = join(&app, "ada@example.test", PASSWORD).await;
        let member = app.guest().with_token(tokens["accessToken"].as_str().expect("a token"));
        let order = placed(&app, &member, &shop, &goods, 1).await;
        let mut events = member.follow(ORDER, json!({ "id": order.id })).await;
        events.data().await;
        let logout = "mutation($input: SessionLogoutInput!) { sessionLogout(input: $input) { deletedId userErrors { code } } }";
        member.run(logout, json!({ "input": {} })).await;
        call_off(&app, &order).await;
        let (kind, body) = events.next().await.expect("an answer comes");
        assert_eq!((kind.as_str(), &body["errors"][0]["extensions"]["code"]), ("next", &json!("UNAUTHENTICATED")), "{body}");
        assert_eq!(body["data"], Value::Null);
        assert!(events.is_complete().await);
    }

    async fn a_stopping_server_ends_its_streams_so_that_clients_ask_again(app: TestApp) {
        let (_shop, goods) = lamps(&app, 3).await;
        let mut events = app.guest().follow(STOCK, json!({ "ids": [goods.variant()] })).await;
        events.data().await;
        app.state().watcher.close();
        assert_eq!(events.next().await, None, "what is complete is not asked for again");
        let mut late = app.guest().follow(STOCK, json!({ "ids": [goods.variant()] })).await;
        late.data().await;
        assert_eq!(late.next().await, None);
    }

    async fn what_is_not_executed_is_refused_before_the_stream(app: TestApp) {
        let (_shop, goods) = lamps(&app, 1).await;
        let guest = app.guest();
        let many: Vec<&str> = vec![goods.variant(); 101];
        let two = "subscription($ids: [ID!]!) { a: stockChanged(variantIds: $ids) { sku } b: stockChanged(variantIds: $ids) { sku } }";
        let spread = "subscription($ids: [ID!]!) { ...F } fragment F on Subscription { stockChanged(variantIds: $ids) { sku } __typename }";
        for (document, variables, code) in [
            ("subscription {", json!({}), "GRAPHQL_PARSE_FAILED"),
            ("subscription { __typename }", json!({}), "GRAPHQL_VALIDATION_FAILED"),
            (two, json!({ "ids": [] }), "GRAPHQL_VALIDATION_FAILED"),
            (spread, json!({ "ids": [] }), "GRAPHQL_VALIDATION_FAILED"),
            ("subscription { stockChanged(variantIds: []) { nothing } }", json!({}), "GRAPHQL_VALIDATION_FAILED"),
            (STOCK, json!({ "ids": 1.5 }), "BAD_USER_INPUT"),
            (STOCK, json!({ "ids": many }), "BAD_USER_INPUT"),
        ] {
            let refused = guest.follow(document, variables).await;
            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{document}");
            let body: Value = serde_json::from_str(&refused.text().await).expect("it is JSON");
            assert_eq!(body["errors"][0]["extensions"]["code"], code, "{body}");
        }
        let plain = guest.send(STOCK, json!({ "ids": [goods.variant()] })).await;
        assert_eq!((plain.status(), plain.top_codes()), (StatusCode::BAD_REQUEST, vec!["BAD_REQUEST"]));
        let nobody = guest.with_token("nonsense").follow(STOCK, json!({ "ids": [] })).await;
        assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    }

    async fn queries_and_mutations_have_one_answer(app: TestApp) {
        let (_shop, goods) = lamps(&app, 1).await;
        let mut events = app.guest().follow("{ shop { currencyCode } }", json!({})).await;
        assert_eq!(events.data().await["shop"]["currencyCode"], "EUR");
        assert!(events.is_complete().await);
        let document = "mutation($input: CartCreateInput!) { cartCreate(input: $input) { cart { status } userErrors { code } } }";
        let mut events = app.guest().follow(document, json!({ "input": { "lines": [] } })).await;
        assert_eq!(events.data().await["cartCreate"]["userErrors"], json!([]));
        assert!(events.is_complete().await);
        let address = |document: &str| {
            let query: String = document.bytes().map(|byte| format!("%{byte:02x}")).collect();
            let request = Request::builder().method(Method::GET).uri_str(format!("/graphql?query={query}"));
            request.header(header::ACCEPT, "text/event-stream").finish()
        };
        let ids = json!([goods.variant()]);
        let watched = app.guest().call(address(&format!("subscription {{ stockChanged(variantIds: {ids}) {{ sku }} }}"))).await;
        assert_eq!(watched.header(header::CONTENT_TYPE), Some("text/event-stream"));
        assert_eq!(watched.header(header::CACHE_CONTROL), Some("no-store"));
        assert_eq!(Events::of(watched).data().await["stockChanged"]["sku"], json!(goods.skus[0]));
        let both = |document: &str| {
            let body = json!({ "query": document }).to_string();
            let request = Request::builder().method(Method::POST).uri_str("/graphql").content_type("application/json");
            request.header(header::ACCEPT, "application/graphql-response+json, text/event-stream").body(body)
        };
        let plain = app.guest().call(both("{ shop { currencyCode } }")).await;
        assert_eq!(plain.header(header::CONTENT_TYPE), Some("application/graphql-response+json; charset=utf-8"));
        let streamed = app.guest().call(both(&format!("subscription {{ stockChanged(variantIds: {ids}) {{ sku }} }}"))).await;
        assert_eq!(streamed.header(header::CONTENT_TYPE), Some("text/event-stream"));
        let written = app.guest().call(address("mutation { cartCreate(input: {}) { userErrors { code } } }")).await;
        assert_eq!(written.status(), StatusCode::METHOD_NOT_ALLOWED);
    }
}

/// Nothing is shown, and there is nothing to wait for.
async fn hidden(mut events: Events) {
    let data = events.data().await;
    assert!(
        data.as_object()
            .expect("an object")
            .values()
            .all(Value::is_null),
        "{data}"
    );
    assert!(events.is_complete().await);
}
