//! A digest of the whole database, to show that a refused request changed nothing.

use std::hash::{DefaultHasher, Hash, Hasher};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

/// Tables a refused request may write to: who asked, when, and how often; and order numbers, which are taken in advance.
const EXEMPT: &[&str] = &[
    "session",
    "refresh_token",
    "api_key",
    "order_counter",
    "seaql_migrations",
];

/// Digest of every table but the exempt ones.
pub(crate) async fn take(connection: &DatabaseConnection) -> String {
    let backend = connection.get_database_backend();
    let tables = match backend {
        DbBackend::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
             AND name NOT LIKE 'search_fts%' ORDER BY name"
        }
        _ => {
            "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        }
    };
    let mut hasher = DefaultHasher::new();
    for table in texts(connection, tables, "name").await {
        if EXEMPT.contains(&table.as_str()) {
            continue;
        }
        let rows = match backend {
            DbBackend::Sqlite => {
                let columns = texts(
                    connection,
                    &format!("SELECT name FROM pragma_table_info('{table}')"),
                    "name",
                )
                .await;
                let quoted: Vec<String> = columns
                    .iter()
                    .map(|column| format!("quote(\"{column}\")"))
                    .collect();
                format!(
                    "SELECT {} AS line FROM \"{table}\" ORDER BY 1",
                    quoted.join(" || ',' || ")
                )
            }
            _ => format!("SELECT t::text AS line FROM \"{table}\" t ORDER BY 1"),
        };
        table.hash(&mut hasher);
        texts(connection, &rows, "line").await.hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}

async fn texts(connection: &DatabaseConnection, sql: &str, column: &str) -> Vec<String> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection
        .query_all_raw(statement)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
    rows.iter()
        .map(|row| row.try_get("", column).expect("text"))
        .collect()
}
