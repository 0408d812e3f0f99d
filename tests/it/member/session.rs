use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::{Answer, TestApp, both};

use super::arrange::{ME, PASSWORD, bearer, join, login};

const REFRESH: &str = "mutation($input: SessionRefreshInput!) {
    sessionRefresh(input: $input) { tokens { accessToken refreshToken } userErrors { code } } }";
const LOGOUT: &str = "mutation($input: SessionLogoutInput!) { sessionLogout(input: $input) { deletedId userErrors { code } } }";
const REVOKE: &str = "mutation($input: SessionRevokeInput!) { sessionRevoke(input: $input) { deletedId userErrors { code } } }";

async fn refresh(app: &TestApp, tokens: &Value) -> Answer {
    app.guest()
        .send(
            REFRESH,
            json!({"input": {"refreshToken": tokens["refreshToken"]}}),
        )
        .await
}

async fn session_id(app: &TestApp, tokens: &Value) -> String {
    let data = bearer(app, tokens).run(ME, json!({})).await;
    data["viewer"]["session"]["id"].as_str().unwrap().to_owned()
}

both! {
    async fn an_access_token_ends_and_a_refresh_goes_on(app: TestApp) {
        let first = join(&app, "ada@example.com", PASSWORD).await;
        app.clock().advance(TimeDelta::minutes(16));
        bearer(&app, &first).send(ME, json!({})).await.expect_top_error("UNAUTHENTICATED");
        let second = refresh(&app, &first).await.ok()["sessionRefresh"]["tokens"].clone();
        assert_ne!(first["refreshToken"], second["refreshToken"]);
        bearer(&app, &second).run(ME, json!({})).await;
        app.clock().advance(TimeDelta::days(29));
        let third = refresh(&app, &second).await.ok()["sessionRefresh"]["tokens"].clone();
        app.clock().advance(TimeDelta::days(31));
        refresh(&app, &third).await.expect_user_error("TOKEN_INVALID");
    }

    async fn a_refresh_token_used_twice_ends_the_session(app: TestApp) {
        let first = join(&app, "ada@example.com", PASSWORD).await;
        let elsewhere = login(&app, "ada@example.com", PASSWORD).await;
        let second = refresh(&app, &first).await.ok()["sessionRefresh"]["tokens"].clone();
        refresh(&app, &first).await.expect_user_error("TOKEN_INVALID");
        refresh(&app, &second).await.expect_user_error("TOKEN_INVALID");
        bearer(&app, &second).send(ME, json!({})).await.expect_top_error("UNAUTHENTICATED");
        bearer(&app, &elsewhere).run(ME, json!({})).await;
    }

    async fn of_two_refreshes_at_once_one_is_answered_and_the_session_ends(app: TestApp) {
        let first = join(&app, "ada@example.com", PASSWORD).await;
        let (left, right) = tokio::join!(refresh(&app, &first), refresh(&app, &first));
        let answers = [left.data(), right.data()];
        let tokens: Vec<&Value> = answers.iter().map(|data| &data["sessionRefresh"]["tokens"]).filter(|tokens| !tokens.is_null()).collect();
        assert_eq!(tokens.len(), 1);
        bearer(&app, tokens[0]).send(ME, json!({})).await.expect_top_error("UNAUTHENTICATED");
    }

    async fn an_unknown_refresh_token_changes_nothing(app: TestApp) {
        let tokens = join(&app, "ada@example.com", PASSWORD).await;
        let before = app.fingerprint().await;
        for wrong in [json!(""), json!("abc"), tokens["accessToken"].clone()] {
            refresh(&app, &json!({"refreshToken": wrong})).await.expect_user_error("TOKEN_INVALID");
        }
        assert_eq!(app.fingerprint().await, before);
    }

    async fn logging_out_ends_the_session_at_once(app: TestApp) {
        let here = join(&app, "ada@example.com", PASSWORD).await;
        let there = login(&app, "ada@example.com", PASSWORD).await;
        let id = session_id(&app, &here).await;
        let data = bearer(&app, &here).run(LOGOUT, json!({"input": {}})).await;
        assert_eq!(data["sessionLogout"]["deletedId"], id);
        bearer(&app, &here).send(ME, json!({})).await.expect_top_error("UNAUTHENTICATED");
        refresh(&app, &here).await.expect_user_error("TOKEN_INVALID");
        bearer(&app, &there).run(ME, json!({})).await;
    }

    async fn logging_out_everywhere_ends_all_of_the_account_only(app: TestApp) {
        let here = join(&app, "ada@example.com", PASSWORD).await;
        let there = login(&app, "ada@example.com", PASSWORD).await;
        let other = join(&app, "bob@example.com", PASSWORD).await;
        session_id(&app, &there).await;
        bearer(&app, &here).run(LOGOUT, json!({"input": {"everywhere": true}})).await;
        for ended in [&here, &there] {
            bearer(&app, ended).send(ME, json!({})).await.expect_top_error("UNAUTHENTICATED");
        }
        bearer(&app, &other).run(ME, json!({})).await;
    }

    async fn sessions_are_listed_current_first_and_ended_one_by_one(app: TestApp) {
        let here = join(&app, "ada@example.com", PASSWORD).await;
        app.clock().advance(TimeDelta::minutes(1));
        let there = login(&app, "ada@example.com", PASSWORD).await;
        let (here_id, there_id) = (session_id(&app, &here).await, session_id(&app, &there).await);
        let list = "{ viewer { member { sessions { id current } } } }";
        let data = bearer(&app, &here).run(list, json!({})).await;
        assert_eq!(
            data["viewer"]["member"]["sessions"],
            json!([{"id": here_id, "current": true}, {"id": there_id, "current": false}])
        );
        let data = bearer(&app, &here).run(REVOKE, json!({"input": {"sessionId": there_id}})).await;
        assert_eq!(data["sessionRevoke"]["deletedId"], there_id);
        bearer(&app, &there).send(ME, json!({})).await.expect_top_error("UNAUTHENTICATED");
        let again = bearer(&app, &here).send(REVOKE, json!({"input": {"sessionId": there_id}})).await;
        again.expect_user_error("NOT_FOUND");
        let data = bearer(&app, &here).run(list, json!({})).await;
        assert_eq!(data["viewer"]["member"]["sessions"], json!([{"id": here_id, "current": true}]));
    }

    async fn a_session_of_somebody_else_reads_as_unknown(app: TestApp) {
        let ada = join(&app, "ada@example.com", PASSWORD).await;
        let bob = join(&app, "bob@example.com", PASSWORD).await;
        let id = session_id(&app, &ada).await;
        bearer(&app, &bob).send(REVOKE, json!({"input": {"sessionId": id}})).await.expect_user_error("NOT_FOUND");
        let node = "query($id: ID!) { node(id: $id) { __typename id } }";
        assert_eq!(bearer(&app, &bob).run(node, json!({"id": id})).await["node"], Value::Null);
        assert_eq!(bearer(&app, &ada).run(node, json!({"id": id})).await["node"]["__typename"], "Session");
        bearer(&app, &ada).send(REVOKE, json!({"input": {"sessionId": "session_1"}})).await.expect_user_error("INVALID");
    }
}
