//! Compares counters of stock with the books they sum up, and tells; it never mends, since only people know which is right.
//!
//! A level and its books are read by one statement, so that no order placed meanwhile looks like a mistake.

use chrono::{DateTime, Utc};
use domain::permission::Permission;
use domain::stock::{Books, LAPSE_GRACE, StockDriftKind};
use entity::stock_check::{self, FoundDrift};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, DatabaseConnection, EntityTrait, FromQueryResult, Statement};
use uuid::Uuid;

use crate::auth::Viewer;
use crate::database::Database;
use crate::error::Result;
use crate::state::AppState;

/// Levels compared by one statement: none of them runs for long, however many there are.
const PAGE: usize = 500;

/// Disagreements kept for staff; all are counted.
const KEPT: usize = 100;

/// Statuses of orders that are not closed, and so are promised what is left to send.
macro_rules! live {
    () => {
        "('PLACED', 'AWAITING_APPROVAL', 'AWAITING_CONFIRMATION', 'CONFIRMED')"
    };
}

/// The levels after `$1` with their books; holds that ended before `$2` should be gone.
const LEVELS: &str = concat!(
    "SELECT l.id, l.variant_id, l.warehouse_id, l.on_hand, l.allocated, l.reserved, \
     (SELECT COALESCE(SUM(m.on_hand_delta), 0) FROM stock_movement m \
     WHERE m.variant_id = l.variant_id AND m.warehouse_id = l.warehouse_id) AS moved_on_hand, \
     (SELECT COALESCE(SUM(m.allocated_delta), 0) FROM stock_movement m \
     WHERE m.variant_id = l.variant_id AND m.warehouse_id = l.warehouse_id) AS moved_allocated, \
     (SELECT COALESCE(SUM(a.quantity), 0) FROM stock_allocation a INNER JOIN \"order\" o ON o.id = a.order_id \
     WHERE a.variant_id = l.variant_id AND a.warehouse_id = l.warehouse_id AND NOT EXISTS \
     (SELECT 1 FROM order_line_component c WHERE c.order_line_id = a.order_line_id) AND o.status IN ",
    live!(),
    ") + (SELECT COALESCE(SUM(a.quantity * c.quantity), 0) FROM order_line_component c \
     INNER JOIN stock_allocation a ON a.order_line_id = c.order_line_id INNER JOIN \"order\" o ON o.id = a.order_id \
     WHERE c.variant_id = l.variant_id AND a.warehouse_id = l.warehouse_id AND o.status IN ",
    live!(),
    ") AS promised, \
     (SELECT COALESCE(SUM(r.quantity), 0) FROM stock_reservation r \
     WHERE r.variant_id = l.variant_id AND r.warehouse_id = l.warehouse_id) AS held, \
     (SELECT COALESCE(SUM(r.quantity), 0) FROM stock_reservation r \
     WHERE r.variant_id = l.variant_id AND r.warehouse_id = l.warehouse_id AND r.expires_at < $2) AS lapsed \
     FROM stock_level l WHERE l.id > $1 ORDER BY l.id LIMIT 500"
);

/// The lines of live orders that are promised something else than what is left to send.
const LINES: &str = concat!(
    "SELECT * FROM (SELECT l.id, o.id AS order_id, l.variant_id, \
     l.quantity - l.cancelled_quantity - l.fulfilled_quantity AS left_to_send, \
     (SELECT COALESCE(SUM(a.quantity), 0) FROM stock_allocation a WHERE a.order_line_id = l.id) AS promised \
     FROM \"order\" o INNER JOIN order_line l ON l.order_id = o.id WHERE o.status IN ",
    live!(),
    ") line WHERE left_to_send <> promised ORDER BY id"
);

#[derive(FromQueryResult)]
struct LevelRow {
    id: Uuid,
    variant_id: Uuid,
    warehouse_id: Uuid,
    on_hand: i32,
    allocated: i32,
    reserved: i32,
    moved_on_hand: i64,
    moved_allocated: i64,
    promised: i64,
    held: i64,
    lapsed: i64,
}

