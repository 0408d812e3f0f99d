use api::service::session::{self, IssuedToken};
use chrono::TimeDelta;
use domain::account::{AccountKind, TokenPurpose};
use domain::id::{MemberId, TypedId};
use serde_json::json;
use tests::{TestApp, both};

use super::arrange::{
    LOGIN, ME, PASSWORD, REGISTER, VERIFY, bearer, join, login, mailed_token, register,
};

both! {
    async fn the_mailed_token_confirms_and_logs_in(app: TestApp) {
        let input = json!({"input": {"email": " Ada@Example.com ", "password": PASSWORD, "member": {"fullName": " Ada ", "acceptsMarketing": true}}});
        app.guest().run(REGISTER, input).await;
        let token = mailed_token(&app, "ada@example.com").await;
        let data = app.guest().run(VERIFY, json!({"input": {"token": token}})).await;
        let member = &data["memberEmailVerify"]["member"];
        assert_eq!(member["email"], "ada@example.com");
        assert!(member["emailVerifiedAt"].is_string());
        let me = bearer(&app, &data["memberEmailVerify"]["tokens"]);
        let data = me.run("{ viewer { kind member { fullName acceptsMarketing } session { current } permissions } }", json!({})).await;
        assert_eq!(
            data["viewer"],
            json!({"kind": "MEMBER", "member": {"fullName": "Ada", "acceptsMarketing": true}, "session": {"current": true}, "permissions": []})
        );
        login(&app, "ada@example.com", PASSWORD).await;
    }

    async fn a_known_email_gets_the_same_answer_and_work(app: TestApp) {
        join(&app, "ada@example.com", PASSWORD).await;
        let passwords = &app.state().passwords;
        let ask = |email: &str| json!({"input": {"email": email, "password": "another harbour"}});
        let start = passwords.computed();
        let known = app.guest().run(REGISTER, ask("ada@example.com")).await;
        let between = passwords.computed();
        let unknown = app.guest().run(REGISTER, ask("bob@example.com")).await;
        assert_eq!(known, unknown);
        assert_eq!(between - start, passwords.computed() - between, "as many hashes");
        app.run_outbox_until_idle().await;
        assert_eq!(app.mailbox().to("ada@example.com").len(), 2, "one to confirm, one that tells of the account");
        login(&app, "ada@example.com", PASSWORD).await;
    }

    /// Whoever reads the mailbox confirms the password of the mail they act on: somebody who registers the address of another
    /// beforehand or in between gains nothing.
    async fn each_token_brings_its_own_password(app: TestApp) {
        register(&app, "ada@example.com", "her own password").await;
        let hers = mailed_token(&app, "ada@example.com").await;
        register(&app, "ada@example.com", "an intruder's one").await;
        let second = mailed_token(&app, "ada@example.com").await;
        assert_ne!(hers, second);
        app.guest().run(VERIFY, json!({"input": {"token": hers}})).await;
        login(&app, "ada@example.com", "her own password").await;
        let wrong = json!({"input": {"email": "ada@example.com", "password": "an intruder's one"}});
        app.guest().send(LOGIN, wrong).await.expect_user_error("WRONG_CREDENTIALS");
        app.guest().send(VERIFY, json!({"input": {"token": second}})).await.expect_user_error("TOKEN_INVALID");
    }

    async fn a_token_works_once_and_for_a_week(app: TestApp) {
        register(&app, "ada@example.com", PASSWORD).await;
        let token = mailed_token(&app, "ada@example.com").await;
        app.guest().run(VERIFY, json!({"input": {"token": token}})).await;
        app.guest().send(VERIFY, json!({"input": {"token": token}})).await.expect_user_error("TOKEN_INVALID");
        register(&app, "bob@example.com", PASSWORD).await;
        let token = mailed_token(&app, "bob@example.com").await;
        app.clock().advance(TimeDelta::days(7) + TimeDelta::seconds(1));
        app.guest().send(VERIFY, json!({"input": {"token": token}})).await.expect_user_error("TOKEN_INVALID");
    }

    async fn a_token_for_something_else_confirms_nothing(app: TestApp) {
        let tokens = join(&app, "ada@example.com", PASSWORD).await;
        let member = app.as_member("ada@example.com").await;
        let account_id = MemberId::parse(member.account_id()).unwrap().uuid();
        let transaction = app.state().database.begin().await.unwrap();
        let issued = IssuedToken { purpose: TokenPurpose::PasswordReset, kind: AccountKind::Member, account_id, password_hash: None };
        let reset = session::issue(&transaction, app.state(), issued).await.unwrap();
        transaction.commit().await.unwrap();
        for token in [reset.as_str(), tokens["refreshToken"].as_str().unwrap(), tokens["accessToken"].as_str().unwrap(), "", "x"] {
            app.guest().send(VERIFY, json!({"input": {"token": token}})).await.expect_user_error("TOKEN_INVALID");
        }
        let of_mail = json!({"input": {"token": reset, "password": "a new harbour"}});
        let reset = "mutation($input: PasswordResetInput!) { passwordReset(input: $input) { accepted userErrors { code } } }";
        app.guest().run(reset, of_mail).await;
    }

    async fn what_cannot_be_accepted_is_named(app: TestApp) {
        let refused = async |input: serde_json::Value, code: &str| {
            let before = app.fingerprint().await;
            let error = app.guest().send(REGISTER, json!({"input": input})).await.expect_user_error(code);
            assert_eq!(app.fingerprint().await, before);
            error["field"].clone()
        };
        let field = refused(json!({"email": "ada", "password": PASSWORD}), "INVALID").await;
        assert_eq!(field, json!(["input", "email"]));
        let field = refused(json!({"email": "ada@example.com", "password": "short"}), "PASSWORD_WEAK").await;
        assert_eq!(field, json!(["input", "password"]));
        refused(json!({"email": "ada@example.com", "password": "Password123"}), "PASSWORD_WEAK").await;
        refused(json!({"email": "ada@example.com", "password": "ada@example.com"}), "PASSWORD_WEAK").await;
        let born = json!({"email": "ada@example.com", "password": PASSWORD, "member": {"birthday": "2999-01-01"}});
        assert_eq!(refused(born, "INVALID").await, json!(["input", "member", "birthday"]));
    }

    async fn the_fourth_mail_to_an_address_waits(app: TestApp) {
        for _ in 0..3 {
            register(&app, "ada@example.com", PASSWORD).await;
        }
        let input = json!({"input": {"email": "ADA@example.com", "password": PASSWORD}});
        app.guest().send(REGISTER, input.clone()).await.expect_user_error("TOO_MANY_ATTEMPTS");
        app.clock().advance(TimeDelta::minutes(6));
        app.guest().run(REGISTER, input).await;
    }

    async fn the_answer_speaks_the_language_asked_for(app: TestApp) {
        let input = json!({"input": {"email": "ada@example.com", "password": "kurz"}});
        let error = app.guest().send(REGISTER, input).await.expect_user_error("PASSWORD_WEAK");
        assert_eq!(error["message"], "Use 8 characters or more.");
        let data = app.guest().run(ME, json!({})).await;
        assert_eq!(data["viewer"], json!({"kind": "GUEST", "member": null, "session": null}));
    }
}
