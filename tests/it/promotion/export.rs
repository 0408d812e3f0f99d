use chrono::TimeDelta;
use domain::id::JobId;
use entity::job_file_part;
use poem::http::{StatusCode, header};
use poem::{Request, Response};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use tests::{Client, TestApp, both};

use super::{document, open_code, staff, template};

const JOB: &str = "job { id kind status total done resultUrl }";

/// Starts an export and lets it end; answers the job as its starter then sees it.
async fn exported(app: &TestApp, owner: &Client, filter: Value) -> Value {
    let started =
        staff(owner, "couponCodesExport", JOB, json!({ "filter": filter })).await["job"].clone();
    assert_eq!(
        (&started["status"], &started["resultUrl"]),
        (&json!("PENDING"), &Value::Null)
    );
    app.run_outbox_until_idle().await;
    read(owner, &started["id"]).await
}

async fn read(client: &Client, id: &Value) -> Value {
    let query =
        "query($id: ID!) { job(id: $id) { id kind status total done attempts error resultUrl } }";
    client.run(query, json!({ "id": id })).await["job"].clone()
}

/// Fetches an address of the shop as a browser without any token does.
async fn fetch(app: &TestApp, address: &str) -> Response {
    let path = address
        .strip_prefix("http://shop.test")
        .expect("an address of the shop");
    app.guest()
        .call(Request::builder().uri_str(path).finish())
        .await
}

async fn text(response: Response) -> String {
    response.into_body().into_string().await.expect("text")
}

async fn parts(app: &TestApp) -> u64 {
    job_file_part::Entity::find()
        .count(app.connection())
        .await
        .expect("parts can be counted")
}

