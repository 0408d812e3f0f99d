//! What scenarios about staff start from.

use api::service::staff::{OWNER_ROLE, OperatorAccount, create_by_operator};
use domain::id::StaffId;
use serde_json::{Value, json};
use tests::{TestApp, client::Client};

/// A password no list knows.
pub(super) const PASSWORD: &str = "a quiet harbour";

pub(super) const LOGIN: &str = "mutation($input: StaffLoginInput!) {
    staffLogin(input: $input) { tokens { accessToken refreshToken } userErrors { code } } }";
pub(super) const ME: &str = "{ viewer { kind permissions staff { id email fullName active roles { name } permissions lastLoginAt sessions { current } } } }";
pub(super) const UPSERT: &str = "mutation($input: RolesUpsertInput!) {
    rolesUpsert(input: $input) { roles { id name permissions } userErrors { code field message } } }";
pub(super) const CREATE: &str = "mutation($input: StaffCreateInput!) {
    staffCreate(input: $input) { staff { id email fullName active roles { name } permissions } userErrors { code field } } }";
pub(super) const UPDATE: &str = "mutation($input: StaffUpdateInput!) {
    staffUpdate(input: $input) { staff { id email fullName active roles { name } } userErrors { code field } } }";

/// An owner who can log in, and its global id.
pub(super) async fn owner(app: &TestApp, email: &str) -> String {
    let account = OperatorAccount {
        email: email.to_owned(),
        role: OWNER_ROLE.to_owned(),
        password: PASSWORD.to_owned(),
    };
    let row = create_by_operator(app.state(), &account).await.unwrap();
    StaffId(row.id).to_string()
}

/// A client of somebody who logged in with [`PASSWORD`].
pub(super) async fn logged_in(app: &TestApp, email: &str) -> Client {
    let data = app
        .guest()
        .run(
            LOGIN,
            json!({"input": {"email": email, "password": PASSWORD}}),
        )
        .await;
    app.guest().with_token(
        data["staffLogin"]["tokens"]["accessToken"]
            .as_str()
            .unwrap(),
    )
}

/// Makes a role and gives back its id.
pub(super) async fn role(client: &Client, name: &str, permissions: &[&str]) -> Value {
    let data = client
        .run(
            UPSERT,
            json!({"input": {"roles": [{"name": name, "permissions": permissions}]}}),
        )
        .await;
    data["rolesUpsert"]["roles"][0]["id"].clone()
}
