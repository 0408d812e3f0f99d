use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::{TestApp, both};

use super::arrange::{LOGIN, ME, PASSWORD, VERIFY, bearer, join, login, mailed_token, register};

const REQUEST: &str = "mutation($input: PasswordResetRequestInput!) {
    passwordResetRequest(input: $input) { accepted userErrors { code } } }";
const RESET: &str = "mutation($input: PasswordResetInput!) { passwordReset(input: $input) { accepted userErrors { code } } }";
const CHANGE: &str = "mutation($input: PasswordChangeInput!) { passwordChange(input: $input) { accepted userErrors { code field } } }";
const NEW: &str = "a windy pier";

async fn reset_token(app: &TestApp, email: &str) -> String {
    app.guest()
        .run(REQUEST, json!({"input": {"email": email}}))
        .await;
    mailed_token(app, email).await
}

fn with(token: &str, password: &str) -> Value {
    json!({"input": {"token": token, "password": password}})
}

both! {
    async fn the_mailed_token_sets_a_password_and_ends_all_sessions(app: TestApp) {
        let tokens = join(&app, "ada@example.com", PASSWORD).await;
        bearer(&app, &tokens).run(ME, json!({})).await;
        let token = reset_token(&app, "ada@example.com").await;
        app.guest().run(RESET, with(&token, NEW)).await;
        bearer(&app, &tokens).send(ME, json!({})).await.expect_top_error("UNAUTHENTICATED");
        login(&app, "ada@example.com", NEW).await;
        let old = json!({"input": {"email": "ada@example.com", "password": PASSWORD}});
        app.guest().send(LOGIN, old).await.expect_user_error("WRONG_CREDENTIALS");
        app.guest().send(RESET, with(&token, "another pier")).await.expect_user_error("TOKEN_INVALID");
    }

    async fn unknown_addresses_get_the_same_answer_and_no_mail(app: TestApp) {
        join(&app, "ada@example.com", PASSWORD).await;
        let ask = |email: &str| json!({"input": {"email": email}});
        let known = app.guest();
        let (known, of_known) = app.count_statements(known.run(REQUEST, ask("ada@example.com"))).await;
        let unknown = app.guest();
        let (unknown, of_unknown) = app.count_statements(unknown.run(REQUEST, ask("bob@example.com"))).await;
        assert_eq!(known, unknown);
        assert_eq!(of_known, of_unknown, "the same work");
        app.run_outbox_until_idle().await;
        assert_eq!(app.mailbox().to("bob@example.com").len(), 0);
        assert_eq!(app.mailbox().to("ada@example.com").len(), 2);
    }

    async fn a_token_lives_half_an_hour_and_outlives_a_weak_password(app: TestApp) {
        join(&app, "ada@example.com", PASSWORD).await;
        let token = reset_token(&app, "ada@example.com").await;
        app.guest().send(RESET, with(&token, "12345678")).await.expect_user_error("PASSWORD_WEAK");
        app.clock().advance(TimeDelta::minutes(29));
        app.guest().run(RESET, with(&token, NEW)).await;
        let token = reset_token(&app, "ada@example.com").await;
        app.clock().advance(TimeDelta::minutes(31));
        app.guest().send(RESET, with(&token, NEW)).await.expect_user_error("TOKEN_INVALID");
    }

    async fn a_reset_confirms_the_email_and_voids_the_other_tokens(app: TestApp) {
        register(&app, "ada@example.com", PASSWORD).await;
        let verify = mailed_token(&app, "ada@example.com").await;
        let earlier = reset_token(&app, "ada@example.com").await;
        app.clock().advance(TimeDelta::seconds(1));
        let token = reset_token(&app, "ada@example.com").await;
        app.guest().run(RESET, with(&token, NEW)).await;
        login(&app, "ada@example.com", NEW).await;
        app.guest().send(RESET, with(&earlier, "another pier")).await.expect_user_error("TOKEN_INVALID");
        app.guest().send(VERIFY, json!({"input": {"token": verify}})).await.expect_user_error("TOKEN_INVALID");
    }

    async fn of_many_resets_at_once_one_gets_through(app: TestApp) {
        join(&app, "ada@example.com", PASSWORD).await;
        let token = reset_token(&app, "ada@example.com").await;
        let tries = (0..20).map(|number| {
            let (guest, token) = (app.guest(), token.clone());
            async move { guest.send(RESET, with(&token, &format!("harbour number {number}"))).await }
        });
        let answers = futures_util::future::join_all(tries).await;
        let accepted = answers.iter().filter(|answer| answer.data()["passwordReset"]["accepted"] == true).count();
        assert_eq!(accepted, 1);
        assert_eq!(answers.iter().filter(|answer| answer.user_codes() == ["TOKEN_INVALID"]).count(), 19);
    }

    async fn a_verify_token_resets_nothing(app: TestApp) {
        register(&app, "ada@example.com", PASSWORD).await;
        let token = mailed_token(&app, "ada@example.com").await;
        let before = app.fingerprint().await;
        app.guest().send(RESET, with(&token, NEW)).await.expect_user_error("TOKEN_INVALID");
        assert_eq!(app.fingerprint().await, before);
    }

    async fn changing_the_password_ends_the_other_sessions(app: TestApp) {
        let here = join(&app, "ada@example.com", PASSWORD).await;
        let there = login(&app, "ada@example.com", PASSWORD).await;
        bearer(&app, &there).run(ME, json!({})).await;
        let change = |current: &str, new: &str| json!({"input": {"currentPassword": current, "password": new}});
        let me = bearer(&app, &here);
        me.send(CHANGE, change("wrong harbour", NEW)).await.expect_user_error("WRONG_CREDENTIALS");
        let error = me.send(CHANGE, change(PASSWORD, "short")).await.expect_user_error("PASSWORD_WEAK");
        assert_eq!(error["field"], json!(["input", "password"]));
        me.run(CHANGE, change(PASSWORD, NEW)).await;
        me.run(ME, json!({})).await;
        bearer(&app, &there).send(ME, json!({})).await.expect_top_error("UNAUTHENTICATED");
        login(&app, "ada@example.com", NEW).await;
        app.guest().send(CHANGE, change(NEW, PASSWORD)).await.expect_top_error("UNAUTHENTICATED");
    }
}
