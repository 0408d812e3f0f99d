//! Orders that would wait for each other are written by one transaction.
//!
//! Whoever wants goods that nobody takes at this moment opens a lane and goes at once. Who comes while the lane is busy would
//! wait for the same row: they gather, and all of them go next, the first served first. On PostgreSQL a lane is a variant; on
//! SQLite, where all who write wait for each other, there is one.

use std::collections::{BTreeSet, HashMap, HashSet};

use entity::order::Model;
use entity::{member, order_event};
use sea_orm::sea_query::LockType;
use sea_orm::{
    ColumnTrait, ConnectionTrait as _, DatabaseTransaction, DbBackend, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect,
};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::error::OrderError;
use super::lanes::Lanes;
use super::ready::Ready;
use super::write;
use crate::database::IsTransient;
use crate::error::{Error, Result};
use crate::job::{self, Job};
use crate::service::flash_sale::{Claim, Quotas};
use crate::service::inventory::{self, Promise, Share, Shared, Taken};
use crate::service::promotion::{self, Uses};
use crate::service::{cart, idempotency, points};
use crate::state::AppState;

/// Most orders in one transaction.
const MOST: usize = 128;
/// Most lines and price steps of them: a statement of SQLite has 32,766 values, and a line of an order 26.
const MOST_PARTS: usize = 1_000;

/// What became of an order; nothing when it is to be placed alone.
type Verdict = Option<Result<Model, OrderError>>;

/// What is wanted by those in a lane.
type Lane = Uuid;

/// Orders that wait for their transaction.
#[derive(Debug, Default)]
pub struct Together(Lanes<Lane, Waiting>);

#[derive(Debug)]
struct Waiting {
    ready: Ready,
    tell: oneshot::Sender<Verdict>,
}

impl Together {
    /// Lets an order wait in a lane; gives the lane if it has no leader yet.
    fn enter(&self, backend: DbBackend, waiting: Waiting) -> Result<Option<Lane>> {
        let wants = waiting.ready.wants.iter();
        let wanted: BTreeSet<Lane> = if backend == DbBackend::Sqlite {
            BTreeSet::from([Uuid::nil()])
        } else {
            wants.flat_map(|want| want.goods.variants()).collect()
        };
        let wanted: Vec<Lane> = wanted.into_iter().collect();
        self.0.enter(&wanted, waiting)
    }
}

/// How many of those who wait go together, by the parts of each; the first always does.
fn how_many(parts: impl Iterator<Item = usize>) -> usize {
    let sums = parts.scan(0_usize, |sum, parts| {
        *sum = sum.saturating_add(parts);
        Some(*sum)
    });
    let fit = sums.take(MOST).take_while(|sum| *sum <= MOST_PARTS).count();
    fit.max(1)
}

/// Places an order together with those who want the same.
///
/// # Errors
/// Inside, why it is refused.
pub(super) async fn place(app: &AppState, ready: Ready) -> Verdict {
    let (tell, told) = oneshot::channel();
    let opened = match app
        .together
        .enter(app.database.backend(), Waiting { ready, tell })
    {
        Ok(opened) => opened,
        Err(error) => return Some(Err(error.into())),
    };
    if let Some(lane) = opened {
        // A task of its own: it goes on for the others when this request is given up.
        tokio::spawn(lead(app.clone(), lane));
    }
    told.await
        .unwrap_or_else(|_gone| Some(Err(Error::Unavailable("the database").into())))
}

/// Serves a lane until nobody waits there.
async fn lead(app: AppState, lane: Lane) {
    let mut leader = app.together.0.lead(lane);
    let parts = |waiting: &Waiting| waiting.ready.written.parts();
    while let Some(batch) = leader.next(|all| how_many(all.iter().map(parts))) {
        settle(&app, batch).await;
    }
}

async fn settle(app: &AppState, batch: Vec<Waiting>) {
    let orders: Vec<&Ready> = batch.iter().map(|waiting| &waiting.ready).collect();
    let unavailable = |what| {
        let refusal = || Error::Unavailable(what).into();
        orders.iter().map(|_| Some(Err(refusal()))).collect()
    };
    let verdicts: Vec<Verdict> = match app.database.retry(|| attempt(app, &orders)).await {
        Ok(verdicts) => verdicts,
        Err(Fault::Undone(Error::Unavailable(what))) => unavailable(what),
        Err(Fault::Undone(error)) => {
            tracing::warn!(%error, orders = orders.len(), "orders are placed one by one");
            orders.iter().map(|_| None).collect()
        }
        Err(Fault::Unknown(error)) => {
            tracing::error!(%error, orders = orders.len(), "the end of a commit is unknown");
            unavailable("the database")
        }
    };
    for (waiting, verdict) in batch.into_iter().zip(verdicts) {
        // Who gave up asks again, with the same key.
        let _unheard = waiting.tell.send(verdict);
    }
}

