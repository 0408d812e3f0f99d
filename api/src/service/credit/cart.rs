//! Gift cards and store credit a cart is to be paid with. A cart only names them: nothing is held before the order.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::Money;
use domain::credit::{CreditAccountKind, GiftCardCode, GiftCardStatus, Offer, TenderKind, plan};
use entity::{cart, channel, gift_card};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::card::balances;
use crate::auth::secret;
use crate::error::{Error, Result};
use crate::state::AppState;

/// What a card or credit would pay of a cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CartTender {
    /// What it is.
    pub kind: TenderKind,
    /// How much it would pay.
    pub amount: Money,
    /// What can be spent of it.
    pub available: Money,
    /// The card, if it is one.
    pub card: Option<gift_card::Model>,
}

/// Tells what gift cards and store credit would pay of a cart now.
///
/// # Errors
/// When the database does not answer.
pub async fn of_cart(app: &AppState, cart: &cart::Model, total: Money) -> Result<Vec<CartTender>> {
    if !offers_anything(cart) {
        return Ok(Vec::new());
    }
    let connection = app.database.read();
    let cards = cards(connection, cart, total).await?;
    let ids = cards.iter().map(|card| card.id).chain(cart.member_id);
    let balances = balances(connection, ids).await?;
    let spendable: HashMap<Uuid, i64> = balances
        .into_iter()
        .filter(|((_, kind), _)| *kind == CreditAccountKind::Available)
        .map(|((id, _), minor)| (id, minor))
        .collect();
    let offers = offers(cart, &cards, total, &spendable, app.clock.now());
    let available: HashMap<Uuid, Money> = offers
        .iter()
        .map(|offer| (offer.owner_id, offer.available))
        .collect();
    let planned = plan(total, offers).map_err(Error::internal)?;
    let shown = planned.into_iter().map(|part| CartTender {
        kind: part.kind,
        amount: part.amount,
        available: available
            .get(&part.owner_id)
            .copied()
            .unwrap_or_else(|| Money::zero(total.currency)),
        card: cards.iter().find(|card| card.id == part.owner_id).cloned(),
    });
    Ok(shown.collect())
}

/// Whether a cart names a card or credit at all.
pub(in crate::service) fn offers_anything(cart: &cart::Model) -> bool {
    !cart.gift_card_ids.0.is_empty() || store_credit(cart).is_some()
}

/// The member whose store credit a cart is to be paid with, and how much at most, in minor units.
pub(super) fn store_credit(cart: &cart::Model) -> Option<(Uuid, i64)> {
    let member_id = cart.member_id?;
    (cart.store_credit_minor > 0).then_some((member_id, cart.store_credit_minor))
}

/// The cards a cart names, in the order in which they were entered.
pub(super) async fn cards<C: ConnectionTrait>(
    connection: &C,
    cart: &cart::Model,
    total: Money,
) -> Result<Vec<gift_card::Model>> {
    if cart.gift_card_ids.0.is_empty() {
        return Ok(Vec::new());
    }
    let rows = gift_card::Entity::find()
        .filter(gift_card::Column::Id.is_in(cart.gift_card_ids.0.iter().copied()))
        .all(connection)
        .await?;
    let named = cart.gift_card_ids.0.iter();
    let found = named.filter_map(|id| rows.iter().find(|card| card.id == *id));
    let fits = |card: &&gift_card::Model| {
        card.channel_id == cart.channel_id && card.currency.0 == total.currency
    };
    Ok(found.filter(fits).cloned().collect())
}

/// What a cart offers, by what its owners can spend. A card that ended offers nothing.
pub(super) fn offers(
    cart: &cart::Model,
    cards: &[gift_card::Model],
    total: Money,
    spendable: &HashMap<Uuid, i64>,
    now: DateTime<Utc>,
) -> Vec<Offer> {
    let currency = total.currency;
    let of = |id: Uuid| Money::new(spendable.get(&id).copied().unwrap_or_default(), currency);
    let of_cards = cards.iter().map(|card| Offer {
        owner_id: card.id,
        kind: TenderKind::GiftCard,
        available: if card.status.0.at(card.ends_at, now).is_usable() {
            of(card.id)
        } else {
            Money::zero(currency)
        },
        at_most: None,
        ends_at: card.ends_at,
    });
    let of_member = store_credit(cart).map(|(member_id, minor)| Offer {
        owner_id: member_id,
        kind: TenderKind::StoreCredit,
        available: of(member_id),
        at_most: Some(Money::new(minor, currency)),
        ends_at: None,
    });
    of_cards.chain(of_member).collect()
}

/// Finds a card of a channel by its code, if something can be spent from it. Who asks cannot tell an unknown code from that
/// of a card that ended, is spent or was cancelled.
pub(in crate::service) async fn find_usable<C: ConnectionTrait>(
    connection: &C,
    channel: &channel::Model,
    text: &str,
    now: DateTime<Utc>,
) -> Result<Option<gift_card::Model>> {
    let Ok(code) = GiftCardCode::parse(text) else {
        return Ok(None);
    };
    let card = gift_card::Entity::find()
        .filter(gift_card::Column::CodeHash.eq(secret::digest(code.as_str())))
        .one(connection)
        .await?;
    Ok(card.filter(|card| {
        let status = card.status.0.at(card.ends_at, now);
        card.channel_id == channel.id
            && card.currency.0 == channel.currency.0
            && status.is_usable()
            && status != GiftCardStatus::Redeemed
    }))
}
