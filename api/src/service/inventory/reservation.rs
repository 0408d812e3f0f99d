//! Carts hold stock, for as long as something happens in them.
//!
//! A level's row guards its holds: who makes, moves or ends one has locked it, in the order of variants and warehouses in
//! which all writers lock. A cart's own holds are prolonged under the lock of the cart alone. Holds whose time is over
//! count as available at once, and are taken away by whoever needs their units or by the timer.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use domain::stock::{
    Part, RoutingPolicy, Stocks, TooFew, WarehouseStock, Wish, is_held, plan_reservations,
};
use entity::{stock_level, stock_reservation, warehouse};
use sea_orm::sea_query::{CaseStatement, Expr, LockType};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait as _, DatabaseTransaction, DbBackend,
    EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::scarce::{Left, tell_of_scarce};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::state::AppState;

/// Variants whose lapsed holds are taken away in one transaction of the timer.
const BATCH: u64 = 50;

/// A locked cart that holds stock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Holder {
    /// The cart.
    pub(crate) cart_id: Uuid,
    /// A locked cart whose holds become its own.
    pub(crate) from: Option<Uuid>,
    /// Where it holds them.
    pub(crate) routing: RoutingPolicy,
    /// How long it holds them from now on.
    pub(crate) lifetime: TimeDelta,
}

/// Units to add to what is held, by variant and warehouse: the order in which all writers lock.
pub(super) type Deltas = BTreeMap<(Uuid, Uuid), i32>;

/// Lets a cart hold just what it wishes, as far as it is there, and prolongs what it holds.
///
/// # Errors
/// [`TooFew`] inside when a strict wish cannot be met, and the caller rolls back; else when the database does not answer.
pub(crate) async fn hold(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    holder: Holder,
    wishes: &[Wish],
) -> Result<Result<(), TooFew>> {
    let now = clock.db_now(transaction).await?;
    let carts: Vec<Uuid> = std::iter::once(holder.cart_id).chain(holder.from).collect();
    let own = stock_reservation::Entity::find()
        .filter(stock_reservation::Column::CartId.is_in(carts.iter().copied()))
        .all(transaction)
        .await?;
    if keeps(&own, holder, wishes, now) && prolong(transaction, holder, &own, now).await? {
        return Ok(Ok(()));
    }
    let held = own.iter().map(|row| row.variant_id);
    let variants: BTreeSet<Uuid> = held
        .chain(wishes.iter().flat_map(|wish| wish.goods.variants()))
        .collect();
    let variants: Vec<Uuid> = variants.into_iter().collect();
    let levels = lock_levels(transaction, &variants).await?;
    let mut deltas = end(transaction, &variants, &carts, now).await?;
    let stocks = stocks_without(transaction, &levels, &deltas).await?;
    let parts = match plan_reservations(holder.routing, wishes, &stocks) {
        Ok(parts) => parts,
        Err(too_few) => return Ok(Err(too_few)),
    };
    for part in &parts {
        let units = i32::try_from(part.quantity).map_err(Error::internal)?;
        *deltas
            .entry((part.variant_id, part.warehouse_id))
            .or_default() += units;
    }
    count(transaction, clock, deltas).await?;
    write(transaction, clock, holder, &parts, now).await?;
    Ok(Ok(()))
}

/// Ends what a locked cart holds, for the caller to take it. Locks the levels of all `variants` with those held, so that
/// the caller, who goes on to take them, has locked in order.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn let_go(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    cart_id: Uuid,
    variants: impl Iterator<Item = Uuid>,
) -> Result<()> {
    let held: Vec<Uuid> = stock_reservation::Entity::find()
        .select_only()
        .column(stock_reservation::Column::VariantId)
        .filter(stock_reservation::Column::CartId.eq(cart_id))
        .into_tuple()
        .all(transaction)
        .await?;
    if held.is_empty() {
        return Ok(());
    }
    let variants: BTreeSet<Uuid> = variants.chain(held).collect();
    let variants: Vec<Uuid> = variants.into_iter().collect();
    lock_levels(transaction, &variants).await?;
    let now = clock.db_now(transaction).await?;
    let deltas = end(transaction, &variants, &[cart_id], now).await?;
    count(transaction, clock, deltas).await
}

