//! What happened, in the order in which it is told. Positions count up without gaps in each channel: whoever numbers an
//! event holds the channel's row of `event_head` until the commit.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "CREATE TABLE event_head (
        channel_id uuid NOT NULL PRIMARY KEY REFERENCES channel (id),
        position bigint NOT NULL,
        CONSTRAINT ck_event_head_position CHECK (position >= 0)
    ) CLUSTERED",
    "CREATE TABLE event_subject (
        subject_id uuid NOT NULL PRIMARY KEY,
        sequence bigint NOT NULL,
        CONSTRAINT ck_event_subject_sequence CHECK (sequence >= 1)
    ) CLUSTERED",
    "CREATE TABLE event (
        id uuid NOT NULL PRIMARY KEY,
        channel_id uuid NOT NULL REFERENCES channel (id),
        position bigint,
        kind text NOT NULL,
        subject_kind text NOT NULL,
        subject_id uuid NOT NULL,
        sequence bigint NOT NULL,
        payload jsonb NOT NULL,
        occurred_at timestamptz NOT NULL,
        published_at timestamptz NOT NULL,
        CONSTRAINT uq_event_channel_id_position UNIQUE (channel_id, position)
    )",
    "CREATE INDEX idx_event_published_at ON event (published_at)",
];

const DOWN: &[&str] = &["event", "event_subject", "event_head"];

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
