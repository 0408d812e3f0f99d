//! The explorer: on in development, off in production unless asked for, and its tour fits the schema.

use poem::Request;
use poem::http::{StatusCode, header};
use serde_json::Value;
use tests::app::run_with;
use tests::{Backend, TestApp};

async fn status(app: &TestApp, path: &str) -> StatusCode {
    app.guest()
        .call(Request::builder().uri_str(path).finish())
        .await
        .status()
}

#[test]
fn it_is_served_in_development() {
    run_with(Backend::Sqlite, &[], |app: TestApp| async move {
        let page = app
            .guest()
            .call(Request::builder().uri_str("/").finish())
            .await;
        assert_eq!(page.status(), StatusCode::OK);
        let policy = page
            .header(header::CONTENT_SECURITY_POLICY)
            .unwrap()
            .to_owned();
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self';"),
            "{policy}"
        );
        let html = page.into_body().into_string().await.unwrap();
        let linked = html
            .split('"')
            .filter(|text| text.starts_with("/explorer/"));
        let mut files = 0;
        for path in linked {
            assert_eq!(status(&app, path).await, StatusCode::OK, "{path}");
            files += 1;
        }
        assert!(files >= 5, "the page links its files");
        let script = app
            .guest()
            .call(Request::builder().uri_str("/explorer/graphiql.js").finish())
            .await;
        assert_eq!(script.header(header::CONTENT_ENCODING), Some("gzip"));
        assert_eq!(
            status(&app, "/explorer/../index.html").await,
            StatusCode::NOT_FOUND
        );
    });
}

#[test]
fn it_is_off_in_production_unless_asked_for() {
    let production = [
        ("VITRINE_MODE", "production"),
        ("VITRINE_PUBLIC_URL", "https://shop.test"),
    ];
    run_with(Backend::Sqlite, &production, |app: TestApp| async move {
        for path in [
            "/",
            "/explorer/graphiql.js",
            "/explorer/tour.json",
            "/dev/mail",
        ] {
            assert_eq!(status(&app, path).await, StatusCode::NOT_FOUND, "{path}");
        }
    });
    let asked = [production[0], production[1], ("VITRINE_EXPLORER", "1")];
    run_with(Backend::Sqlite, &asked, |app: TestApp| async move {
        assert_eq!(status(&app, "/").await, StatusCode::OK);
        assert_eq!(status(&app, "/dev/mail").await, StatusCode::NOT_FOUND);
    });
}

#[test]
fn every_step_of_the_tour_fits_the_schema() {
    run_with(Backend::Sqlite, &[], |app: TestApp| async move {
        let tour = app
            .guest()
            .call(Request::builder().uri_str("/explorer/tour.json").finish())
            .await;
        let tour: Vec<Value> = tour.into_body().into_json().await.unwrap();
        assert!(!tour.is_empty());
        for step in &tour {
            // With no operation chosen nothing runs, but a second one makes the document complete enough to be judged.
            let query = step["query"].as_str().unwrap();
            let probe = format!("{query} query Probe {{ __typename }}");
            let body = serde_json::json!({ "query": probe, "operationName": "Probe" }).to_string();
            let request = Request::builder()
                .method(poem::http::Method::POST)
                .uri_str("/graphql")
                .header(header::CONTENT_TYPE, "application/json")
                .body(body);
            let answer: Value = app
                .guest()
                .call(request)
                .await
                .into_body()
                .into_json()
                .await
                .unwrap();
            assert_eq!(
                answer,
                serde_json::json!({ "data": { "__typename": "Query" } }),
                "{query}"
            );
            let name = step["operationName"].as_str().unwrap();
            assert!(
                query.contains(&format!(" {name}")),
                "the step's operation is {name}: {query}"
            );
        }
    });
}
