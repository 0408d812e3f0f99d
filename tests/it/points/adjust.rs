use serde_json::json;
use tests::{TestApp, both};

use super::{ADJUST, adjust, ledger, own};

both! {
    async fn staff_give_and_take_and_the_ledger_tells(app: TestApp) {
        let owner = app.as_owner().await;
        let ada = app.as_member("ada@members.test").await;
        adjust(&owner, &ada, 500, "a").await.ok();
        let taken = adjust(&owner, &ada, -200, "b").await.ok();
        assert_eq!(taken["pointsAdjust"]["pointsAccount"]["balance"], 300);
        let points = own(&ada).await;
        assert_eq!(ledger(&points), [("ADJUST".to_owned(), -200, 300), ("ADJUST".to_owned(), 500, 500)]);
        assert_eq!(points["entries"]["nodes"][0]["reason"], "A gift");
    }

    async fn the_same_key_moves_points_once(app: TestApp) {
        let owner = app.as_owner().await;
        let ada = app.as_member("ada@members.test").await;
        let (one, two) = tokio::join!(adjust(&owner, &ada, 100, "k"), adjust(&owner, &ada, 100, "k"));
        one.ok();
        two.ok();
        assert_eq!(own(&ada).await["balance"], 100);
        adjust(&owner, &ada, 101, "k").await.expect_user_error("IDEMPOTENCY_KEY_REUSED");
    }

    async fn what_cannot_be_done_changes_nothing(app: TestApp) {
        let owner = app.as_owner().await;
        let ada = app.as_member("ada@members.test").await;
        adjust(&owner, &ada, 10, "a").await.ok();
        let before = app.fingerprint().await;
        adjust(&owner, &ada, -11, "b").await.expect_user_error("INSUFFICIENT_POINTS");
        adjust(&owner, &ada, 0, "c").await.expect_user_error("INVALID");
        adjust(&owner, &ada, 1_000_001, "d").await.expect_user_error("LIMIT_EXCEEDED");
        adjust(&owner, &ada, 1, "").await.expect_user_error("INVALID");
        let input = json!({ "memberId": ada.account_id(), "points": 1, "reason": " ", "idempotencyKey": "e" });
        owner.send(ADJUST, json!({ "input": input })).await.expect_user_error("INVALID");
        let unknown = "member_00000000000000000000000000";
        let input = json!({ "memberId": unknown, "points": 1, "reason": "x", "idempotencyKey": "f" });
        owner.send(ADJUST, json!({ "input": input })).await.expect_user_error("NOT_FOUND");
        assert_eq!(app.fingerprint().await, before);
    }

    async fn taking_at_once_never_takes_more_than_there_is(app: TestApp) {
        let owner = app.as_owner().await;
        let ada = app.as_member("ada@members.test").await;
        adjust(&owner, &ada, 100, "give").await.ok();
        let keys: Vec<String> = (0..10).map(|number| format!("take-{number}")).collect();
        let answers = futures_util::future::join_all(keys.iter().map(|key| adjust(&owner, &ada, -30, key))).await;
        let done = answers.iter().filter(|answer| answer.user_codes().is_empty()).count();
        assert_eq!((done, &own(&ada).await["balance"]), (3, &json!(10)));
    }
}
