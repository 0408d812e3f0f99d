use serde_json::json;
use tests::{TestApp, both};

use super::arrange::{ME, UPDATE, UPSERT, logged_in, owner, role};

const ROLES: &str =
    "{ roles { name permissions } staffAccounts { email roles { name } permissions } }";

both! {
    async fn roles_are_made_and_changed_by_name(app: TestApp) {
        owner(&app, "eva@example.com").await;
        let eva = logged_in(&app, "eva@example.com").await;
        let first = role(&eva, "packer", &["ORDER_READ"]).await;
        let second = role(&eva, " packer ", &["FULFILLMENT_WRITE", "ORDER_READ", "ORDER_READ"]).await;
        assert_eq!(first, second);
        eva.run(UPSERT, json!({"input": {"roles": [{"name": "packer"}, {"name": "buyer"}]}})).await;
        let data = eva.run(ROLES, json!({})).await;
        let roles = data["roles"].as_array().unwrap();
        assert_eq!(roles[0], json!({"name": "buyer", "permissions": []}));
        assert_eq!(roles[2], json!({"name": "packer", "permissions": ["ORDER_READ", "FULFILLMENT_WRITE"]}));
        assert_eq!(data["staffAccounts"][0]["roles"], json!([{"name": "owner"}]));
    }

    async fn all_or_none_are_written(app: TestApp) {
        owner(&app, "eva@example.com").await;
        let eva = logged_in(&app, "eva@example.com").await;
        role(&eva, "refunder", &["REFUND_WRITE"]).await;
        let clerk = app.as_staff(&["STAFF_WRITE", "ORDER_READ"]).await;
        let before = app.fingerprint().await;
        let refused = async |roles: serde_json::Value, code: &str| {
            let input = json!({"input": {"roles": roles}});
            clerk.send(UPSERT, input).await.expect_user_error(code)
        };
        refused(json!([{"name": "a", "permissions": ["ORDER_READ"]}, {"name": "b", "permissions": ["ORDER_WRITE"]}]), "PERMISSION_EXCEEDED").await;
        refused(json!([{"name": "refunder", "permissions": []}]), "PERMISSION_EXCEEDED").await;
        let error = refused(json!([{"name": "a"}, {"name": "  "}]), "INVALID").await;
        assert_eq!(error["field"], json!(["input", "roles", "1", "name"]));
        refused(json!([{"name": "a"}, {"name": "a "}]), "INVALID").await;
        refused(json!([{"name": "owner", "permissions": []}]), "INVALID").await;
        assert_eq!(app.fingerprint().await, before);
    }

    async fn the_last_admin_role_keeps_its_right(app: TestApp) {
        let eva_id = owner(&app, "eva@example.com").await;
        let eva = logged_in(&app, "eva@example.com").await;
        let admin = role(&eva, "admin", &["STAFF_WRITE", "STAFF_READ"]).await;
        let only_admin = json!({"input": {"staffId": eva_id, "staff": {"roleIds": [admin]}}});
        eva.run(UPDATE, only_admin).await;
        let weaker = json!({"input": {"roles": [{"name": "admin", "permissions": ["STAFF_READ"]}]}});
        eva.send(UPSERT, weaker).await.expect_user_error("LAST_ADMIN");
        assert_eq!(eva.run(ME, json!({})).await["viewer"]["permissions"], json!(["STAFF_READ", "STAFF_WRITE"]));
    }
}
