//! The built-in search engine's documents, and how far each engine has come.
//!
//! The texts arrive segmented into words, so both databases split them at blanks alone. The index
//! over them is kept by the database itself and cannot drift from the rows.

use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

/// `number` ties a document to its row in the index: a SQLite rowid that `VACUUM` does not change.
const SQLITE_DOCUMENT: &[&str] = &[
    "CREATE TABLE search_document (
        number INTEGER PRIMARY KEY,
        product_id uuid NOT NULL REFERENCES product (id) ON DELETE CASCADE,
        locale text NOT NULL,
        title text NOT NULL,
        body text NOT NULL,
        skus text NOT NULL,
        updated_at timestamptz NOT NULL,
        indexed_at timestamptz,
        CONSTRAINT uq_search_document_product_id_locale UNIQUE (product_id, locale)
    )",
    "CREATE VIRTUAL TABLE search_fts USING fts5(title, body, skus, content = 'search_document',
        content_rowid = 'number', tokenize = 'unicode61 remove_diacritics 2')",
    "CREATE TRIGGER search_document_inserted AFTER INSERT ON search_document BEGIN
        INSERT INTO search_fts (rowid, title, body, skus) VALUES (new.number, new.title, new.body, new.skus);
    END",
    "CREATE TRIGGER search_document_deleted AFTER DELETE ON search_document BEGIN
        INSERT INTO search_fts (search_fts, rowid, title, body, skus)
            VALUES ('delete', old.number, old.title, old.body, old.skus);
    END",
    "CREATE TRIGGER search_document_updated AFTER UPDATE OF title, body, skus ON search_document
    WHEN old.title <> new.title OR old.body <> new.body OR old.skus <> new.skus BEGIN
        INSERT INTO search_fts (search_fts, rowid, title, body, skus)
            VALUES ('delete', old.number, old.title, old.body, old.skus);
        INSERT INTO search_fts (rowid, title, body, skus) VALUES (new.number, new.title, new.body, new.skus);
    END",
];

const POSTGRES_DOCUMENT: &[&str] = &[
    "CREATE TABLE search_document (
        product_id uuid NOT NULL REFERENCES product (id) ON DELETE CASCADE,
        locale text NOT NULL,
        title text NOT NULL,
        body text NOT NULL,
        skus text NOT NULL,
        updated_at timestamptz NOT NULL,
        indexed_at timestamptz,
        document tsvector NOT NULL GENERATED ALWAYS AS (
            setweight(to_tsvector('simple', title), 'A')
            || setweight(to_tsvector('simple', skus), 'B')
            || setweight(to_tsvector('simple', body), 'C')
        ) STORED,
        PRIMARY KEY (product_id, locale)
    )",
    "CREATE INDEX idx_search_document_document ON search_document USING gin (document)",
    "CREATE INDEX idx_search_document_title ON search_document USING gin (title gin_trgm_ops)",
];

/// What a search server has yet to take: `indexed_at` is null while it has not confirmed the row as it is.
const STATE: &[&str] = &[
    "CREATE INDEX idx_search_document_locale_updated_at ON search_document (locale, updated_at) WHERE indexed_at IS NULL",
    "CREATE TABLE search_state (
        engine text NOT NULL,
        locale text NOT NULL,
        index_uid text,
        last_error text,
        last_synced_at timestamptz,
        PRIMARY KEY (engine, locale)
    )",
];

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Sqlite {
            ddl::run(manager, SQLITE_DOCUMENT).await?;
        } else {
            create_trigram_extension(manager).await?;
            ddl::run(manager, POSTGRES_DOCUMENT).await?;
        }
        ddl::run(manager, STATE).await
    }

    /// Leaves the extension `pg_trgm`: something else in the database may use it.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables: &[&str] = if manager.get_database_backend() == DbBackend::Sqlite {
            &["search_state", "search_fts", "search_document"]
        } else {
            &["search_state", "search_document"]
        };
        ddl::drop_tables(manager, tables).await
    }
}

/// Creates `pg_trgm`, which forgives typing errors.
async fn create_trigram_extension(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .get_connection()
        .execute_unprepared("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        .await
        .map(drop)
        .map_err(|error| {
            DbErr::Migration(format!(
                "The search needs PostgreSQL's extension pg_trgm (package postgresql-contrib), and this role may not \
                 create it. Let the database's owner run `CREATE EXTENSION pg_trgm` once, then migrate again. \
                 PostgreSQL says: {error}"
            ))
        })
}
