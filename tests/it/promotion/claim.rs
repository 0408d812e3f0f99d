use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::{Answer, Client, TestApp, both};

use super::{document, merge, open_code, running, staff, template};

const SELECTION: &str = "coupon { id code status usageLimit }";

/// Tries to put a coupon into the wallet.
pub(super) async fn claim(client: &Client, input: Value) -> Answer {
    client
        .send(
            &document("couponClaim", SELECTION),
            json!({ "input": input }),
        )
        .await
}

/// Codes in a member's wallet, newest first.
async fn wallet(client: &Client) -> Vec<String> {
    let query = "{ viewer { member { coupons { nodes { code } } } } }";
    let found = client.run(query, json!({})).await;
    let nodes = found["viewer"]["member"]["coupons"]["nodes"]
        .as_array()
        .unwrap();
    nodes
        .iter()
        .map(|node| node["code"].as_str().unwrap().to_owned())
        .collect()
}

both! {
    async fn a_claimed_coupon_is_in_the_wallet_and_counts_for_its_owner(app: TestApp) {
        let owner = app.as_owner().await;
        let template = template(&owner, json!({ "claimable": true })).await;
        let ada = app.as_member("ada@members.test").await;
        let claimed = claim(&ada, json!({ "couponTemplateId": template })).await.ok()["couponClaim"]["coupon"].clone();
        assert_eq!((&claimed["status"], &claimed["usageLimit"]), (&json!("AVAILABLE"), &json!(1)));
        assert_eq!(wallet(&ada).await, [claimed["code"].as_str().unwrap()]);
        let before = app.fingerprint().await;
        claim(&ada, json!({ "couponTemplateId": template })).await.expect_user_error("MEMBER_LIMIT_REACHED");
        assert_eq!(app.fingerprint().await, before);
        let issued = owner.run("{ couponTemplates { nodes { issuedCount } } }", json!({})).await;
        assert_eq!(issued["couponTemplates"]["nodes"][0]["issuedCount"], 1);
    }

    async fn a_repeat_with_the_same_key_gets_the_same_coupon(app: TestApp) {
        let owner = app.as_owner().await;
        let template = template(&owner, json!({ "claimable": true, "perMember": 2, "issueLimit": 5 })).await;
        let ada = app.as_member("ada@members.test").await;
        let input = json!({ "couponTemplateId": template, "idempotencyKey": "once" });
        let first = claim(&ada, input.clone()).await.ok();
        assert_eq!(claim(&ada, input).await.ok(), first);
        assert_eq!(wallet(&ada).await.len(), 1);
        let other = json!({ "code": "OTHER", "idempotencyKey": "once" });
        open_code(&owner, "OTHER", json!({ "coupon": { "usageLimit": 1 } })).await;
        claim(&ada, other).await.expect_user_error("IDEMPOTENCY_KEY_REUSED");
    }

    async fn what_is_not_open_to_claims_is_unknown(app: TestApp) {
        let owner = app.as_owner().await;
        let now = app.clock().now();
        let closed = template(&owner, json!({})).await;
        let over = template(&owner, json!({ "claimable": true, "expiresAt": now + TimeDelta::hours(1) })).await;
        let gone = template(&owner, json!({ "claimable": true, "issueLimit": 1 })).await;
        let later = running(&owner, json!({ "couponRequired": true, "startsAt": now + TimeDelta::days(9) })).await;
        let input = json!({ "couponTemplate": { "label": "Later", "promotionId": later["id"], "claimable": true } });
        let later = staff(&owner, "couponTemplateCreate", "couponTemplate { id }", input).await["couponTemplate"]["id"].clone();
        let eve = app.as_member("eve@members.test").await;
        claim(&eve, json!({ "couponTemplateId": gone })).await.ok();
        app.clock().advance(TimeDelta::hours(1));
        let ada = app.as_member("ada@members.test").await;
        let before = app.fingerprint().await;
        for id in [&closed, &over, &later] {
            claim(&ada, json!({ "couponTemplateId": id })).await.expect_user_error("NOT_FOUND");
        }
        claim(&ada, json!({ "couponTemplateId": gone })).await.expect_user_error("NONE_LEFT");
        claim(&ada, json!({})).await.expect_user_error("INVALID");
        claim(&ada, json!({ "couponTemplateId": gone, "code": "BOTH" })).await.expect_user_error("INVALID");
        claim(&app.guest(), json!({ "couponTemplateId": gone })).await.expect_top_error("UNAUTHENTICATED");
        assert_eq!(app.fingerprint().await, before);
    }

    async fn the_coupon_of_a_code_goes_to_the_first_who_claims_it(app: TestApp) {
        let owner = app.as_owner().await;
        open_code(&owner, "SINGLE", json!({ "coupon": { "usageLimit": 1 } })).await;
        open_code(&owner, "SHARED", json!({})).await;
        open_code(&owner, "LATE", json!({ "coupon": { "usageLimit": 1 }, "template": { "expiresAt": app.clock().now() + TimeDelta::hours(1) } })).await;
        app.clock().advance(TimeDelta::hours(1));
        let ada = app.as_member("ada@members.test").await;
        let eve = app.as_member("eve@members.test").await;
        claim(&ada, json!({ "code": " single " })).await.ok();
        assert_eq!(wallet(&ada).await, ["SINGLE"]);
        let before = app.fingerprint().await;
        claim(&ada, json!({ "code": "SINGLE" })).await.ok();
        claim(&ada, json!({ "code": "SHARED" })).await.expect_user_error("INVALID");
        for code in ["SINGLE", "LATE", "UNKNOWN", "!"] {
            let refused = claim(&eve, json!({ "code": code })).await;
            assert_eq!(refused.expect_user_error("COUPON_INVALID")["field"], json!(["input", "code"]));
        }
        assert_eq!(app.fingerprint().await, before);
        claim(&eve, json!({ "code": "GUESS" })).await.expect_user_error("COUPON_INVALID");
        claim(&eve, json!({ "code": "GUESS" })).await.expect_top_error("RATE_LIMITED");
    }

    async fn a_shared_code_of_a_claimable_template_gives_one_of_its_kind(app: TestApp) {
        let owner = app.as_owner().await;
        let more = json!({ "template": { "claimable": true, "validDays": 7 }, "coupon": { "usageLimit": 9 } });
        open_code(&owner, "SHARED", more).await;
        let ada = app.as_member("ada@members.test").await;
        let input = json!({ "code": "shared", "idempotencyKey": "k" });
        let claimed = claim(&ada, input.clone()).await.ok();
        let coupon = &claimed["couponClaim"]["coupon"];
        assert_eq!((&coupon["status"], &coupon["usageLimit"]), (&json!("AVAILABLE"), &json!(1)));
        assert_ne!(coupon["code"], "SHARED");
        assert_eq!(claim(&ada, input).await.ok(), claimed);
        let before = app.fingerprint().await;
        claim(&ada, json!({ "code": "SHARED" })).await.expect_user_error("MEMBER_LIMIT_REACHED");
        assert_eq!(app.fingerprint().await, before);
        assert_eq!(wallet(&ada).await, [coupon["code"].as_str().unwrap()]);
        app.clock().advance(TimeDelta::days(7));
        let listed = ada.run("{ viewer { member { coupons { nodes { status } } } } }", json!({})).await;
        assert_eq!(listed["viewer"]["member"]["coupons"]["nodes"], json!([{ "status": "EXPIRED" }]));
    }

    async fn many_who_claim_at_once_get_as_many_as_there_are(app: TestApp) {
        let owner = app.as_owner().await;
        let template = template(&owner, json!({ "claimable": true, "issueLimit": 100 })).await;
        let mut members = Vec::new();
        for number in 0..150 {
            members.push(app.as_member(&format!("member-{number}@members.test")).await);
        }
        let answers = join_all(members.iter().map(|member| claim(member, json!({ "couponTemplateId": template })))).await;
        let refused: Vec<Vec<&str>> = answers.iter().map(Answer::user_codes).filter(|codes| !codes.is_empty()).collect();
        assert_eq!(refused, vec![["NONE_LEFT"]; 50]);
        assert!(answers.iter().all(|answer| answer.top_codes().is_empty()));
        let issued = owner.run("{ couponTemplates { nodes { issuedCount } } }", json!({})).await;
        assert_eq!(issued["couponTemplates"]["nodes"][0]["issuedCount"], 100);
    }

    async fn one_who_claims_twice_at_once_gets_no_more_than_one_may_hold(app: TestApp) {
        let owner = app.as_owner().await;
        let template = template(&owner, json!({ "claimable": true })).await;
        let ada = app.as_member("ada@members.test").await;
        let mut input = json!({ "couponTemplateId": template });
        let grant = json!({ "couponTemplateId": template, "memberIds": [ada.account_id()], "idempotencyKey": "grant" });
        let grants = async {
            owner.send(&document("couponCreate", "coupons { id }"), json!({ "input": grant })).await
        };
        merge(&mut input, json!({ "idempotencyKey": null }));
        let answers = tokio::join!(claim(&ada, input.clone()), claim(&ada, input.clone()), claim(&ada, input), grants);
        let answers = [&answers.0, &answers.1, &answers.2, &answers.3];
        let made = answers.iter().filter(|answer| answer.user_codes().is_empty() && answer.top_codes().is_empty()).count();
        assert_eq!((made, wallet(&ada).await.len()), (1, 1));
    }
}
