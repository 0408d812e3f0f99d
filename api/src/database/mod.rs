//! Connections: SQLite with one writer and a pool of readers, or a PostgreSQL pool; and how failures are classed.

mod failure;
pub mod migrate;
mod options;

use std::future::Future;
use std::thread;
use std::time::Duration;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

use crate::audit;
use crate::config::Config;
use crate::error::Result;

pub use failure::{Failure, IsTransient, classify};

/// Attempts at a transaction that loses its races, the last one included.
const ATTEMPTS: u64 = 4;

/// Longest wait for a statement that takes milliseconds.
const SILENCE: Duration = Duration::from_secs(10);

/// The shop's database.
#[derive(Clone, Debug)]
pub struct Database {
    reader: DatabaseConnection,
    writer: DatabaseConnection,
}

impl Database {
    /// Connects to the database of a configuration.
    ///
    /// # Errors
    /// When it cannot be opened or reached.
    pub async fn open(config: &Config) -> std::result::Result<Self, DbErr> {
        Self::connect(&config.database.address(), connections(config)).await
    }

    /// Connects to a `sqlite:` or `postgres:` address.
    ///
    /// # Errors
    /// When it cannot be opened or reached.
    pub async fn connect(address: &str, max_connections: u32) -> std::result::Result<Self, DbErr> {
        if address.starts_with("sqlite:") {
            // The writer first: it creates the file and switches it to WAL, which readers cannot.
            let writer = sea_orm::Database::connect(options::sqlite_writer(address)).await?;
            let reader =
                sea_orm::Database::connect(options::sqlite_reader(address, max_connections))
                    .await?;
            return Ok(Self { reader, writer });
        }
        let pool = sea_orm::Database::connect(options::postgres(address, max_connections)).await?;
        Ok(Self {
            reader: pool.clone(),
            writer: pool,
        })
    }

    /// Calls back for every statement, so that a test can count them.
    pub fn observe(
        &mut self,
        callback: impl Fn(&sea_orm::metric::Info<'_>) + Clone + Send + Sync + 'static,
    ) {
        self.reader.set_metric_callback(callback.clone());
        self.writer.set_metric_callback(callback);
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

    /// The writing connection outside a transaction, for single guarded statements.
    #[must_use]
    pub fn write(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// Opens a writing transaction: READ COMMITTED on PostgreSQL, BEGIN IMMEDIATE on SQLite (a deferred one that reads
    /// first fails at once when it turns to writing). Its first row is the note of the work under way, if there is one.
    ///
    /// # Errors
    /// [`crate::error::Error::Unavailable`] when no connection is free in time.
    pub async fn begin(&self) -> Result<DatabaseTransaction> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let transaction = self.writer.begin_with_options(options).await?;
        audit::write_into(&transaction).await?;
        Ok(transaction)
    }

    /// Runs a whole transaction again, up to three times with a growing random pause, while it loses races.
    ///
    /// `attempt` opens and commits its own transaction and must be free of effects outside it.
    ///
    /// # Errors
    /// What the last attempt failed with.
    pub async fn retry<T, E, F>(
        &self,
        mut attempt: impl FnMut() -> F + Send,
    ) -> std::result::Result<T, E>
    where
        T: Send,
        E: IsTransient + Send,
        F: Future<Output = std::result::Result<T, E>> + Send,
    {
        for round in 1..ATTEMPTS {
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

    /// Name and version of the database, for people.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn describe(&self) -> Result<String> {
        let (name, sql) = if self.backend() == DbBackend::Postgres {
            (
                "PostgreSQL",
                "SELECT current_setting('server_version') AS text",
            )
        } else {
            ("SQLite", "SELECT sqlite_version() AS text")
        };
        Ok(format!("{name} {}", self.text(sql).await?))
    }

    /// Looks for damage; null when there is none. PostgreSQL looks after itself, so there it only asks for an answer.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn find_damage(&self) -> Result<Option<String>> {
        let sql = if self.backend() == DbBackend::Postgres {
            "SELECT 'ok' AS text"
        } else {
            "SELECT quick_check AS text FROM pragma_quick_check LIMIT 1"
        };
        let verdict = self.text(sql).await?;
        Ok(Some(verdict).filter(|verdict| verdict != "ok"))
    }

    /// Closes all connections once their work is done, but does not wait for those that fell silent; SQLite then tidies its
    /// journal.
    pub async fn close(&self) {
        match tokio::time::timeout(SILENCE, self.close_all()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(error = %error, "a connection did not close"),
            Err(_elapsed) => tracing::warn!("a connection does not answer and is left"),
        }
    }

    async fn close_all(&self) -> std::result::Result<(), DbErr> {
        self.reader.close_by_ref().await?;
        self.writer.close_by_ref().await
    }

    async fn text(&self, sql: &'static str) -> Result<String> {
        let row = self
            .reader
            .query_one_raw(Statement::from_string(self.backend(), sql))
            .await?;
        Ok(row
            .ok_or(crate::error::Error::Unavailable("the database"))?
            .try_get("", "text")?)
    }
}

/// Waits for an answer of the database, but not for good: who asks outside a request has no client that gives up.
///
/// # Errors
/// [`crate::error::Error::Unavailable`] when it falls silent, and its own.
pub(crate) async fn in_time<T>(
    answer: impl Future<Output = std::result::Result<T, DbErr>>,
) -> Result<T> {
    match tokio::time::timeout(SILENCE, answer).await {
        Ok(answer) => Ok(answer?),
        Err(_elapsed) => Err(crate::error::Error::Unavailable("the database")),
    }
}

/// Most connections for reading, and on PostgreSQL for writing too.
#[must_use]
pub fn connections(config: &Config) -> u32 {
    config
        .db_max_connections
        .unwrap_or_else(default_connections)
}

/// Two connections per core and one: more of them only wait for each other.
fn default_connections() -> u32 {
    let cores = thread::available_parallelism().map_or(2, std::num::NonZero::get);
    u32::try_from(cores)
        .unwrap_or(2)
        .saturating_mul(2)
        .saturating_add(1)
}
