//! How things stand, as texts that differ when they do.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, Statement};
use uuid::Uuid;

use super::Thing;
use crate::error::Result;
use crate::service::rows::{JsonSql, Sought};
use crate::state::AppState;

/// Things of one statement.
const TOGETHER: usize = 500;

/// Reads how things stand; what is gone is left out.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn read(app: &AppState, things: &[Thing]) -> Result<HashMap<Thing, String>> {
    let (mut orders, mut stocks, mut jobs) = (Vec::new(), Vec::new(), Vec::new());
    for thing in things {
        match thing {
            Thing::Order(id) => orders.push(*id),
            Thing::Stock(id) => stocks.push(*id),
            Thing::Job(id) => jobs.push(*id),
        }
    }
    let mut versions = HashMap::with_capacity(things.len());
    versions.extend(read_kind(app, &orders, Thing::Order, select_orders).await?);
    versions.extend(read_kind(app, &stocks, Thing::Stock, select_stocks).await?);
    versions.extend(read_kind(app, &jobs, Thing::Job, select_jobs).await?);
    Ok(versions)
}

async fn read_kind(
    app: &AppState,
    ids: &[Uuid],
    thing: fn(Uuid) -> Thing,
    select: fn(JsonSql, &Sought) -> String,
) -> Result<Vec<(Thing, String)>> {
    let backend = app.database.backend();
    let mut versions = Vec::with_capacity(ids.len());
    for ids in ids.chunks(TOGETHER) {
        let sought = Sought::new(backend, ids);
        let text = select(JsonSql(backend), &sought);
        let statement = Statement::from_sql_and_values(backend, text, sought.values());
        for row in app.database.read().query_all_raw(statement).await? {
            versions.push((thing(row.try_get_by_index(0)?), row.try_get_by_index(1)?));
        }
    }
    Ok(versions)
}

/// An order changes with its version, with what is told of it, and with what carriers say of its parcels.
fn select_orders(json: JsonSql, sought: &Sought) -> String {
    let said = "(SELECT count(*) FROM fulfillment_tracking_event said \
                JOIN fulfillment ON fulfillment.id = said.fulfillment_id WHERE fulfillment.order_id = \"order\".id)";
    let version = json.array(&["\"order\".version", "event_subject.sequence", said]);
    format!(
        "SELECT \"order\".id, CAST({version} AS text) \
         FROM \"order\" LEFT JOIN event_subject ON event_subject.subject_id = \"order\".id WHERE {}",
        sought.text("\"order\".id", 0)
    )
}

fn select_stocks(json: JsonSql, sought: &Sought) -> String {
    let level = json.array(&[
        "on_hand",
        "allocated",
        "reserved",
        "safety",
        "backorder_limit",
        "expected_at",
        "(SELECT presale.ships_at FROM presale WHERE presale.variant_id = stock_level.variant_id)",
    ]);
    format!(
        "SELECT variant_id, {} FROM stock_level JOIN warehouse ON warehouse.id = stock_level.warehouse_id \
         WHERE {} AND warehouse.active GROUP BY variant_id",
        json.text_by(&level, "stock_level.warehouse_id"),
        sought.text("variant_id", 0)
    )
}

fn select_jobs(json: JsonSql, sought: &Sought) -> String {
    let progress = json.array(&["status", "total", "done", "failures"]);
    format!(
        "SELECT id, CAST({progress} AS text) FROM job WHERE {}",
        sought.text("id", 0)
    )
}
