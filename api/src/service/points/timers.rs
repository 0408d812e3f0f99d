//! Points become usable and lapse by time. Every step is its own transaction, so a turn may stop anywhere.

use domain::account::ActorKind;
use domain::points::{LotShare, PointsEntryKind, PointsLotStatus};
use entity::column::Text;
use entity::points_lot::{COLUMN, Column, Entity, Model};
use entity::{points_rule, points_transaction};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::ledger::{self, Entry};
use super::lots;
use crate::error::{Error, Result};
use crate::state::AppState;

/// Lots handled in one turn; the rest waits for the next.
const BATCH: u64 = 200;

/// Makes earned points usable whose time has come. Answers how many lots.
///
/// # Errors
/// When the database does not answer; what was done before stays.
pub async fn activate_due(app: &AppState) -> Result<u64> {
    let due = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(COLUMN.status.eq(Text(PointsLotStatus::Pending)))
        .filter(COLUMN.available_at.lte(app.clock.now()))
        .order_by_asc(Column::AvailableAt)
        .order_by_asc(Column::Id)
        .limit(BATCH)
        .into_tuple::<Uuid>()
        .all(app.database.read())
        .await?;
    let mut done = 0;
    for lot_id in due {
        done += u64::from(app.database.retry(|| activate(app, lot_id)).await?);
    }
    Ok(done)
}

/// Books points that have lapsed. Answers how many lots.
///
/// # Errors
/// When the database does not answer; what was done before stays.
pub async fn expire_due(app: &AppState) -> Result<u64> {
    let due = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(is_active())
        .filter(COLUMN.expires_at.lte(app.clock.now()))
        .filter(COLUMN.remaining.gt(0))
        .order_by_asc(Column::ExpiresAt)
        .limit(BATCH)
        .into_tuple::<Uuid>()
        .all(app.database.read())
        .await?;
    let mut done = 0;
    for lot_id in due {
        done += u64::from(app.database.retry(|| expire(app, lot_id)).await?);
    }
    Ok(done)
}

/// Whether a lot is active, in the words of the indexes that hold no others: SQLite takes such an index for no parameter.
pub(super) fn is_active() -> Expr {
    Expr::cust(format!("points_lot.status = '{}'", PointsLotStatus::Active))
}

async fn activate(app: &AppState, lot_id: Uuid) -> Result<bool> {
    let transaction = app.database.begin().await?;
    let lot = find(&transaction, lot_id).await?;
    let mut accounts = ledger::lock(&transaction, &app.clock, lot.member_id).await?;
    let lot = find(&transaction, lot_id).await?;
    if lot.status.0 != PointsLotStatus::Pending {
        return Ok(false);
    }
    let balance_before = accounts.balance();
    let channel_id = channel_of(&transaction, app, &lot).await?;
    let entry = of_lot(&lot, channel_id, PointsEntryKind::Activate, lot.remaining);
    ledger::record(&transaction, &app.clock, &mut accounts, entry).await?;
    lots::activate(&transaction, lot, balance_before).await?;
    transaction.commit().await?;
    Ok(true)
}

async fn expire(app: &AppState, lot_id: Uuid) -> Result<bool> {
    let transaction = app.database.begin().await?;
    let lot = find(&transaction, lot_id).await?;
    let mut accounts = ledger::lock(&transaction, &app.clock, lot.member_id).await?;
    let lot = find(&transaction, lot_id).await?;
    let has_lapsed = lot.expires_at.is_some_and(|end| end <= app.clock.now());
    if lot.status.0 != PointsLotStatus::Active || !has_lapsed || lot.remaining == 0 {
        return Ok(false);
    }
    // Points given back to a lot that lapsed before lapse again: the instant tells the two entries apart.
    let channel_id = channel_of(&transaction, app, &lot).await?;
    let mut entry = of_lot(&lot, channel_id, PointsEntryKind::Expire, -lot.remaining);
    entry.source_id = format!("{}@{}", lot.id, app.clock.now().timestamp_micros());
    ledger::record(&transaction, &app.clock, &mut accounts, entry).await?;
    let points = u32::try_from(lot.remaining).map_err(Error::internal)?;
    let share = LotShare {
        lot_id: lot.id,
        points,
    };
    lots::take(&transaction, &[share], PointsLotStatus::Expired).await?;
    transaction.commit().await?;
    Ok(true)
}

async fn find(transaction: &DatabaseTransaction, lot_id: Uuid) -> Result<Model> {
    Entity::find_by_id(lot_id)
        .one(transaction)
        .await?
        .ok_or_else(|| Error::internal("a points lot is gone"))
}

/// The channel a lot came from, whose feed tells of it: that of its rule. The first channel tells of what no rule gave.
pub(super) async fn channel_of(
    transaction: &DatabaseTransaction,
    app: &AppState,
    lot: &Model,
) -> Result<Uuid> {
    let of_rule = points_rule::Entity::belongs_to(points_transaction::Entity)
        .from(points_rule::Column::Id)
        .to(points_transaction::Column::RuleId);
    let found = points_rule::Entity::find()
        .select_only()
        .column(points_rule::Column::ChannelId)
        .join(JoinType::InnerJoin, of_rule.into())
        .filter(points_transaction::COLUMN.id.eq(lot.transaction_id))
        .into_tuple()
        .one(transaction)
        .await?;
    match found {
        Some(channel_id) => Ok(channel_id),
        None => Ok(app.channels.find(None)?.id),
    }
}

fn of_lot(lot: &Model, channel_id: Uuid, kind: PointsEntryKind, points: i64) -> Entry<'static> {
    Entry {
        kind,
        channel_id,
        points,
        is_pending: false,
        source_kind: "lot",
        source_id: lot.id.to_string(),
        rule: None,
        reason: "",
        order_id: None,
        actor: (ActorKind::System, None),
        available_at: None,
        expires_at: lot.expires_at,
    }
}
