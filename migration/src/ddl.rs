//! Runs schema statements written once for both databases.
//!
//! The statements are SQL as PostgreSQL reads it; for SQLite the few type names that differ are
//! replaced by the ones SeaORM uses there, and the storage words by what SQLite has instead.

use sea_orm_migration::SchemaManager;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

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

/// Has the database refuse to change or remove rows of a table that is only added to. PostgreSQL needs [`REFUSAL`] first.
///
/// # Errors
/// The database's own.
pub(crate) async fn keep_rows(manager: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    if connection.get_database_backend() == DbBackend::Sqlite {
        for event in ["UPDATE", "DELETE"] {
            let sql = format!(
                "CREATE TRIGGER {name} BEFORE {event} ON {table} \
                 BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END",
                name = trigger(table, event)
            );
            connection.execute_unprepared(&sql).await?;
        }
        return Ok(());
    }
    let sql = format!(
        "CREATE TRIGGER {rows} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change(); \
         CREATE TRIGGER {all} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        rows = trigger(table, "change"),
        all = trigger(table, "truncate")
    );
    connection.execute_unprepared(&sql).await?;
    Ok(())
}

/// Lets rows of a table be changed and removed again.
///
/// # Errors
/// The database's own.
pub(crate) async fn release_rows(manager: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let (events, of_table) = if connection.get_database_backend() == DbBackend::Sqlite {
        (["UPDATE", "DELETE"], String::new())
    } else {
        (["change", "truncate"], format!(" ON {table}"))
    };
    for event in events {
        let sql = format!(
            "DROP TRIGGER {name}{of_table}",
            name = trigger(table, event)
        );
        connection.execute_unprepared(&sql).await?;
    }
    Ok(())
}

fn trigger(table: &str, event: &str) -> String {
    format!("tr_{table}_{}", event.to_lowercase())
}

/// What the triggers of [`keep_rows`] run on PostgreSQL.
pub(crate) const REFUSAL: &str =
    "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '% is only added to', TG_TABLE_NAME; END $$";

/// A named check of a table that lets more values in from some migration on.
pub(crate) struct Check<'a> {
    pub(crate) table: &'a str,
    pub(crate) name: &'a str,
    /// As it was, from the word `CHECK` on.
    pub(crate) narrow: &'a str,
    /// As it is then.
    pub(crate) wide: &'a str,
}

impl Check<'_> {
    /// Lets the new values in. The migration must use a transaction.
    ///
    /// # Errors
    /// The database's own.
    pub(crate) async fn widen(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        self.replace(manager, self.narrow, self.wide).await
    }

    /// Takes them back; no row may hold one. The migration must use a transaction.
    ///
    /// # Errors
    /// The database's own.
    pub(crate) async fn narrow(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        self.replace(manager, self.wide, self.narrow).await
    }

    async fn replace(
        &self,
        manager: &SchemaManager<'_>,
        old: &str,
        new: &str,
    ) -> Result<(), DbErr> {
        let Self { table, name, .. } = self;
        let connection = manager.get_connection();
        if connection.get_database_backend() == DbBackend::Sqlite {
            return self.rebuild(manager, old, new).await;
        }
        let sql = format!(
            "ALTER TABLE {table} DROP CONSTRAINT {name}; ALTER TABLE {table} ADD CONSTRAINT {name} {new}"
        );
        connection.execute_unprepared(&sql).await?;
        Ok(())
    }

    /// Writes the table anew: SQLite cannot change a check. Rows that refer to it are looked at when the transaction
    /// ends, and find theirs again.
    async fn rebuild(
        &self,
        manager: &SchemaManager<'_>,
        old: &str,
        new: &str,
    ) -> Result<(), DbErr> {
        let Self { table, name, .. } = self;
        let connection = manager.get_connection();
        let statement = Statement::from_sql_and_values(
            DbBackend::Sqlite,
            "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL \
             ORDER BY CASE type WHEN 'table' THEN 0 ELSE 1 END",
            [(*table).into()],
        );
        let mut parts = Vec::new();
        for row in connection.query_all_raw(statement).await? {
            let sql: String = row.try_get_by_index(0)?;
            parts.push(sql);
        }
        let (table_sql, indexes_and_triggers) = parts
            .split_first()
            .filter(|(sql, _)| sql.contains(old))
            .ok_or_else(|| DbErr::Migration(format!("{table} has no check {name}")))?;
        let statements = [
            "PRAGMA defer_foreign_keys = ON".to_owned(),
            format!("CREATE TEMP TABLE {table}_copy AS SELECT * FROM {table}"),
            format!("DROP TABLE {table}"),
            table_sql.replace(old, new),
            format!("INSERT INTO {table} SELECT * FROM {table}_copy"),
            format!("DROP TABLE {table}_copy"),
        ];
        for sql in statements.iter().chain(indexes_and_triggers) {
            connection.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
