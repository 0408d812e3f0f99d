//! A database per test, cloned from a template that is migrated once per run.

use std::{
    path::{Path, PathBuf},
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};

use crate::postgres;

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// A file in a temporary folder.
    Sqlite,
    /// A database on the shared server.
    Postgres,
}

/// Prefix of every database the tests make on a PostgreSQL server; followed by the process id of the run.
const PREFIX: &str = "vitrine_test_";

/// One test's database; drop it with [`TestDatabase::remove`].
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
    postgres_name: Option<String>,
}

impl TestDatabase {
    /// Clones the migrated template; SQLite's file goes into `dir`.
    ///
    /// # Panics
    /// When the database cannot be made.
    pub async fn create(backend: Backend, dir: &Path) -> Self {
        match backend {
            Backend::Sqlite => {
                let file = dir.join("vitrine.db");
                std::fs::copy(sqlite_template(), &file).expect("the template can be copied");
                Self {
                    url: sqlite_url(&file),
                    postgres_name: None,
                }
            }
            Backend::Postgres => {
                static COUNTER: AtomicU64 = AtomicU64::new(1);
                let template = postgres_template();
                let name = format!("{template}_{}", COUNTER.fetch_add(1, Ordering::Relaxed));
                let admin = connect(&postgres::server().admin_url()).await;
                execute(
                    &admin,
                    &format!("CREATE DATABASE {name} TEMPLATE {template}"),
                )
                .await;
                close(admin).await;
                Self {
                    url: postgres::server().url(&name),
                    postgres_name: Some(name),
                }
            }
        }
    }

    /// An empty database without tables, for tests of the migrations themselves.
    ///
    /// # Panics
    /// When the database cannot be made.
    pub async fn create_empty(backend: Backend, dir: &Path) -> Self {
        match backend {
            Backend::Sqlite => Self {
                url: sqlite_url(&dir.join("empty.db")),
                postgres_name: None,
            },
            Backend::Postgres => {
                static COUNTER: AtomicU64 = AtomicU64::new(1);
                let name = format!(
                    "{}_empty_{}",
                    template_name(),
                    COUNTER.fetch_add(1, Ordering::Relaxed)
                );
                let admin = connect(&postgres::server().admin_url()).await;
                execute(&admin, &format!("CREATE DATABASE {name}")).await;
                close(admin).await;
                Self {
                    url: postgres::server().url(&name),
                    postgres_name: Some(name),
                }
            }
        }
    }

    /// Its address, as in `DATABASE_URL`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Removes it from the server, cutting connections that are still open. SQLite's file goes with its folder.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn remove(self) {
        if let Some(name) = self.postgres_name {
            let admin = connect(&postgres::server().admin_url()).await;
            execute(&admin, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
            close(admin).await;
        }
    }
}

/// Migrates the database a server comes with and gives its address.
pub(crate) async fn migrated(server: &postgres::Server) -> String {
    let url = server.admin_url();
    let connection = connect(&url).await;
    Migrator::up(&connection, None)
        .await
        .expect("the migrations run on PostgreSQL");
    close(connection).await;
    url
}

fn sqlite_url(file: &Path) -> String {
    format!("sqlite://{}?mode=rwc", file.display())
}

fn template_name() -> String {
    format!("{PREFIX}{}", std::process::id())
}

fn sqlite_template() -> &'static Path {
    static TEMPLATE: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_dir, file) = TEMPLATE.get_or_init(|| {
        let dir = tempfile::tempdir().expect("a temporary folder for the template");
        let file = dir.path().join("template.db");
        let url = sqlite_url(&file);
        on_own_thread(async move {
            let connection = connect(&url).await;
            Migrator::up(&connection, None)
                .await
                .expect("the migrations run on SQLite");
            close(connection).await;
        });
        (dir, file)
    });
    file
}

fn postgres_template() -> &'static str {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let name = template_name();
        let template = name.clone();
        on_own_thread(async move {
            let server = postgres::server();
            let admin = connect(&server.admin_url()).await;
            remove_leftovers(&admin).await;
            execute(&admin, &format!("CREATE DATABASE {template}")).await;
            close(admin).await;
            let connection = connect(&server.url(&template)).await;
            Migrator::up(&connection, None)
                .await
                .expect("the migrations run on PostgreSQL");
            close(connection).await;
        });
        name
    })
}

/// Drops what runs that have ended left on a given server: a throwaway one takes everything with it.
async fn remove_leftovers(admin: &DatabaseConnection) {
    let listing = format!("SELECT datname FROM pg_database WHERE datname LIKE '{PREFIX}%'");
    let statement = sea_orm::Statement::from_string(admin.get_database_backend(), listing);
    let rows = admin
        .query_all_raw(statement)
        .await
        .expect("the server lists its databases");
    for row in rows {
        let name: String = row.try_get("", "datname").expect("a name");
        let owner = name
            .trim_start_matches(PREFIX)
            .split('_')
            .next()
            .unwrap_or_default()
            .to_owned();
        if !Path::new("/proc").join(&owner).exists() {
            execute(
                admin,
                &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            )
            .await;
        }
    }
}

/// A template outlives the runtime of the test that happened to need it first, so it is made on a runtime of its own.
fn on_own_thread(work: impl Future<Output = ()> + Send + 'static) {
    std::thread::spawn(move || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime")
            .block_on(work);
    })
    .join()
    .expect("the template is made");
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options)
        .await
        .unwrap_or_else(|error| panic!("cannot connect: {error}"))
}

async fn execute(connection: &DatabaseConnection, sql: &str) {
    connection
        .execute_unprepared(sql)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
}

async fn close(connection: DatabaseConnection) {
    connection.close().await.expect("the connection closes");
}

#[cfg(test)]
mod tests {
    use sea_orm::Statement;

    use super::*;

    async fn is_migrated_and_removed(backend: Backend) {
        let dir = tempfile::tempdir().unwrap();
        let database = TestDatabase::create(backend, dir.path()).await;
        let connection = connect(database.url()).await;
        let sql = "SELECT slug FROM channel WHERE is_default";
        let statement = Statement::from_string(connection.get_database_backend(), sql);
        let row = connection.query_one_raw(statement).await.unwrap().unwrap();
        assert_eq!(row.try_get::<String>("", "slug").unwrap(), "default");
        close(connection).await;
        let url = database.url().to_owned();
        database.remove().await;
        if backend == Backend::Postgres {
            assert!(Database::connect(url).await.is_err());
        }
    }

    #[tokio::test]
    async fn a_sqlite_clone_is_migrated() {
        is_migrated_and_removed(Backend::Sqlite).await;
    }

    #[tokio::test]
    #[cfg_attr(
        not(postgres),
        ignore = "PostgreSQL: not run (no server programs, no TEST_DATABASE_URL)"
    )]
    async fn a_postgresql_clone_is_migrated_and_removed() {
        is_migrated_and_removed(Backend::Postgres).await;
    }
}
