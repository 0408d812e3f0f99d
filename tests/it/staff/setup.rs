use api::service::session::SessionError;
use api::service::staff::{
    FIRST_OWNER_EMAIL, OWNER_ROLE, OperatorAccount, StaffError, create_by_operator, setup_token,
};
use serde_json::json;
use tests::{TestApp, both};

use super::arrange::{ME, PASSWORD, logged_in, owner};

const RESET: &str = "mutation($input: PasswordResetInput!) { passwordReset(input: $input) { accepted userErrors { code } } }";

both! {
    async fn the_printed_token_sets_the_first_password(app: TestApp) {
        let earlier = setup_token(app.state()).await.unwrap().unwrap();
        let setup = setup_token(app.state()).await.unwrap().unwrap();
        assert_eq!(setup.email, FIRST_OWNER_EMAIL);
        let with = |token: &str| json!({"input": {"token": token, "password": PASSWORD}});
        app.guest().send(RESET, with(&earlier.token)).await.expect_user_error("TOKEN_INVALID");
        app.guest().run(RESET, with(&setup.token)).await;
        app.guest().send(RESET, with(&setup.token)).await.expect_user_error("TOKEN_INVALID");
        let data = logged_in(&app, FIRST_OWNER_EMAIL).await.run(ME, json!({})).await;
        assert_eq!(data["viewer"]["staff"]["roles"], json!([{"name": OWNER_ROLE}]));
        assert!(setup_token(app.state()).await.unwrap().is_none(), "somebody can log in now");
    }

    async fn no_token_is_printed_once_somebody_can_log_in(app: TestApp) {
        owner(&app, "eva@example.com").await;
        assert!(setup_token(app.state()).await.unwrap().is_none());
    }

    async fn the_operator_opens_accounts_within_the_rules(app: TestApp) {
        owner(&app, "eva@example.com").await;
        let account = |email: &str, role: &str, password: &str| OperatorAccount {
            email: email.to_owned(),
            role: role.to_owned(),
            password: password.to_owned(),
        };
        let before = app.fingerprint().await;
        let weak = create_by_operator(app.state(), &account("max@example.com", OWNER_ROLE, "12345678")).await;
        assert!(matches!(weak, Err(StaffError::Session(SessionError::PasswordWeak(_)))));
        for (email, role) in [("eva@example.com", OWNER_ROLE), ("max", OWNER_ROLE), ("max@example.com", "nobody's")] {
            let refused = create_by_operator(app.state(), &account(email, role, PASSWORD)).await;
            assert!(matches!(refused, Err(StaffError::Session(SessionError::Common(_)))), "{email} {role}");
        }
        assert_eq!(app.fingerprint().await, before);
    }
}
