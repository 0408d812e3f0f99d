use migration::{Migrator, MigratorTrait};
use sea_orm::{DatabaseConnection, EntityTrait, FromQueryResult, Statement};

use super::scratch;

#[derive(Debug, FromQueryResult, PartialEq)]
struct SchemaObject {
    name: String,
    sql: Option<String>,
}

async fn sqlite_schema(connection: &DatabaseConnection) -> Vec<SchemaObject> {
    SchemaObject::find_by_statement(Statement::from_string(
        connection.get_database_backend(),
        "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name",
    ))
    .all(connection)
    .await
    .expect("the schema can be read")
}

#[tokio::test]
async fn every_migration_can_be_undone_and_done_again() {
    let connection = scratch::sqlite().await;
    Migrator::up(&connection, None).await.expect("up");
    let first = sqlite_schema(&connection).await;
    Migrator::down(&connection, None).await.expect("down");
    let left: Vec<String> = sqlite_schema(&connection)
        .await
        .into_iter()
        .map(|object| object.name)
        .collect();
    assert_eq!(left, ["seaql_migrations"]);
    Migrator::up(&connection, None).await.expect("up again");
    assert_eq!(sqlite_schema(&connection).await, first);
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
