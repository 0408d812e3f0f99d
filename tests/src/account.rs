//! Logged-in clients without the detour over passwords and mails; those ways have tests of their own.

use api::auth::token::AccessClaims;
use domain::{
    account::AccountKind,
    id::{MemberId, SessionId, StaffId},
    permission::Permission,
    text_enum::TextEnum,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::{app::TestApp, client::Client};

/// Sessions of tests outlive whatever a test does to the clock.
const SESSION_LENGTH: chrono::TimeDelta = chrono::TimeDelta::days(3650);

pub(crate) async fn member(app: &TestApp, email: &str) -> Client {
    let known = entity::member::Entity::find()
        .filter(entity::member::Column::Email.eq(email))
        .one(app.connection())
        .await
        .expect("members can be read");
    let id = match known {
        Some(row) => row.id,
        None => insert_member(app, email).await,
    };
    client(app, AccountKind::Member, id).await
}

pub(crate) async fn staff(app: &TestApp, permissions: &[&str]) -> Client {
    let now = app.clock().now();
    let id = app.clock().new_id();
    let staff = entity::staff::ActiveModel {
        id: Set(id),
        email: Set(format!("{}@staff.test", id.simple())),
        full_name: Set("Test Staff".to_owned()),
        password_hash: Set(None),
        active: Set(true),
        last_login_at: Set(None),
        created_at: Set(now),
        updated_at: Set(now),
    };
    entity::staff::Entity::insert(staff)
        .exec_without_returning(app.connection())
        .await
        .expect("staff is written");
    if !permissions.is_empty() {
        give_role(app, id, permissions).await;
    }
    client(app, AccountKind::Staff, id).await
}

pub(crate) async fn owner(app: &TestApp) -> Client {
    let all: Vec<&str> = Permission::ALL
        .iter()
        .map(|permission| permission.as_str())
        .collect();
    staff(app, &all).await
}

async fn insert_member(app: &TestApp, email: &str) -> Uuid {
    let now = app.clock().now();
    let id = app.clock().new_id();
    let member = entity::member::ActiveModel {
        id: Set(id),
        email: Set(email.to_owned()),
        password_hash: Set("no password fits this".to_owned()),
        email_verified_at: Set(Some(now)),
        accepts_marketing: Set(false),
        tax_exemption: Set(None),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    };
    entity::member::Entity::insert(member)
        .exec_without_returning(app.connection())
        .await
        .expect("a member is written");
    id
}

async fn give_role(app: &TestApp, staff_id: Uuid, permissions: &[&str]) {
    let unknown: Vec<&&str> = permissions
        .iter()
        .filter(|name| Permission::parse(name).is_none())
        .collect();
    assert!(unknown.is_empty(), "no such permissions: {unknown:?}");
    let role_id = app.clock().new_id();
    let permissions: Vec<String> = permissions.iter().map(|name| (*name).to_owned()).collect();
    entity::role::ActiveModel {
        id: Set(role_id),
        name: Set(format!("role {}", role_id.simple())),
        permissions: Set(permissions.into()),
        created_at: Set(app.clock().now()),
    }
    .insert(app.connection())
    .await
    .expect("a role is written");
    let link = entity::staff_role::ActiveModel {
        staff_id: Set(staff_id),
        role_id: Set(role_id),
    };
    entity::staff_role::Entity::insert(link)
        .exec_without_returning(app.connection())
        .await
        .expect("a role is given");
}

async fn client(app: &TestApp, kind: AccountKind, account_id: Uuid) -> Client {
    let now = app.clock().now();
    let session_id = app.clock().new_id();
    let session = entity::session::ActiveModel {
        id: Set(session_id),
        account_kind: Set(kind.into()),
        account_id: Set(account_id),
        user_agent: Set(None),
        ip: Set(None),
        created_at: Set(now),
        last_used_at: Set(now),
        expires_at: Set(now + SESSION_LENGTH),
        revoked_at: Set(None),
    };
    entity::session::Entity::insert(session)
        .exec_without_returning(app.connection())
        .await
        .expect("a session is written");
    let claims = AccessClaims {
        kind,
        account_id,
        session_id: SessionId::from(session_id),
    };
    let public_id = match kind {
        AccountKind::Member => MemberId::from(account_id).to_string(),
        AccountKind::Staff => StaffId::from(account_id).to_string(),
    };
    let state = app.state().clone();
    // Signed at each request: tokens live for minutes, tests move the clock by days.
    app.guest().with_account(&public_id, move || {
        state.tokens.sign(&claims).expect("a token is signed").text
    })
}
