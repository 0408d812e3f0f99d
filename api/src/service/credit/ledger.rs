//! The ledger: one transaction row, its two postings and the new balances, written together or not at all.

use std::collections::HashMap;

use domain::credit::{
    CreditAccountKind, CreditEntryKind, CreditOwnerKind, Posting, Unbalanced, postings,
};
use domain::{Currency, Money};
use entity::column::{CurrencyCode, Text};
use entity::{credit_account, credit_posting, credit_transaction};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter,
    QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::card;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::service::order::history::ActorRef;

/// Whose money, in which shop and currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) kind: CreditOwnerKind,
    pub(super) id: Uuid,
    pub(super) channel_id: Uuid,
    pub(super) currency: Currency,
}

impl Owner {
    /// The shop's own side.
    fn shop(self) -> Self {
        Self {
            kind: CreditOwnerKind::Shop,
            id: self.channel_id,
            ..self
        }
    }
}

/// An owner's accounts, locked until the transaction ends, and the shop's.
pub(super) struct Accounts {
    pub(super) owner: Owner,
    by_kind: HashMap<CreditAccountKind, credit_account::Model>,
}

/// A line of the ledger to be written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'a> {
    pub(super) kind: CreditEntryKind,
    /// Signed amount, as the owner reads it.
    pub(super) minor: i64,
    /// What caused it: with the kind it is written once.
    pub(super) source: (&'static str, Uuid),
    /// Words to show; empty for the usual words of the kind.
    pub(super) reason: &'a str,
    pub(super) order_id: Option<Uuid>,
    pub(super) actor: ActorRef,
}

impl Accounts {
    /// What can be spent.
    pub(super) fn available(&self) -> Money {
        self.balance(CreditAccountKind::Available)
    }

    /// What is there, held money included.
    pub(super) fn whole_minor(&self) -> i64 {
        let held = self.balance(CreditAccountKind::Held);
        self.available().minor.saturating_add(held.minor)
    }

    fn balance(&self, kind: CreditAccountKind) -> Money {
        let account = self.by_kind.get(&kind);
        let minor = account.and_then(|account| account.balance_minor);
        Money::new(minor.unwrap_or_default(), self.owner.currency)
    }
}

/// Locks an owner's accounts, opening them at the first need.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn lock(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    owner: Owner,
) -> Result<Accounts> {
    let found = find(transaction, owner).await?;
    let needed = owner.kind.accounts().len() + CreditOwnerKind::Shop.accounts().len();
    if found.by_kind.len() == needed {
        return Ok(found);
    }
    open(transaction, clock, &[owner, owner.shop()]).await?;
    find(transaction, owner).await
}

