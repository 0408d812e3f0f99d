//! Units at the price of flash sales for one order or several at once: counted in memory under the locks of their entries, and
//! written with one statement. A first quota adds up what was taken under the same lock: it waits for these orders, or they see
//! it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::flash_sale_entry::{COLUMN, Column, Entity, Model};
use entity::flash_sale_use;
use sea_orm::sea_query::{CaseStatement, Expr, LockType};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait as _, DatabaseTransaction, DbBackend,
    EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::quota::Take;
use crate::clock::Clock;
use crate::error::{Error, Result};

/// What an order takes.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    /// The order.
    pub(crate) order_id: Uuid,
    /// Whose units they are.
    pub(crate) buyer_key: String,
    /// Units by line.
    pub(crate) takes: Vec<Take>,
}

/// Locked entries, with what buyers took of them.
pub(crate) struct Quotas {
    entries: BTreeMap<Uuid, Model>,
    by_buyer: HashMap<(Uuid, String), i32>,
}

impl Quotas {
    /// Locks the entries that orders take of, in the order of their ids, and reads what their buyers have.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn lock(transaction: &DatabaseTransaction, claims: &[&Claim]) -> Result<Self> {
        let ids: BTreeSet<Uuid> = claims
            .iter()
            .flat_map(|claim| claim.takes.iter().map(|take| take.entry_id))
            .collect();
        if ids.is_empty() {
            return Ok(Self {
                entries: BTreeMap::new(),
                by_buyer: HashMap::new(),
            });
        }
        let mut entries = Entity::find()
            .filter(COLUMN.id.is_in(ids))
            .order_by_asc(Column::Id);
        if transaction.get_database_backend() == DbBackend::Postgres {
            entries = entries.lock(LockType::NoKeyUpdate);
        }
        let entries = entries.all(transaction).await?;
        Ok(Self {
            by_buyer: load_bought(transaction, &entries, claims).await?,
            entries: entries.into_iter().map(|entry| (entry.id, entry)).collect(),
        })
    }

    /// Counts what an order takes, if there is so much left for all and for its buyer.
    pub(crate) fn take(&mut self, claim: &Claim) -> bool {
        let mut wanted: BTreeMap<Uuid, i32> = BTreeMap::new();
        for take in &claim.takes {
            let units = wanted.entry(take.entry_id).or_default();
            *units = units.saturating_add(take.quantity);
        }
        let key = |entry_id: &Uuid| (*entry_id, claim.buyer_key.clone());
        let is_free = |entry_id: &Uuid, units: i32| {
            self.entries.get(entry_id).is_some_and(|entry| {
                let bought = self.by_buyer.get(&key(entry_id)).copied();
                let of_all = entry.taken.saturating_add(units);
                let of_buyer = bought.unwrap_or_default().saturating_add(units);
                entry.quota.is_none_or(|most| of_all <= most)
                    && entry.per_buyer.is_none_or(|most| of_buyer <= most)
            })
        };
        if !wanted.iter().all(|(id, units)| is_free(id, *units)) {
            return false;
        }
        for (id, units) in wanted {
            let of_buyer = self.by_buyer.entry(key(&id)).or_default();
            *of_buyer = of_buyer.saturating_add(units);
            if let Some(entry) = self.entries.get_mut(&id).filter(|entry| is_limited(entry)) {
                entry.taken = entry.taken.saturating_add(units);
            }
        }
        true
    }

    /// Writes down what orders took that go on; what others took is free again.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn write(
        &self,
        transaction: &DatabaseTransaction,
        clock: &Clock,
        claims: &[&Claim],
    ) -> Result<()> {
        let takes: Vec<(&Claim, &Take)> = claims
            .iter()
            .copied()
            .flat_map(|claim| claim.takes.iter().map(move |take| (claim, take)))
            .collect();
        if takes.is_empty() {
            return Ok(());
        }
        let mut units: BTreeMap<Uuid, i32> = BTreeMap::new();
        for (_, take) in &takes {
            if self.entries.get(&take.entry_id).is_some_and(is_limited) {
                let sum = units.entry(take.entry_id).or_default();
                *sum = added(*sum, take.quantity)?;
            }
        }
        if !units.is_empty() {
            let mut by_entry = CaseStatement::new();
            for (id, units) in &units {
                by_entry = by_entry.case(Column::Id.eq(*id), *units);
            }
            Entity::update_many()
                .col_expr(
                    Column::Taken,
                    Expr::col(Column::Taken).add(by_entry.finally(0)),
                )
                .filter(Column::Id.is_in(units.into_keys()))
                .exec(transaction)
                .await?;
        }
        let rows = takes
            .iter()
            .map(|(claim, take)| flash_sale_use::ActiveModel {
                id: Set(clock.new_id()),
                entry_id: Set(take.entry_id),
                order_id: Set(claim.order_id),
                buyer_key: Set(claim.buyer_key.clone()),
                quantity: Set(take.quantity),
                released_at: Set(None),
                created_at: Set(clock.now()),
            });
        flash_sale_use::Entity::insert_many(rows)
            .exec_without_returning(transaction)
            .await?;
        Ok(())
    }
}

