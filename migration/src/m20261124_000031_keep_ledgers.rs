//! Ledgers and histories are only added to: the database refuses to change or remove their rows, whoever asks.

use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const TABLES: [&str; 8] = [
    "points_transaction",
    "points_posting",
    "credit_transaction",
    "credit_posting",
    "stock_movement",
    "payment_event",
    "order_event",
    "price_history",
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
        if is_postgres(manager) {
            let connection = manager.get_connection();
            connection.execute_unprepared(ddl::REFUSAL).await?;
        }
        for table in TABLES {
            ddl::keep_rows(manager, table).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            ddl::release_rows(manager, table).await?;
        }
        if is_postgres(manager) {
            let connection = manager.get_connection();
            connection
                .execute_unprepared("DROP FUNCTION refuse_change()")
                .await?;
        }
        Ok(())
    }
}

fn is_postgres(manager: &SchemaManager) -> bool {
    manager.get_connection().get_database_backend() == DbBackend::Postgres
}
