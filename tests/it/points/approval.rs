use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};
use tests::{Answer, Client, TestApp, arrange, both};

use super::{adjust, ledger, own};

const REQUEST: &str = "mutation($input: PointsAdjustmentRequestInput!) { pointsAdjustmentRequest(input: $input) {
    pointsAdjustment { id points reason status member { email } requestedBy { kind } answeredAt } userErrors { code field } } }";
const RESPOND: &str =
    "mutation($input: PointsAdjustmentRespondInput!) { pointsAdjustmentRespond(input: $input) {
    pointsAdjustment { id status answeredBy { kind } answeredAt } userErrors { code } } }";

async fn limit(app: &TestApp, points: i32) {
    arrange::change_channel(app, |channel| channel.points_adjust_limit = Set(points)).await;
}

pub(crate) async fn request(staff: &Client, member: &Client, points: i64, key: &str) -> Answer {
    let input = json!({ "memberId": member.account_id(), "points": points, "reason": "A late parcel", "idempotencyKey": key });
    staff.send(REQUEST, json!({ "input": input })).await
}

async fn respond(staff: &Client, id: &Value, decision: &str, key: &str) -> Answer {
    let input = json!({ "pointsAdjustmentId": id, "decision": decision, "idempotencyKey": key });
    staff.send(RESPOND, json!({ "input": input })).await
}

fn asked(data: &Value) -> Value {
    data["pointsAdjustmentRequest"]["pointsAdjustment"].clone()
}

both! {
    async fn above_the_limit_a_second_person_decides(app: TestApp) {
        limit(&app, 100).await;
        let (one, other) = (app.as_owner().await, app.as_owner().await);
        let ada = app.as_member("ada@members.test").await;
        adjust(&one, &ada, 100, "small").await.ok();
        adjust(&one, &ada, 101, "large").await.expect_user_error("LIMIT_EXCEEDED");
        adjust(&one, &ada, -101, "less").await.expect_user_error("LIMIT_EXCEEDED");
        adjust(&other, &ada, 1, "more").await.expect_user_error("LIMIT_EXCEEDED");
        adjust(&other, &ada, -1, "fewer").await.expect_user_error("LIMIT_EXCEEDED");
        let made = asked(&request(&one, &ada, 500, "ask").await.ok());
        assert_eq!(asked(&request(&one, &ada, 500, "ask").await.ok()), made, "the first answer");
        assert_eq!((&made["status"], &made["points"], &made["requestedBy"]["kind"]), (&json!("PENDING"), &json!(500), &json!("STAFF")));
        assert_eq!(own(&ada).await["balance"], 100);
        respond(&one, &made["id"], "ACCEPT", "mine").await.expect_user_error("LIMIT_EXCEEDED");
        let list = "query($status: [RequestStatus!]) { pointsAdjustments(filter: { status: $status }) { nodes { id } totalCount } }";
        let waiting = other.run(list, json!({ "status": ["PENDING"] })).await;
        assert_eq!(waiting["pointsAdjustments"], json!({ "nodes": [{ "id": made["id"] }], "totalCount": 1 }));
        let (first, second) = tokio::join!(respond(&other, &made["id"], "ACCEPT", "yes"), respond(&other, &made["id"], "ACCEPT", "yes"));
        let answered = first.ok()["pointsAdjustmentRespond"]["pointsAdjustment"].clone();
        assert_eq!((&answered["status"], &answered["answeredBy"]["kind"]), (&json!("ACCEPTED"), &json!("STAFF")));
        second.ok();
        let points = own(&ada).await;
        assert_eq!(ledger(&points)[0], ("ADJUST".to_owned(), 500, 600));
        assert_eq!(points["entries"]["nodes"][0]["reason"], "A late parcel");
        respond(&other, &made["id"], "DECLINE", "no").await.expect_user_error("CONFLICT");
        let waiting = other.run(list, json!({ "status": ["PENDING"] })).await;
        assert_eq!(waiting["pointsAdjustments"]["totalCount"], 0);
    }

    async fn whoever_asked_by_a_key_of_theirs_is_no_second_person(app: TestApp) {
        limit(&app, 100).await;
        let (one, other) = (app.as_owner().await, app.as_owner().await);
        let ada = app.as_member("ada@members.test").await;
        let create = "mutation { apiKeyCreate(input: { name: \"CRM\", scopes: [POINTS_WRITE, MEMBER_READ] }) { secret userErrors { code } } }";
        let secret = one.run(create, json!({})).await["apiKeyCreate"]["secret"].clone();
        let key = app.guest().with_token(secret.as_str().unwrap());
        let made = asked(&request(&key, &ada, 500, "ask").await.ok());
        assert_eq!(made["requestedBy"]["kind"], "API_KEY");
        respond(&one, &made["id"], "ACCEPT", "mine").await.expect_user_error("LIMIT_EXCEEDED");
        respond(&key, &made["id"], "ACCEPT", "its own").await.expect_user_error("LIMIT_EXCEEDED");
        assert_eq!(own(&ada).await["balance"], 0);
        respond(&other, &made["id"], "ACCEPT", "yes").await.ok();
        assert_eq!(own(&ada).await["balance"], 500);
    }

    async fn what_is_declined_or_cannot_be_done_moves_nothing(app: TestApp) {
        limit(&app, 0).await;
        let (one, other) = (app.as_owner().await, app.as_owner().await);
        let ada = app.as_member("ada@members.test").await;
        adjust(&one, &ada, 1, "alone").await.expect_user_error("LIMIT_EXCEEDED");
        let gift = asked(&request(&one, &ada, 10, "gift").await.ok());
        respond(&other, &gift["id"], "DECLINE", "no").await.ok();
        let take = asked(&request(&one, &ada, -10, "take").await.ok());
        let before = app.fingerprint().await;
        respond(&other, &take["id"], "ACCEPT", "yes").await.expect_user_error("INSUFFICIENT_POINTS");
        respond(&other, &json!("points_adjustment_00000000000000000000000000"), "ACCEPT", "x").await.expect_user_error("NOT_FOUND");
        request(&one, &ada, 0, "zero").await.expect_user_error("INVALID");
        request(&one, &ada, 1_000_001, "much").await.expect_user_error("LIMIT_EXCEEDED");
        assert_eq!(app.fingerprint().await, before);
        assert_eq!(own(&ada).await["balance"], 0);
    }

    async fn the_ledger_is_balanced(app: TestApp) {
        let owner = app.as_owner().await;
        let ada = app.as_member("ada@members.test").await;
        adjust(&owner, &ada, 70, "give").await.ok();
        adjust(&owner, &ada, -20, "take").await.ok();
        let query = "{ pointsTrialBalance { balanced total rows { kind posted stored } } }";
        let row = |kind: &str, posted: &str, stored: Option<&str>| json!({ "kind": kind, "posted": posted, "stored": stored });
        assert_eq!(owner.run(query, json!({})).await["pointsTrialBalance"], json!({ "balanced": true, "total": "0", "rows": [
            row("MEMBER_ACTIVE", "50", Some("50")), row("MEMBER_PENDING", "0", Some("0")), row("MEMBER_HELD", "0", Some("0")),
            row("PROGRAM_ISSUED", "-50", None), row("PROGRAM_REDEEMED", "0", None), row("PROGRAM_EXPIRED", "0", None),
        ] }));
    }
}
