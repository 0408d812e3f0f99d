use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::arrange::{product, shop};
use tests::checkout::{key, placed};
use tests::{Client, TestApp, both};

use super::arrange::owner;

const ENTRIES: &str = "query($filter: AuditEntryFilter, $first: Int, $after: String) {
    auditEntries(filter: $filter, first: $first, after: $after) {
        nodes { id actor { kind accountId } action subjectId after ip requestId occurredAt } pageInfo { hasNextPage endCursor } } }";
const CANCEL: &str = "mutation($input: OrderCancelInput!) { orderCancel(input: $input) { orderCancellation { id } userErrors { code } } }";
const ROLES: &str = "mutation($input: RolesUpsertInput!) { rolesUpsert(input: $input) { roles { id } userErrors { code } } }";

async fn entries(auditor: &Client, filter: Value) -> Vec<Value> {
    let data = auditor
        .run(ENTRIES, json!({ "filter": filter, "first": 100 }))
        .await;
    data["auditEntries"]["nodes"].as_array().unwrap().clone()
}

fn cancellation(app: &TestApp, order: &str) -> Value {
    json!({ "orderId": order, "reason": "STAFF", "restock": true, "refund": true, "notify": false, "idempotencyKey": key(app) })
}

both! {
    async fn a_change_of_staff_is_written_down_with_who_what_and_whence(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let order = placed(&app, &app.guest(), &shop, &goods, 1).await;
        let (keeper, auditor) = (app.as_staff(&["ORDER_WRITE"]).await, app.as_staff(&["AUDIT_READ"]).await);
        let input = cancellation(&app, &order.id);
        for _repeat in 0..2 {
            keeper.run(CANCEL, json!({ "input": input })).await;
        }
        let found = entries(&auditor, json!({ "subjectId": order.id })).await;
        assert_eq!(found.len(), 1);
        let entry = &found[0];
        assert_eq!(entry["actor"], json!({ "kind": "STAFF", "accountId": keeper.account_id() }));
        assert_eq!((&entry["action"], &entry["after"]), (&json!("orderCancel"), &input));
        assert!(entry["requestId"].as_str().is_some_and(|id| id.len() == 36));
        let read = "query($id: ID!) { node(id: $id) { ... on AuditEntry { action } } }";
        let seen = |client: Client| { let id = entry["id"].clone(); async move { client.run(read, json!({ "id": id })).await["node"].clone() } };
        assert_eq!(seen(auditor).await, json!({ "action": "orderCancel" }));
        assert_eq!(seen(keeper).await, Value::Null);
    }

    async fn what_was_refused_and_what_buyers_do_is_not_in_it(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let member = app.as_member("ada@example.com").await;
        let order = placed(&app, &member, &shop, &goods, 1).await;
        let owner = app.as_owner().await;
        let before = entries(&owner, json!({})).await.len();
        let wrong = cancellation(&app, "order_00000000000000000000000000");
        owner.send(CANCEL, json!({ "input": wrong })).await.expect_user_error("NOT_FOUND");
        member.send(CANCEL, json!({ "input": cancellation(&app, &order.id) })).await;
        assert_eq!(entries(&owner, json!({})).await.len(), before);
    }

    async fn each_mutation_of_a_request_has_its_entry_also_with_literal_input(app: TestApp) {
        owner(&app, "eva@example.com").await;
        let owner = app.as_owner().await;
        let both = "mutation($name: String!) {
            a: rolesUpsert(input: { roles: [{ name: $name, permissions: [ORDER_READ] }] }) { userErrors { code } }
            b: rolesUpsert(input: { roles: [{ name: \"second\", permissions: [] }] }) { userErrors { code } } }";
        let sent = owner.send(both, json!({ "name": "first" })).await;
        assert!(sent.user_errors().is_empty(), "{:?}", sent.body());
        let roles = |entry: &Value| entry["after"]["roles"][0]["name"].clone();
        let found: Vec<Value> = entries(&owner, json!({ "accountId": owner.account_id() })).await.iter()
            .filter(|entry| entry["action"] == "rolesUpsert").map(roles).collect();
        assert_eq!(found[..2], [json!("second"), json!("first")]);
    }

    async fn entries_are_found_by_account_and_time_and_page_by_page(app: TestApp) {
        owner(&app, "eva@example.com").await;
        let (one, two) = (app.as_owner().await, app.as_staff(&["STAFF_WRITE", "AUDIT_READ"]).await);
        let save = |client: Client, name: &'static str| async move {
            client.run(ROLES, json!({ "input": { "roles": [{ "name": name, "permissions": ["AUDIT_READ"] }] } })).await
        };
        save(one.clone(), "a").await;
        app.clock().advance(TimeDelta::hours(1));
        let since = app.clock().now();
        save(two.clone(), "b").await;
        save(two.clone(), "c").await;
        let of_two = entries(&one, json!({ "accountId": two.account_id() })).await;
        assert_eq!(of_two.len(), 2);
        let from = since.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
        assert_eq!(entries(&one, json!({ "occurredAt": { "from": from } })).await, of_two);
        let page = one.run(ENTRIES, json!({ "filter": { "accountId": two.account_id() }, "first": 1 })).await["auditEntries"].clone();
        assert_eq!((&page["nodes"][0], &page["pageInfo"]["hasNextPage"]), (&of_two[0], &json!(true)));
        let next = json!({ "filter": { "accountId": two.account_id() }, "first": 1, "after": page["pageInfo"]["endCursor"] });
        assert_eq!(one.run(ENTRIES, next).await["auditEntries"]["nodes"][0], of_two[1]);
        let wrong = one.send(ENTRIES, json!({ "filter": { "accountId": "order_00000000000000000000000000" } })).await;
        assert_eq!(wrong.top_codes(), ["BAD_USER_INPUT"]);
    }

    async fn a_repeat_changes_nothing_and_leaves_no_entry(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let adjust = "mutation($input: StockAdjustInput!) { stockAdjust(input: $input) { userErrors { code } } }";
        let backorder = "mutation($input: StockBackorderSetInput!) { stockBackorderSet(input: $input) { userErrors { code } } }";
        let row = json!({ "sku": goods.skus[0], "warehouseCode": "main" });
        let with = |name: &str, value: i32| { let mut row = row.clone(); row[name] = json!(value); json!([row]) };
        let adjusted = json!({ "adjustments": with("quantity", 3), "reason": "found", "idempotencyKey": key(&app) });
        let limited = json!({ "backorders": with("limit", 5), "idempotencyKey": key(&app) });
        for _repeat in 0..3 {
            owner.send(adjust, json!({ "input": adjusted })).await.ok();
            owner.send(backorder, json!({ "input": limited })).await.ok();
        }
        let found = entries(&owner, json!({ "accountId": owner.account_id() })).await;
        let actions: Vec<&Value> = found.iter().map(|entry| &entry["action"]).collect();
        assert_eq!(actions, ["stockBackorderSet", "stockAdjust"]);
    }

    async fn a_key_that_is_made_and_ended_is_in_it_without_its_secret(app: TestApp) {
        let owner = app.as_owner().await;
        let create = "mutation($input: ApiKeyCreateInput!) { apiKeyCreate(input: $input) { apiKey { id } secret userErrors { code } } }";
        let revoke = "mutation($input: ApiKeyRevokeInput!) { apiKeyRevoke(input: $input) { apiKey { id } userErrors { code } } }";
        let made = owner.run(create, json!({ "input": { "name": "ERP", "scopes": ["ORDER_READ"] } })).await["apiKeyCreate"].clone();
        owner.run(revoke, json!({ "input": { "apiKeyId": made["apiKey"]["id"] } })).await;
        let found = entries(&owner, json!({ "accountId": owner.account_id() })).await;
        let actions: Vec<_> = found.iter().take(2).map(|entry| (&entry["action"], &entry["subjectId"])).collect();
        assert_eq!(actions, [(&json!("apiKeyRevoke"), &made["apiKey"]["id"]), (&json!("apiKeyCreate"), &Value::Null)]);
        assert!(!json!(found).to_string().contains(made["secret"].as_str().unwrap()));
    }
}