/// Takes away the holds on variants whose time is over.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn lapse(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    variants: &[Uuid],
    now: DateTime<Utc>,
) -> Result<()> {
    let among = stock_reservation::Column::VariantId.is_in(variants.iter().copied());
    lapse_some(transaction, clock, among.into(), now).await?;
    Ok(())
}

/// Takes away all holds whose time is over.
///
/// # Errors
/// When the database does not answer.
pub async fn lapse_due(app: &AppState) -> Result<()> {
    let turn = || async {
        let transaction = app.database.begin().await?;
        let now = app.clock.db_now(&transaction).await?;
        let taken = lapse_some(&transaction, &app.clock, Condition::all(), now).await?;
        transaction.commit().await?;
        Ok::<_, Error>(taken)
    };
    while app.database.retry(turn).await? >= BATCH {}
    Ok(())
}

/// Ends holds at a locked level until so many more units are free, those first that would lapse first.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn give_way(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    level: &stock_level::Model,
    units: i64,
) -> Result<()> {
    use stock_reservation::{Column, Entity};
    let held = Entity::find()
        .filter(Column::VariantId.eq(level.variant_id))
        .filter(Column::WarehouseId.eq(level.warehouse_id))
        .order_by_asc(Column::ExpiresAt)
        .order_by_asc(Column::Id)
        .all(transaction)
        .await?;
    let mut missing = units;
    let mut ended = Vec::new();
    for row in held {
        if missing <= 0 {
            break;
        }
        missing -= i64::from(row.quantity);
        ended.push(row);
    }
    Entity::delete_many()
        .filter(Column::Id.is_in(ended.iter().map(|row| row.id)))
        .exec(transaction)
        .await?;
    count(transaction, clock, freed(&ended)).await
}

/// Whether a cart has what it wishes already, in its own name.
fn keeps(
    own: &[stock_reservation::Model],
    holder: Holder,
    wishes: &[Wish],
    now: DateTime<Utc>,
) -> bool {
    let units = own.iter().map(|row| {
        let quantity = u32::try_from(row.quantity).unwrap_or_default();
        (row.variant_id, quantity, row.expires_at)
    });
    own.iter().all(|row| row.cart_id == holder.cart_id) && is_held(wishes, units, now)
}

/// Prolongs the holds of a locked cart; answers whether all of them were still there.
async fn prolong(
    transaction: &DatabaseTransaction,
    holder: Holder,
    own: &[stock_reservation::Model],
    now: DateTime<Utc>,
) -> Result<bool> {
    use stock_reservation::Column;
    if own.is_empty() {
        return Ok(true);
    }
    let prolonged = stock_reservation::Entity::update_many()
        .col_expr(Column::ExpiresAt, Expr::value(now + holder.lifetime))
        .col_expr(Column::ChangedAt, Expr::value(now))
        .filter(Column::CartId.eq(holder.cart_id))
        .exec(transaction)
        .await?
        .rows_affected;
    Ok(usize::try_from(prolonged).is_ok_and(|rows| rows == own.len()))
}

/// Loads all levels of variants and locks them, in the order in which all writers lock.
pub(super) async fn lock_levels(
    transaction: &DatabaseTransaction,
    variants: &[Uuid],
) -> Result<Vec<stock_level::Model>> {
    use stock_level::Column;
    let mut levels = stock_level::Entity::find()
        .filter(Column::VariantId.is_in(variants.iter().copied()))
        .order_by_asc(Column::VariantId)
        .order_by_asc(Column::WarehouseId);
    if transaction.get_database_backend() == DbBackend::Postgres {
        levels = levels.lock(LockType::Update);
    }
    Ok(levels.all(transaction).await?)
}

/// What the warehouses that ship can promise by locked levels, once what they hold changes by `deltas`.
pub(super) async fn stocks_without(
    transaction: &DatabaseTransaction,
    levels: &[stock_level::Model],
    deltas: &Deltas,
) -> Result<Stocks> {
    let houses = warehouse::Entity::find()
        .filter(warehouse::Column::Active.eq(true))
        .order_by_asc(warehouse::Column::Priority)
        .order_by_asc(warehouse::Column::Id)
        .all(transaction)
        .await?;
    let mut stocks = Stocks::new();
    for house in houses {
        for level in levels.iter().filter(|level| level.warehouse_id == house.id) {
            let mut counters = level.counters();
            counters.reserved += delta_at(deltas, level);
            stocks
                .entry(level.variant_id)
                .or_default()
                .push(WarehouseStock {
                    warehouse_id: house.id,
                    available: counters.available(),
                });
        }
    }
    Ok(stocks)
}

