//! Promotions and coupons: what staff write, what they do to carts, and who comes first.

mod agreement;
pub(crate) mod authorization;
mod automatic;
mod best;
mod catalog;
mod claim;
mod claimable;
mod coupon;
mod export;
mod gift;
mod give;
mod grace;
mod issue;
mod lifecycle;
mod occasion;
mod paid_by;
mod performance;
mod place;
mod race;
mod room;
mod rules;
mod series;
mod simulate;
mod template;
mod withdraw;

use serde_json::{Value, json};
use tests::Client;

/// What tests look at in a promotion.
const FIELDS: &str = "id name label status couponRequired startsAt endsAt priority version budgetUses usesPerMember
    conditions { minSubtotal { amount } minQuantity firstOrder countryCodes }
    rewards { percentOff { percent } fixedOff { amount { amount } } freeShipping { maxPrice { amount } } } maxDiscount { amount }";

/// Runs a promotion or coupon mutation and answers its payload; panics on any refusal.
pub(crate) async fn staff(client: &Client, mutation: &str, selection: &str, input: Value) -> Value {
    client
        .send(&document(mutation, selection), json!({ "input": input }))
        .await
        .ok()[mutation]
        .clone()
}

/// The document of such a mutation.
pub(crate) fn document(mutation: &str, selection: &str) -> String {
    let mut start = mutation.chars();
    let type_name: String = start
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(start)
        .collect();
    format!(
        "mutation($input: {type_name}Input!) {{ {mutation}(input: $input) {{ {selection} userErrors {{ code field message }} }} }}"
    )
}

/// A promotion of 10 % off that runs, changed by `fields`.
pub(crate) async fn running(owner: &Client, fields: Value) -> Value {
    let mut input = json!({ "name": "Sale", "label": "Sale", "rewards": [{ "percentOff": { "percent": "10" } }] });
    merge(&mut input, fields);
    let created = staff(
        owner,
        "promotionCreate",
        &format!("promotion {{ {FIELDS} }}"),
        json!({ "promotion": input }),
    )
    .await;
    let id = &created["promotion"]["id"];
    let activate = staff(
        owner,
        "promotionActivate",
        &format!("promotion {{ {FIELDS} }}"),
        json!({ "promotionId": id }),
    )
    .await;
    activate["promotion"].clone()
}

/// An open code for 10 % off; `fields` may hold `promotion`, `template` and `coupon`.
pub(crate) async fn open_code(owner: &Client, code: &str, fields: Value) -> Value {
    let mut promotion = json!({ "couponRequired": true });
    merge(&mut promotion, fields["promotion"].clone());
    let promotion = running(owner, promotion).await;
    let mut template = json!({ "label": "Ten off", "promotionId": promotion["id"] });
    merge(&mut template, fields["template"].clone());
    let template = staff(
        owner,
        "couponTemplateCreate",
        "couponTemplate { id }",
        json!({ "couponTemplate": template }),
    )
    .await;
    let mut coupon = json!({ "couponTemplateId": template["couponTemplate"]["id"], "code": code, "idempotencyKey": code });
    merge(&mut coupon, fields["coupon"].clone());
    let created = staff(
        owner,
        "couponCreate",
        "coupons { id code status usedCount usageLimit }",
        coupon,
    )
    .await;
    created["coupons"][0].clone()
}

pub(crate) fn merge(into: &mut Value, fields: Value) {
    if let (Value::Object(into), Value::Object(fields)) = (into, fields) {
        into.extend(fields);
    }
}

/// A template of a promotion that runs, changed by `fields`; gives its id.
pub(crate) async fn template(owner: &Client, fields: Value) -> Value {
    let promotion = running(owner, json!({ "couponRequired": true })).await;
    let mut input = json!({ "label": "Ten off", "promotionId": promotion["id"] });
    merge(&mut input, fields);
    let input = json!({ "couponTemplate": input });
    let made = staff(
        owner,
        "couponTemplateCreate",
        "couponTemplate { id }",
        input,
    )
    .await;
    made["couponTemplate"]["id"].clone()
}
