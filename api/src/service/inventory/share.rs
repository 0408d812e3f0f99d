//! Stock is promised to several orders at once: one after the other in memory, under the levels' locks, and then counted with
//! one statement.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::stock::Stocks;
use entity::stock_level;
use sea_orm::sea_query::{CaseStatement, Expr};
use sea_orm::{ColumnTrait, Condition, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter};
use uuid::Uuid;

use super::error::InventoryError;
use super::promise::{Routing, Taken, Want, merged, open, plan};
use super::reservation::{Deltas, lapse, lock_levels, stocks_without};
use crate::clock::Clock;
use crate::error::{Error, Result};

/// What one of several orders needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share<'a> {
    /// Its lines.
    pub(crate) wants: &'a [Want],
    /// From where.
    pub(crate) routing: Routing,
}

/// What an order got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shared {
    /// All it needs.
    Taken(Vec<Taken>),
    /// Nothing, since there are only so many units left of a variant.
    TooFew(Uuid, u32),
}

/// Locked levels, by variant and warehouse.
type Levels = BTreeMap<(Uuid, Uuid), stock_level::Model>;

/// Takes stock for several orders. Who comes first is served first, and each order gets all it needs or nothing: one that
/// cannot be served leaves what there is to those behind it.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn allocate_each(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    shares: &[Share<'_>],
) -> Result<Vec<Shared>> {
    let variants: BTreeSet<Uuid> = shares
        .iter()
        .flat_map(|share| share.wants)
        .flat_map(|want| want.goods.variants())
        .collect();
    if variants.is_empty() {
        return Ok(Vec::new());
    }
    let variants: Vec<Uuid> = variants.into_iter().collect();
    let mut levels = lock_levels(transaction, &variants).await?;
    if levels.iter().any(|level| level.reserved > 0) {
        let now = clock.db_now(transaction).await?;
        lapse(transaction, clock, &variants, now).await?;
        levels = lock_levels(transaction, &variants).await?;
    }
    let mut stocks = stocks_without(transaction, &levels, &Deltas::new()).await?;
    let mut levels: Levels = levels
        .into_iter()
        .map(|level| ((level.variant_id, level.warehouse_id), level))
        .collect();
    let before = levels.clone();
    let mut got = Vec::with_capacity(shares.len());
    for share in shares {
        got.push(serve(share, &mut stocks, &mut levels, clock.now())?);
    }
    count(transaction, clock, &before, &levels).await?;
    Ok(got)
}

/// Gives one order what it needs, if it is there.
fn serve(
    share: &Share<'_>,
    stocks: &mut Stocks,
    levels: &mut Levels,
    now: DateTime<Utc>,
) -> Result<Shared> {
    let mut seen: Stocks = share
        .wants
        .iter()
        .flat_map(|want| want.goods.variants())
        .filter_map(|variant_id| Some((variant_id, stocks.get(&variant_id)?.clone())))
        .collect();
    let steps = match plan(&mut seen, &open(share.wants), share.routing) {
        Ok(steps) => steps,
        Err(InventoryError::InsufficientStock { variant_id }) => {
            let left = left(share, variant_id, stocks);
            return Ok(Shared::TooFew(variant_id, left));
        }
        Err(InventoryError::Common(error)) => return Err(error),
        Err(error @ InventoryError::NotPromised { .. }) => return Err(Error::internal(error)),
    };
    let mut taken = Vec::with_capacity(steps.len());
    for (want, warehouse_id, units) in steps {
        for (variant_id, units) in want.goods.units(units) {
            let level = levels
                .get_mut(&(variant_id, warehouse_id))
                .ok_or_else(|| Error::internal("a plan without a level"))?;
            let units = i32::try_from(units).map_err(Error::internal)?;
            level.allocated = level
                .allocated
                .checked_add(units)
                .ok_or_else(|| Error::internal("more units than can be counted"))?;
        }
        want.goods.take(units, warehouse_id, stocks);
        let quantity = i32::try_from(units).map_err(Error::internal)?;
        let variants = want.goods.variants();
        let touched = variants.filter_map(|variant_id| levels.get(&(variant_id, warehouse_id)));
        taken.push(Taken::at(touched, &want, warehouse_id, quantity, now));
    }
    Ok(Shared::Taken(merged(taken)))
}

/// Units there are of a wanted variant.
fn left(share: &Share<'_>, variant_id: Uuid, stocks: &Stocks) -> u32 {
    let mut wants = share.wants.iter();
    let want = wants.find(|want| want.variant_id == variant_id);
    let there = want.map_or_else(Vec::new, |want| want.goods.stock(stocks));
    there
        .iter()
        .fold(0, |sum: u32, stock| sum.saturating_add(stock.available))
}

