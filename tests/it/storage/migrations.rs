use migration::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, EntityTrait,
    FromQueryResult, Statement,
};
use tests::{Backend, database::TestDatabase};

use super::scratch;

#[derive(Debug, FromQueryResult, PartialEq)]
struct SchemaObject {
    name: String,
    sql: Option<String>,
}

const SQLITE_SCHEMA: &str =
    "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name";

/// Columns, constraints, indexes and triggers of every table, and the functions that no extension brought.
const POSTGRES_SCHEMA: &str = "
    SELECT table_name || '.' || column_name AS name,
        concat_ws(' ', data_type, is_nullable, column_default, generation_expression) AS sql
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
    UNION ALL SELECT tablename || ' ' || indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT tgrelid::regclass || ' ' || tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT proname || '()', prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
    ORDER BY 1, 2";

async fn schema(connection: &DatabaseConnection) -> Vec<SchemaObject> {
    let backend = connection.get_database_backend();
    let query = match backend {
        DbBackend::Sqlite => SQLITE_SCHEMA,
        _ => POSTGRES_SCHEMA,
    };
    SchemaObject::find_by_statement(Statement::from_string(backend, query))
        .all(connection)
        .await
        .expect("the schema can be read")
}

async fn undo_and_do_again(connection: &DatabaseConnection) {
    Migrator::up(connection, None).await.expect("up");
    let first = schema(connection).await;
    assert!(
        first
            .iter()
            .any(|object| object.name.starts_with("stock_level")),
        "the tables are there"
    );
    Migrator::down(connection, None).await.expect("down");
    let left: Vec<SchemaObject> = schema(connection)
        .await
        .into_iter()
        .filter(|object| !object.name.starts_with("seaql_migrations"))
        .collect();
    assert_eq!(left, []);
    Migrator::up(connection, None).await.expect("up again");
    assert_eq!(schema(connection).await, first);
}

#[tokio::test]
async fn every_migration_can_be_undone_and_done_again() {
    undo_and_do_again(&scratch::sqlite().await).await;
}

#[tokio::test]
#[cfg_attr(
    not(postgres),
    ignore = "PostgreSQL: not run (no server programs, no TEST_DATABASE_URL)"
)]
async fn every_migration_can_be_undone_and_done_again_on_postgresql() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let database = TestDatabase::create_empty(Backend::Postgres, dir.path()).await;
    let mut options = ConnectOptions::new(database.url());
    options.max_connections(1).sqlx_logging(false);
    let connection = Database::connect(options).await.expect("PostgreSQL opens");
    undo_and_do_again(&connection).await;
    connection.close().await.expect("the connection closes");
    database.remove().await;
}

#[tokio::test]
async fn a_new_shop_has_one_channel_and_the_program_accounts() {
    let connection = scratch::sqlite().await;
    Migrator::up(&connection, None).await.expect("up");
    let channels = entity::channel::Entity::find()
        .all(&connection)
        .await
        .expect("channels can be read");
    let [channel] = channels.as_slice() else {
        panic!("one channel, not {}", channels.len());
    };
    assert!(channel.is_default);
    assert_eq!(channel.slug, "default");
    assert_eq!(channel.locales.0, ["en"]);
    let counter = entity::order_counter::Entity::find_by_id(channel.id)
        .one(&connection)
        .await
        .expect("the counter can be read")
        .expect("the channel counts its orders");
    assert_eq!(counter.last_number, 0);
    let accounts = entity::points_account::Entity::find()
        .all(&connection)
        .await
        .expect("accounts can be read");
    assert_eq!(accounts.len(), 3);
    assert!(accounts.iter().all(|account| account.balance.is_none()));
}

#[tokio::test]
async fn rows_that_are_referred_to_outlive_a_table_written_anew() {
    let connection = scratch::sqlite().await;
    Migrator::up(&connection, None).await.expect("up");
    connection
        .execute_unprepared(
            "INSERT INTO promotion (id, channel_id, name, label, label_translations, status, coupon_required, conditions,
                rewards, priority, version, created_at, updated_at)
                SELECT X'01', id, 'Sale', 'Sale', '{}', 'PENDING_APPROVAL', true, '[]', '[]', 0, 1, '', '' FROM channel;
             INSERT INTO coupon_template (id, promotion_id, label, claimable, restorable, created_at, updated_at)
                VALUES (X'02', X'01', 'Ten off', false, true, '', '')",
        )
        .await
        .expect("sound rows are taken");
    let names: Vec<String> = Migrator::migrations()
        .iter()
        .map(|migration| migration.name().to_owned())
        .collect();
    let widened = names
        .iter()
        .position(|name| name.ends_with("approve_promotion"));
    let steps = u32::try_from(names.len() - widened.expect("it is there")).expect("few");
    let status = || async {
        let statement = "SELECT status AS name, label AS sql FROM promotion";
        let statement = Statement::from_string(DbBackend::Sqlite, statement);
        let found = SchemaObject::find_by_statement(statement).all(&connection);
        found.await.expect("promotions can be read").remove(0).name
    };
    Migrator::down(&connection, Some(steps))
        .await
        .expect("down");
    assert_eq!(status().await, "DRAFT");
    connection
        .execute_unprepared("UPDATE promotion SET status = 'ARCHIVED'")
        .await
        .expect_err("the old check is back");
    Migrator::up(&connection, None).await.expect("up again");
    assert_eq!(status().await, "DRAFT");
    connection
        .execute_unprepared("DELETE FROM promotion")
        .await
        .expect_err("the template refers to it still");
}