impl LevelRow {
    fn drifts(&self) -> impl Iterator<Item = FoundDrift> {
        let books = Books {
            on_hand: self.on_hand.into(),
            allocated: self.allocated.into(),
            reserved: self.reserved.into(),
            moved_on_hand: self.moved_on_hand,
            moved_allocated: self.moved_allocated,
            promised: self.promised,
            held: self.held,
            lapsed: self.lapsed,
        };
        books.drifts().into_iter().map(|drift| FoundDrift {
            kind: drift.kind,
            variant_id: self.variant_id,
            warehouse_id: Some(self.warehouse_id),
            order_id: None,
            recorded: drift.recorded,
            counted: drift.counted,
        })
    }
}

#[derive(FromQueryResult)]
struct LineRow {
    order_id: Uuid,
    variant_id: Uuid,
    left_to_send: i32,
    promised: i64,
}

impl From<LineRow> for FoundDrift {
    fn from(row: LineRow) -> Self {
        Self {
            kind: StockDriftKind::Order,
            variant_id: row.variant_id,
            warehouse_id: None,
            order_id: Some(row.order_id),
            recorded: row.promised,
            counted: row.left_to_send.into(),
        }
    }
}

/// Finds every counter of stock that disagrees with its books at the database's time `now`.
///
/// # Errors
/// [`crate::error::Error::Unavailable`] when the database does not answer.
pub async fn find_drifts(database: &Database, now: DateTime<Utc>) -> Result<Vec<FoundDrift>> {
    let mut found = Vec::new();
    let mut after = Uuid::nil();
    loop {
        let values = [after.into(), (now - LAPSE_GRACE).into()];
        let statement = Statement::from_sql_and_values(database.backend(), LEVELS, values);
        let page = all::<LevelRow>(database.read(), statement).await?;
        found.extend(page.iter().flat_map(LevelRow::drifts));
        match page.last() {
            Some(last) if page.len() == PAGE => after = last.id,
            Some(_) | None => break,
        }
    }
    let statement = Statement::from_string(database.backend(), LINES);
    let lines = all::<LineRow>(database.read(), statement).await?;
    found.extend(lines.into_iter().map(FoundDrift::from));
    Ok(found)
}

/// Checks all stock, logs what disagrees and keeps it for staff.
///
/// # Errors
/// [`crate::error::Error::Unavailable`] when the database does not answer.
pub async fn check_stock(app: &AppState) -> Result<()> {
    let now = app.clock.db_now(app.database.read()).await?;
    let mut found = find_drifts(&app.database, now).await?;
    let total = found.len();
    if total > 0 {
        tracing::error!(
            stock.drift_total = total,
            "counters of stock disagree with their books; `stockCheck` tells which"
        );
    }
    found.truncate(KEPT);
    let check = stock_check::ActiveModel {
        id: Set(stock_check::ONLY),
        checked_at: Set(now),
        drift_total: Set(i32::try_from(total).unwrap_or(i32::MAX)),
        drifts: Set(found.into()),
    };
    let replaced = OnConflict::column(stock_check::Column::Id)
        .update_columns([
            stock_check::Column::CheckedAt,
            stock_check::Column::DriftTotal,
            stock_check::Column::Drifts,
        ])
        .to_owned();
    stock_check::Entity::insert(check)
        .on_conflict(replaced)
        .exec_without_returning(app.database.write())
        .await?;
    Ok(())
}

/// What the last check found; `None` before the first.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without `STOCK_READ`.
pub async fn find_check(app: &AppState, viewer: &Viewer) -> Result<Option<stock_check::Model>> {
    viewer.require(Permission::StockRead)?;
    last_check(app).await
}

/// How many disagreements the last check found; `None` before the first.
///
/// # Errors
/// [`crate::error::Error::Unavailable`] when the database does not answer.
pub(crate) async fn drift_total(app: &AppState) -> Result<Option<i32>> {
    Ok(last_check(app).await?.map(|check| check.drift_total))
}

async fn last_check(app: &AppState) -> Result<Option<stock_check::Model>> {
    let check = stock_check::Entity::find_by_id(stock_check::ONLY);
    Ok(check.one(app.database.read()).await?)
}

async fn all<R: FromQueryResult + Send + Sync>(
    connection: &DatabaseConnection,
    statement: Statement,
) -> Result<Vec<R>> {
    Ok(R::find_by_statement(statement).all(connection).await?)
}
