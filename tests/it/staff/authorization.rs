//! Who may do what with staff, roles and keys.

use serde_json::{Value, json};
use tests::authorization::{
    Expected::{Allowed, Hidden},
    Row, World,
};

use super::arrange::{PASSWORD, owner};

fn new_email(world: &World) -> String {
    format!("{}@example.com", world.app.clock().new_id().simple())
}

/// Somebody who can log in; without them every change would leave no admin.
async fn admin(world: &World) -> String {
    let email = new_email(world);
    owner(&world.app, &email).await;
    email
}

async fn key(world: &World) -> Value {
    let create = "mutation { apiKeyCreate(input: {name: \"ERP\", scopes: [ORDER_READ]}) { apiKey { id } userErrors { code } } }";
    world.owner.run(create, json!({})).await["apiKeyCreate"]["apiKey"]["id"].clone()
}

/// The rows of the area.
pub fn rows() -> Vec<Row> {
    vec![
        Row::new("staffLogin", "mutation($input: StaffLoginInput!) { staffLogin(input: $input) { tokens { accessToken } userErrors { code } } }")
            .variables(|world| async move { json!({"input": {"email": admin(&world).await, "password": PASSWORD}}) }),
        Row::new("staffCreate", "mutation($input: StaffCreateInput!) { staffCreate(input: $input) { staff { id } userErrors { code } } }")
            .needs("STAFF_WRITE")
            .variables(|world| async move { json!({"input": {"staff": {"email": new_email(&world), "fullName": "Max"}}}) }),
        Row::new("staffUpdate", "mutation($input: StaffUpdateInput!) { staffUpdate(input: $input) { staff { id } userErrors { code } } }")
            .needs("STAFF_WRITE")
            .variables(|world| async move {
                admin(&world).await;
                let colleague = world.app.as_staff(&[]).await;
                json!({"input": {"staffId": colleague.account_id(), "staff": {"fullName": "Max"}}})
            }),
        Row::new("rolesUpsert", "mutation($input: RolesUpsertInput!) { rolesUpsert(input: $input) { roles { id } userErrors { code } } }")
            .needs("STAFF_WRITE")
            .variables(|world| async move {
                admin(&world).await;
                json!({"input": {"roles": [{"name": "clerk", "permissions": ["STAFF_WRITE"]}]}})
            }),
        Row::new("apiKeyCreate", "mutation($input: ApiKeyCreateInput!) { apiKeyCreate(input: $input) { apiKey { id } userErrors { code } } }")
            .needs("STAFF_WRITE")
            .variables(|_| async move { json!({"input": {"name": "ERP", "scopes": ["STAFF_WRITE"]}}) }),
        Row::new("apiKeyRevoke", "mutation($input: ApiKeyRevokeInput!) { apiKeyRevoke(input: $input) { apiKey { id } userErrors { code } } }")
            .needs("STAFF_WRITE")
            .variables(|world| async move { json!({"input": {"apiKeyId": key(&world).await}}) }),
        Row::new("Query.staffAccounts", "{ staffAccounts { email } }").needs("STAFF_READ"),
        Row::new("Query.roles", "{ roles { name } }").needs("STAFF_READ"),
        Row::new("Query.apiKeys", "{ apiKeys { name } }").needs("STAFF_READ"),
        Row::new("Query.auditEntries", "{ auditEntries { nodes { id } } }").needs("AUDIT_READ"),
        // One's own; those of colleagues are in `account`.
        Row::new("Staff.sessions", "{ viewer { staff { sessions { id } } } }")
            .permission("STAFF_WRITE")
            .expects([Hidden, Hidden, Hidden, Allowed, Allowed]),
    ]
}