fn delta_at(deltas: &Deltas, level: &stock_level::Model) -> i32 {
    let place = (level.variant_id, level.warehouse_id);
    deltas.get(&place).copied().unwrap_or_default()
}

async fn lapse_some(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    among: Condition,
    now: DateTime<Utc>,
) -> Result<u64> {
    let variants: Vec<Uuid> = stock_reservation::Entity::find()
        .select_only()
        .column(stock_reservation::Column::VariantId)
        .distinct()
        .filter(stock_reservation::Column::ExpiresAt.lte(now))
        .filter(among)
        .order_by_asc(stock_reservation::Column::VariantId)
        .limit(BATCH)
        .into_tuple()
        .all(transaction)
        .await?;
    if variants.is_empty() {
        return Ok(0);
    }
    lock_levels(transaction, &variants).await?;
    let deltas = end(transaction, &variants, &[], now).await?;
    count(transaction, clock, deltas).await?;
    u64::try_from(variants.len()).map_err(Error::internal)
}

/// Deletes the holds on variants that carts have, and those whose time is over; tells what their levels hold less.
async fn end(
    transaction: &DatabaseTransaction,
    variants: &[Uuid],
    carts: &[Uuid],
    now: DateTime<Utc>,
) -> Result<Deltas> {
    use stock_reservation::Column;
    let ended = stock_reservation::Entity::delete_many()
        .filter(Column::VariantId.is_in(variants.iter().copied()))
        .filter(
            Condition::any()
                .add(Column::CartId.is_in(carts.iter().copied()))
                .add(Column::ExpiresAt.lte(now)),
        )
        .exec_with_returning(transaction)
        .await?;
    Ok(freed(&ended))
}

fn freed(ended: &[stock_reservation::Model]) -> Deltas {
    let mut deltas = Deltas::new();
    for row in ended {
        *deltas
            .entry((row.variant_id, row.warehouse_id))
            .or_default() -= row.quantity;
    }
    deltas
}

/// Counts holds at their locked levels, all in one statement, and tells the search of what is to be had again or no more.
async fn count(transaction: &DatabaseTransaction, clock: &Clock, deltas: Deltas) -> Result<()> {
    use stock_level::Column;
    let mut by_level = CaseStatement::new();
    let mut touched = Condition::any();
    let mut is_changed = false;
    for ((variant_id, warehouse_id), delta) in deltas.iter().filter(|(_, delta)| **delta != 0) {
        let level = Condition::all()
            .add(Column::VariantId.eq(*variant_id))
            .add(Column::WarehouseId.eq(*warehouse_id));
        by_level = by_level.case(level.clone(), *delta);
        touched = touched.add(level);
        is_changed = true;
    }
    if !is_changed {
        return Ok(());
    }
    let levels = stock_level::Entity::update_many()
        .col_expr(
            Column::Reserved,
            Expr::col(Column::Reserved).add(by_level.finally(0)),
        )
        .col_expr(Column::UpdatedAt, Expr::value(clock.now()))
        .filter(touched)
        .exec_with_returning(transaction)
        .await?;
    let least = levels.iter().map(|level| {
        let after = level.counters();
        let mut before = after;
        before.reserved -= delta_at(&deltas, level);
        Left {
            variant_id: level.variant_id,
            available: std::cmp::min(before.available(), after.available()),
        }
    });
    tell_of_scarce(transaction, clock, least).await
}

async fn write(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    holder: Holder,
    parts: &[Part],
    now: DateTime<Utc>,
) -> Result<()> {
    if parts.is_empty() {
        return Ok(());
    }
    let rows = parts
        .iter()
        .map(|part| {
            Ok(stock_reservation::ActiveModel {
                id: Set(clock.new_id()),
                cart_id: Set(holder.cart_id),
                variant_id: Set(part.variant_id),
                warehouse_id: Set(part.warehouse_id),
                quantity: Set(i32::try_from(part.quantity).map_err(Error::internal)?),
                expires_at: Set(now + holder.lifetime),
                changed_at: Set(now),
            })
        })
        .collect::<Result<Vec<_>>>()?;
    stock_reservation::Entity::insert_many(rows)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}
