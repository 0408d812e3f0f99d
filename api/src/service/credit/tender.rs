//! Gift cards and store credit that pay an order: held when it is placed, spent when it is confirmed, given back when it
//! is called off or refunded. The order is locked.

use chrono::{DateTime, Utc};
use domain::Money;
use domain::credit::{CreditEntryKind, CreditOwnerKind, Planned, TenderStatus, left_to_pay, plan};
use entity::cart;
use entity::column::{CurrencyCode, Text};
use entity::order::Model as Order;
use entity::order_tender::{ActiveModel, Column, Entity, Model};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction,
    EntityTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use super::card;
use super::cart::{cards, offers, offers_anything, store_credit};
use super::ledger::{self, Accounts, Entry, Owner};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::service::order::OrderError;
use crate::service::order::history::{ActorRef, SYSTEM};

/// What a cart is paid with beside money; the accounts are locked.
pub struct Purse {
    accounts: Vec<Accounts>,
    planned: Vec<Planned>,
    payable: Money,
}

impl Purse {
    /// Checks what the buyer saw was left to pay with money: cards and credit may have been spent elsewhere since.
    ///
    /// # Errors
    /// [`OrderError::PayableChanged`]; [`Error::Invalid`] when the buyer did not say it although a card or credit pays.
    pub fn check(&self, expected: Option<Money>) -> Result<(), OrderError> {
        match expected {
            Some(expected) if expected == self.payable => Ok(()),
            Some(_) => Err(OrderError::PayableChanged(self.payable)),
            None if self.planned.is_empty() => Ok(()),
            None => {
                let message = "needed for a cart with gift cards or store credit";
                Err(Error::invalid(&["expectedPayable"], message).into())
            }
        }
    }

    /// What they leave to be paid with money.
    pub(crate) fn payable(&self) -> Money {
        self.payable
    }

    /// What cards and credit pay.
    ///
    /// # Errors
    /// Never for a purse that was opened.
    pub fn tendered(&self) -> Result<Money> {
        let amounts = self.planned.iter().map(|part| part.amount);
        Money::sum(amounts, self.payable.currency).map_err(Error::internal)
    }
}

/// Locks what a cart is to be paid with, and decides how much each card and credit pays of a total.
///
/// # Errors
/// When the database does not answer.
pub async fn open_purse(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    cart: &cart::Model,
    total: Money,
    now: DateTime<Utc>,
) -> Result<Purse> {
    if !offers_anything(cart) {
        return Ok(Purse {
            accounts: Vec::new(),
            planned: Vec::new(),
            payable: total,
        });
    }
    let named = cards(transaction, cart, total).await?;
    let member = store_credit(cart).map(|(id, _)| Owner {
        kind: CreditOwnerKind::Member,
        id,
        channel_id: cart.channel_id,
        currency: total.currency,
    });
    let mut owners: Vec<Owner> = named.iter().map(card::owner).chain(member).collect();
    owners.sort_by_key(|owner| owner.id);
    let mut accounts = Vec::new();
    for owner in owners {
        accounts.push(ledger::lock(transaction, clock, owner).await?);
    }
    // Read again: where a card stands and when it ends changes only under the lock.
    let named = cards(transaction, cart, total).await?;
    let spendable = accounts
        .iter()
        .map(|accounts| (accounts.owner.id, accounts.available().minor))
        .collect();
    let offers = offers(cart, &named, total, &spendable, now);
    let planned = plan(total, offers).map_err(Error::internal)?;
    Ok(Purse {
        accounts,
        payable: left_to_pay(total, &planned).map_err(Error::internal)?,
        planned,
    })
}

/// Sets aside what an order that was just written is paid with.
///
/// # Errors
/// When a row cannot be written.
pub async fn hold(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    order: &Order,
    mut purse: Purse,
    actor: ActorRef,
) -> Result<()> {
    let now = clock.now();
    let paying = purse
        .planned
        .iter()
        .filter(|part| part.amount.is_positive());
    for (part, position) in paying.zip(1_i32..) {
        let id = clock.new_id();
        let row = ActiveModel {
            id: Set(id),
            order_id: Set(order.id),
            kind: Set(Text(part.kind)),
            owner_id: Set(part.owner_id),
            amount_minor: Set(part.amount.minor),
            returned_minor: Set(0),
            currency: Set(CurrencyCode(part.amount.currency)),
            status: Set(Text(TenderStatus::Held)),
            position: Set(position),
            created_at: Set(now),
            updated_at: Set(now),
        };
        Entity::insert(row)
            .exec_without_returning(transaction)
            .await?;
        let own = purse.accounts.iter_mut();
        let own = own.into_iter().find(|own| own.owner.id == part.owner_id);
        let own = own.ok_or_else(|| Error::internal("a tender without accounts"))?;
        let minor = part.amount.minor.saturating_neg();
        let entry = Entry {
            actor,
            ..of_tender(CreditEntryKind::Hold, minor, ("order_tender", id), order.id)
        };
        ledger::record(transaction, clock, own, entry).await?;
    }
    Ok(())
}

/// Finds what pays an order and is not all back, the last to pay first: in this order it is given back.
///
/// # Errors
/// When the database does not answer.
pub async fn of_order<C: ConnectionTrait>(connection: &C, order: &Order) -> Result<Vec<Model>> {
    of_orders(connection, &[order]).await
}

