//! What one request may ask for, over the real schema.

use std::time::Instant;

use api::graphql::limits::index::{FieldKind, SchemaIndex};
use api::graphql::limits::weight;
use poem::http::StatusCode;
use serde_json::json;
use tests::app::run_with;
use tests::{Backend, TestApp, both};

both! {
    async fn a_fragment_bomb_is_refused_at_once(app: TestApp) {
        for depth in [8, 16, 22, 100] {
            let chain = (0..depth).map(|i| format!("fragment f{i} on Query {{ ...f{} ...f{} }} ", i + 1, i + 1)).collect::<Vec<_>>().concat();
            let bomb = format!("{{ ...f0 }} {chain} fragment f{depth} on Query {{ __typename }}");
            let began = Instant::now();
            let answer = app.guest().send(&bomb, json!({})).await;
            assert!(began.elapsed().as_millis() < 50, "{depth}: {:?}", began.elapsed());
            assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
            assert_eq!(answer.top_codes(), ["GRAPHQL_VALIDATION_FAILED"]);
        }
    }

    async fn a_costly_document_is_refused_with_its_cost(app: TestApp) {
        let costly = "{ products(first: 100) { nodes { variants { product { variants { price { amount } } } } } } }";
        let answer = app.guest().send(costly, json!({})).await;
        assert_eq!(answer.top_codes(), ["COST_LIMIT_EXCEEDED"]);
        // A connection, 100 products with 10 variants each, each of those with a product of 10 variants with a price.
        let requested = 1 + 100 * (1 + 10 * (1 + 1 + 10 * (1 + 1)));
        assert_eq!(answer.body()["errors"][0]["extensions"]["cost"], json!({ "requested": requested, "limit": 10_000 }));
        let staff = app.as_staff(&[]).await;
        assert_eq!(staff.send(costly, json!({})).await.top_codes(), Vec::<&str>::new());
    }

    async fn text_that_a_database_cannot_hold_is_refused(app: TestApp) {
        let guest = app.guest();
        let create = "mutation($input: CartCreateInput!) { cartCreate(input: $input) { cart { id } userErrors { code } } }";
        let before = app.fingerprint().await;
        let input = json!({ "input": { "cart": { "note": "a\u{0}b" } } });
        assert_eq!(guest.send(create, input).await.top_codes(), ["BAD_USER_INPUT"]);
        let unknown = json!({ "id": "cart_\u{0}" });
        assert_eq!(guest.send("query($id: ID!) { cart(id: $id) { id } }", unknown).await.top_codes(), ["BAD_USER_INPUT"]);
        let written = r#"{ cart(id: "cart_\u0000") { id } }"#;
        assert_eq!(guest.send(written, json!({})).await.top_codes(), ["GRAPHQL_PARSE_FAILED"]);
        assert_eq!(app.fingerprint().await, before);
    }

    async fn a_page_size_out_of_bounds_is_refused_with_and_without_a_variable(app: TestApp) {
        let guest = app.guest();
        for n in [-1, 101, 2_000_000] {
            let literal = format!("{{ products(first: {n}) {{ nodes {{ id }} }} }}");
            guest.send(&literal, json!({})).await.expect_top_error("BAD_USER_INPUT");
            let variable = "query($n: Int) { products(first: $n) { nodes { id } } }";
            guest.send(variable, json!({ "n": n })).await.expect_top_error("BAD_USER_INPUT");
        }
    }
}

#[test]
fn in_production_only_staff_may_introspect() {
    let settings = [
        ("VITRINE_MODE", "production"),
        ("VITRINE_PUBLIC_URL", "https://shop.test"),
    ];
    run_with(Backend::Sqlite, &settings, |app: TestApp| async move {
        let introspection = "{ __schema { types { name } } }";
        let refused = app.guest().send(introspection, json!({})).await;
        assert_eq!(refused.top_codes(), ["GRAPHQL_VALIDATION_FAILED"]);
        let named = app
            .guest()
            .send("{ __type(name: \"Query\") { name } }", json!({}))
            .await;
        assert_eq!(named.top_codes(), ["GRAPHQL_VALIDATION_FAILED"]);
        let member = app.as_member("ann@example.test").await;
        assert_eq!(
            member.send(introspection, json!({})).await.top_codes(),
            ["GRAPHQL_VALIDATION_FAILED"]
        );
        let staff = app.as_staff(&[]).await;
        assert!(staff.send(introspection, json!({})).await.data()["__schema"]["types"].is_array());
        // A misspelt name gets no help.
        let answer = app
            .guest()
            .send("{ prodcts { nodes { id } } }", json!({}))
            .await;
        let message = answer.body()["errors"][0]["message"].as_str().unwrap();
        assert!(!message.contains("products"), "{message}");
    });
}

#[test]
fn every_plain_list_of_the_schema_has_a_weight_and_no_other_has() {
    let index = SchemaIndex::from_sdl(&api::graphql::sdl()).unwrap();
    let lists: Vec<String> = index
        .fields()
        .filter(|(_, _, facts)| matches!(facts.kind, FieldKind::List(_)))
        .map(|(type_name, field, _)| format!("{type_name}.{field}"))
        .collect();
    let missing: Vec<&String> = lists
        .iter()
        .filter(|list| {
            list.split_once('.')
                .is_some_and(|(ty, field)| weight::weight_of(ty, field).is_none())
        })
        .collect();
    assert!(
        missing.is_empty(),
        "add a weight to graphql/limits/weight.rs for {missing:?}"
    );
    let stale: Vec<&str> = weight::declared()
        .filter(|name| !lists.iter().any(|list| list == name))
        .collect();
    assert!(
        stale.is_empty(),
        "no list of the schema any more: {stale:?}"
    );
}