/// Why the transaction failed.
enum Fault {
    /// Before its commit: nothing was changed.
    Undone(Error),
    /// At its commit.
    Unknown(Error),
}

impl<E: Into<Error>> From<E> for Fault {
    fn from(error: E) -> Self {
        Self::Undone(error.into())
    }
}

impl IsTransient for Fault {
    fn is_transient(&self) -> bool {
        match self {
            Self::Undone(error) | Self::Unknown(error) => error.is_transient(),
        }
    }
}

async fn attempt(app: &AppState, orders: &[&Ready]) -> Result<Vec<Verdict>, Fault> {
    let transaction = app.database.begin().await?;
    let fates = write(app, &transaction, orders).await?;
    let committed = transaction.commit().await;
    committed.map_err(|error| Fault::Unknown(error.into()))?;
    Ok(orders
        .iter()
        .zip(fates)
        .map(|(order, fate)| fate.verdict(app, order))
        .collect())
}

/// What the transaction found for an order.
enum Fate {
    /// Its key was used before, or its cart is another one now.
    Unfit,
    /// The goods.
    Taken(Vec<Taken>),
    /// Only so many units are left of a variant.
    TooFew(Uuid, u32),
}

impl Fate {
    fn verdict(self, app: &AppState, order: &Ready) -> Verdict {
        match self {
            Self::Unfit => None,
            Self::Taken(_) => Some(Ok(order.written.order.clone())),
            Self::TooFew(variant_id, left) => {
                app.sold_out.remember(variant_id, left, app.clock.now());
                Some(Err(OrderError::InsufficientStock))
            }
        }
    }
}

/// Writes the orders that get what they want. Locks are taken in the order of [`super::place`].
async fn write(
    app: &AppState,
    transaction: &DatabaseTransaction,
    orders: &[&Ready],
) -> Result<Vec<Fate>> {
    let claims = orders.iter().map(|order| order.claim.clone());
    let claimed = idempotency::claim_all(transaction, claims).await?;
    let mut fit = find_fit(transaction, orders, &claimed).await?;
    let quotas = reduce(transaction, orders, &mut fit).await?;
    let fates = share(app, transaction, orders, &fit).await?;
    let served: Vec<(&Ready, &[Taken])> = orders
        .iter()
        .zip(&fates)
        .filter_map(|(order, fate)| match fate {
            Fate::Taken(taken) => Some((*order, taken.as_slice())),
            Fate::Unfit | Fate::TooFew(..) => None,
        })
        .collect();
    let is_served = |id: &Uuid| served.iter().any(|(order, _)| order.claim_id == *id);
    if served.len() < claimed.len() {
        let idle = claimed.iter().copied().filter(|id| !is_served(id));
        idempotency::give_up(transaction, idle).await?;
    }
    if !served.is_empty() {
        write_served(app, transaction, &served, &quotas).await?;
    }
    Ok(fates)
}

/// The orders whose key is new, whose member is there and whose cart is as it was; of one cart, the first.
async fn find_fit(
    transaction: &DatabaseTransaction,
    orders: &[&Ready],
    claimed: &HashSet<Uuid>,
) -> Result<HashSet<Uuid>> {
    let is_new = |order: &&&Ready| claimed.contains(&order.claim_id);
    let candidates = || orders.iter().filter(is_new);
    let buyers = candidates().filter_map(|order| order.written.order.member_id);
    let members = lock_members(transaction, buyers.collect()).await?;
    let versions: HashMap<Uuid, i32> = candidates()
        .filter_map(|order| Some((order.written.order.cart_id?, order.cart_version)))
        .collect();
    if versions.is_empty() {
        return Ok(HashSet::new());
    }
    let mut carts = cart::lock_unchanged(transaction, &versions).await?;
    let mut fit = HashSet::new();
    for order in candidates() {
        let row = &order.written.order;
        let has_buyer = row.member_id.is_none_or(|id| members.contains(&id));
        let is_first = row.cart_id.is_some_and(|id| carts.remove(&id));
        if has_buyer && is_first {
            fit.insert(order.claim_id);
        }
    }
    Ok(fit)
}

