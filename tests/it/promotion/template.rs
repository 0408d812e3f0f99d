//! Templates of coupons: changed, and stopped for good.

use chrono::TimeDelta;
use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use tests::{Answer, Client, TestApp, arrange, both};

use super::claim::claim;
use super::withdraw::call_off;
use super::{document, merge, open_code, running, staff, template};
use crate::cart::{change, place, ready};

const TEMPLATE: &str = "couponTemplate { id label claimable usableFrom expiresAt validDays grantOn perMember issueLimit restorable graceDays stoppedAt version }";

async fn update(owner: &Client, template: &Value, fields: Value) -> Answer {
    let input = json!({ "couponTemplateId": template, "couponTemplate": fields });
    let document = document("couponTemplateUpdate", TEMPLATE);
    owner.send(&document, json!({ "input": input })).await
}

async fn stop(owner: &Client, template: &Value, fields: Value) -> Answer {
    let mut input = json!({ "couponTemplateId": template, "idempotencyKey": "stop" });
    merge(&mut input, fields);
    let selection = format!("{TEMPLATE} job {{ id kind status total }}");
    let document = document("couponTemplateStop", &selection);
    owner.send(&document, json!({ "input": input })).await
}

/// How many coupons there are in a status.
async fn in_status(owner: &Client, status: &str) -> Value {
    let query =
        "query($status: [CouponStatus!]) { coupons(filter: { status: $status }) { totalCount } }";
    owner.run(query, json!({ "status": [status] })).await["coupons"]["totalCount"].clone()
}

