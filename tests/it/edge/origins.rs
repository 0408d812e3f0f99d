//! Which pages may call the API from a browser.

use poem::Request;
use poem::http::{Method, StatusCode, header};
use tests::app::run_with;
use tests::{Backend, TestApp};

fn preflight(origin: &str) -> Request {
    Request::builder()
        .method(Method::OPTIONS)
        .uri_str("/graphql")
        .header(header::ORIGIN, origin)
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
        .header(
            header::ACCESS_CONTROL_REQUEST_HEADERS,
            "content-type, authorization",
        )
        .finish()
}

fn ask(origin: &str) -> Request {
    Request::builder()
        .method(Method::POST)
        .uri_str("/graphql")
        .header(header::ORIGIN, origin)
        .header(header::CONTENT_TYPE, "application/json")
        .body(r#"{"query":"{ __typename }"}"#)
}

#[test]
fn only_listed_origins_are_let_in() {
    let settings = [
        ("VITRINE_MODE", "production"),
        ("VITRINE_PUBLIC_URL", "https://api.shop.test"),
        ("VITRINE_CORS_ORIGINS", "https://shop.test"),
    ];
    run_with(Backend::Sqlite, &settings, |app: TestApp| async move {
        for origin in ["https://shop.test", "https://api.shop.test"] {
            let answer = app.guest().call(preflight(origin)).await;
            assert_eq!(answer.status(), StatusCode::NO_CONTENT);
            assert_eq!(
                answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN),
                Some(origin)
            );
            assert_eq!(
                answer.header(header::ACCESS_CONTROL_ALLOW_CREDENTIALS),
                None
            );
            let answer = app.guest().call(ask(origin)).await;
            assert_eq!(
                answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN),
                Some(origin)
            );
        }
        for origin in [
            "https://evil.test",
            "http://shop.test",
            "http://localhost:3000",
            "null",
        ] {
            let answer = app.guest().call(preflight(origin)).await;
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{origin}");
            assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), None);
            let answer = app.guest().call(ask(origin)).await;
            assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), None);
        }
    });
}

#[test]
fn in_development_pages_of_this_machine_are_let_in() {
    run_with(Backend::Sqlite, &[], |app: TestApp| async move {
        let answer = app.guest().call(preflight("http://localhost:3000")).await;
        assert_eq!(
            answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN),
            Some("http://localhost:3000")
        );
        let answer = app.guest().call(preflight("https://evil.test")).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    });
}
