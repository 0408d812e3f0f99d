//! GraphQL over HTTP, where the outside audits do not look.

use poem::http::{Method, StatusCode, header};
use poem::{Request, Response};
use serde_json::{Value, json};
use tests::{TestApp, both};

const GRAPHQL_RESPONSE: &str = "application/graphql-response+json";

fn post(body: impl Into<poem::Body>) -> Request {
    Request::builder()
        .method(Method::POST)
        .uri_str("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, GRAPHQL_RESPONSE)
        .body(body)
}

fn get(query: &str) -> Request {
    Request::builder()
        .method(Method::GET)
        .uri_str(format!("/graphql?{query}"))
        .header(header::ACCEPT, GRAPHQL_RESPONSE)
        .finish()
}

async fn body_of(response: Response) -> Value {
    response
        .into_body()
        .into_json()
        .await
        .expect("the answer is JSON")
}

async fn refused(app: &TestApp, request: Request, status: StatusCode, code: &str) -> Value {
    let response = app.guest().call(request).await;
    assert_eq!(response.status(), status);
    let body = body_of(response).await;
    assert_eq!(body["errors"][0]["extensions"]["code"], code, "{body}");
    assert!(
        body.get("data").is_none(),
        "a refused request has no data: {body}"
    );
    body
}

both! {
    async fn an_answer_names_its_request_and_is_not_kept_by_caches(app: TestApp) {
        let response = app.guest().call(post(r#"{"query":"{ __typename }"}"#)).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.header(header::CONTENT_TYPE), Some("application/graphql-response+json; charset=utf-8"));
        assert_eq!(response.header(header::CACHE_CONTROL), Some("no-store"));
        assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
        assert!(response.header("x-request-id").is_some_and(|id| id.len() == 36));
        assert_eq!(body_of(response).await, json!({ "data": { "__typename": "Query" } }));
    }

    async fn a_body_over_the_limit_is_refused_while_it_is_read(app: TestApp) {
        let chunk = vec![b' '; 64 << 10];
        // Without a length: only reading can tell.
        let endless = futures_util::stream::repeat_with(move || Ok::<_, std::io::Error>(chunk.clone()));
        refused(&app, post(poem::Body::from_bytes_stream(endless)), StatusCode::PAYLOAD_TOO_LARGE, "BAD_REQUEST").await;
    }

    async fn only_json_is_read(app: TestApp) {
        for media in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
            let request = Request::builder()
                .method(Method::POST)
                .uri_str("/graphql")
                .header(header::CONTENT_TYPE, media)
                .body(r#"{"query":"{ __typename }"}"#);
            let response = app.guest().call(request).await;
            assert_eq!(response.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE, "{media}");
        }
    }

    async fn a_batch_is_refused(app: TestApp) {
        refused(&app, post(r#"[{"query":"{ __typename }"}]"#), StatusCode::BAD_REQUEST, "BAD_REQUEST").await;
    }

    async fn get_reads_and_never_writes(app: TestApp) {
        let response = app.guest().call(get("query=query+A%7B__typename%7D+query+B%7Bx%3A__typename%7D&operationName=B")).await;
        assert_eq!(body_of(response).await, json!({ "data": { "x": "Query" } }));
        let response = app.guest().call(get("query=mutation%7B__typename%7D")).await;
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(response.header(header::ALLOW), Some("POST"));
        // The operation chosen decides, not the first of the document.
        let both = "query=mutation+M%7B__typename%7D+query+Q%7B__typename%7D";
        assert_eq!(app.guest().call(get(&format!("{both}&operationName=M"))).await.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(app.guest().call(get(&format!("{both}&operationName=Q"))).await.status(), StatusCode::OK);
    }

    async fn other_methods_are_told_which_exist(app: TestApp) {
        for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::HEAD] {
            let request = Request::builder().method(method).uri_str("/graphql").finish();
            let response = app.guest().call(request).await;
            assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
            assert_eq!(response.header(header::ALLOW), Some("GET, POST"));
        }
    }

    async fn each_refusal_before_execution_has_its_code(app: TestApp) {
        let ask = |query: &str| post(json!({ "query": query }).to_string());
        refused(&app, ask("{"), StatusCode::BAD_REQUEST, "GRAPHQL_PARSE_FAILED").await;
        refused(&app, ask("{ nothing }"), StatusCode::BAD_REQUEST, "GRAPHQL_VALIDATION_FAILED").await;
        refused(&app, ask("query A { __typename } query B { __typename }"), StatusCode::BAD_REQUEST, "OPERATION_RESOLUTION_FAILURE").await;
        let missing = "query($id: ID!) { node(id: $id) { id } }";
        refused(&app, ask(missing), StatusCode::BAD_REQUEST, "BAD_USER_INPUT").await;
    }

    async fn a_broken_token_is_nobody(app: TestApp) {
        for authorization in ["Bearer broken", "Basic abc", "Bearer"] {
            let request = Request::builder()
                .method(Method::POST)
                .uri_str("/graphql")
                .header(header::CONTENT_TYPE, "application/json")
                .header(header::AUTHORIZATION, authorization)
                .body(r#"{"query":"{ __typename }"}"#);
            let response = app.guest().call(request).await;
            assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{authorization}");
            assert_eq!(response.header(header::WWW_AUTHENTICATE), Some("Bearer"));
            assert_eq!(body_of(response).await["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        }
    }

    async fn an_unknown_channel_is_refused(app: TestApp) {
        let answer = app.guest().with_header("vitrine-channel", "nowhere").send("{ __typename }", json!({})).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
        assert_eq!(answer.top_codes(), ["BAD_USER_INPUT"]);
    }

    async fn health_is_told_outside_graphql(app: TestApp) {
        for path in ["/healthz", "/readyz"] {
            let response = app.guest().call(Request::builder().uri_str(path).finish()).await;
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            assert_eq!(body_of(response).await["status"], "ok");
        }
    }
}
