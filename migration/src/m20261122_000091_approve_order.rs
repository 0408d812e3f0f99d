//! Orders that wait for approvers, and from which size on they do.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "ALTER TABLE channel ADD COLUMN order_approval_levels jsonb NOT NULL DEFAULT '[]'",
    "CREATE TABLE order_approval (
        order_id uuid NOT NULL REFERENCES \"order\" (id),
        level integer NOT NULL,
        status text NOT NULL,
        author_id uuid,
        approver_id uuid REFERENCES staff (id),
        reason text,
        created_at timestamptz NOT NULL,
        responded_at timestamptz,
        PRIMARY KEY (order_id, level),
        CONSTRAINT ck_order_approval_level CHECK (level > 0),
        CONSTRAINT ck_order_approval_status
            CHECK (status IN ('PENDING', 'ACCEPTED', 'DECLINED', 'CANCELLED', 'EXPIRED'))
    ) CLUSTERED",
    "CREATE INDEX idx_order_approval_approver_id ON order_approval (approver_id) WHERE approver_id IS NOT NULL",
];

/// The older schema approves nothing: what waits for it is as good as placed a moment ago.
const DOWN: &[&str] = &[
    "DROP TABLE order_approval",
    "UPDATE \"order\" SET status = 'PLACED' WHERE status = 'AWAITING_APPROVAL'",
    "ALTER TABLE channel DROP COLUMN order_approval_levels",
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
