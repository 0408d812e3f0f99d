//! Segments: members described by rules.

pub(crate) mod authorization;
mod members;
mod upsert;

use serde_json::{Value, json};
use tests::{Answer, Client};

/// Tries to save a segment.
async fn try_save(staff: &Client, segment: Value) -> Answer {
    let document = "mutation($input: SegmentsUpsertInput!) { segmentsUpsert(input: $input) {
        segments { id code name version size sample { email } rule {
            all { orders { min max withinDays } not { acceptsMarketing } } birthdayMonths } }
        userErrors { code field message } } }";
    staff
        .send(document, json!({ "input": { "segments": [segment] } }))
        .await
}

/// Saves a segment of this rule and answers it.
pub(crate) async fn save(staff: &Client, code: &str, rule: Value) -> Value {
    let segment = json!({ "code": code, "name": code, "rule": rule });
    try_save(staff, segment).await.ok()["segmentsUpsert"]["segments"][0].clone()
}
