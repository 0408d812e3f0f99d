use std::collections::HashSet;

use chrono::TimeDelta;
use domain::id::JobId;
use entity::{gift_card, job_file_part};
use poem::Request;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use tests::arrange::{product, shop};
use tests::checkout::cart;
use tests::{Answer, Client, TestApp, both};

use super::{apply, eur, send};

async fn generate(staff: &Client, count: i32, amount: &str, key: &str) -> Answer {
    let input = json!({ "count": count, "amount": eur(amount), "idempotencyKey": key });
    send(
        staff,
        "giftCardsGenerate",
        "job { id kind status total }",
        input,
    )
    .await
}

async fn cards(app: &TestApp) -> u64 {
    gift_card::Entity::find()
        .count(app.connection())
        .await
        .unwrap()
}

both! {
    async fn a_job_makes_cards_and_tells_their_codes_in_a_sealed_file(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let staff = app.as_staff(&["CREDIT_WRITE"]).await;
        let job = generate(&staff, 2_100, "25.00", "batch").await.ok()["giftCardsGenerate"]["job"].clone();
        assert_eq!((&job["kind"], &job["status"], &job["total"]), (&json!("GIFT_CARDS_GENERATE"), &json!("PENDING"), &json!(2_100)));
        assert_eq!(generate(&staff, 2_100, "25.00", "batch").await.ok()["giftCardsGenerate"]["job"]["id"], job["id"]);
        app.run_outbox_until_idle().await;
        assert_eq!(cards(&app).await, 2_100);
        let read = |client: Client| {
            let id = job["id"].clone();
            async move { client.run("query($id: ID!) { job(id: $id) { status resultUrl } }", json!({ "id": id })).await["job"].clone() }
        };
        let ended = read(staff.clone()).await;
        assert_eq!(ended["status"], "SUCCEEDED");
        let others = app.as_staff(&["JOB_READ", "CREDIT_READ"]).await;
        assert_eq!(read(others).await["resultUrl"], Value::Null, "whoever reads codes can spend them");
        let path = ended["resultUrl"].as_str().unwrap().strip_prefix("http://shop.test").unwrap().to_owned();
        let file = app.guest().call(Request::builder().uri_str(path).finish()).await;
        let file = file.into_body().into_string().await.unwrap();
        let codes: HashSet<&str> = file.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
        assert!(file.starts_with("code,amount,currency,expires_at,id"));
        assert_eq!((file.lines().count(), codes.len()), (2_101, 2_100));
        let code = *codes.iter().next().unwrap();
        for part in job_file_part::Entity::find().all(app.connection()).await.unwrap() {
            assert!(!part.content.contains(','), "a part can be read");
        }
        let guest = app.guest();
        let cart = cart(&guest, &shop, &goods, 1).await;
        let applied = apply(&guest, &cart, code).await.ok();
        assert_eq!(applied["cartGiftCardApply"]["cart"]["payableTotal"]["amount"], "0.00");
        app.clock().advance(TimeDelta::hours(25));
        assert_eq!(read(staff).await["resultUrl"], Value::Null);
    }

    async fn a_step_told_twice_makes_its_cards_once_and_a_retry_makes_no_more(app: TestApp) {
        let owner = app.as_owner().await;
        let job = generate(&owner, 3, "1.00", "batch").await.ok()["giftCardsGenerate"]["job"].clone();
        let id: JobId = job["id"].as_str().unwrap().parse().unwrap();
        for _ in 0..2 {
            api::service::job::step(app.state(), id.0, 0).await.unwrap();
        }
        app.run_outbox_until_idle().await;
        assert_eq!(cards(&app).await, 3);
    }

    async fn batches_that_cannot_be_made_are_refused(app: TestApp) {
        let owner = app.as_owner().await;
        let before = app.fingerprint().await;
        for (count, amount) in [(0, "1.00"), (-1, "1.00"), (10_001, "1.00"), (1, "0.00"), (1, "-1.00")] {
            generate(&owner, count, amount, "k").await.expect_user_error("INVALID");
        }
        assert_eq!(app.fingerprint().await, before);
    }
}