fn added(sum: i32, units: i32) -> Result<i32> {
    sum.checked_add(units)
        .ok_or_else(|| Error::internal("more units than can be counted"))
}

/// Counters are only touched where there is a limit.
fn is_limited(entry: &Model) -> bool {
    entry.quota.is_some() || entry.per_buyer.is_some()
}

/// Units that the buyers of orders have of entries with a limit for each buyer.
async fn load_bought(
    transaction: &DatabaseTransaction,
    entries: &[Model],
    claims: &[&Claim],
) -> Result<HashMap<(Uuid, String), i32>> {
    let limited = entries.iter().filter(|entry| entry.per_buyer.is_some());
    let limited: Vec<Uuid> = limited.map(|entry| entry.id).collect();
    let mut by_buyer = HashMap::new();
    if limited.is_empty() {
        return Ok(by_buyer);
    }
    let column = flash_sale_use::COLUMN;
    let buyers = claims.iter().map(|claim| claim.buyer_key.clone());
    let rows: Vec<(Uuid, String, i32)> = flash_sale_use::Entity::find()
        .select_only()
        .columns([
            flash_sale_use::Column::EntryId,
            flash_sale_use::Column::BuyerKey,
            flash_sale_use::Column::Quantity,
        ])
        .filter(column.entry_id.is_in(limited))
        .filter(column.buyer_key.is_in(buyers))
        .filter(column.released_at.is_null())
        .into_tuple()
        .all(transaction)
        .await?;
    for (entry_id, buyer_key, units) in rows {
        let sum = by_buyer.entry((entry_id, buyer_key)).or_default();
        *sum = added(*sum, units)?;
    }
    Ok(by_buyer)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: Uuid = Uuid::from_u128(1);

    fn quotas(quota: Option<i32>, per_buyer: Option<i32>) -> Quotas {
        let entry = Model {
            id: ENTRY,
            flash_sale_id: Uuid::nil(),
            variant_id: Uuid::nil(),
            price_minor: Some(500),
            quota,
            per_buyer,
            taken: 2,
        };
        Quotas {
            entries: BTreeMap::from([(ENTRY, entry)]),
            by_buyer: HashMap::from([((ENTRY, "ann".to_owned()), 1)]),
        }
    }

    fn claim(buyer: &str, quantities: &[i32]) -> Claim {
        let take = |quantity: &i32| Take {
            entry_id: ENTRY,
            quantity: *quantity,
        };
        Claim {
            order_id: Uuid::nil(),
            buyer_key: buyer.to_owned(),
            takes: quantities.iter().map(take).collect(),
        }
    }

    #[test]
    fn a_quota_is_shared_out_in_the_order_of_arrival() {
        let mut quotas = quotas(Some(6), None);
        let orders = [("ann", 3), ("bob", 2), ("cid", 1), ("dan", 1)];
        let got = orders.map(|(buyer, units)| quotas.take(&claim(buyer, &[units])));
        assert_eq!(got, [true, false, true, false]);
    }

    #[test]
    fn lines_of_an_order_and_orders_of_a_buyer_add_up() {
        let mut quotas = quotas(None, Some(3));
        let orders: [(&str, &[i32]); 4] = [
            ("ann", &[2, 1]),
            ("ann", &[2]),
            ("ann", &[1]),
            ("bob", &[3]),
        ];
        let got = orders.map(|(buyer, units)| quotas.take(&claim(buyer, units)));
        assert_eq!(got, [false, true, false, true]);
    }

    #[test]
    fn who_takes_nothing_always_may_and_an_unknown_price_is_gone() {
        let mut quotas = quotas(Some(2), None);
        assert!(quotas.take(&claim("ann", &[])));
        let mut stranger = claim("ann", &[1]);
        stranger
            .takes
            .iter_mut()
            .for_each(|take| take.entry_id = Uuid::nil());
        assert!(!quotas.take(&stranger));
    }
}
