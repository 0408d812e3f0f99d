use serde_json::{Value, json};
use tests::{TestApp, both};

use super::arrange::{CREATE, LOGIN, ME, PASSWORD, UPDATE, logged_in, owner, role};
use crate::member::mailed_token;

both! {
    async fn an_invited_colleague_sets_a_password_and_works(app: TestApp) {
        owner(&app, "eva@example.com").await;
        let eva = logged_in(&app, "eva@example.com").await;
        let packer = role(&eva, "packer", &["ORDER_READ", "FULFILLMENT_WRITE"]).await;
        let input = json!({"staff": {"email": "Max@Example.com", "fullName": " Max ", "roleIds": [packer]}});
        let data = eva.run(CREATE, json!({"input": input})).await;
        let staff = &data["staffCreate"]["staff"];
        assert_eq!((&staff["email"], &staff["fullName"], &staff["active"]), (&json!("max@example.com"), &json!("Max"), &json!(true)));
        assert_eq!(staff["permissions"], json!(["ORDER_READ", "FULFILLMENT_WRITE"]));
        let token = mailed_token(&app, "max@example.com").await;
        let reset = "mutation($input: PasswordResetInput!) { passwordReset(input: $input) { accepted userErrors { code } } }";
        app.guest().run(reset, json!({"input": {"token": token, "password": PASSWORD}})).await;
        let data = logged_in(&app, "max@example.com").await.run(ME, json!({})).await;
        assert_eq!(data["viewer"]["permissions"], json!(["ORDER_READ", "FULFILLMENT_WRITE"]));
    }

    async fn what_is_missing_or_taken_is_named(app: TestApp) {
        owner(&app, "eva@example.com").await;
        let eva = logged_in(&app, "eva@example.com").await;
        let before = app.fingerprint().await;
        let cases = [
            (json!({"fullName": "Max"}), "email"),
            (json!({"email": "max@example.com"}), "fullName"),
            (json!({"email": "max", "fullName": "Max"}), "email"),
            (json!({"email": "EVA@example.com", "fullName": "Max"}), "email"),
            (json!({"email": "max@example.com", "fullName": " "}), "fullName"),
            (json!({"email": "max@example.com", "fullName": "Max", "roleIds": ["role_00000000000000000000000000"]}), "roleIds"),
        ];
        for (staff, field) in cases {
            let error = eva.send(CREATE, json!({"input": {"staff": staff}})).await.expect_user_error("INVALID");
            assert_eq!(error["field"], json!(["input", "staff", field]));
        }
        assert_eq!(app.fingerprint().await, before);
    }

    async fn nobody_gives_or_touches_more_than_they_have(app: TestApp) {
        let eva_id = owner(&app, "eva@example.com").await;
        let eva = logged_in(&app, "eva@example.com").await;
        let refunder = role(&eva, "refunder", &["REFUND_WRITE"]).await;
        let clerk = app.as_staff(&["STAFF_WRITE", "ORDER_READ"]).await;
        let before = app.fingerprint().await;
        let grant = json!({"input": {"staff": {"email": "max@example.com", "fullName": "Max", "roleIds": [refunder]}}});
        clerk.send(CREATE, grant).await.expect_user_error("PERMISSION_EXCEEDED");
        let take_over = json!({"input": {"staffId": eva_id, "staff": {"email": "mine@example.com"}}});
        clerk.send(UPDATE, take_over).await.expect_user_error("PERMISSION_EXCEEDED");
        let raise = json!({"input": {"staffId": clerk.account_id(), "staff": {"roleIds": [refunder]}}});
        clerk.send(UPDATE, raise).await.expect_user_error("PERMISSION_EXCEEDED");
        assert_eq!(app.fingerprint().await, before);
    }

    async fn a_closed_account_is_out_at_once(app: TestApp) {
        owner(&app, "eva@example.com").await;
        let max = owner(&app, "max@example.com").await;
        let (eva, his) = (logged_in(&app, "eva@example.com").await, logged_in(&app, "max@example.com").await);
        his.run(ME, json!({})).await;
        let data = eva.run(UPDATE, json!({"input": {"staffId": max, "staff": {"active": false}}})).await;
        assert_eq!(data["staffUpdate"]["staff"]["active"], false);
        his.send(ME, json!({})).await.expect_top_error("UNAUTHENTICATED");
        let input = json!({"input": {"email": "max@example.com", "password": PASSWORD}});
        app.guest().send(LOGIN, input).await.expect_user_error("WRONG_CREDENTIALS");
    }

    async fn a_changed_role_counts_at_once(app: TestApp) {
        owner(&app, "eva@example.com").await;
        let eva = logged_in(&app, "eva@example.com").await;
        let reader = role(&eva, "reader", &["MEMBER_READ"]).await;
        let writer = role(&eva, "writer", &["MEMBER_READ", "MEMBER_WRITE"]).await;
        let clerk = app.as_staff(&[]).await;
        let of = |roles: &[&Value]| json!({"input": {"staffId": clerk.account_id(), "staff": {"roleIds": roles}}});
        let mine = "{ viewer { permissions } }";
        assert_eq!(clerk.run(mine, json!({})).await["viewer"]["permissions"], json!([]));
        eva.run(UPDATE, of(&[&reader, &writer])).await;
        assert_eq!(clerk.run(mine, json!({})).await["viewer"]["permissions"], json!(["MEMBER_READ", "MEMBER_WRITE"]));
        eva.run(UPDATE, of(&[&reader])).await;
        assert_eq!(clerk.run(mine, json!({})).await["viewer"]["permissions"], json!(["MEMBER_READ"]));
    }

    async fn the_last_admin_stays(app: TestApp) {
        let eva_id = owner(&app, "eva@example.com").await;
        let eva = logged_in(&app, "eva@example.com").await;
        let before = app.fingerprint().await;
        for staff in [json!({"active": false}), json!({"roleIds": []})] {
            let input = json!({"input": {"staffId": eva_id, "staff": staff}});
            eva.send(UPDATE, input).await.expect_user_error("LAST_ADMIN");
        }
        assert_eq!(app.fingerprint().await, before);
        let max_id = owner(&app, "max@example.com").await;
        eva.run(UPDATE, json!({"input": {"staffId": max_id, "staff": {"roleIds": []}}})).await;
        eva.run(ME, json!({})).await;
    }

    async fn two_admins_cannot_remove_each_other(app: TestApp) {
        let eva_id = owner(&app, "eva@example.com").await;
        let max_id = owner(&app, "max@example.com").await;
        let (eva, max) = (logged_in(&app, "eva@example.com").await, logged_in(&app, "max@example.com").await);
        let out = |id: &str| json!({"input": {"staffId": id, "staff": {"active": false}}});
        let (left, right) = tokio::join!(eva.send(UPDATE, out(&max_id)), max.send(UPDATE, out(&eva_id)));
        let done = [&left, &right].iter().filter(|answer| answer.data()["staffUpdate"]["staff"]["active"] == false).count();
        assert_eq!(done, 1, "{:#} {:#}", left.body(), right.body());
    }

    async fn sessions_of_colleagues_take_the_right_to_change_staff(app: TestApp) {
        owner(&app, "eva@example.com").await;
        logged_in(&app, "eva@example.com").await;
        let list = "{ staffAccounts { email sessions { current } } }";
        let changing = app.as_staff(&["STAFF_READ", "STAFF_WRITE"]).await;
        let data = changing.run(list, json!({})).await;
        let eva = data["staffAccounts"].as_array().unwrap().iter().find(|staff| staff["email"] == "eva@example.com").unwrap();
        assert_eq!(eva["sessions"], json!([{"current": false}]));
        let reading = app.as_staff(&["STAFF_READ"]).await;
        let answer = reading.send(list, json!({})).await;
        assert!(answer.top_codes().iter().all(|code| *code == "FORBIDDEN"), "{:#}", answer.body());
        let accounts = answer.data()["staffAccounts"].as_array().unwrap();
        let shown = accounts.iter().filter(|staff| !staff["sessions"].is_null()).count();
        assert_eq!((accounts.len(), shown), (3, 1), "only one's own");
    }

    async fn a_new_email_ends_sessions_and_logs_in(app: TestApp) {
        owner(&app, "eva@example.com").await;
        let max_id = owner(&app, "max@example.com").await;
        let (eva, max) = (logged_in(&app, "eva@example.com").await, logged_in(&app, "max@example.com").await);
        max.run(ME, json!({})).await;
        let input = |email: &str| json!({"input": {"staffId": max_id, "staff": {"email": email}}});
        eva.send(UPDATE, input("eva@example.com")).await.expect_user_error("INVALID");
        eva.run(UPDATE, input("max@example.com")).await;
        max.run(ME, json!({})).await;
        eva.run(UPDATE, input("moritz@example.com")).await;
        max.send(ME, json!({})).await.expect_top_error("UNAUTHENTICATED");
        logged_in(&app, "moritz@example.com").await.run(ME, json!({})).await;
    }
}
