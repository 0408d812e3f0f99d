//! From when on something may leave.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::stock::ahead;
use domain::time_zone::TimeZone;
use entity::{order, order_line};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect,
    Statement,
};
use uuid::Uuid;

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::service::rows::Sought;
use crate::state::AppState;

/// The date before which no unit of a row of `product_variant` leaves: its own, of a bundle the latest of its components' too. It may
/// have come.
pub(crate) const SHIPS_AT: &str = "CASE WHEN product_variant.bundle \
     THEN (SELECT max(presale.ships_at) FROM presale WHERE presale.variant_id IN \
     (SELECT component_id FROM bundle_component WHERE bundle_id = product_variant.id UNION ALL SELECT product_variant.id)) \
     ELSE (SELECT presale.ships_at FROM presale WHERE presale.variant_id = product_variant.id) END";

/// Reads before which dates lines of orders do not leave, by line; those that need not wait are left out. A bundle waits for what it
/// was made of when it was ordered.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn of_lines<C: ConnectionTrait>(
    connection: &C,
    line_ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<HashMap<Uuid, DateTime<Utc>>> {
    if line_ids.is_empty() {
        return Ok(HashMap::new());
    }
    let backend = connection.get_database_backend();
    let sought = Sought::new(backend, line_ids);
    let sql = format!(
        "SELECT part.line_id, max(presale.ships_at) FROM \
         (SELECT id AS line_id, variant_id FROM order_line WHERE {} UNION ALL \
         SELECT order_line_id, variant_id FROM order_line_component WHERE {}) AS part \
         INNER JOIN presale ON presale.variant_id = part.variant_id WHERE presale.ships_at > $1 GROUP BY part.line_id",
        sought.text("id", 1),
        sought.text("order_line_id", 1),
    );
    let values = std::iter::once(now.into()).chain(sought.values());
    let statement = Statement::from_sql_and_values(backend, sql, values);
    let rows = connection.query_all_raw(statement).await?;
    let dates = rows
        .into_iter()
        .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)));
    dates.collect()
}

/// Gives the date before which not all of some lines leave; `None` when none has to wait.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn latest<C: ConnectionTrait>(
    connection: &C,
    line_ids: impl IntoIterator<Item = Uuid>,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>> {
    let lines: Vec<Uuid> = line_ids.into_iter().collect();
    Ok(of_lines(connection, &lines, now).await?.into_values().max())
}

/// Writes down from when on lines may leave that are new, or have a new variant, and no date yet.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn note(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    line_ids: impl IntoIterator<Item = Uuid>,
) -> Result<()> {
    let lines: Vec<Uuid> = line_ids.into_iter().collect();
    let now = clock.db_now(transaction).await?;
    for (line_id, date) in of_lines(transaction, &lines, now).await? {
        write(transaction, line_id, Some(date)).await?;
    }
    Ok(())
}

/// Writes down from when on a line may leave.
pub(super) async fn write(
    transaction: &DatabaseTransaction,
    line_id: Uuid,
    ships_at: Option<DateTime<Utc>>,
) -> Result<()> {
    order_line::Entity::update_many()
        .col_expr(order_line::Column::ShipsAt, Expr::value(ships_at))
        .filter(order_line::Column::Id.eq(line_id))
        .exec(transaction)
        .await?;
    Ok(())
}

/// The day, by its channel's calendar, from which on all of an order leaves, as its lines have it; `None` when nothing waits.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn day<C: ConnectionTrait>(
    app: &AppState,
    connection: &C,
    order: &order::Model,
) -> Result<Option<NaiveDate>> {
    let dates: Vec<Option<DateTime<Utc>>> = order_line::Entity::find()
        .select_only()
        .column(order_line::Column::ShipsAt)
        .filter(order_line::Column::OrderId.eq(order.id))
        .into_tuple()
        .all(connection)
        .await?;
    let now = app.clock.db_now(connection).await?;
    let date = ahead(dates.into_iter().flatten().max(), now);
    let channel = app.channels.find_by_id(order.channel_id)?;
    let zone = TimeZone::parse(&channel.timezone).map_err(Error::internal)?;
    Ok(date.map(|date| zone.day(date)))
}