/// Opens accounts that are not there yet.
async fn open(transaction: &DatabaseTransaction, clock: &Clock, owners: &[Owner]) -> Result<()> {
    let rows = owners.iter().flat_map(|owner| {
        let kinds = owner.kind.accounts().iter();
        kinds.map(|kind| credit_account::ActiveModel {
            id: Set(clock.new_id()),
            owner_kind: Set(Text(owner.kind)),
            owner_id: Set(owner.id),
            kind: Set(Text(*kind)),
            currency: Set(CurrencyCode(owner.currency)),
            // The shop's side is derived: one row that everybody changes would hold everybody up.
            balance_minor: Set((owner.kind != CreditOwnerKind::Shop).then_some(0)),
        })
    });
    let once = OnConflict::columns([
        credit_account::Column::OwnerId,
        credit_account::Column::Currency,
        credit_account::Column::Kind,
    ])
    .do_nothing()
    .to_owned();
    credit_account::Entity::insert_many(rows)
        .on_conflict(once)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// The owner's accounts are locked; the shop's have no balance that could change.
async fn find(transaction: &DatabaseTransaction, owner: Owner) -> Result<Accounts> {
    let of = |owner_id: Uuid| {
        credit_account::Entity::find()
            .filter(credit_account::COLUMN.owner_id.eq(owner_id))
            .filter(credit_account::Column::Currency.eq(CurrencyCode(owner.currency)))
            .order_by_asc(credit_account::Column::Id)
    };
    let own = of(owner.id).lock_exclusive().all(transaction).await?;
    let shops = of(owner.channel_id).all(transaction).await?;
    let by_kind = own.into_iter().chain(shops).map(|row| (row.kind.0, row));
    Ok(Accounts {
        owner,
        by_kind: by_kind.collect(),
    })
}

/// Opens the accounts of new gift cards and puts their money on them, all with few statements. The cards are all of one
/// channel and currency.
///
/// # Errors
/// When a row cannot be written.
pub(super) async fn endow(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    cards: &[Owner],
    face: Money,
    actor: ActorRef,
) -> Result<()> {
    let Some(first) = cards.first() else {
        return Ok(());
    };
    open(transaction, clock, &[first.shop()]).await?;
    let issued = credit_account::Entity::find()
        .filter(credit_account::COLUMN.owner_id.eq(first.channel_id))
        .filter(credit_account::Column::Currency.eq(CurrencyCode(face.currency)))
        .filter(credit_account::Column::Kind.eq(Text(CreditAccountKind::Issued)))
        .one(transaction)
        .await?
        .ok_or_else(|| Error::internal("the shop has no account to issue from"))?;
    let opposite = face.minor.checked_neg();
    let opposite = opposite.ok_or_else(|| Error::internal(Unbalanced))?;
    let (mut accounts, mut entries, mut pairs) = (Vec::new(), Vec::new(), Vec::new());
    for card in cards {
        let (entry_id, available_id) = (clock.new_id(), clock.new_id());
        for (id, kind, minor) in [
            (available_id, CreditAccountKind::Available, face.minor),
            (clock.new_id(), CreditAccountKind::Held, 0),
        ] {
            accounts.push(credit_account::ActiveModel {
                id: Set(id),
                owner_kind: Set(Text(card.kind)),
                owner_id: Set(card.id),
                kind: Set(Text(kind)),
                currency: Set(CurrencyCode(face.currency)),
                balance_minor: Set(Some(minor)),
            });
        }
        let entry = Entry {
            kind: CreditEntryKind::Issue,
            minor: face.minor,
            source: ("gift_card", card.id),
            reason: "",
            order_id: None,
            actor,
        };
        entries.push(row(entry_id, *card, &entry, face.minor, clock));
        for (account_id, minor) in [(available_id, face.minor), (issued.id, opposite)] {
            pairs.push(posted(clock, entry_id, account_id, minor));
        }
    }
    credit_account::Entity::insert_many(accounts)
        .exec_without_returning(transaction)
        .await?;
    credit_transaction::Entity::insert_many(entries)
        .exec_without_returning(transaction)
        .await?;
    credit_posting::Entity::insert_many(pairs)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// Writes an entry; a card's status follows. One written before changes nothing.
///
/// # Errors
/// [`Error::Internal`] when the entry would make a balance negative.
pub(super) async fn record(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    accounts: &mut Accounts,
    entry: Entry<'_>,
) -> Result<()> {
    let pair = postings(entry.kind, entry.minor).map_err(Error::internal)?;
    let change: i64 = pair
        .iter()
        .filter(|posting| posting.account == CreditAccountKind::Available)
        .map(|posting| posting.minor)
        .sum();
    let balance_after = accounts.available().minor.checked_add(change);
    let balance_after = balance_after.ok_or_else(|| Error::internal("credit overflows"))?;
    let id = clock.new_id();
    let once = OnConflict::columns([
        credit_transaction::Column::SourceKind,
        credit_transaction::Column::SourceId,
        credit_transaction::Column::Kind,
    ])
    .do_nothing()
    .to_owned();
    let line = row(id, accounts.owner, &entry, balance_after, clock);
    let written = credit_transaction::Entity::insert(line)
        .on_conflict(once)
        .exec_without_returning(transaction)
        .await?;
    if written == 0 {
        return Ok(());
    }
    let mut rows = Vec::new();
    for posting in pair {
        let account_id = change_balance(transaction, accounts, posting).await?;
        rows.push(posted(clock, id, account_id, posting.minor));
    }
    credit_posting::Entity::insert_many(rows)
        .exec_without_returning(transaction)
        .await?;
    match accounts.owner.kind {
        CreditOwnerKind::GiftCard => card::follow(transaction, clock, accounts, entry.kind).await,
        CreditOwnerKind::Member | CreditOwnerKind::Shop => Ok(()),
    }
}

/// Changes the balance of an account that has one, and answers the account's id.
async fn change_balance(
    transaction: &DatabaseTransaction,
    accounts: &mut Accounts,
    posting: Posting,
) -> Result<Uuid> {
    let account = accounts.by_kind.get_mut(&posting.account);
    let account = account.ok_or_else(|| Error::internal("an account of credit is missing"))?;
    let Some(balance) = account.balance_minor else {
        return Ok(account.id);
    };
    let column = credit_account::Column::BalanceMinor;
    let changed = credit_account::Entity::update_many()
        .col_expr(column, Expr::col(column).add(posting.minor))
        .filter(credit_account::COLUMN.id.eq(account.id))
        .filter(Expr::col(column).gte(posting.minor.saturating_neg()))
        .exec(transaction)
        .await?;
    if changed.rows_affected != 1 {
        return Err(Error::internal("a balance of credit would become negative"));
    }
    account.balance_minor = Some(balance.saturating_add(posting.minor));
    Ok(account.id)
}

fn row(
    id: Uuid,
    owner: Owner,
    entry: &Entry<'_>,
    balance_after_minor: i64,
    clock: &Clock,
) -> credit_transaction::ActiveModel {
    credit_transaction::ActiveModel {
        id: Set(id),
        owner_kind: Set(Text(owner.kind)),
        owner_id: Set(owner.id),
        kind: Set(Text(entry.kind)),
        currency: Set(CurrencyCode(owner.currency)),
        amount_minor: Set(entry.minor),
        balance_after_minor: Set(balance_after_minor),
        source_kind: Set(entry.source.0.to_owned()),
        source_id: Set(entry.source.1),
        reason: Set(entry.reason.to_owned()),
        order_id: Set(entry.order_id),
        actor_kind: Set(Text(entry.actor.0)),
        actor_id: Set(entry.actor.1),
        occurred_at: Set(clock.now()),
    }
}

fn posted(
    clock: &Clock,
    transaction_id: Uuid,
    account_id: Uuid,
    amount_minor: i64,
) -> credit_posting::ActiveModel {
    credit_posting::ActiveModel {
        id: Set(clock.new_id()),
        transaction_id: Set(transaction_id),
        account_id: Set(account_id),
        amount_minor: Set(amount_minor),
    }
}
