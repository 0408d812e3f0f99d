//! Carts that their buyers left. They are found by the full hour in which they last changed, not by the instant: an index on that
//! would follow every change of every cart.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "ALTER TABLE channel ADD COLUMN cart_url text",
    "ALTER TABLE cart ADD COLUMN accepts_reminders boolean NOT NULL DEFAULT false",
    "ALTER TABLE cart ADD COLUMN active_hour timestamptz NOT NULL DEFAULT '1970-01-01 00:00:00+00:00'",
    "UPDATE cart SET active_hour = updated_at WHERE status = 'ACTIVE'",
    "CREATE INDEX idx_cart_active_hour_id ON cart (active_hour, id) WHERE status = 'ACTIVE'",
    "CREATE TABLE abandoned_cart (
        id uuid NOT NULL PRIMARY KEY,
        cart_id uuid NOT NULL CONSTRAINT uq_abandoned_cart_cart_id UNIQUE REFERENCES cart (id) ON DELETE CASCADE,
        channel_id uuid NOT NULL REFERENCES channel (id),
        left_at timestamptz NOT NULL,
        currency text NOT NULL,
        total_minor bigint NOT NULL,
        told_hours integer NOT NULL,
        told_at timestamptz,
        told_to text,
        CONSTRAINT ck_abandoned_cart_currency CHECK (length(currency) = 3),
        CONSTRAINT ck_abandoned_cart_total CHECK (total_minor >= 0),
        CONSTRAINT ck_abandoned_cart_told_hours CHECK (told_hours = 0 OR (told_hours > 0 AND told_at IS NOT NULL)),
        CONSTRAINT ck_abandoned_cart_told_to CHECK ((told_to IS NULL) = (told_at IS NULL))
    )",
    "CREATE INDEX idx_abandoned_cart_left_at ON abandoned_cart (left_at)",
    "CREATE INDEX idx_abandoned_cart_channel_id_left_at_id ON abandoned_cart (channel_id, left_at, id)",
    "CREATE INDEX idx_abandoned_cart_told_to_told_at ON abandoned_cart (told_to, told_at) WHERE told_to IS NOT NULL",
];

const DOWN: &[&str] = &[
    "DROP TABLE abandoned_cart",
    "DROP INDEX idx_cart_active_hour_id",
    "ALTER TABLE cart DROP COLUMN active_hour",
    "ALTER TABLE cart DROP COLUMN accepts_reminders",
    "ALTER TABLE channel DROP COLUMN cart_url",
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
        ddl::run(manager, DOWN).await
    }
}
