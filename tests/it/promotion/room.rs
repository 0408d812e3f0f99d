//! How many promotions may run, however many start at once.

use domain::id::{PromotionId, TypedId as _};
use domain::promotion::MAX_RUNNING;
use entity::promotion::{ActiveModel, Entity};
use futures_util::future::join_all;
use sea_orm::{ActiveValue::Set, EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use tests::{Answer, Client, TestApp, arrange, both};

use super::{document, running, staff};

/// Drafts of promotions of groups.
async fn drafts(owner: &Client, groups: &[Option<&str>]) -> Vec<Value> {
    let mut ids = Vec::new();
    for group in groups {
        let promotion = json!({ "name": "More", "label": "More", "group": group, "rewards": [{ "percentOff": { "percent": "1" } }] });
        let made = staff(
            owner,
            "promotionCreate",
            "promotion { id }",
            json!({ "promotion": promotion }),
        )
        .await;
        ids.push(made["promotion"]["id"].clone());
    }
    ids
}

/// Codes of what is refused when all are activated at once.
async fn refusals(owner: &Client, ids: &[Value]) -> Vec<String> {
    let document = document("promotionActivate", "promotion { status }");
    let answers = ids
        .iter()
        .map(|id| owner.send(&document, json!({ "input": { "promotionId": id } })));
    let answers = join_all(answers).await;
    let codes = answers.iter().flat_map(Answer::user_codes);
    codes.map(str::to_owned).collect()
}

/// So many more promotions like one that runs.
async fn copies(app: &TestApp, promotion: &Value, count: usize) {
    let id = PromotionId::parse(promotion["id"].as_str().unwrap()).unwrap();
    let row = Entity::find_by_id(id.uuid())
        .one(app.connection())
        .await
        .unwrap()
        .unwrap();
    let rows = (0..count).map(|_| ActiveModel {
        id: Set(app.clock().new_id()),
        ..row.clone().into_active_model()
    });
    Entity::insert_many(rows)
        .exec_without_returning(app.connection())
        .await
        .unwrap();
}

both! {
    async fn two_hundred_promotions_run_and_not_one_more_even_when_some_start_at_once(app: TestApp) {
        arrange::shop(&app).await;
        let owner = app.as_owner().await;
        let first = running(&owner, json!({})).await;
        copies(&app, &first, MAX_RUNNING - 3).await;
        let drafts = drafts(&owner, &[None; 5]).await;
        assert_eq!(refusals(&owner, &drafts).await, ["TOO_MANY_RUNNING"; 3]);
        let status = "{ promotions(first: 5, filter: { query: \"More\" }) { nodes { status } } }";
        let shown = owner.run(status, json!({})).await["promotions"]["nodes"].clone();
        let active = shown.as_array().unwrap().iter().filter(|one| one["status"] == "ACTIVE").count();
        assert_eq!(active, 2);
        // What was stopped makes room; what runs already can still be changed.
        staff(&owner, "promotionPause", "promotion { status }", json!({ "promotionId": first["id"] })).await;
        assert_eq!(refusals(&owner, &drafts[..3]).await.len() + refusals(&owner, &drafts[3..]).await.len(), 2);
    }

    async fn groups_that_compete_leave_all_ways_to_be_tried(app: TestApp) {
        arrange::shop(&app).await;
        let owner = app.as_owner().await;
        for group in ["a", "b"] {
            let first = running(&owner, json!({ "group": group })).await;
            copies(&app, &first, 13).await;
        }
        // 15 × 15 ways; 16 × 16 with one more in each, 17 × 16 with yet another.
        let more = drafts(&owner, &[Some("a"), Some("b"), Some("a"), None]).await;
        assert_eq!(refusals(&owner, &more[..2]).await, [""; 0]);
        let before = app.fingerprint().await;
        assert_eq!(refusals(&owner, &more[2..3]).await, ["TOO_MANY_RUNNING"]);
        assert_eq!(app.fingerprint().await, before);
        assert_eq!(refusals(&owner, &more[3..]).await, [""; 0]);
        let moved = json!({ "input": { "promotionId": more[3], "promotion": { "group": "a" } } });
        owner.send(&document("promotionUpdate", "promotion { id }"), moved).await.expect_user_error("TOO_MANY_RUNNING");
        let stacked = json!({ "promotionId": more[3], "promotion": { "group": "a", "groupMode": "STACK" } });
        staff(&owner, "promotionUpdate", "promotion { id }", stacked).await;
    }
}