/// Counts what was taken at the locked levels, all with one statement.
async fn count(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    before: &Levels,
    after: &Levels,
) -> Result<()> {
    use stock_level::Column;
    let mut by_level = CaseStatement::new();
    let mut touched = Vec::new();
    for (level, left) in before.values().zip(after.values()) {
        let units = left.allocated.saturating_sub(level.allocated);
        if units > 0 {
            by_level = by_level.case(Column::Id.eq(level.id), units);
            touched.push(level.id);
        }
    }
    if touched.is_empty() {
        return Ok(());
    }
    let expected = u64::try_from(touched.len()).map_err(Error::internal)?;
    let written = stock_level::Entity::update_many()
        .col_expr(
            Column::Allocated,
            Expr::col(Column::Allocated).add(by_level.finally(0)),
        )
        .col_expr(Column::UpdatedAt, Expr::value(clock.now()))
        .filter(Condition::all().add(Column::Id.is_in(touched)))
        .exec(transaction)
        .await?;
    if written.rows_affected == expected {
        Ok(())
    } else {
        Err(Error::internal("a locked level is gone"))
    }
}

#[cfg(test)]
mod tests {
    use domain::stock::{Component, Goods, RoutingPolicy, WarehouseStock};

    use super::*;

    const LAMP: Uuid = Uuid::from_u128(1);
    const CUP: Uuid = Uuid::from_u128(2);
    const NORTH: Uuid = Uuid::from_u128(10);
    const SOUTH: Uuid = Uuid::from_u128(11);

    fn want(variant_id: Uuid, quantity: u32) -> Want {
        Want {
            variant_id,
            goods: Goods::Single(variant_id),
            line_id: variant_id,
            quantity,
        }
    }

    /// What orders get one after the other, in units by variant and warehouse; `Err` with what is left.
    fn served(on_hand: &[(Uuid, Uuid, i32)], orders: &[&[Want]]) -> Vec<Result<Vec<i32>, u32>> {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let level = |(variant_id, warehouse_id, on_hand): (Uuid, Uuid, i32)| stock_level::Model {
            id: Uuid::nil(),
            variant_id,
            warehouse_id,
            on_hand,
            allocated: 0,
            reserved: 0,
            incoming: 0,
            safety: 0,
            backorder_limit: 0,
            expected_at: None,
            source_version: None,
            imported_on_hand: None,
            updated_at: now,
        };
        let mut stocks = Stocks::new();
        let mut levels = Levels::new();
        for place in on_hand {
            levels.insert((place.0, place.1), level(*place));
            stocks.entry(place.0).or_default().push(WarehouseStock {
                warehouse_id: place.1,
                available: place.2.unsigned_abs(),
            });
        }
        let routing = Routing {
            policy: RoutingPolicy::Priority,
            preferred: None,
        };
        let shares = orders.iter().map(|wants| Share { wants, routing });
        shares
            .map(
                |share| match serve(&share, &mut stocks, &mut levels, now).unwrap() {
                    Shared::Taken(taken) => Ok(taken.iter().map(|taken| taken.quantity).collect()),
                    Shared::TooFew(_, left) => Err(left),
                },
            )
            .collect()
    }

    #[test]
    fn who_comes_first_is_served_and_who_wants_too_much_leaves_the_rest() {
        let four = [(LAMP, NORTH, 4)];
        let orders: [&[Want]; 4] = [
            &[want(LAMP, 2)],
            &[want(LAMP, 3)],
            &[want(LAMP, 2)],
            &[want(LAMP, 1)],
        ];
        assert_eq!(
            served(&four, &orders),
            [Ok(vec![2]), Err(2), Ok(vec![2]), Err(0)]
        );
    }

    #[test]
    fn a_bundle_takes_its_components_together_with_lines_that_want_the_same() {
        let stock = [(LAMP, NORTH, 5), (CUP, NORTH, 2)];
        let parts = [(LAMP, 2), (CUP, 1)].map(|(variant_id, quantity)| Component {
            variant_id,
            quantity,
        });
        let set = |quantity| Want {
            goods: Goods::Bundle(parts.to_vec()),
            ..want(Uuid::from_u128(3), quantity)
        };
        let orders: [&[Want]; 3] = [
            &[set(1), want(LAMP, 1)],
            &[set(1), want(LAMP, 1)],
            &[set(1)],
        ];
        // To the second order two lamps are left, and it needs three.
        assert_eq!(
            served(&stock, &orders),
            [Ok(vec![1, 1]), Err(2), Ok(vec![1])]
        );
    }

    #[test]
    fn an_order_is_served_whole_or_takes_nothing_of_anything() {
        let stock = [(LAMP, NORTH, 1), (LAMP, SOUTH, 2), (CUP, SOUTH, 1)];
        let orders: [&[Want]; 3] = [
            &[want(LAMP, 2), want(CUP, 2)],
            &[want(LAMP, 3)],
            &[want(CUP, 1)],
        ];
        assert_eq!(
            served(&stock, &orders),
            [Err(1), Ok(vec![1, 2]), Ok(vec![1])]
        );
    }
}
