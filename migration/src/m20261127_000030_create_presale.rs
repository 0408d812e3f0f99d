//! Presales: variants that are sold before they may leave, and what the buyers of a line were told of that. A date that moved is
//! told to the orders that wait, in the order of their ids, up to `told_up_to`. Parcels keep the date somebody chose for them beside the
//! one they wait for.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "CREATE TABLE presale (
        variant_id uuid NOT NULL PRIMARY KEY REFERENCES product_variant (id) ON DELETE CASCADE,
        ships_at timestamptz,
        moved_at timestamptz NOT NULL,
        is_told boolean NOT NULL,
        pass_began_at timestamptz,
        told_up_to uuid
    )",
    "CREATE INDEX idx_presale_moved_at ON presale (moved_at) WHERE NOT is_told",
    "ALTER TABLE order_line ADD COLUMN ships_at timestamptz",
    "ALTER TABLE fulfillment ADD COLUMN chosen_at timestamptz",
    "UPDATE fulfillment SET chosen_at = scheduled_at",
];

const DOWN: &[&str] = &[
    "ALTER TABLE fulfillment DROP COLUMN chosen_at",
    "ALTER TABLE order_line DROP COLUMN ships_at",
    "DROP TABLE presale",
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
