//! Gift cards as rows: what is on them, and what follows from an entry in their ledger.

use std::collections::HashMap;

use domain::Money;
use domain::credit::{
    CreditAccountKind, CreditEntryKind, CreditOwnerKind, GiftCardStatus, ends_after_return,
};
use entity::column::Text;
use entity::credit_account;
use entity::gift_card::{ActiveModel, Column, Entity, Model};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, ColumnTrait, ConnectionTrait,
    DatabaseTransaction, EntityTrait, QueryFilter,
};
use uuid::Uuid;

use super::ledger::{Accounts, Owner};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::state::AppState;

/// A gift card and what is on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardView {
    /// The row.
    pub card: Model,
    /// Where it stands now.
    pub status: GiftCardStatus,
    /// What can be spent now.
    pub balance: Money,
    /// Held by orders not confirmed yet.
    pub held: Money,
}

/// Loads gift cards by id; the caller has checked who may see them.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn cards_by_ids(app: &AppState, ids: &[Uuid]) -> Result<Vec<CardView>> {
    let connection = app.database.read();
    let rows = Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .all(connection)
        .await?;
    views(connection, &app.clock, rows).await
}

/// Adds to cards what is on them.
pub(super) async fn views<C: ConnectionTrait>(
    connection: &C,
    clock: &Clock,
    cards: Vec<Model>,
) -> Result<Vec<CardView>> {
    if cards.is_empty() {
        return Ok(Vec::new());
    }
    let balances = balances(connection, cards.iter().map(|card| card.id)).await?;
    let now = clock.now();
    let view = |card: Model| {
        let of = |kind| {
            let minor = balances.get(&(card.id, kind)).copied();
            Money::new(minor.unwrap_or_default(), card.currency.0)
        };
        let status = card.status.0.at(card.ends_at, now);
        // What lapsed cannot be spent, even before that is booked.
        let available = if status == GiftCardStatus::Expired {
            Money::zero(card.currency.0)
        } else {
            of(CreditAccountKind::Available)
        };
        CardView {
            status,
            balance: available,
            held: of(CreditAccountKind::Held),
            card,
        }
    };
    Ok(cards.into_iter().map(view).collect())
}

/// Stored balances of owners, by owner and kind of account.
pub(super) async fn balances<C: ConnectionTrait>(
    connection: &C,
    owner_ids: impl Iterator<Item = Uuid>,
) -> Result<HashMap<(Uuid, CreditAccountKind), i64>> {
    let rows = credit_account::Entity::find()
        .filter(credit_account::Column::OwnerId.is_in(owner_ids))
        .all(connection)
        .await?;
    let balances = rows.into_iter().map(|row| {
        let key = (row.owner_id, row.kind.0);
        (key, row.balance_minor.unwrap_or_default())
    });
    Ok(balances.collect())
}

/// Loads a card. What depends on it is decided under the lock of its accounts.
///
/// # Errors
/// [`Error::NotFound`], also for a card of another channel.
pub(super) async fn load(
    transaction: &DatabaseTransaction,
    channel_id: Uuid,
    id: Uuid,
) -> Result<Model> {
    let found = Entity::find_by_id(id).one(transaction).await?;
    found
        .filter(|card| card.channel_id == channel_id)
        .ok_or(Error::NotFound("gift card"))
}

/// Who owns the money of a card.
pub(super) fn owner(card: &Model) -> Owner {
    Owner {
        kind: CreditOwnerKind::GiftCard,
        id: card.id,
        channel_id: card.channel_id,
        currency: card.currency.0,
    }
}

/// Brings a card's status and end in line with an entry that was just written.
pub(super) async fn follow(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    accounts: &Accounts,
    entry: CreditEntryKind,
) -> Result<()> {
    let owner = accounts.owner;
    let card = load(transaction, owner.channel_id, owner.id).await?;
    let status = card
        .status
        .0
        .after(entry, card.face_minor, accounts.whole_minor());
    let now = clock.now();
    let ends_at = match entry {
        CreditEntryKind::Release | CreditEntryKind::Restore => ends_after_return(card.ends_at, now),
        CreditEntryKind::Issue
        | CreditEntryKind::Adjust
        | CreditEntryKind::Hold
        | CreditEntryKind::Spend
        | CreditEntryKind::Refund
        | CreditEntryKind::Expire
        | CreditEntryKind::Cancel => card.ends_at,
    };
    if (status, ends_at) == (card.status.0, card.ends_at) {
        return Ok(());
    }
    let row = ActiveModel {
        id: Unchanged(card.id),
        status: Set(Text(status)),
        ends_at: Set(ends_at),
        updated_at: Set(now),
        ..Default::default()
    };
    row.update(transaction).await?;
    Ok(())
}