both! {
    async fn codes_are_written_to_a_file_without_formulas(app: TestApp) {
        let owner = app.as_owner().await;
        let evil = json!({ "template": { "label": "=HYPERLINK(\"x\"), \"y\"", "expiresAt": "2100-01-01T00:00:00Z" } });
        open_code(&owner, "-SALE", evil).await;
        open_code(&owner, "SHARED", json!({ "coupon": { "usageLimit": 7 } })).await;
        let job = exported(&app, &owner, json!({})).await;
        assert_eq!((&job["kind"], &job["status"]), (&json!("COUPON_CODES_EXPORT"), &json!("SUCCEEDED")));
        assert_eq!((&job["total"], &job["done"]), (&json!(2), &json!(2)));
        let file = fetch(&app, job["resultUrl"].as_str().unwrap()).await;
        assert_eq!(file.status(), StatusCode::OK);
        assert_eq!(file.header(header::CONTENT_TYPE), Some("text/csv; charset=utf-8"));
        assert_eq!(file.header(header::CONTENT_DISPOSITION), Some("attachment; filename=\"coupon-codes.csv\""));
        assert_eq!(file.header(header::CACHE_CONTROL), Some("no-store"));
        let file = text(file).await;
        let lines: Vec<&str> = file.lines().collect();
        assert_eq!(lines[0], "code,status,template,member,usage_limit,used_count,usable_from,expires_at,created_at,id");
        assert!(lines[1].starts_with("SHARED,AVAILABLE,Ten off,,7,0,,,"), "{}", lines[1]);
        let expected = "'-SALE,AVAILABLE,\"'=HYPERLINK(\"\"x\"\"), \"\"y\"\"\",,,0,,2100-01-01T00:00:00+00:00,";
        assert!(lines[2].starts_with(expected), "{}", lines[2]);
        assert_eq!(lines.len(), 3);
    }

    async fn a_file_of_many_parts_holds_each_chosen_code_once(app: TestApp) {
        let owner = app.as_owner().await;
        let wanted = template(&owner, json!({})).await;
        let other = template(&owner, json!({})).await;
        for (template, count) in [(&wanted, 4_000), (&other, 5)] {
            let input = json!({ "couponTemplateId": template, "count": count, "idempotencyKey": template });
            staff(&owner, "couponCodesGenerate", "job { id }", input).await;
        }
        app.run_outbox_until_idle().await;
        let filter = json!({ "couponTemplateId": wanted, "status": ["AVAILABLE"] });
        let job = exported(&app, &owner, filter).await;
        assert_eq!((&job["total"], &job["done"], &job["attempts"]), (&json!(4_000), &json!(4_000), &json!(1)));
        let file = text(fetch(&app, job["resultUrl"].as_str().unwrap()).await).await;
        let codes: std::collections::HashSet<&str> =
            file.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
        assert_eq!((file.lines().count(), codes.len()), (4_001, 4_000));
        assert_eq!(parts(&app).await, 2);
    }

    async fn an_address_lapses_after_a_day_and_then_the_file_goes(app: TestApp) {
        let owner = app.as_owner().await;
        let job = exported(&app, &owner, json!({})).await;
        let address = job["resultUrl"].as_str().unwrap().to_owned();
        assert_eq!(text(fetch(&app, &address).await).await.lines().count(), 1);
        let forged = address.replace("until=", "until=9");
        assert_eq!(fetch(&app, &forged).await.status(), StatusCode::NOT_FOUND);
        let unsigned = address.split_once("&signature").unwrap().0;
        assert_eq!(fetch(&app, unsigned).await.status(), StatusCode::NOT_FOUND);
        app.clock().advance(TimeDelta::hours(24));
        assert_eq!(fetch(&app, &address).await.status(), StatusCode::NOT_FOUND);
        assert_eq!(read(&owner, &job["id"]).await["resultUrl"], Value::Null);
        assert_eq!(parts(&app).await, 1);
        app.clock().advance(TimeDelta::hours(2));
        app.run_timers().await;
        assert_eq!(parts(&app).await, 0);
    }

    async fn only_who_may_see_codes_is_told_the_address(app: TestApp) {
        let owner = app.as_owner().await;
        let job = exported(&app, &owner, json!({})).await;
        let clerk = app.as_staff(&["JOB_READ"]).await;
        let seen = read(&clerk, &job["id"]).await;
        assert_eq!((&seen["status"], &seen["resultUrl"]), (&json!("SUCCEEDED"), &Value::Null));
        let marketer = app.as_staff(&["JOB_READ", "COUPON_READ"]).await;
        assert_eq!(read(&marketer, &job["id"]).await["resultUrl"], job["resultUrl"]);
    }

    async fn a_failed_export_begins_anew_and_no_other_job_does(app: TestApp) {
        let owner = app.as_owner().await;
        open_code(&owner, "SALE", json!({})).await;
        let job = exported(&app, &owner, json!({})).await;
        let retry = json!({ "input": { "jobId": job["id"] } });
        let before = app.fingerprint().await;
        owner.send(&document("jobRetry", JOB), retry.clone()).await.expect_user_error("INVALID_TRANSITION");
        assert_eq!(app.fingerprint().await, before);
        fail(&app, &job["id"]).await;
        assert_eq!(read(&owner, &job["id"]).await["resultUrl"], Value::Null);
        let again = owner.send(&document("jobRetry", JOB), retry.clone()).await.ok()["jobRetry"]["job"].clone();
        assert_eq!((&again["status"], &again["done"]), (&json!("RETRYING"), &json!(0)));
        owner.send(&document("jobRetry", JOB), retry).await.expect_user_error("INVALID_TRANSITION");
        app.run_outbox_until_idle().await;
        let ended = read(&owner, &job["id"]).await;
        assert_eq!((&ended["status"], &ended["done"], &ended["error"]), (&json!("SUCCEEDED"), &json!(1), &Value::Null));
        assert_eq!(text(fetch(&app, ended["resultUrl"].as_str().unwrap()).await).await.lines().count(), 2);
    }

    async fn exports_that_name_nothing_are_refused(app: TestApp) {
        let owner = app.as_owner().await;
        let before = app.fingerprint().await;
        let filter = json!({ "input": { "filter": { "couponTemplateId": "product_1" } } });
        let refusal = owner.send(&document("couponCodesExport", JOB), filter).await.expect_user_error("INVALID");
        assert_eq!(refusal["field"], json!(["input", "filter", "couponTemplateId"]));
        let unknown = json!({ "input": { "jobId": JobId(app.clock().new_id()).to_string() } });
        owner.send(&document("jobRetry", JOB), unknown).await.expect_user_error("NOT_FOUND");
        assert_eq!(app.fingerprint().await, before);
    }
}

/// What ten failed steps do to a job.
pub(super) async fn fail(app: &TestApp, id: &Value) {
    use entity::column::Text;
    use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel};
    let id: JobId = id.as_str().unwrap().parse().unwrap();
    let job = entity::job::Entity::find_by_id(id.0)
        .one(app.connection())
        .await
        .unwrap()
        .unwrap();
    let mut row = job.into_active_model();
    row.status = Set(Text(domain::job::JobStatus::Failed));
    row.failures = Set(domain::job::MAX_FAILURES);
    row.error = Set(Some("a step failed".to_owned()));
    row.update(app.connection()).await.unwrap();
}
