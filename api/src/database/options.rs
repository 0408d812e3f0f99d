//! How connections are set up. The defaults of the libraries log every statement and ask before each use whether the
//! connection still lives; both cost more than the statements of a shop.

use std::io;
use std::time::Duration;

use sea_orm::ConnectOptions;
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

/// Longest wait for a free connection: behind that a request is better refused than queued.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection unused for so long is asked whether it still lives.
const PING_AFTER: Duration = Duration::from_secs(30);
/// A connection that says nothing for so long when it is given back is dropped.
const SILENCE: Duration = Duration::from_secs(3);
/// Longest single statement of a request.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(30);

fn base(address: &str, max_connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(address);
    options
        .max_connections(max_connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .test_before_acquire_if_idle_for(PING_AFTER);
    options
}

/// SQLite's one writing connection; creates the file.
pub(super) fn sqlite_writer(address: &str) -> ConnectOptions {
    let mut options = base(address, 1);
    // The one writer never goes away: opening it anew would only add a pause.
    options
        .min_connections(1)
        .idle_timeout(None::<Duration>)
        .max_lifetime(None::<Duration>);
    // Without `PRAGMA optimize`: statistics of a shop that was small, met by one that has grown, scan whole tables.
    options.map_sqlx_sqlite_opts(|options| sqlite(options).create_if_missing(true));
    options
}

/// SQLite's reading connections.
pub(super) fn sqlite_reader(address: &str, max_connections: u32) -> ConnectOptions {
    let mut options = base(address, max_connections);
    options.map_sqlx_sqlite_opts(|options| sqlite(options).pragma("query_only", "ON"));
    options
}

fn sqlite(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options
        .journal_mode(SqliteJournalMode::Wal)
        // FULL, not NORMAL: an order that was answered must survive a power cut.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5))
        .foreign_keys(true)
        .pragma("temp_store", "MEMORY")
        .pragma("mmap_size", "268435456")
        .pragma("cache_size", "-16000")
        .pragma("wal_autocheckpoint", "4000")
        .pragma("journal_size_limit", "67108864")
}

/// PostgreSQL's connections.
pub(super) fn postgres(address: &str, max_connections: u32) -> ConnectOptions {
    let mut options = base(address, max_connections);
    options
        .set_application_name("vitrine")
        .statement_timeout(STATEMENT_TIMEOUT);
    options.map_sqlx_postgres_opts(|options| {
        options.options([
            // A lock is waited for shorter than a buyer waits; then the transaction is run again.
            ("lock_timeout", "5000"),
            ("idle_in_transaction_session_timeout", "30000"),
            // The server notices a client that vanished without a word, and gives its locks free.
            ("tcp_keepalives_idle", "30"),
            ("tcp_keepalives_interval", "10"),
            ("tcp_keepalives_count", "3"),
        ])
    });
    options.map_sqlx_postgres_pool_opts(|pool| {
        pool.after_release(|connection, _| Box::pin(still_answers(connection)))
    });
    options
}

/// Whether a connection can be used again. The pool asks the same, but for as long as it takes: a connection that fell
/// silent would keep its place in the pool for good.
async fn still_answers(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    match tokio::time::timeout(SILENCE, connection.ping()).await {
        Ok(answer) => answer.map(|()| true),
        Err(_elapsed) => Err(sqlx::Error::Io(io::ErrorKind::TimedOut.into())),
    }
}

/// The one connection of a migration: no limits on time, since building an index may take long.
pub(super) fn migration(address: &str) -> ConnectOptions {
    let mut options = base(address, 1);
    options
        .max_lifetime(None::<Duration>)
        .idle_timeout(None::<Duration>);
    options.map_sqlx_sqlite_opts(|options| sqlite(options).create_if_missing(true));
    options
}