/// Takes the prices of promotions and flash sales; those for whom one is gone, or limited by now, do not fit any more.
async fn reduce(
    transaction: &DatabaseTransaction,
    orders: &[&Ready],
    fit: &mut HashSet<Uuid>,
) -> Result<Quotas> {
    let mut candidates: Vec<&Ready> = orders.to_vec();
    candidates.retain(|order| fit.contains(&order.claim_id));
    let promotions = candidates
        .iter()
        .flat_map(|order| order.uses.promotion_ids())
        .collect();
    let unlimited = promotion::lock_unlimited(transaction, promotions).await?;
    candidates.retain(|order| order.uses.promotion_ids().all(|id| unlimited.contains(&id)));
    let claims: Vec<&Claim> = candidates.iter().map(|order| &order.flash).collect();
    let mut quotas = Quotas::lock(transaction, &claims).await?;
    candidates.retain(|order| quotas.take(&order.flash));
    *fit = candidates.iter().map(|order| order.claim_id).collect();
    Ok(quotas)
}

/// Keeps members from being removed, in the order of their ids. Other orders of theirs wait, as these wait for others: orders
/// refer to their members, and that must not come to a lock behind the stock's.
async fn lock_members(
    transaction: &DatabaseTransaction,
    ids: BTreeSet<Uuid>,
) -> Result<HashSet<Uuid>> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let mut members = member::Entity::find()
        .select_only()
        .column(member::Column::Id)
        .filter(member::Column::Id.is_in(ids))
        .order_by_asc(member::Column::Id);
    if transaction.get_database_backend() == DbBackend::Postgres {
        members = members.lock(LockType::KeyShare);
    }
    let found: Vec<Uuid> = members.into_tuple().all(transaction).await?;
    Ok(found.into_iter().collect())
}

/// Shares the stock out among the fit.
async fn share(
    app: &AppState,
    transaction: &DatabaseTransaction,
    orders: &[&Ready],
    fit: &HashSet<Uuid>,
) -> Result<Vec<Fate>> {
    let is_fit = |order: &Ready| fit.contains(&order.claim_id);
    let shares: Vec<Share<'_>> = orders
        .iter()
        .filter(|order| is_fit(order))
        .map(|order| Share {
            wants: &order.wants,
            routing: order.routing,
        })
        .collect();
    let got = inventory::allocate_each(transaction, &app.clock, &shares).await?;
    let mut got = got.into_iter();
    let fate = |order: &&Ready| match is_fit(order).then(|| got.next()).flatten() {
        Some(Shared::Taken(taken)) => Fate::Taken(taken),
        Some(Shared::TooFew(variant_id, left)) => Fate::TooFew(variant_id, left),
        None => Fate::Unfit,
    };
    Ok(orders.iter().map(fate).collect())
}

async fn write_served(
    app: &AppState,
    transaction: &DatabaseTransaction,
    served: &[(&Ready, &[Taken])],
    quotas: &Quotas,
) -> Result<()> {
    let orders = || served.iter().map(|(order, _)| *order);
    let carts = orders().filter_map(|order| order.written.order.cart_id);
    cart::mark_ordered(transaction, &app.clock, carts).await?;
    let written: Vec<_> = orders().map(|order| &order.written).collect();
    write::insert_all(transaction, &written).await?;
    let promises = orders().flat_map(|order| order.promises.clone()).collect();
    points::promise(transaction, promises).await?;
    let uses: Vec<&Uses> = orders().map(|order| &order.uses).collect();
    promotion::use_unlimited(transaction, &app.clock, &uses).await?;
    let claims: Vec<&Claim> = orders().map(|order| &order.flash).collect();
    quotas.write(transaction, &app.clock, &claims).await?;
    let entries = orders().flat_map(|order| order.told.entries.clone());
    order_event::Entity::insert_many(entries)
        .exec_without_returning(transaction)
        .await?;
    let jobs: Vec<Job> = orders().flat_map(|order| order.told.jobs.clone()).collect();
    job::push_all(transaction, &app.clock, &jobs).await?;
    let promises: Vec<Promise<'_>> = served
        .iter()
        .map(|(order, taken)| Promise {
            order_id: order.written.order.id,
            taken,
            actor: order.actor,
        })
        .collect();
    inventory::write_promises(transaction, &app.clock, &promises).await
}

#[cfg(test)]
mod tests {
    use super::how_many;

    #[test]
    fn a_transaction_has_as_many_orders_as_one_statement_can_hold() {
        for (parts, expected) in [
            (vec![5; 3], 3),
            (vec![5; 200], 128),
            (vec![400, 600, 1], 2),
            (vec![900, 101, 1], 1),
            (vec![5_000, 1], 1),
        ] {
            assert_eq!(how_many(parts.into_iter()), expected);
        }
    }
}
