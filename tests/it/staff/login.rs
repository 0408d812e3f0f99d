use serde_json::json;
use tests::{TestApp, both};

use super::arrange::{LOGIN, ME, PASSWORD, UPDATE, logged_in, owner};

both! {
    async fn staff_log_in_with_what_their_roles_allow(app: TestApp) {
        owner(&app, "eva@example.com").await;
        let data = logged_in(&app, "eva@example.com").await.run(ME, json!({})).await;
        assert_eq!(data["viewer"]["kind"], "STAFF");
        assert_eq!(data["viewer"]["permissions"], data["viewer"]["staff"]["permissions"]);
        assert_eq!(data["viewer"]["permissions"].as_array().unwrap().len(), domain_permissions());
        assert_eq!(data["viewer"]["staff"]["roles"], json!([{"name": "owner"}]));
        assert_eq!(data["viewer"]["staff"]["sessions"], json!([{"current": true}]));
        assert!(data["viewer"]["staff"]["lastLoginAt"].is_string());
    }

    async fn unknown_closed_and_wrong_look_alike(app: TestApp) {
        let eva = owner(&app, "eva@example.com").await;
        owner(&app, "max@example.com").await;
        let with = |email: &str, password: &str| json!({"input": {"email": email, "password": password}});
        let passwords = &app.state().passwords;
        passwords.waste().await.unwrap();
        let start = passwords.computed();
        let wrong = app.guest().send(LOGIN, with("eva@example.com", "wrong harbour")).await;
        let unknown = app.guest().send(LOGIN, with("nobody@example.com", "wrong harbour")).await;
        let close = json!({"input": {"staffId": eva, "staff": {"active": false}}});
        logged_in(&app, "max@example.com").await.run(UPDATE, close).await;
        let closed = app.guest().send(LOGIN, with("eva@example.com", PASSWORD)).await;
        wrong.expect_user_error("WRONG_CREDENTIALS");
        assert_eq!(wrong.body(), unknown.body());
        assert_eq!(wrong.body(), closed.body());
        assert_eq!(passwords.computed() - start, 4, "one each, and one for the login in between");
    }

    async fn a_member_is_no_staff(app: TestApp) {
        app.as_member("ada@example.com").await;
        let input = json!({"input": {"email": "ada@example.com", "password": PASSWORD}});
        app.guest().send(LOGIN, input).await.expect_user_error("WRONG_CREDENTIALS");
    }
}

fn domain_permissions() -> usize {
    <domain::permission::Permission as domain::text_enum::TextEnum>::ALL.len()
}
