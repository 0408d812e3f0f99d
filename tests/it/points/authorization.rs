//! Who may do what with points: members see their own, staff with the permission all.

use serde_json::{Value, json};
use tests::authorization::Expected::{Allowed, Hidden, TopError};
use tests::authorization::{Row, World};

use super::approval::request;
use super::{adjust, own, rule};

/// An entry of the member's ledger.
async fn entry(world: &World) -> Value {
    let key = world.app.clock().new_id().to_string();
    adjust(&world.owner, &world.member, 1, &key).await.ok();
    own(&world.member).await["entries"]["nodes"][0]["id"].clone()
}

pub(crate) fn rows() -> Vec<Row> {
    vec![
        Row::new(
            "pointsAdjust",
            "mutation($input: PointsAdjustInput!) { pointsAdjust(input: $input) { pointsAccount { id } userErrors { code } } }",
        )
        .needs("POINTS_WRITE")
        .variables(|world| async move {
            let key = world.app.clock().new_id().to_string();
            json!({ "input": { "memberId": world.member.account_id(), "points": 1, "reason": "A gift", "idempotencyKey": key } })
        }),
        Row::new(
            "pointsRulesUpsert",
            "mutation($input: PointsRulesUpsertInput!) { pointsRulesUpsert(input: $input) { pointsRules { id } userErrors { code } } }",
        )
        .needs("POINTS_WRITE")
        .variables(|_| async {
            json!({ "input": { "pointsRules": [{ "key": "order", "label": "Orders", "trigger": "ORDER", "fixedPoints": 1 }] } })
        }),
        Row::new(
            "pointsEventRecord",
            "mutation($input: PointsEventRecordInput!) { pointsEventRecord(input: $input) { pointsEntry { id } userErrors { code } } }",
        )
        .needs("POINTS_WRITE")
        .variables(|world| async move {
            let visit = json!({ "key": "visit", "label": "A visit", "trigger": "CUSTOM", "fixedPoints": 1 });
            rule(&world.owner, visit).await.ok();
            let source = world.app.clock().new_id().to_string();
            json!({ "input": { "memberId": world.member.account_id(), "ruleKey": "visit", "source": source } })
        }),
        Row::new(
            "pointsAdjustmentRequest",
            "mutation($input: PointsAdjustmentRequestInput!) { pointsAdjustmentRequest(input: $input) { pointsAdjustment { id } userErrors { code } } }",
        )
        .needs("POINTS_WRITE")
        .variables(|world| async move {
            let key = world.app.clock().new_id().to_string();
            json!({ "input": { "memberId": world.member.account_id(), "points": 1, "reason": "A gift", "idempotencyKey": key } })
        }),
        Row::new(
            "pointsAdjustmentRespond",
            "mutation($input: PointsAdjustmentRespondInput!) { pointsAdjustmentRespond(input: $input) { pointsAdjustment { id } userErrors { code } } }",
        )
        .needs("POINTS_WRITE")
        .variables(|world| async move {
            let key = world.app.clock().new_id().to_string();
            let asked = request(&world.owner, &world.member, 1, &key).await.ok();
            let id = asked["pointsAdjustmentRequest"]["pointsAdjustment"]["id"].clone();
            json!({ "input": { "pointsAdjustmentId": id, "decision": "ACCEPT", "idempotencyKey": key } })
        }),
        Row::new("Query.pointsAdjustments", "{ pointsAdjustments { nodes { id } } }").needs("POINTS_READ"),
        Row::new("Query.pointsTrialBalance", "{ pointsTrialBalance { total } }").needs("POINTS_READ"),
        Row::new("Query.pointsRules", "{ pointsRules { id } }").needs("POINTS_READ"),
        Row::new("Member.points", "{ viewer { member { points { balance } } } }").expects([Hidden, Allowed, Allowed, Hidden, Hidden]),
        Row::new("PointsEntry.actor", "query($id: ID!) { node(id: $id) { ... on PointsEntry { actor { kind } } } }")
            .permission("POINTS_READ")
            .expects([Hidden, TopError("FORBIDDEN"), Hidden, Hidden, Allowed])
            .variables(|world| async move { json!({ "id": entry(&world).await }) }),
    ]
}
