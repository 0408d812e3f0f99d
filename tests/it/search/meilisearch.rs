//! Search with a search server: the stand-in of the harness, which can fail on demand.

use std::future::Future;
use std::time::Duration;

use api::service::search::send_pending;
use serde_json::json;
use tests::meilisearch::{FakeMeilisearch, Fault, MASTER_KEY};
use tests::{Backend, TestApp, app};

use super::reindex::operator;
use super::{all_of, found, hide, ids, range, rename, search, sorted, uuid_of};

/// Runs a scenario on both databases with a search server of its own.
macro_rules! with_server {
    ($(async fn $name:ident($app:ident: TestApp, $server:ident: &FakeMeilisearch) $body:block)+) => {
        $(
            mod $name {
                use super::*;

                async fn scenario($app: TestApp, server: std::sync::Arc<FakeMeilisearch>) {
                    let $server = server.as_ref();
                    $body
                }

                #[test]
                fn sqlite() {
                    run(Backend::Sqlite, scenario);
                }

                #[test]
                #[cfg_attr(not(postgres), ignore = "PostgreSQL: not run (no server programs, no TEST_DATABASE_URL)")]
                fn postgres() {
                    run(Backend::Postgres, scenario);
                }
            }
        )+
    };
}

fn run<F, Fut>(backend: Backend, scenario: F)
where
    F: FnOnce(TestApp, std::sync::Arc<FakeMeilisearch>) -> Fut,
    Fut: Future<Output = ()>,
{
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let server = std::sync::Arc::new(runtime.block_on(FakeMeilisearch::start()));
    let settings = [
        ("MEILI_URL", server.url()),
        ("MEILI_MASTER_KEY", MASTER_KEY),
    ];
    app::run_with(backend, &settings, |app| {
        scenario(app, std::sync::Arc::clone(&server))
    });
}

/// Longer than a server that failed is left alone.
const AFTER_REST: Duration = Duration::from_millis(2_200);

/// The server's own answer: on a busy machine it may miss its deadline, so it is asked again.
async fn answered(client: &tests::Client, variables: serde_json::Value) -> serde_json::Value {
    for _ in 0..5 {
        let answer = search(client, variables.clone()).await;
        if answer["degraded"] == json!(false) {
            return answer;
        }
        tokio::time::sleep(AFTER_REST).await;
    }
    panic!("the server never answered {variables}");
}

