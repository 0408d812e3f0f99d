//! Bringing the schema up to date, one process at a time.

use std::fs::{self, File};
use std::path::Path;

use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};

use super::{Database, options};
use crate::config::{Config, DatabaseUrl};

/// Key of PostgreSQL's advisory lock: "vitrine" in ASCII.
const LOCK_KEY: i64 = 0x0076_6974_7269_6e65;

/// Applies what is missing, under a lock, so that servers started together do not run the same migration twice;
/// answers the names of what was applied.
///
/// # Errors
/// The database cannot be reached or a migration fails; on PostgreSQL nothing of the run is then kept.
pub async fn up(config: &Config) -> Result<Vec<String>, DbErr> {
    match &config.database {
        DatabaseUrl::Sqlite(path) => {
            let lock = lock_file(path).await?;
            create_private(path)
                .map_err(|error| DbErr::Custom(format!("{}: {error}", path.display())))?;
            let connection =
                sea_orm::Database::connect(options::migration(&config.database.address())).await?;
            let applied = apply(&connection).await;
            connection.close().await?;
            drop(lock);
            applied
        }
        DatabaseUrl::Postgres(_) => {
            // A pool of one, so that the lock and the migrations share a session.
            let connection =
                sea_orm::Database::connect(options::migration(&config.database.address())).await?;
            connection
                .execute_unprepared(&format!("SELECT pg_advisory_lock({LOCK_KEY})"))
                .await?;
            let applied = apply(&connection).await;
            // Closing the session gives the lock free, also after a failure.
            connection.close().await?;
            applied
        }
    }
}

/// Names of migrations that are not applied; changes nothing.
///
/// # Errors
/// The database cannot be read, or holds migrations this program does not know.
pub async fn pending(database: &Database) -> Result<Vec<String>, DbErr> {
    let pending = Migrator::get_pending_migrations_read_only(database.read()).await?;
    Ok(pending
        .iter()
        .map(|migration| migration.name().to_owned())
        .collect())
}

async fn apply(connection: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let pending = Migrator::get_pending_migrations_read_only(connection).await?;
    if pending.is_empty() {
        return Ok(Vec::new());
    }
    Migrator::up(connection, None).await?;
    Ok(pending
        .iter()
        .map(|migration| migration.name().to_owned())
        .collect())
}

/// Makes the file before SQLite does, for its owner alone: it holds addresses and password hashes. The files beside it
/// get the same permissions from SQLite.
fn create_private(path: &Path) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(|_file| ())
}

/// Locks a file beside the database; the system gives it free when the process ends, however it ends.
async fn lock_file(database: &Path) -> Result<File, DbErr> {
    let path = database.with_extension("lock");
    let locked = tokio::task::spawn_blocking(move || -> std::io::Result<File> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let file = File::create(&path)?;
        file.lock()?;
        Ok(file)
    });
    locked
        .await
        .map_err(|error| DbErr::Custom(error.to_string()))?
        .map_err(|error| {
            DbErr::Custom(format!(
                "the lock beside the database cannot be taken: {error}"
            ))
        })
}
