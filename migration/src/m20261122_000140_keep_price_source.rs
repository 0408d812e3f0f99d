//! Orders keep which rule set the price of each line and which version of a promotion made each step; promotions say
//! whether they combine with prices for members.

use sea_orm_migration::sea_orm::{DbBackend, DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "ALTER TABLE order_line ADD COLUMN price_source_kind text
        CONSTRAINT ck_order_line_price_source_kind
        CHECK (price_source_kind IN ('BASE', 'PRICE_LIST', 'MEMBER_TIER', 'PROMOTION', 'FLASH_SALE'))",
    "ALTER TABLE order_line ADD COLUMN price_source_id uuid",
    "ALTER TABLE order_line ADD COLUMN price_source_version integer",
    "ALTER TABLE order_line ADD COLUMN price_source_label text",
    "ALTER TABLE order_adjustment ADD COLUMN promotion_version integer",
];

const DOWN: &[&str] = &[
    "ALTER TABLE order_adjustment DROP COLUMN promotion_version",
    "ALTER TABLE order_line DROP COLUMN price_source_label",
    "ALTER TABLE order_line DROP COLUMN price_source_version",
    "ALTER TABLE order_line DROP COLUMN price_source_id",
    "ALTER TABLE order_line DROP COLUMN price_source_kind",
];

/// Promotions written before applied whatever a price was for; they go on so.
fn tolerate(backend: DbBackend) -> &'static str {
    if backend == DbBackend::Sqlite {
        "UPDATE promotion SET combines_with = json_insert(combines_with, '$[#]', 'MEMBER_PRICE')"
    } else {
        "UPDATE promotion SET combines_with = combines_with || '[\"MEMBER_PRICE\"]'"
    }
}

fn forget(backend: DbBackend) -> &'static str {
    if backend == DbBackend::Sqlite {
        "UPDATE promotion SET combines_with =
            (SELECT json_group_array(value) FROM json_each(combines_with) WHERE value <> 'MEMBER_PRICE')"
    } else {
        "UPDATE promotion SET combines_with = combines_with - 'MEMBER_PRICE'"
    }
}

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, UP).await?;
        ddl::run(manager, &[tolerate(manager.get_database_backend())]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, &[forget(manager.get_database_backend())]).await?;
        ddl::run(manager, DOWN).await
    }
}
