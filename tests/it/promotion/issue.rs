use serde_json::json;
use tests::{TestApp, both};

use super::{document, merge, open_code, staff, template};

both! {
    async fn the_same_key_gives_the_same_coupons_and_another_input_is_refused(app: TestApp) {
        let owner = app.as_owner().await;
        let template = template(&owner, json!({})).await;
        let input = json!({ "couponTemplateId": template, "code": "FIRST", "idempotencyKey": "k" });
        let first = staff(&owner, "couponCreate", "coupons { id }", input.clone()).await;
        let second = staff(&owner, "couponCreate", "coupons { id }", input).await;
        assert_eq!(first, second);
        let other = json!({ "input": { "couponTemplateId": template, "code": "OTHER", "idempotencyKey": "k" } });
        owner.send(&document("couponCreate", ""), other).await.expect_user_error("IDEMPOTENCY_KEY_REUSED");
    }

    async fn codes_are_unique_and_limits_hold(app: TestApp) {
        let owner = app.as_owner().await;
        open_code(&owner, "TAKEN", json!({})).await;
        let limited = template(&owner, json!({ "issueLimit": 2 })).await;
        let create = |key: &str, fields: serde_json::Value| {
            let mut input = json!({ "couponTemplateId": limited, "idempotencyKey": key });
            merge(&mut input, fields);
            json!({ "input": input })
        };
        let document = document("couponCreate", "coupons { code }");
        owner.send(&document, create("a", json!({ "code": "taken" }))).await.expect_user_error("CODE_TAKEN");
        owner.send(&document, create("b", json!({}))).await.expect_user_error("INVALID");
        owner.send(&document, create("c", json!({ "code": "x" }))).await.expect_user_error("INVALID");
        let ada = app.as_member("ada@members.test").await;
        let eve = app.as_member("eve@members.test").await;
        let both = json!({ "memberIds": [ada.account_id(), eve.account_id()] });
        let made = owner.send(&document, create("d", both)).await.ok();
        assert_eq!(made["couponCreate"]["coupons"].as_array().unwrap().len(), 2);
        owner.send(&document, create("e", json!({ "code": "THIRD" }))).await.expect_user_error("NONE_LEFT");
        let single = template(&owner, json!({})).await;
        let give = |key: &str| json!({ "input": { "couponTemplateId": single, "memberIds": [ada.account_id()], "idempotencyKey": key } });
        owner.send(&document, give("f")).await.ok();
        owner.send(&document, give("g")).await.expect_user_error("MEMBER_LIMIT_REACHED");
    }

    async fn coupons_are_found_by_code_template_wallet_and_status(app: TestApp) {
        let owner = app.as_owner().await;
        let first = open_code(&owner, "FIRST", json!({})).await;
        open_code(&owner, "SECOND", json!({})).await;
        staff(&owner, "couponRevoke", "coupon { status }", json!({ "couponId": first["id"], "reason": "leaked" })).await;
        let query = "query($filter: CouponFilter) { coupons(filter: $filter) { nodes { code status } totalCount } }";
        for (filter, codes) in [
            (json!({}), json!([{ "code": "SECOND", "status": "AVAILABLE" }, { "code": "FIRST", "status": "REVOKED" }])),
            (json!({ "code": "first" }), json!([{ "code": "FIRST", "status": "REVOKED" }])),
            (json!({ "code": "'; --" }), json!([])),
            (json!({ "status": ["AVAILABLE"] }), json!([{ "code": "SECOND", "status": "AVAILABLE" }])),
        ] {
            assert_eq!(owner.run(query, json!({ "filter": filter })).await["coupons"]["nodes"], codes, "{filter}");
        }
    }
}
