//! Empty databases, without the application around them.

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};

/// Opens an empty SQLite database in memory.
pub(super) async fn sqlite() -> DatabaseConnection {
    // Each connection to `:memory:` is a database of its own, hence one connection.
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1).sqlx_logging(false);
    let connection = Database::connect(options).await.expect("SQLite opens");
    connection
        .execute_unprepared("PRAGMA foreign_keys = ON")
        .await
        .expect("SQLite knows the pragma");
    connection
}
