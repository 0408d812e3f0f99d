//! Members' points: given, earned, spent, lapsed.

mod adjust;
mod approval;
pub(crate) mod authorization;
mod earn;
mod events;
mod model;
mod notice;
mod promise;
mod rules;
mod spend;

use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};
use tests::{Client, TestApp, arrange};

/// What tests look at in a member's points.
const FIELDS: &str = "balance pending held value { amount } expiring { points expiresAt }
    entries { nodes { id kind points balanceAfter reason } }";

/// Reads a member's own points.
pub(crate) async fn own(member: &Client) -> Value {
    let query = format!("{{ viewer {{ member {{ points {{ {FIELDS} }} }} }} }}");
    member.run(&query, json!({})).await["viewer"]["member"]["points"].clone()
}

/// Kinds and points of the newest entries first.
pub(crate) fn ledger(points: &Value) -> Vec<(String, i64, i64)> {
    let entries = points["entries"]["nodes"].as_array().expect("a list");
    let figure = |entry: &Value, name: &str| entry[name].as_i64().expect("a number");
    entries
        .iter()
        .map(|entry| {
            (
                entry["kind"].as_str().expect("a kind").to_owned(),
                figure(entry, "points"),
                figure(entry, "balanceAfter"),
            )
        })
        .collect()
}

/// Gives or takes points as staff.
pub(crate) async fn adjust(
    owner: &Client,
    member: &Client,
    points: i64,
    key: &str,
) -> tests::Answer {
    let input = json!({ "memberId": member.account_id(), "points": points, "reason": "A gift", "idempotencyKey": key });
    owner.send(ADJUST, json!({ "input": input })).await
}

const ADJUST: &str = "mutation($input: PointsAdjustInput!) {
    pointsAdjust(input: $input) { pointsAccount { id balance } userErrors { code field message } } }";

/// Lets points pay: 100 points are worth 1.00, for at most half of the goods.
pub(crate) async fn let_points_pay(app: &TestApp) {
    arrange::change_channel(app, |channel| {
        channel.points_redeem_points = Set(100);
        channel.points_redeem_minor = Set(100);
        channel.points_redeem_min = Set(0);
        channel.points_redeem_max_ppm = Set(500_000);
    })
    .await;
}

/// Saves a rule; what a new one gives for orders is usable at once unless it says otherwise.
pub(crate) async fn rule(owner: &Client, mut rule: Value) -> tests::Answer {
    if rule["trigger"] == "ORDER" && rule["pendingDays"].is_null() {
        rule["pendingDays"] = json!(0);
    }
    let document = "mutation($input: PointsRulesUpsertInput!) { pointsRulesUpsert(input: $input) {
        pointsRules { id key label trigger pointsPerMoneyUnit fixedPoints maxPerDay pendingDays expiryPolicy expiryDays active version
            products { productIds } versions { version fixedPoints expiryPolicy } }
        userErrors { code field } } }";
    owner
        .send(document, json!({ "input": { "pointsRules": [rule] } }))
        .await
}
