//! Members, staff, programs, and what proves who they are.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "CREATE TABLE member (
        id uuid NOT NULL PRIMARY KEY,
        email text NOT NULL CONSTRAINT uq_member_email UNIQUE,
        password_hash text NOT NULL,
        email_verified_at timestamptz,
        full_name text,
        phone text,
        birthday date,
        locale text,
        accepts_marketing boolean NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT ck_member_email CHECK (length(email) > 0 AND email = lower(email))
    )",
    "CREATE TABLE member_address (
        id uuid NOT NULL PRIMARY KEY,
        member_id uuid NOT NULL REFERENCES member (id) ON DELETE CASCADE,
        address jsonb NOT NULL,
        default_shipping boolean NOT NULL,
        default_billing boolean NOT NULL,
        created_at timestamptz NOT NULL
    )",
    "CREATE INDEX idx_member_address_member_id ON member_address (member_id)",
    "CREATE UNIQUE INDEX uq_member_address_default_shipping ON member_address (member_id) WHERE default_shipping",
    "CREATE UNIQUE INDEX uq_member_address_default_billing ON member_address (member_id) WHERE default_billing",
    "CREATE TABLE staff (
        id uuid NOT NULL PRIMARY KEY,
        email text NOT NULL CONSTRAINT uq_staff_email UNIQUE,
        full_name text NOT NULL,
        password_hash text,
        active boolean NOT NULL,
        last_login_at timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT ck_staff_email CHECK (length(email) > 0 AND email = lower(email))
    )",
    "CREATE TABLE role (
        id uuid NOT NULL PRIMARY KEY,
        name text NOT NULL CONSTRAINT uq_role_name UNIQUE,
        permissions jsonb NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT ck_role_name CHECK (length(name) > 0)
    )",
    "CREATE TABLE staff_role (
        staff_id uuid NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
        role_id uuid NOT NULL REFERENCES role (id) ON DELETE CASCADE,
        PRIMARY KEY (staff_id, role_id)
    ) CLUSTERED",
    "CREATE INDEX idx_staff_role_role_id ON staff_role (role_id)",
    "CREATE TABLE api_key (
        id uuid NOT NULL PRIMARY KEY,
        name text NOT NULL,
        prefix text NOT NULL CONSTRAINT uq_api_key_prefix UNIQUE,
        key_hash text NOT NULL CONSTRAINT uq_api_key_key_hash UNIQUE,
        scopes jsonb NOT NULL,
        allowed_ips jsonb NOT NULL,
        created_by uuid NOT NULL REFERENCES staff (id),
        last_used_at timestamptz,
        expires_at timestamptz,
        revoked_at timestamptz,
        created_at timestamptz NOT NULL
    )",
    "CREATE TABLE session (
        id uuid NOT NULL PRIMARY KEY,
        account_kind text NOT NULL,
        account_id uuid NOT NULL,
        user_agent text,
        ip text,
        created_at timestamptz NOT NULL,
        last_used_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz,
        CONSTRAINT ck_session_account_kind CHECK (account_kind IN ('MEMBER', 'STAFF'))
    )",
    "CREATE INDEX idx_session_account_id ON session (account_id)",
    "CREATE TABLE refresh_token (
        id uuid NOT NULL PRIMARY KEY,
        session_id uuid NOT NULL REFERENCES session (id) ON DELETE CASCADE,
        token_hash text NOT NULL CONSTRAINT uq_refresh_token_token_hash UNIQUE,
        issued_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        used_at timestamptz
    )",
    "CREATE INDEX idx_refresh_token_session_id ON refresh_token (session_id)",
    // One live token per session: two refreshes at once cannot both succeed.
    "CREATE UNIQUE INDEX uq_refresh_token_session_id ON refresh_token (session_id) WHERE used_at IS NULL",
    "CREATE TABLE one_time_token (
        id uuid NOT NULL PRIMARY KEY,
        token_hash text NOT NULL CONSTRAINT uq_one_time_token_token_hash UNIQUE,
        purpose text NOT NULL,
        account_kind text NOT NULL,
        account_id uuid NOT NULL,
        password_hash text,
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        created_at timestamptz NOT NULL,
        CONSTRAINT ck_one_time_token_purpose CHECK (purpose IN ('EMAIL_VERIFY', 'PASSWORD_RESET', 'STAFF_SETUP')),
        CONSTRAINT ck_one_time_token_account_kind CHECK (account_kind IN ('MEMBER', 'STAFF'))
    )",
    "CREATE INDEX idx_one_time_token_account_id ON one_time_token (account_id)",
];

const DOWN: &[&str] = &[
    "one_time_token",
    "refresh_token",
    "session",
    "api_key",
    "staff_role",
    "role",
    "staff",
    "member_address",
    "member",
];

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::drop_tables(manager, DOWN).await
    }
}
