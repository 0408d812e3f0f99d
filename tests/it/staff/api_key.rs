use chrono::TimeDelta;
use domain::id::{ApiKeyId, TypedId};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tests::{TestApp, both, client::Client};

use super::arrange::{logged_in, owner};

const CREATE: &str = "mutation($input: ApiKeyCreateInput!) {
    apiKeyCreate(input: $input) { apiKey { id prefix scopes actor { kind name } } secret userErrors { code field } } }";
const REVOKE: &str = "mutation($input: ApiKeyRevokeInput!) { apiKeyRevoke(input: $input) { apiKey { id revokedAt } userErrors { code } } }";
const KEYS: &str = "{ apiKeys { id lastUsedAt revokedAt } }";
const WHO: &str = "{ viewer { kind permissions session { id } } }";

async fn create(client: &Client, input: Value) -> Value {
    client.run(CREATE, json!({"input": input})).await["apiKeyCreate"].clone()
}

fn program(app: &TestApp, created: &Value) -> Client {
    app.guest().with_token(created["secret"].as_str().unwrap())
}

both! {
    async fn a_program_works_with_its_scopes(app: TestApp) {
        owner(&app, "eva@example.com").await;
        let eva = logged_in(&app, "eva@example.com").await;
        let created = create(&eva, json!({"name": "ERP", "scopes": ["ORDER_READ", "MEMBER_READ"]})).await;
        let (prefix, secret) = (created["apiKey"]["prefix"].as_str().unwrap(), created["secret"].as_str().unwrap());
        assert!(secret.starts_with(&format!("{prefix}_")) && prefix.starts_with("vk_") && secret.len() > prefix.len() + 32);
        assert_eq!(created["apiKey"]["actor"], json!({"kind": "STAFF", "name": "eva@example.com"}));
        let erp = program(&app, &created);
        let data = erp.run(WHO, json!({})).await;
        assert_eq!(data["viewer"], json!({"kind": "API_KEY", "permissions": ["MEMBER_READ", "ORDER_READ"], "session": null}));
        erp.run("{ members { nodes { id } } }", json!({})).await;
        erp.send(KEYS, json!({})).await.expect_top_error("FORBIDDEN");
    }

    async fn only_the_digest_is_kept(app: TestApp) {
        owner(&app, "eva@example.com").await;
        let eva = logged_in(&app, "eva@example.com").await;
        let created = create(&eva, json!({"name": "ERP", "scopes": ["ORDER_READ"]})).await;
        let row = entity::api_key::Entity::find_by_id(key_id(&created)).one(app.connection()).await.unwrap().unwrap();
        assert_eq!(row.key_hash, api::auth::secret::digest(created["secret"].as_str().unwrap()));
    }

    async fn a_wrong_or_ended_or_lapsed_key_is_nobodys(app: TestApp) {
        owner(&app, "eva@example.com").await;
        let eva = logged_in(&app, "eva@example.com").await;
        let created = create(&eva, json!({"name": "ERP", "scopes": ["ORDER_READ"]})).await;
        let mut wrong = created["secret"].as_str().unwrap().to_owned();
        wrong.push('a');
        for token in [wrong.as_str(), created["apiKey"]["prefix"].as_str().unwrap(), "vk_", "vk__"] {
            app.guest().with_token(token).send(WHO, json!({})).await.expect_top_error("UNAUTHENTICATED");
        }
        let erp = program(&app, &created);
        erp.run(WHO, json!({})).await;
        let data = eva.run(REVOKE, json!({"input": {"apiKeyId": created["apiKey"]["id"]}})).await;
        assert!(data["apiKeyRevoke"]["apiKey"]["revokedAt"].is_string());
        erp.send(WHO, json!({})).await.expect_top_error("UNAUTHENTICATED");
        let again = eva.run(REVOKE, json!({"input": {"apiKeyId": created["apiKey"]["id"]}})).await;
        assert_eq!(again, data);
        let soon = app.clock().now() + TimeDelta::minutes(1);
        let brief = create(&eva, json!({"name": "Brief", "scopes": ["ORDER_READ"], "expiresAt": soon.to_rfc3339()})).await;
        program(&app, &brief).run(WHO, json!({})).await;
        app.clock().advance(TimeDelta::minutes(2));
        program(&app, &brief).send(WHO, json!({})).await.expect_top_error("UNAUTHENTICATED");
    }

    async fn a_key_bound_to_an_address_works_from_nowhere_else(app: TestApp) {
        owner(&app, "eva@example.com").await;
        let eva = logged_in(&app, "eva@example.com").await;
        let created = create(&eva, json!({"name": "ERP", "scopes": ["ORDER_READ"], "allowedIps": ["192.0.2.7", "2001:db8::1"]})).await;
        program(&app, &created).send(WHO, json!({})).await.expect_top_error("UNAUTHENTICATED");
        let error = eva.send(CREATE, json!({"input": {"name": "ERP", "scopes": ["ORDER_READ"], "allowedIps": ["192.0.2.7", "home"]}})).await;
        assert_eq!(error.expect_user_error("INVALID")["field"], json!(["input", "allowedIps", "1"]));
    }

    async fn scopes_stay_within_what_the_maker_has(app: TestApp) {
        owner(&app, "eva@example.com").await;
        let clerk = app.as_staff(&["STAFF_WRITE", "STAFF_READ"]).await;
        let before = app.fingerprint().await;
        let refused = async |input: Value, code: &str| clerk.send(CREATE, json!({"input": input})).await.expect_user_error(code);
        refused(json!({"name": "ERP", "scopes": ["ORDER_READ"]}), "PERMISSION_EXCEEDED").await;
        refused(json!({"name": "ERP", "scopes": []}), "INVALID").await;
        refused(json!({"name": " ", "scopes": ["STAFF_READ"]}), "INVALID").await;
        refused(json!({"name": "ERP", "scopes": ["STAFF_READ"], "expiresAt": "2020-01-01T00:00:00Z"}), "INVALID").await;
        assert_eq!(app.fingerprint().await, before);
        let made = create(&clerk, json!({"name": "Console", "scopes": ["STAFF_WRITE"]})).await;
        let by_key = program(&app, &made).send(CREATE, json!({"input": {"name": "Child", "scopes": ["STAFF_READ"]}})).await;
        by_key.expect_user_error("PERMISSION_EXCEEDED");
        create(&program(&app, &made), json!({"name": "Child", "scopes": ["STAFF_WRITE"]})).await;
    }

    async fn the_last_use_is_noted_once_a_minute(app: TestApp) {
        owner(&app, "eva@example.com").await;
        let eva = app.as_staff(&["STAFF_READ", "STAFF_WRITE"]).await;
        let created = create(&eva, json!({"name": "ERP", "scopes": ["STAFF_READ"]})).await;
        let erp = program(&app, &created);
        let used = async || {
            app.state().access.forget_all();
            erp.run(KEYS, json!({})).await["apiKeys"][0]["lastUsedAt"].clone()
        };
        let first = used().await;
        assert!(first.is_string());
        app.clock().advance(TimeDelta::seconds(30));
        assert_eq!(used().await, first);
        app.clock().advance(TimeDelta::seconds(31));
        assert_ne!(used().await, first);
    }
}

fn key_id(created: &Value) -> uuid::Uuid {
    ApiKeyId::parse(created["apiKey"]["id"].as_str().unwrap())
        .unwrap()
        .uuid()
}
