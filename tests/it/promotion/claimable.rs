use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::{Client, TestApp, both};

use super::{merge, running, staff};

/// Labels of the templates a client sees, newest first.
async fn seen(client: &Client) -> Vec<String> {
    let list = client
        .run(
            "{ couponTemplates { nodes { label } totalCount } }",
            json!({}),
        )
        .await["couponTemplates"]
        .clone();
    let labels: Vec<String> = list["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["label"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(list["totalCount"], labels.len());
    labels
}

/// A template open to claims, of a promotion of its own, changed by `fields`; gives the promotion's and the template's id.
async fn template(owner: &Client, label: &str, promotion: Value, fields: Value) -> (Value, Value) {
    let mut of = json!({ "couponRequired": true });
    merge(&mut of, promotion);
    let promotion = running(owner, of).await["id"].clone();
    let mut input = json!({ "label": label, "promotionId": promotion, "claimable": true });
    merge(&mut input, fields);
    let input = json!({ "couponTemplate": input });
    let made = staff(
        owner,
        "couponTemplateCreate",
        "couponTemplate { id }",
        input,
    )
    .await;
    (promotion, made["couponTemplate"]["id"].clone())
}

/// Puts a coupon of a template into a wallet.
async fn give(owner: &Client, template: &Value, member: &Client, key: &str) {
    let input = json!({ "couponTemplateId": template, "memberIds": [member.account_id()], "idempotencyKey": key });
    staff(owner, "couponCreate", "coupons { id }", input).await;
}

both! {
    async fn buyers_see_what_they_may_claim_and_staff_see_everything(app: TestApp) {
        let owner = app.as_owner().await;
        let soon = (app.clock().now() + TimeDelta::days(1)).to_rfc3339();
        let (_, plain) = template(&owner, "plain", json!({}), json!({})).await;
        template(&owner, "ending", json!({}), json!({ "expiresAt": soon })).await;
        let (paused, _) = template(&owner, "stopped", json!({}), json!({})).await;
        staff(&owner, "promotionPause", "promotion { id }", json!({ "promotionId": paused })).await;
        template(&owner, "announced", json!({ "startsAt": soon }), json!({})).await;
        let (_, closed) = template(&owner, "closed", json!({}), json!({ "claimable": false })).await;
        let (guest, ada) = (app.guest(), app.as_member("ada@members.test").await);
        for buyer in [&guest, &ada, &app.as_staff(&["PROMOTION_READ"]).await] {
            assert_eq!(seen(buyer).await, ["ending", "plain"]);
        }
        let all = ["closed", "announced", "stopped", "ending", "plain"];
        assert_eq!(seen(&app.as_staff(&["COUPON_READ"]).await).await, all);
        let node = "query($id: ID!) { node(id: $id) { ... on CouponTemplate { label } } }";
        assert_eq!(guest.run(node, json!({ "id": plain })).await["node"]["label"], "plain");
        assert_eq!(guest.run(node, json!({ "id": closed })).await["node"], Value::Null);
        app.clock().advance(TimeDelta::days(1));
        assert_eq!(seen(&guest).await, ["announced", "plain"]);
    }

    async fn what_is_given_away_or_held_already_cannot_be_claimed(app: TestApp) {
        let owner = app.as_owner().await;
        let (ada, eve) = (app.as_member("ada@members.test").await, app.as_member("eve@members.test").await);
        let (_, twice) = template(&owner, "twice", json!({}), json!({ "perMember": 2 })).await;
        let (_, one) = template(&owner, "one", json!({}), json!({ "issueLimit": 1 })).await;
        give(&owner, &twice, &ada, "first").await;
        assert_eq!(seen(&ada).await, ["one", "twice"]);
        give(&owner, &twice, &ada, "second").await;
        assert_eq!(seen(&ada).await, ["one"]);
        assert_eq!(seen(&eve).await, ["one", "twice"]);
        give(&owner, &one, &eve, "last").await;
        assert_eq!(seen(&ada).await, Vec::<String>::new());
        assert_eq!(seen(&app.guest()).await, ["twice"]);
    }
}
