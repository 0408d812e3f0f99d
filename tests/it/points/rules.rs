use chrono::TimeDelta;
use serde_json::json;
use tests::{TestApp, both};

use super::{ledger, own, rule};
use crate::member::mailed_token;

both! {
    async fn rules_are_saved_by_key_and_what_is_left_out_stays(app: TestApp) {
        let owner = app.as_owner().await;
        let first = json!({ "key": "order", "label": "For orders", "trigger": "ORDER", "pointsPerMoneyUnit": "1.5", "expiryDays": 365 });
        let made = rule(&owner, first).await.ok()["pointsRulesUpsert"]["pointsRules"][0].clone();
        assert_eq!((&made["pointsPerMoneyUnit"], &made["pendingDays"], &made["active"]), (&json!("1.5"), &json!(0), &json!(true)));
        let changed = rule(&owner, json!({ "key": "order", "pendingDays": 14, "expiryDays": null })).await.ok();
        let changed = changed["pointsRulesUpsert"]["pointsRules"][0].clone();
        assert_eq!(changed["id"], made["id"]);
        assert_eq!((&changed["pointsPerMoneyUnit"], &changed["pendingDays"], &changed["expiryDays"]), (&json!("1.5"), &json!(14), &json!(null)));
        let rules = owner.run("{ pointsRules { key } }", json!({})).await;
        assert_eq!(rules["pointsRules"], json!([{ "key": "order" }]));
    }

    async fn rules_that_make_no_sense_are_refused(app: TestApp) {
        let owner = app.as_owner().await;
        let before = app.fingerprint().await;
        for (input, field) in [
            (json!({ "key": "a b", "label": "x", "trigger": "ORDER", "fixedPoints": 1 }), "key"),
            (json!({ "key": "a", "trigger": "ORDER", "fixedPoints": 1 }), "label"),
            (json!({ "key": "a", "label": "x", "fixedPoints": 1 }), "trigger"),
            (json!({ "key": "a", "label": "x", "trigger": "ORDER" }), "fixedPoints"),
            (json!({ "key": "a", "label": "x", "trigger": "ORDER", "pointsPerMoneyUnit": "0" }), "pointsPerMoneyUnit"),
            (json!({ "key": "a", "label": "x", "trigger": "REGISTRATION", "pointsPerMoneyUnit": "1" }), "fixedPoints"),
            (json!({ "key": "a", "label": "x", "trigger": "ORDER", "fixedPoints": 1, "pendingDays": -1 }), "pendingDays"),
            (json!({ "key": "a", "label": "x", "trigger": "ORDER", "fixedPoints": 1, "expiryPolicy": "AFTER_DAYS" }), "expiryDays"),
            (json!({ "key": "a", "label": "x", "trigger": "BIRTHDAY" }), "fixedPoints"),
            (json!({ "key": "a", "label": "x", "trigger": "REVIEW", "fixedPoints": 1, "products": { "tags": ["new"] } }), "products"),
            (json!({ "key": "a", "label": "x", "trigger": "ORDER", "fixedPoints": 1,
                "products": { "productIds": ["product_00000000000000000000000000"] } }), "products"),
        ] {
            let error = rule(&owner, input).await.expect_user_error("INVALID");
            assert_eq!(error["field"], json!(["input", "pointsRules", "0", field]));
        }
        assert_eq!(app.fingerprint().await, before);
    }

    async fn a_changed_rule_is_a_new_version(app: TestApp) {
        let owner = app.as_owner().await;
        let changes = [
            (json!({ "label": "Hi", "trigger": "CUSTOM", "fixedPoints": 1 }), "NEVER", json!(null)),
            (json!({ "expiryDays": 30 }), "AFTER_DAYS", json!(30)),
            (json!({ "expiryPolicy": "END_OF_YEAR", "expiryDays": null }), "END_OF_YEAR", json!(null)),
            (json!({ "expiryPolicy": "END_OF_MONTH", "expiryDays": 365 }), "END_OF_MONTH", json!(365)),
            (json!({ "expiryPolicy": "NEVER" }), "NEVER", json!(null)),
        ];
        for (mut input, policy, days) in changes {
            input["key"] = json!("hi");
            let saved = rule(&owner, input).await.ok();
            let saved = &saved["pointsRulesUpsert"]["pointsRules"][0];
            assert_eq!((&saved["expiryPolicy"], &saved["expiryDays"]), (&json!(policy), &days));
        }
        let saved = rule(&owner, json!({ "key": "hi", "fixedPoints": 2 })).await.ok();
        let saved = &saved["pointsRulesUpsert"]["pointsRules"][0];
        assert_eq!(saved["version"], 6);
        let version = |version: i32, points: i32, policy: &str| json!({ "version": version, "fixedPoints": points, "expiryPolicy": policy });
        assert_eq!(saved["versions"], json!([
            version(6, 2, "NEVER"), version(5, 1, "NEVER"), version(4, 1, "END_OF_MONTH"), version(3, 1, "END_OF_YEAR"),
            version(2, 1, "AFTER_DAYS"), version(1, 1, "NEVER"),
        ]));
    }

    async fn a_new_member_is_welcomed_with_points(app: TestApp) {
        let owner = app.as_owner().await;
        rule(&owner, json!({ "key": "hello", "label": "Welcome", "trigger": "REGISTRATION", "fixedPoints": 50 })).await.ok();
        let register = "mutation($input: MemberRegisterInput!) { memberRegister(input: $input) { accepted userErrors { code } } }";
        let input = json!({ "email": "ada@members.test", "password": "correct horse battery" });
        app.guest().send(register, json!({ "input": input })).await.ok();
        let token = mailed_token(&app, "ada@members.test").await;
        let verify = "mutation($input: MemberEmailVerifyInput!) {
            memberEmailVerify(input: $input) { tokens { accessToken } userErrors { code } } }";
        let verified = app.guest().send(verify, json!({ "input": { "token": token } })).await.ok();
        let access = verified["memberEmailVerify"]["tokens"]["accessToken"].as_str().unwrap();
        let points = own(&app.guest().with_token(access)).await;
        assert_eq!(ledger(&points), [("EARN".to_owned(), 50, 50)]);
        assert_eq!(points["entries"]["nodes"][0]["reason"], "Welcome");
    }

    async fn a_reset_password_proves_the_address_and_welcomes_once(app: TestApp) {
        let owner = app.as_owner().await;
        rule(&owner, json!({ "key": "hello", "label": "Welcome", "trigger": "REGISTRATION", "fixedPoints": 50 })).await.ok();
        let register = "mutation($input: MemberRegisterInput!) { memberRegister(input: $input) { accepted userErrors { code } } }";
        let input = json!({ "email": "ada@members.test", "password": "correct horse battery" });
        app.guest().run(register, json!({ "input": input })).await;
        let verify = mailed_token(&app, "ada@members.test").await;
        let request = "mutation($input: PasswordResetRequestInput!) { passwordResetRequest(input: $input) { accepted userErrors { code } } }";
        let reset = "mutation($input: PasswordResetInput!) { passwordReset(input: $input) { accepted userErrors { code } } }";
        for password in ["a windy pier", "a calm pier"] {
            app.clock().advance(TimeDelta::minutes(10));
            app.guest().run(request, json!({ "input": { "email": "ada@members.test" } })).await;
            let token = mailed_token(&app, "ada@members.test").await;
            app.guest().run(reset, json!({ "input": { "token": token, "password": password } })).await;
        }
        let points = own(&app.as_member("ada@members.test").await).await;
        assert_eq!(ledger(&points), [("EARN".to_owned(), 50, 50)]);
        let late = "mutation($input: MemberEmailVerifyInput!) { memberEmailVerify(input: $input) { member { id } userErrors { code } } }";
        app.guest().send(late, json!({ "input": { "token": verify } })).await.expect_user_error("TOKEN_INVALID");
        let points = own(&app.as_member("ada@members.test").await).await;
        assert_eq!(ledger(&points), [("EARN".to_owned(), 50, 50)]);
    }
}
