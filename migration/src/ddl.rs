//! Runs schema statements written once for both databases.
//!
//! The statements are SQL as PostgreSQL reads it; for SQLite the few type names that differ are
//! replaced by the ones SeaORM uses there, and the storage words by what SQLite has instead.

use sea_orm_migration::SchemaManager;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, DbErr};

/// What stands for a PostgreSQL word on SQLite. The leading blank keeps column names untouched.
const SQLITE_WORDS: [(&str, &str); 5] = [
    (" timestamptz", " timestamp_with_timezone_text"),
    (" uuid", " uuid_text"),
    (" jsonb", " jsonb_text"),
    (" bigint", " integer"),
    (" date", " date_text"),
];

/// Marks a small table whose rows are kept inside its primary key (SQLite only).
const CLUSTERED: &str = " CLUSTERED";

/// Marks a table with hot counters: room in each page lets PostgreSQL update a row in place.
const HOT: &str = " HOT";

/// Writes one statement as `backend` reads it.
pub(crate) fn render(backend: DbBackend, statement: &str) -> String {
    if backend == DbBackend::Sqlite {
        SQLITE_WORDS
            .iter()
            .fold(statement.to_owned(), |sql, (word, stand_in)| {
                sql.replace(word, stand_in)
            })
            .replace(CLUSTERED, " WITHOUT ROWID")
            .replace(HOT, "")
    } else {
        statement
            .replace(CLUSTERED, "")
            .replace(HOT, " WITH (fillfactor = 70)")
    }
}

/// Writes a UUID constant, given as 32 hexadecimal digits, as `backend` stores it.
pub(crate) fn uuid_literal(backend: DbBackend, hex: &str) -> String {
    if backend == DbBackend::Sqlite {
        format!("X'{hex}'")
    } else {
        format!("'{hex}'::uuid")
    }
}

/// Runs the statements in order.
///
/// # Errors
/// The database's own, at the first statement it refuses.
pub(crate) async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    for statement in statements {
        let sql = render(connection.get_database_backend(), statement);
        connection.execute_unprepared(&sql).await?;
    }
    Ok(())
}

/// Drops the tables in order, so those that refer to others are named first.
///
/// # Errors
/// The database's own.
pub(crate) async fn drop_tables(manager: &SchemaManager<'_>, tables: &[&str]) -> Result<(), DbErr> {
    for table in tables {
        let sql = format!("DROP TABLE \"{table}\"");
        manager.get_connection().execute_unprepared(&sql).await?;
    }
    Ok(())
}
