//! How far the index is behind.

use api::job::{Job, push};
use serde_json::json;
use tests::{TestApp, both};

use super::{found, range, rename, uuid_of};

const STATE: &str = "query { searchIndexState { engine documents pending lagSeconds lastError } }";

both! {
    async fn a_change_is_pending_until_its_job_is_done(app: TestApp) {
        let range = range(&app).await;
        let staff = app.as_staff(&["SEARCH_READ"]).await;
        app.run_outbox_until_idle().await;
        let state = staff.run(STATE, json!({})).await;
        let settled = json!({"engine": "EMBEDDED", "documents": 3, "pending": 0, "lagSeconds": 0, "lastError": null});
        assert_eq!(state["searchIndexState"], settled);

        rename(&app, &range.cap, "Linen Cap").await;
        let transaction = app.state().database.begin().await.unwrap();
        for _ in 0..2 {
            push(&transaction, &app.state().clock, &Job::ProductChanged { product_id: uuid_of(&range.cap) }).await.unwrap();
        }
        transaction.commit().await.unwrap();
        app.clock().advance(chrono::TimeDelta::seconds(90));
        let state = staff.run(STATE, json!({})).await;
        assert_eq!(state["searchIndexState"]["pending"], json!(1));
        let lag = state["searchIndexState"]["lagSeconds"].as_i64().unwrap();
        assert!((90..120).contains(&lag), "{lag}");
        assert_eq!(found(&app.guest(), "linen").await, [""; 0]);

        app.run_outbox_until_idle().await;
        assert_eq!(staff.run(STATE, json!({})).await["searchIndexState"], settled);
        assert_eq!(found(&app.guest(), "linen").await, [range.cap.product.as_str()]);
    }
}
