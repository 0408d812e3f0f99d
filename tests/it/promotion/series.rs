use std::collections::HashSet;

use serde_json::{Value, json};
use tests::{Client, TestApp, both};

use super::{document, staff, template};

const JOB: &str =
    "job { id kind status total done attempts error startedAt finishedAt actor { kind } }";

/// Starts a series of codes; answers the job.
async fn generate(owner: &Client, template: &Value, count: i32, key: &str) -> Value {
    let input = json!({ "couponTemplateId": template, "count": count, "prefix": "summer-", "idempotencyKey": key });
    staff(owner, "couponCodesGenerate", JOB, input).await["job"].clone()
}

/// Codes of all coupons, as the database has them.
async fn codes(app: &TestApp) -> Vec<String> {
    use sea_orm::EntityTrait as _;
    let rows = entity::coupon::Entity::find()
        .all(app.connection())
        .await
        .expect("coupons can be read");
    rows.into_iter().filter_map(|row| row.code).collect()
}

both! {
    async fn a_job_makes_as_many_different_codes_as_asked(app: TestApp) {
        let owner = app.as_owner().await;
        let template = template(&owner, json!({ "issueLimit": 5_000 })).await;
        let job = generate(&owner, &template, 4_500, "series").await;
        assert_eq!((&job["status"], &job["total"], &job["done"], &job["startedAt"]), (&json!("PENDING"), &json!(4_500), &json!(0), &Value::Null));
        assert_eq!((&job["kind"], &job["actor"]["kind"]), (&json!("COUPON_CODES_GENERATE"), &json!("STAFF")));
        assert_eq!(generate(&owner, &template, 4_500, "series").await["id"], job["id"]);
        app.run_outbox_until_idle().await;
        let query = format!("query($id: ID!) {{ node(id: $id) {{ ... on Job {{ {} }} }} }}", "status done attempts error finishedAt");
        let ended = owner.run(&query, json!({ "id": job["id"] })).await["node"].clone();
        assert_eq!((&ended["status"], &ended["done"], &ended["attempts"]), (&json!("SUCCEEDED"), &json!(4_500), &json!(1)));
        assert!(ended["finishedAt"].is_string());
        let made = codes(&app).await;
        assert!(made.iter().all(|code| code.starts_with("SUMMER-") && code.len() == 20));
        assert_eq!((made.len(), made.iter().collect::<HashSet<_>>().len()), (4_500, 4_500));
        let listed = owner.run("{ jobs(filter: { status: SUCCEEDED, kind: COUPON_CODES_GENERATE }) { nodes { id } totalCount } }", json!({})).await;
        assert_eq!(listed["jobs"], json!({ "nodes": [{ "id": job["id"] }], "totalCount": 1 }));
    }

    async fn a_step_told_twice_is_taken_once(app: TestApp) {
        let owner = app.as_owner().await;
        let template = template(&owner, json!({})).await;
        let job = generate(&owner, &template, 3_000, "series").await;
        let id: domain::id::JobId = job["id"].as_str().unwrap().parse().unwrap();
        for _ in 0..2 {
            api::service::job::step(app.state(), id.0, 0).await.unwrap();
        }
        assert_eq!(codes(&app).await.len(), 2_000);
        app.run_outbox_until_idle().await;
        assert_eq!(codes(&app).await.len(), 3_000);
        api::service::job::step(app.state(), id.0, 3_000).await.unwrap();
        assert_eq!(codes(&app).await.len(), 3_000);
    }

    async fn series_that_cannot_be_made_are_refused(app: TestApp) {
        let owner = app.as_owner().await;
        let limited = template(&owner, json!({ "issueLimit": 10 })).await;
        let before = app.fingerprint().await;
        for (count, prefix, code) in [
            (0, "", "INVALID"),
            (100_001, "", "INVALID"),
            (1, "=cmd", "INVALID"),
            (1, "AAAAAAAAAAAAAAAAAAAAA", "INVALID"),
            (11, "", "NONE_LEFT"),
        ] {
            let input = json!({ "couponTemplateId": limited, "count": count, "prefix": prefix, "idempotencyKey": "k" });
            owner.send(&document("couponCodesGenerate", JOB), json!({ "input": input })).await.expect_user_error(code);
        }
        assert_eq!(app.fingerprint().await, before);
    }
}
