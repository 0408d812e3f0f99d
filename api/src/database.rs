//! Connections: SQLite with one writer and a pool of readers, or a PostgreSQL pool; and how failures are classed.

use std::future::Future;
use std::time::Duration;

use sea_orm::{
    ConnectOptions, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, RuntimeErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};

use crate::error::Result;

/// The shop's database.
#[derive(Clone, Debug)]
pub struct Database {
    reader: DatabaseConnection,
    writer: DatabaseConnection,
}

/// What a database failure means for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A race was lost (serialization, deadlock, lock timeout, busy): the whole transaction may be run again.
    Transient,
    /// No connection could be had in time.
    Unreachable,
    /// Anything else: a bug or broken data.
    Other,
}

impl Database {
    /// Connects to `sqlite:` or `postgres:` addresses.
    ///
    /// # Errors
    /// When the database cannot be opened or reached.
    pub async fn connect(url: &str, max_connections: u32) -> std::result::Result<Self, DbErr> {
        if url.starts_with("sqlite:") {
            return Self::connect_sqlite(url, max_connections).await;
        }
        let pool = sea_orm::Database::connect(base_options(url, max_connections)).await?;
        Ok(Self { reader: pool.clone(), writer: pool })
    }

    async fn connect_sqlite(url: &str, max_connections: u32) -> std::result::Result<Self, DbErr> {
        let mut writing = base_options(url, 1);
        writing.map_sqlx_sqlite_opts(|options| sqlite_pragmas(options).create_if_missing(true));
        let writer = sea_orm::Database::connect(writing).await?;
        let mut reading = base_options(url, max_connections);
        reading.map_sqlx_sqlite_opts(|options| sqlite_pragmas(options).pragma("query_only", "ON"));
        let reader = sea_orm::Database::connect(reading).await?;
        Ok(Self { reader, writer })
    }

    /// Which database this is.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        self.reader.get_database_backend()
    }

    /// Connections for reading; on SQLite they cannot write.
    #[must_use]
    pub fn read(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// The writing connection outside a transaction, for migrations and single guarded statements.
    #[must_use]
    pub fn write(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// Opens a writing transaction: READ COMMITTED on PostgreSQL, BEGIN IMMEDIATE on SQLite (a deferred one that reads first
    /// fails at once when it turns to writing).
    ///
    /// # Errors
    /// [`crate::error::Error::Unavailable`] when no connection is free in time.
    pub async fn begin(&self) -> Result<DatabaseTransaction> {
        let options = TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() };
        Ok(self.writer.begin_with_options(options).await?)
    }

    /// Runs a whole transaction again, up to three times with a growing random pause, while it loses races.
    ///
    /// `attempt` opens and commits its own transaction and must be free of effects outside it.
    ///
    /// # Errors
    /// What the last attempt failed with.
    pub async fn retry<T, E, F>(&self, mut attempt: impl FnMut() -> F + Send) -> std::result::Result<T, E>
    where
        T: Send,
        E: IsTransient + Send,
        F: Future<Output = std::result::Result<T, E>> + Send,
    {
        for round in 1..=3_u64 {
            match attempt().await {
                Err(error) if error.is_transient() => {
                    let pause = rand::random_range(0..(5 << round));
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                }
                settled => return settled,
            }
        }
        attempt().await
    }
}

/// Errors that know whether the transaction may simply be run again.
pub trait IsTransient {
    /// Whether a race was lost.
    fn is_transient(&self) -> bool;
}

impl IsTransient for crate::error::Error {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable("the database (busy)"))
    }
}

/// Classes a database error.
#[must_use]
pub fn classify(error: &DbErr) -> Failure {
    match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => Failure::Unreachable,
        DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner)) => classify_sqlx(inner),
        _ => Failure::Other,
    }
}

fn classify_sqlx(error: &sqlx::Error) -> Failure {
    match error {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => Failure::Unreachable,
        sqlx::Error::Database(inner) => match inner.code().as_deref() {
            Some("40001" | "40P01" | "55P03" | "5" | "261" | "517") => Failure::Transient,
            Some("57P01" | "57P02" | "57P03" | "53300") => Failure::Unreachable,
            _ => Failure::Other,
        },
        _ => Failure::Other,
    }
}

fn base_options(url: &str, max_connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(max_connections)
        .acquire_timeout(Duration::from_secs(5))
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .test_before_acquire_if_idle_for(Duration::from_secs(30));
    options
}

fn sqlite_pragmas(options: sqlx::sqlite::SqliteConnectOptions) -> sqlx::sqlite::SqliteConnectOptions {
    use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
    options
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5))
        .foreign_keys(true)
        .pragma("temp_store", "MEMORY")
        .pragma("mmap_size", "268435456")
        .pragma("cache_size", "-16000")
        .pragma("journal_size_limit", "67108864")
        .optimize_on_close(true, None)
}