/// Finds what pays orders and is not all back, the last to pay first; no statement when nothing does.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn of_orders<C: ConnectionTrait>(
    connection: &C,
    orders: &[&Order],
) -> Result<Vec<Model>> {
    let paid: Vec<Uuid> = orders
        .iter()
        .filter(|order| order.tendered_minor > 0)
        .map(|order| order.id)
        .collect();
    if paid.is_empty() {
        return Ok(Vec::new());
    }
    let tenders = Entity::find()
        .filter(Column::OrderId.is_in(paid))
        .filter(Column::Status.ne(Text(TenderStatus::Released)))
        .order_by_desc(Column::Position)
        .all(connection)
        .await?;
    Ok(tenders)
}

/// What an order holds and has not spent, in the order of locks.
async fn held(transaction: &DatabaseTransaction, order: &Order) -> Result<Vec<Model>> {
    let mut tenders = of_order(transaction, order).await?;
    tenders.retain(|tender| tender.status.0 == TenderStatus::Held);
    tenders.sort_by_key(|tender| tender.owner_id);
    Ok(tenders)
}

/// Spends what an order holds. Does nothing when it holds nothing any more.
///
/// # Errors
/// When the database does not answer.
pub async fn capture(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    order: &Order,
) -> Result<()> {
    for tender in held(transaction, order).await? {
        let minor = left(&tender).saturating_neg();
        let mut accounts = ledger::lock(transaction, clock, owner(order, &tender)).await?;
        let source = ("order_tender", tender.id);
        let entry = of_tender(CreditEntryKind::Spend, minor, source, order.id);
        ledger::record(transaction, clock, &mut accounts, entry).await?;
        let mut row: ActiveModel = tender.into();
        row.status = Set(Text(TenderStatus::Captured));
        row.updated_at = Set(clock.now());
        row.update(transaction).await?;
    }
    Ok(())
}

/// Lets go of what an order that is called off still holds, as a bank lets go of a promise: the order was then never paid
/// with it. What was spent goes back by a refund. The caller saves the order's row.
///
/// # Errors
/// When the database does not answer.
pub async fn release(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    order: &mut Order,
) -> Result<()> {
    for tender in held(transaction, order).await? {
        let (minor, source) = (left(&tender), ("order_tender", tender.id));
        put_back(transaction, clock, order, tender, minor, source).await?;
        order.tendered_minor -= minor;
    }
    Ok(())
}

/// Gives a part back with a transfer of a refund. The caller saves the order's row.
///
/// # Errors
/// When the database does not answer.
pub async fn give_back(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    order: &mut Order,
    tender: Model,
    transfer_id: Uuid,
    amount: Money,
) -> Result<()> {
    let source = ("refund_transfer", transfer_id);
    put_back(transaction, clock, order, tender, amount.minor, source).await?;
    order.credited_minor += amount.minor;
    Ok(())
}

/// Gives the member of an order store credit for money the shop keeps. The caller saves the order's row.
///
/// # Errors
/// [`Error::Internal`] for a guest's order.
pub async fn give_credit(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    order: &mut Order,
    transfer_id: Uuid,
    amount: Money,
) -> Result<()> {
    let member_id = order.member_id;
    let owner = Owner {
        kind: CreditOwnerKind::Member,
        id: member_id.ok_or_else(|| Error::internal("a guest has no store credit"))?,
        channel_id: order.channel_id,
        currency: amount.currency,
    };
    let mut accounts = ledger::lock(transaction, clock, owner).await?;
    let source = ("refund_transfer", transfer_id);
    let entry = of_tender(CreditEntryKind::Refund, amount.minor, source, order.id);
    ledger::record(transaction, clock, &mut accounts, entry).await?;
    order.credited_minor += amount.minor;
    Ok(())
}

/// What is neither back nor about to be.
fn left(tender: &Model) -> i64 {
    tender.amount_minor - tender.returned_minor
}

async fn put_back(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    order: &Order,
    tender: Model,
    minor: i64,
    source: (&'static str, Uuid),
) -> Result<()> {
    let kind = match tender.status.0 {
        TenderStatus::Held => CreditEntryKind::Release,
        TenderStatus::Captured | TenderStatus::Released => CreditEntryKind::Restore,
    };
    let mut accounts = ledger::lock(transaction, clock, owner(order, &tender)).await?;
    let entry = of_tender(kind, minor, source, order.id);
    ledger::record(transaction, clock, &mut accounts, entry).await?;
    let returned = tender.returned_minor + minor;
    let status = if returned == tender.amount_minor {
        TenderStatus::Released
    } else {
        tender.status.0
    };
    let mut row: ActiveModel = tender.into();
    row.returned_minor = Set(returned);
    row.status = Set(Text(status));
    row.updated_at = Set(clock.now());
    row.update(transaction).await?;
    Ok(())
}

fn owner(order: &Order, tender: &Model) -> Owner {
    Owner {
        kind: tender.kind.0.owner(),
        id: tender.owner_id,
        channel_id: order.channel_id,
        currency: tender.currency.0,
    }
}

fn of_tender(
    kind: CreditEntryKind,
    minor: i64,
    source: (&'static str, Uuid),
    order_id: Uuid,
) -> Entry<'static> {
    Entry {
        kind,
        minor,
        source,
        reason: "",
        order_id: Some(order_id),
        actor: SYSTEM,
    }
}
