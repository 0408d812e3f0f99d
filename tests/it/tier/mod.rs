//! Tiers of membership: what staff set, and how members rise and fall.

pub(crate) mod authorization;
mod growth;
mod standing;
mod upsert;

use serde_json::{Value, json};
use tests::{Answer, Client};

/// What tests look at in a tier.
const FIELDS: &str = "id code name rank threshold { amount currencyCode } graceDays pointsMultiplier freeShipping benefits
    translations { locale name benefits } active";

/// Tries to save tiers.
async fn try_save(staff: &Client, tiers: Value) -> Answer {
    let document = format!(
        "mutation($input: MemberTiersUpsertInput!) {{ memberTiersUpsert(input: $input) {{
            memberTiers {{ {FIELDS} }} userErrors {{ code field message }} }} }}"
    );
    staff
        .send(&document, json!({ "input": { "memberTiers": tiers } }))
        .await
}

/// Saves tiers and answers them.
pub(crate) async fn save(staff: &Client, tiers: Value) -> Value {
    try_save(staff, tiers).await.ok()["memberTiersUpsert"]["memberTiers"].clone()
}

/// A tier in euros.
pub(crate) fn tier(code: &str, rank: u32, threshold: &str) -> Value {
    json!({ "code": code, "name": code, "rank": rank, "threshold": { "amount": threshold, "currencyCode": "EUR" } })
}

/// The same with more fields.
pub(crate) fn with(mut tier: Value, fields: Value) -> Value {
    let Value::Object(fields) = fields else {
        panic!("fields, not {fields}");
    };
    for (name, value) in fields {
        tier[name] = value;
    }
    tier
}
