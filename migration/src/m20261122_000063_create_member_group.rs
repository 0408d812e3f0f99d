//! Groups of members, put together by hand.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "CREATE TABLE member_group (
        id uuid NOT NULL PRIMARY KEY,
        channel_id uuid NOT NULL REFERENCES channel (id),
        code text NOT NULL,
        name text NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT uq_member_group_channel_id_code UNIQUE (channel_id, code)
    )",
    "CREATE TABLE member_group_member (
        group_id uuid NOT NULL REFERENCES member_group (id),
        member_id uuid NOT NULL REFERENCES member (id),
        added_at timestamptz NOT NULL,
        PRIMARY KEY (group_id, member_id)
    ) CLUSTERED",
    "CREATE INDEX idx_member_group_member_member_id ON member_group_member (member_id)",
];

const DOWN: &[&str] = &["member_group_member", "member_group"];

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
