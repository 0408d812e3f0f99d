//! A parcel's way in full: scheduled, held, picked, packed, lost, brought back; and what carriers tell of it.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl::{self, Check};

const STATUS: Check<'_> = Check {
    table: "fulfillment",
    name: "ck_fulfillment_status",
    narrow: "CHECK (status IN ('OPEN', 'SHIPPED', 'DELIVERED', 'CANCELLED'))",
    wide: "CHECK (status IN ('SCHEDULED', 'OPEN', 'ON_HOLD', 'PICKING', 'PACKED', 'SHIPPED', 'DELIVERED', 'CANCELLED', 'LOST', 'RETURNED_TO_SENDER'))",
};

const UP: &[&str] = &[
    "ALTER TABLE fulfillment ADD COLUMN hold_reason text CONSTRAINT ck_fulfillment_hold_reason
        CHECK (hold_reason IN ('FRAUD', 'ADDRESS', 'STOCK', 'PAYMENT', 'CUSTOMER', 'OTHER'))",
    "ALTER TABLE fulfillment ADD COLUMN hold_note text",
    "ALTER TABLE fulfillment ADD COLUMN scheduled_at timestamptz",
    "ALTER TABLE fulfillment ADD COLUMN restocked boolean NOT NULL DEFAULT false",
    "CREATE INDEX idx_fulfillment_scheduled_at ON fulfillment (scheduled_at) WHERE status = 'SCHEDULED'",
    "CREATE TABLE fulfillment_tracking_event (
        id uuid NOT NULL PRIMARY KEY,
        fulfillment_id uuid NOT NULL REFERENCES fulfillment (id),
        description text NOT NULL,
        location text,
        occurred_at timestamptz NOT NULL
    )",
    "CREATE INDEX idx_fulfillment_tracking_event_fulfillment_id ON fulfillment_tracking_event (fulfillment_id)",
];

/// What the older schema does not know is to be picked, or on its way.
const DOWN: &[&str] = &[
    "DROP TABLE fulfillment_tracking_event",
    "DROP INDEX idx_fulfillment_scheduled_at",
    "UPDATE fulfillment SET status = 'OPEN' WHERE status IN ('SCHEDULED', 'ON_HOLD', 'PICKING', 'PACKED')",
    "UPDATE fulfillment SET status = 'SHIPPED' WHERE status IN ('LOST', 'RETURNED_TO_SENDER')",
    "ALTER TABLE fulfillment DROP COLUMN restocked",
    "ALTER TABLE fulfillment DROP COLUMN scheduled_at",
    "ALTER TABLE fulfillment DROP COLUMN hold_note",
    "ALTER TABLE fulfillment DROP COLUMN hold_reason",
];

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        STATUS.widen(manager).await?;
        ddl::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, DOWN).await?;
        STATUS.narrow(manager).await
    }
}