both! {
    async fn every_field_is_written_and_null_clears(app: TestApp) {
        let owner = app.as_owner().await;
        let template = template(&owner, json!({ "issueLimit": 3, "grantOn": "BIRTHDAY", "expiresAt": "2030-01-01T00:00:00Z" })).await;
        let other = running(&owner, json!({ "couponRequired": true })).await["id"].clone();
        let fields = json!({ "label": " 双十一券 ", "promotionId": other, "claimable": true, "usableFrom": "2020-01-01T00:00:00Z",
            "expiresAt": null, "validDays": 7, "grantOn": null, "perMember": 2, "issueLimit": null, "restorable": false, "graceDays": 7 });
        let changed = update(&owner, &template, fields).await.ok()["couponTemplateUpdate"]["couponTemplate"].clone();
        assert_eq!(changed, json!({ "id": template, "label": "双十一券", "claimable": true, "usableFrom": "2020-01-01T00:00:00Z",
            "expiresAt": null, "validDays": 7, "grantOn": null, "perMember": 2, "issueLimit": null, "restorable": false, "graceDays": 7,
            "stoppedAt": null, "version": 2 }));
        let same = update(&owner, &template, json!({ "perMember": 2 })).await.ok();
        assert_eq!(same["couponTemplateUpdate"]["couponTemplate"], changed, "what changes nothing is no change");
        let ada = app.as_member("ada@members.test").await;
        for _ in 0..2 {
            claim(&ada, json!({ "couponTemplateId": template })).await.ok();
        }
        claim(&ada, json!({ "couponTemplateId": template })).await.expect_user_error("MEMBER_LIMIT_REACHED");
    }

    async fn what_holders_of_coupons_rely_on_stays(app: TestApp) {
        let owner = app.as_owner().await;
        let other = running(&owner, json!({ "couponRequired": true })).await["id"].clone();
        let soon = app.clock().now() + TimeDelta::hours(1);
        let limited = template(&owner, json!({ "issueLimit": 3 })).await;
        let endless = template(&owner, json!({ "usableFrom": soon, "expiresAt": soon + TimeDelta::hours(1) })).await;
        for (template, code) in [(&limited, "FIRST"), (&limited, "SECOND"), (&endless, "THIRD")] {
            let input = json!({ "couponTemplateId": template, "code": code, "idempotencyKey": code });
            staff(&owner, "couponCreate", "coupons { id }", input).await;
        }
        let before = app.fingerprint().await;
        for (template, fields, code, field) in [
            (&limited, json!({ "promotionId": other }), "COUPONS_EXIST", "promotionId"),
            (&limited, json!({ "usableFrom": soon }), "COUPONS_EXIST", "usableFrom"),
            (&limited, json!({ "issueLimit": 1 }), "INVALID", "issueLimit"),
            (&endless, json!({ "issueLimit": 9 }), "COUPONS_EXIST", "issueLimit"),
            (&endless, json!({ "usableFrom": soon + TimeDelta::minutes(1) }), "COUPONS_EXIST", "usableFrom"),
            (&endless, json!({ "perMember": 0 }), "INVALID", "perMember"),
            (&endless, json!({ "label": "  " }), "INVALID", "label"),
            (&endless, json!({ "expiresAt": soon }), "INVALID", "expiresAt"),
            (&endless, json!({ "grantOn": "EACH_MONTH" }), "INVALID", "grantTierId"),
        ] {
            let refused = update(&owner, template, fields).await.expect_user_error(code);
            assert_eq!(refused["field"], json!(["input", "couponTemplate", field]));
        }
        assert_eq!(app.fingerprint().await, before);
        update(&owner, &limited, json!({ "issueLimit": 2 })).await.ok();
        update(&owner, &endless, json!({ "usableFrom": null, "expiresAt": null })).await.ok();
        let kept = owner.run("{ coupons(filter: { code: \"THIRD\" }) { nodes { usableFrom expiresAt } } }", json!({})).await;
        let end = &kept["coupons"]["nodes"][0];
        assert_eq!(end["usableFrom"], Value::Null);
        assert!(end["expiresAt"].is_string(), "a coupon keeps the end it was made with");
    }

    async fn a_limit_waits_for_codes_that_are_about_to_be_made(app: TestApp) {
        let owner = app.as_owner().await;
        let template = template(&owner, json!({})).await;
        let input = json!({ "couponTemplateId": template, "count": 5, "idempotencyKey": "series" });
        staff(&owner, "couponCodesGenerate", "job { id }", input).await;
        update(&owner, &template, json!({ "issueLimit": 1 })).await.expect_user_error("COUPONS_EXIST");
    }

    async fn an_outdated_or_strange_change_is_refused(app: TestApp) {
        let owner = app.as_owner().await;
        let template = template(&owner, json!({})).await;
        let plain = running(&owner, json!({})).await["id"].clone();
        let before = app.fingerprint().await;
        let outdated = json!({ "couponTemplateId": template, "expectedVersion": 2, "couponTemplate": { "label": "New" } });
        owner.send(&document("couponTemplateUpdate", TEMPLATE), json!({ "input": outdated })).await.expect_user_error("CONFLICT");
        update(&owner, &template, json!({ "promotionId": plain })).await.expect_user_error("INVALID");
        let unknown = domain::id::CouponTemplateId(app.clock().new_id()).to_string();
        update(&owner, &json!(unknown), json!({ "label": "New" })).await.expect_user_error("NOT_FOUND");
        stop(&owner, &json!(unknown), json!({})).await.expect_user_error("NOT_FOUND");
        stop(&owner, &template, json!({ "revokeReason": " " })).await.expect_user_error("INVALID");
        assert_eq!(app.fingerprint().await, before);
    }

    async fn no_coupon_comes_from_a_template_that_is_stopped(app: TestApp) {
        let owner = app.as_owner().await;
        let template = template(&owner, json!({ "claimable": true, "grantOn": "REGISTRATION" })).await;
        let series = json!({ "couponTemplateId": template, "count": 5, "idempotencyKey": "series" });
        let series = staff(&owner, "couponCodesGenerate", "job { id }", series).await["job"]["id"].clone();
        let ada = app.as_member("ada@members.test").await;
        let held = claim(&ada, json!({ "couponTemplateId": template })).await.ok()["couponClaim"]["coupon"].clone();
        let stopped = stop(&owner, &template, json!({})).await.ok()["couponTemplateStop"].clone();
        assert!(stopped["couponTemplate"]["stoppedAt"].is_string());
        assert_eq!((&stopped["couponTemplate"]["version"], &stopped["job"]), (&json!(2), &Value::Null));
        assert_eq!(stop(&owner, &template, json!({})).await.ok()["couponTemplateStop"], stopped);
        let again = stop(&owner, &template, json!({ "idempotencyKey": "other" })).await.ok()["couponTemplateStop"].clone();
        assert_eq!(again, stopped, "what is stopped stays as it is");
        let eve = app.as_member("eve@members.test").await;
        let before = app.fingerprint().await;
        for (mutation, fields) in [
            ("couponCreate", json!({ "code": "FIRST" })),
            ("couponCodesGenerate", json!({ "count": 1 })),
        ] {
            let mut input = json!({ "couponTemplateId": template, "idempotencyKey": mutation });
            merge(&mut input, fields);
            owner.send(&document(mutation, ""), json!({ "input": input })).await.expect_user_error("TEMPLATE_STOPPED");
        }
        claim(&eve, json!({ "couponTemplateId": template })).await.expect_user_error("NOT_FOUND");
        assert_eq!(app.fingerprint().await, before);
        crate::member::join(&app, "new@members.test").await;
        app.run_outbox_until_idle().await;
        let job = owner.run("query($id: ID!) { node(id: $id) { ... on Job { status done total } } }", json!({ "id": series })).await;
        assert_eq!(job["node"], json!({ "status": "SUCCEEDED", "done": 0, "total": 0 }), "the series ends with what was made");
        assert_eq!(in_status(&owner, "AVAILABLE").await, 1);
        let seen = app.guest().run("{ couponTemplates { totalCount } }", json!({})).await;
        assert_eq!(seen["couponTemplates"]["totalCount"], 0);
        let own = ada.run("{ viewer { member { coupons { nodes { id status } } } } }", json!({})).await;
        assert_eq!(own["viewer"]["member"]["coupons"]["nodes"], json!([{ "id": held["id"], "status": "AVAILABLE" }]));
    }

    async fn coupons_that_could_be_used_are_withdrawn_with_their_template(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let template = template(&owner, json!({ "claimable": true })).await;
        let ada = app.as_member("ada@members.test").await;
        let held = claim(&ada, json!({ "couponTemplateId": template })).await.ok()["couponClaim"]["coupon"].clone();
        let cart = ready(&ada, &shop, goods.variant(), 1).await;
        let apply = json!({ "cartId": cart["id"], "couponCode": held["code"] });
        let cart = change(&ada, "cartCouponApply", apply).await;
        let order = place(&ada, &cart, "order").await.ok()["orderPlace"]["order"]["id"].clone();
        let series = json!({ "couponTemplateId": template, "count": 2_500, "idempotencyKey": "series" });
        staff(&owner, "couponCodesGenerate", "job { id }", series).await;
        app.run_outbox_until_idle().await;
        open_code(&owner, "ELSEWHERE", json!({})).await;
        let stopped = stop(&owner, &template, json!({ "revokeReason": "leaked" })).await.ok()["couponTemplateStop"].clone();
        assert_eq!((&stopped["job"]["kind"], &stopped["job"]["total"]), (&json!("COUPONS_REVOKE"), &json!(2_501)));
        assert_eq!(stop(&owner, &template, json!({ "revokeReason": "leaked" })).await.ok()["couponTemplateStop"]["job"], stopped["job"]);
        stop(&owner, &template, json!({ "revokeReason": "other" })).await.expect_user_error("IDEMPOTENCY_KEY_REUSED");
        app.run_outbox_until_idle().await;
        let job = owner.run("query($id: ID!) { node(id: $id) { ... on Job { status done total } } }", json!({ "id": stopped["job"]["id"] })).await;
        assert_eq!(job["node"], json!({ "status": "SUCCEEDED", "done": 2_501, "total": 2_501 }));
        assert_eq!(in_status(&owner, "REVOKED").await, 2_500);
        assert_eq!(in_status(&owner, "AVAILABLE").await, 1, "of another template");
        assert_eq!(in_status(&owner, "LOCKED").await, 1, "an order keeps what it uses");
        call_off(&owner, order.as_str().unwrap()).await;
        assert_eq!(in_status(&owner, "LOCKED").await, 0);
        assert_eq!(in_status(&owner, "REVOKED").await, 2_501, "what comes back is withdrawn");
    }

    async fn a_stop_is_the_last_word_among_many_claims(app: TestApp) {
        let owner = app.as_owner().await;
        let template = template(&owner, json!({ "claimable": true })).await;
        let mut members = Vec::new();
        for number in 0..12 {
            members.push(app.as_member(&format!("m{number}@members.test")).await);
        }
        let claims = members.iter().map(|member| claim(member, json!({ "couponTemplateId": template })));
        let (_, stopped) = join(join_all(claims), stop(&owner, &template, json!({ "revokeReason": "over" }))).await;
        stopped.ok();
        app.run_outbox_until_idle().await;
        assert_eq!(in_status(&owner, "AVAILABLE").await, 0);
    }
}