with_server! {
    async fn documents_follow_into_one_index_per_language(app: TestApp, server: &FakeMeilisearch) {
        let range = range(&app).await;
        assert_eq!(server.indexes(), ["products_en", "products_zh-Hans"]);
        let english = server.documents("products_en");
        let scarf = english.iter().find(|document| document["id"] == json!(uuid_of(&range.scarf).to_string())).unwrap();
        assert_eq!(scarf["title"], json!("Merino Wool Scarf"));
        assert_eq!(scarf["available"], json!(true));
        assert_eq!(scarf["category_ids"].as_array().unwrap().len(), 2);
        let channel = tests::arrange::channel(&app).await.id.simple().to_string();
        assert_eq!(scarf[format!("min_price_{channel}")], json!(4900));
        assert!(server.documents("products_zh-Hans").iter().any(|document| document["title"] == json!("红色运动鞋")));
        let settings = server.requests().iter().position(|request| request == "PATCH /indexes/products_en/settings").unwrap();
        let documents = server.requests().iter().position(|request| request == "POST /indexes/products_en/documents").unwrap();
        assert!(settings < documents, "settings come before documents");
    }

    async fn the_server_answers_with_hits_and_counts(app: TestApp, server: &FakeMeilisearch) {
        let range = range(&app).await;
        let variables = json!({"query": "o", "filter": {"brands": ["Nord"]}, "facets": ["brand", "available"]});
        let answer = answered(&app.guest(), variables).await;
        assert_eq!(sorted(ids(&answer)), all_of(&[&range.scarf, &range.cap]));
        assert_eq!(
            answer["facets"][0]["values"],
            json!([
                {"value": "Nord", "label": "Nord", "count": 2, "selected": true},
                {"value": "Zed", "label": "Zed", "count": 1, "selected": false},
            ])
        );
        assert_eq!(answer["facets"][1]["values"].as_array().unwrap().len(), 2);
        assert!(server.requests().contains(&"POST /multi-search".to_owned()));
    }

    async fn hits_are_what_the_database_says(app: TestApp, _server: &FakeMeilisearch) {
        let range = range(&app).await;
        hide(&app, &range.scarf).await;
        assert_eq!(found(&app.guest(), "scarf").await, [""; 0]);
    }

    async fn no_text_leaves_its_quotes_in_a_filter(app: TestApp, _server: &FakeMeilisearch) {
        range(&app).await;
        for brand in ["x\" OR status = \"PUBLISHED", "x\\\" OR status = \"PUBLISHED", "x'] OR status = \"PUBLISHED", "\\"] {
            let answer = answered(&app.guest(), json!({"filter": {"brands": [brand]}})).await;
            assert_eq!(ids(&answer), [""; 0], "{brand}");
        }
    }

    async fn the_stand_in_answers_when_the_server_fails(app: TestApp, server: &FakeMeilisearch) {
        let range = range(&app).await;
        for fault in [Fault::Status(500), Fault::Status(503), Fault::Garbage, Fault::Slow(Duration::from_secs(5))] {
            server.set_fault(fault);
            let started = std::time::Instant::now();
            let answer = search(&app.guest(), json!({"query": "scarf", "facets": ["brand"]})).await;
            assert_eq!(ids(&answer), [range.scarf.product.as_str()], "{fault:?}");
            assert_eq!(answer["degraded"], json!(true), "{fault:?}");
            assert_eq!(answer["facets"][0]["values"][0]["value"], json!("Nord"), "{fault:?}");
            assert!(started.elapsed() < Duration::from_secs(4), "{fault:?} took {:?}", started.elapsed());
        }
        server.set_fault(Fault::None);
        tokio::time::sleep(AFTER_REST).await;
        answered(&app.guest(), json!({"query": "scarf"})).await;
    }

    async fn a_failing_server_is_left_alone_for_a_moment(app: TestApp, server: &FakeMeilisearch) {
        range(&app).await;
        server.set_fault(Fault::Status(500));
        for _ in 0..3 {
            search(&app.guest(), json!({"query": "scarf"})).await;
        }
        let asked = server.requests().len();
        assert_eq!(search(&app.guest(), json!({"query": "scarf"})).await["degraded"], json!(true));
        assert_eq!(server.requests().len(), asked);
    }

    async fn changes_made_while_the_server_was_away_follow(app: TestApp, server: &FakeMeilisearch) {
        let range = range(&app).await;
        server.set_fault(Fault::Status(503));
        rename(&app, &range.cap, "Linen Cap").await;
        range.index(&app).await;
        let staff = app.as_staff(&["SEARCH_READ"]).await;
        let state = staff.run("query { searchIndexState { engine documents pending lagSeconds lastError } }", json!({})).await;
        assert_eq!(state["searchIndexState"]["engine"], json!("MEILISEARCH"));
        assert_eq!(state["searchIndexState"]["pending"], json!(3));
        assert!(state["searchIndexState"]["lastError"].is_string());

        server.set_fault(Fault::None);
        send_pending(app.state()).await.unwrap();
        assert!(server.documents("products_en").iter().any(|document| document["title"] == json!("Linen Cap")));
        let state = staff.run("query { searchIndexState { documents pending lagSeconds lastError } }", json!({})).await;
        assert_eq!(state["searchIndexState"], json!({"documents": 3, "pending": 0, "lagSeconds": 0, "lastError": null}));
    }

    async fn a_wiped_server_is_filled_again(app: TestApp, server: &FakeMeilisearch) {
        let range = range(&app).await;
        server.wipe();
        assert_eq!(search(&app.guest(), json!({"query": "scarf"})).await["degraded"], json!(true));
        let viewer = operator(&app);
        api::service::search::reindex(app.state(), &viewer, &|_progress| {}).await.unwrap();
        assert_eq!(server.indexes(), ["products_en", "products_zh-Hans"]);
        assert_eq!(ids(&answered(&app.guest(), json!({"query": "scarf"})).await), [range.scarf.product.as_str()]);
    }

    async fn a_missing_index_is_noticed_and_made_again(app: TestApp, server: &FakeMeilisearch) {
        let range = range(&app).await;
        answered(&app.guest(), json!({"query": "scarf"})).await;
        server.wipe();
        assert_eq!(search(&app.guest(), json!({"query": "scarf"})).await["degraded"], json!(true));
        send_pending(app.state()).await.unwrap();
        assert_eq!(server.documents("products_en").len(), 3);
        assert_eq!(ids(&answered(&app.guest(), json!({"query": "scarf"})).await), [range.scarf.product.as_str()]);
    }

    async fn a_rebuild_swaps_whole_indexes_and_leaves_nothing_behind(app: TestApp, server: &FakeMeilisearch) {
        let range = range(&app).await;
        rename(&app, &range.cap, "Linen Cap").await;
        let viewer = operator(&app);
        api::service::search::reindex(app.state(), &viewer, &|_progress| {}).await.unwrap();
        assert_eq!(server.indexes(), ["products_en", "products_zh-Hans"]);
        assert_eq!(server.documents("products_en").len(), 3);
        assert_eq!(found(&app.guest(), "linen").await, [range.cap.product.as_str()]);
        assert!(server.requests().contains(&"POST /swap-indexes".to_owned()));
    }

    async fn narrow_keys_are_made_once_and_kept_private(app: TestApp, server: &FakeMeilisearch) {
        range(&app).await;
        let made = server.requests().iter().filter(|request| *request == "POST /keys").count();
        assert_eq!(made, 2);
        let folder = app.dir().join("data").join("secrets");
        for name in ["meilisearch-search-key", "meilisearch-documents-key"] {
            use std::os::unix::fs::PermissionsExt;
            let metadata = std::fs::metadata(folder.join(name)).unwrap();
            assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
            assert_ne!(std::fs::read_to_string(folder.join(name)).unwrap(), MASTER_KEY);
        }
    }
}
