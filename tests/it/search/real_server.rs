//! The same against a real Meilisearch. Its indexes `products_*` are dropped, so it must be one for tests alone:
//! `MEILI_TEST_URL=… MEILI_TEST_MASTER_KEY=… cargo test -p tests --test it real_server -- --ignored --test-threads 1`.

use api::service::search::reindex;
use reqwest::Client as Http;
use serde_json::{Value, json};
use tests::{Backend, TestApp, app};

use super::reindex::operator;
use super::{all_of, found, hide, ids, range, rename, search, sorted};

#[test]
#[ignore = "needs a Meilisearch of its own at MEILI_TEST_URL"]
fn a_real_server_finds_counts_and_is_rebuilt() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let (url, key) = (setting("MEILI_TEST_URL"), setting("MEILI_TEST_MASTER_KEY"));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(drop_indexes(&url, &key));
        app::run_with(
            backend,
            &[("MEILI_URL", &url), ("MEILI_MASTER_KEY", &key)],
            scenario,
        );
    }
}

async fn scenario(app: TestApp) {
    let range = range(&app).await;
    let guest = app.guest();
    let chinese = app.guest().with_header("Accept-Language", "zh");

    assert_eq!(found(&guest, "scarf").await, [range.scarf.product.as_str()]);
    assert_eq!(
        found(&guest, "scraf").await,
        [range.scarf.product.as_str()],
        "typing errors are forgiven"
    );
    assert_eq!(
        found(&chinese, "运动鞋").await,
        [range.shoes.product.as_str()]
    );
    assert_eq!(
        found(&chinese, "羊毛围巾").await,
        [range.scarf.product.as_str()]
    );

    let variables = json!({"filter": {"brands": ["Nord"]}, "facets": ["brand", "price", "available", "category"], "sort": "PRICE_ASC"});
    let answer = search(&guest, variables).await;
    assert_eq!(answer["degraded"], json!(false));
    assert_eq!(
        ids(&answer),
        [range.cap.product.as_str(), range.scarf.product.as_str()]
    );
    assert_eq!(
        answer["facets"],
        json!([
            {"key": "brand", "name": "Brand", "min": null, "max": null, "values": [
                {"value": "Nord", "label": "Nord", "count": 2, "selected": true},
                {"value": "Zed", "label": "Zed", "count": 1, "selected": false},
            ]},
            {"key": "price", "name": "Price", "min": "19.00", "max": "49.00", "values": []},
            {"key": "available", "name": "Availability", "min": null, "max": null, "values": [
                {"value": "false", "label": "Not available", "count": 1, "selected": false},
                {"value": "true", "label": "Available", "count": 1, "selected": false},
            ]},
            {"key": "category", "name": "Category", "min": null, "max": null, "values": [
                {"value": range.clothing, "label": "Clothing", "count": 2, "selected": false},
                {"value": range.accessories, "label": "Accessories", "count": 1, "selected": false},
            ]},
        ])
    );
    for brand in [
        "x\" OR status = \"PUBLISHED",
        "x\\\" OR status = \"PUBLISHED",
        "x' OR status = 'PUBLISHED",
        "\\",
    ] {
        let answer = search(&guest, json!({"filter": {"brands": [brand]}})).await;
        assert_eq!(
            (ids(&answer), &answer["degraded"]),
            (Vec::new(), &json!(false)),
            "{brand}"
        );
    }
    let several = json!({"categoryIds": [range.accessories], "tags": ["warm"], "available": true, "price": {"min": "1.00"}, "ids": [range.scarf.product]});
    assert_eq!(
        ids(&search(&guest, json!({"filter": several})).await),
        [range.scarf.product.as_str()]
    );

    hide(&app, &range.scarf).await;
    assert_eq!(
        found(&guest, "scarf").await,
        [""; 0],
        "the database has the last word"
    );
    rename(&app, &range.cap, "Linen Cap").await;
    reindex(app.state(), &operator(&app), &|_step| {})
        .await
        .unwrap();
    assert_eq!(found(&guest, "linen").await, [range.cap.product.as_str()]);
    let answer = search(&guest, json!({})).await;
    assert_eq!(
        (sorted(ids(&answer)), &answer["degraded"]),
        (all_of(&[&range.cap, &range.shoes]), &json!(false))
    );
}

/// Drops what earlier runs left and waits until it is gone.
async fn drop_indexes(url: &str, key: &str) {
    let http = Http::builder().no_proxy().build().unwrap();
    loop {
        let listed: Value = http
            .get(format!("{url}/indexes?limit=1000"))
            .bearer_auth(key)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let ours = listed["results"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|index| index["uid"].as_str())
            .filter(|uid| uid.starts_with("products_"));
        let mut is_clean = true;
        for uid in ours {
            is_clean = false;
            http.delete(format!("{url}/indexes/{uid}"))
                .bearer_auth(key)
                .send()
                .await
                .unwrap();
        }
        if is_clean {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a server for tests is named by the environment of the test run"
)]
fn setting(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_absent| panic!("{name} is not set"))
}
