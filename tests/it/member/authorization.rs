//! Who may do what with members and sessions.

use api::auth::{Viewer, access};
use api::service::session::{self, IssuedToken, SessionTokens};
use domain::account::{AccountKind, TokenPurpose};
use domain::id::{MemberId, TypedId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use tests::authorization::{
    Expected::{Allowed, TopError, UserError},
    Row, World,
};
use uuid::Uuid;

use super::arrange::PASSWORD;

fn account(world: &World) -> Uuid {
    MemberId::parse(world.member.account_id()).unwrap().uuid()
}

/// A token as it would be mailed to `world.member`.
async fn token(
    world: &World,
    purpose: TokenPurpose,
    account_id: Uuid,
    password_hash: Option<String>,
) -> String {
    let state = world.app.state();
    let transaction = state.database.begin().await.unwrap();
    let issued = IssuedToken {
        purpose,
        kind: AccountKind::Member,
        account_id,
        password_hash,
    };
    let token = session::issue(&transaction, state, issued).await.unwrap();
    transaction.commit().await.unwrap();
    token
}

/// A further session of `world.member`.
async fn open(world: &World) -> SessionTokens {
    let state = world.app.state();
    let viewer = Viewer::system(state.channels.find(None).unwrap(), state.clock.new_id());
    let transaction = state.database.begin().await.unwrap();
    let tokens = session::open(
        &transaction,
        state,
        &viewer,
        AccountKind::Member,
        account(world),
    )
    .await
    .unwrap();
    transaction.commit().await.unwrap();
    tokens
}

/// A fresh address nobody registered.
fn new_email(world: &World) -> String {
    format!("{}@example.com", world.app.clock().new_id().simple())
}

/// An unconfirmed account and its id.
async fn unconfirmed(world: &World) -> Uuid {
    let email = new_email(world);
    let client = world.app.as_member(&email).await;
    let id = MemberId::parse(client.account_id()).unwrap().uuid();
    entity::member::Entity::update_many()
        .col_expr(
            entity::member::Column::EmailVerifiedAt,
            Expr::value(None::<chrono::DateTime<chrono::Utc>>),
        )
        .filter(entity::member::Column::Id.eq(id))
        .exec(world.app.connection())
        .await
        .unwrap();
    id
}

/// Gives every member of the world [`PASSWORD`].
async fn set_passwords(world: &World) {
    let hash = world.app.state().passwords.hash(PASSWORD).await.unwrap();
    entity::member::Entity::update_many()
        .col_expr(entity::member::Column::PasswordHash, Expr::value(hash))
        .exec(world.app.connection())
        .await
        .unwrap();
}

/// Brings back the sessions that earlier rows ended.
async fn restore_sessions(world: &World) {
    entity::session::Entity::update_many()
        .col_expr(
            entity::session::Column::RevokedAt,
            Expr::value(None::<chrono::DateTime<chrono::Utc>>),
        )
        .exec(world.app.connection())
        .await
        .unwrap();
    let access: &access::Access = &world.app.state().access;
    access.forget_all();
}

async fn address(world: &World) -> Value {
    let create = "mutation($input: MemberAddressCreateInput!) { memberAddressCreate(input: $input) { memberAddress { id } userErrors { code } } }";
    let data = world
        .member
        .run(
            create,
            json!({"input": {"memberAddress": {"address": kiel()}}}),
        )
        .await;
    data["memberAddressCreate"]["memberAddress"]["id"].clone()
}

fn kiel() -> Value {
    json!({"fullName": "Ada", "streetLine1": "Kai 1", "city": "Kiel", "countryCode": "DE"})
}

/// The rows of the area.
pub fn rows() -> Vec<Row> {
    let mut rows = credential_rows();
    rows.extend(profile_rows());
    rows.extend(session_rows());
    rows
}

fn credential_rows() -> Vec<Row> {
    vec![
        Row::new("memberRegister", "mutation($input: MemberRegisterInput!) { memberRegister(input: $input) { accepted userErrors { code } } }")
            .variables(|world| async move { json!({"input": {"email": new_email(&world), "password": PASSWORD}}) }),
        Row::new("memberEmailVerify", "mutation($input: MemberEmailVerifyInput!) { memberEmailVerify(input: $input) { member { id } userErrors { code } } }")
            .variables(|world| async move {
                let id = unconfirmed(&world).await;
                json!({"input": {"token": token(&world, TokenPurpose::EmailVerify, id, None).await}})
            }),
        Row::new("memberLogin", "mutation($input: MemberLoginInput!) { memberLogin(input: $input) { tokens { accessToken } userErrors { code } } }")
            .variables(|world| async move {
                let email = new_email(&world);
                world.app.as_member(&email).await;
                set_passwords(&world).await;
                json!({"input": {"email": email, "password": PASSWORD}})
            }),
        Row::new(
            "passwordResetRequest",
            "mutation($input: PasswordResetRequestInput!) { passwordResetRequest(input: $input) { accepted userErrors { code } } }",
        )
        .variables(|world| async move { json!({"input": {"email": new_email(&world)}}) }),
        Row::new("passwordReset", "mutation($input: PasswordResetInput!) { passwordReset(input: $input) { accepted userErrors { code } } }")
            .variables(|world| async move {
                let id = unconfirmed(&world).await;
                json!({"input": {"token": token(&world, TokenPurpose::PasswordReset, id, None).await, "password": PASSWORD}})
            }),
        // Staff of the harness have no password, so none is right.
        Row::new("passwordChange", "mutation($input: PasswordChangeInput!) { passwordChange(input: $input) { accepted userErrors { code } } }")
            .expects([TopError("UNAUTHENTICATED"), Allowed, Allowed, UserError("WRONG_CREDENTIALS"), UserError("WRONG_CREDENTIALS")])
            .variables(|world| async move {
                set_passwords(&world).await;
                json!({"input": {"currentPassword": PASSWORD, "password": "another harbour"}})
            }),
    ]
}

fn profile_rows() -> Vec<Row> {
    let guests_and_staff_not = [
        TopError("UNAUTHENTICATED"),
        Allowed,
        Allowed,
        TopError("UNAUTHENTICATED"),
        TopError("UNAUTHENTICATED"),
    ];
    let owner_only = [
        TopError("UNAUTHENTICATED"),
        Allowed,
        UserError("NOT_FOUND"),
        TopError("UNAUTHENTICATED"),
        TopError("UNAUTHENTICATED"),
    ];
    vec![
        Row::new("memberUpdate", "mutation($input: MemberUpdateInput!) { memberUpdate(input: $input) { member { id } userErrors { code } } }")
            .permission("MEMBER_WRITE")
            .expects([TopError("UNAUTHENTICATED"), Allowed, UserError("NOT_FOUND"), TopError("FORBIDDEN"), Allowed])
            .variables(|world| async move { json!({"input": {"memberId": world.member.account_id(), "member": {"fullName": "Ada"}}}) }),
        Row::new(
            "memberTaxExemptionSet",
            "mutation($input: MemberTaxExemptionSetInput!) { memberTaxExemptionSet(input: $input) { member { id } userErrors { code } } }",
        )
        .needs("MEMBER_WRITE")
        .variables(|world| async move { json!({"input": {"memberId": world.member.account_id(), "taxExemption": "DE 1"}}) }),
        Row::new(
            "memberAddressCreate",
            "mutation($input: MemberAddressCreateInput!) { memberAddressCreate(input: $input) { memberAddress { id } userErrors { code } } }",
        )
        .expects(guests_and_staff_not)
        .variables(|_| async move { json!({"input": {"memberAddress": {"address": kiel()}}}) }),
        Row::new(
            "memberAddressUpdate",
            "mutation($input: MemberAddressUpdateInput!) { memberAddressUpdate(input: $input) { memberAddress { id } userErrors { code } } }",
        )
        .expects(owner_only)
        .variables(|world| async move { json!({"input": {"memberAddressId": address(&world).await, "memberAddress": {"defaultBilling": true}}}) }),
        Row::new(
            "memberAddressDelete",
            "mutation($input: MemberAddressDeleteInput!) { memberAddressDelete(input: $input) { deletedId userErrors { code } } }",
        )
        .expects(owner_only)
        .variables(|world| async move { json!({"input": {"memberAddressId": address(&world).await}}) }),
        Row::new("Query.member", "query($id: ID!) { member(id: $id) { email } }")
            .permission("MEMBER_READ")
            .expects([TopError("UNAUTHENTICATED"), Allowed, TopError("FORBIDDEN"), TopError("FORBIDDEN"), Allowed])
            .variables(|world| async move { json!({"id": world.member.account_id()}) }),
        Row::new("Query.members", "{ members(first: 1) { nodes { email } } }").needs("MEMBER_READ"),
    ]
}

fn session_rows() -> Vec<Row> {
    let whoever_is_logged_in = [
        TopError("UNAUTHENTICATED"),
        Allowed,
        Allowed,
        Allowed,
        Allowed,
    ];
    vec![
        Row::new("sessionRefresh", "mutation($input: SessionRefreshInput!) { sessionRefresh(input: $input) { tokens { accessToken } userErrors { code } } }")
            .variables(|world| async move { json!({"input": {"refreshToken": open(&world).await.refresh}}) }),
        Row::new("sessionLogout", "mutation($input: SessionLogoutInput!) { sessionLogout(input: $input) { deletedId userErrors { code } } }")
            .expects(whoever_is_logged_in)
            .variables(|_| async move { json!({"input": {}}) }),
        // After sessionLogout, whose sessions it brings back.
        Row::new("sessionRevoke", "mutation($input: SessionRevokeInput!) { sessionRevoke(input: $input) { deletedId userErrors { code } } }")
            .permission("MEMBER_WRITE")
            .expects([TopError("UNAUTHENTICATED"), Allowed, UserError("NOT_FOUND"), TopError("FORBIDDEN"), Allowed])
            .variables(|world| async move {
                restore_sessions(&world).await;
                let claims = world.app.state().tokens.verify(&open(&world).await.access.text).unwrap();
                json!({"input": {"sessionId": claims.session_id.to_string()}})
            }),
    ]
}
