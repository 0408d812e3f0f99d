use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Result, SimpleObject};
use domain::id::GiftCardId;
use entity::order_tender;
use uuid::Uuid;

use super::loader::{TendersOf, TendersOfCart};
use crate::error::Error;
use crate::graphql::context::Reach;
use crate::graphql::error::{top_level, top_level_shared};
use crate::graphql::limits::meter::Metered;
use crate::graphql::money::Money;
use crate::graphql::scalar::DateTime;
use crate::service::cart::PricedCartFacts;
use crate::service::credit;

/// What pays an order beside money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::credit::TenderKind")]
pub enum TenderKind {
    /// A gift card.
    GiftCard,
    /// A member's store credit.
    StoreCredit,
}

/// Where a gift card or store credit stands that pays an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::credit::TenderStatus")]
pub enum TenderStatus {
    /// Set aside.
    Held,
    /// Spent with the order.
    Captured,
    /// Given back, all of it.
    Released,
}

/// What a gift card or store credit would pay of a cart.
#[derive(Clone, Debug, SimpleObject)]
pub struct CartTender {
    /// What it is.
    kind: TenderKind,
    /// How much it would pay, 0 when nothing is left to pay or to spend.
    amount: Money,
    /// What can be spent of it.
    balance: Money,
    /// The card, null for store credit; for cartGiftCardRemove.
    gift_card_id: Option<ID>,
    /// End of the card's code.
    last_characters: Option<String>,
    /// When the card lapses.
    expires_at: Option<DateTime>,
}

impl From<&credit::CartTender> for CartTender {
    fn from(tender: &credit::CartTender) -> Self {
        let card = tender.card.as_ref();
        Self {
            kind: tender.kind.into(),
            amount: tender.amount.into(),
            balance: tender.available.into(),
            gift_card_id: card.map(|card| GiftCardId(card.id).to_string().into()),
            last_characters: card.map(|card| card.last_characters.clone()),
            expires_at: card.and_then(|card| card.ends_at).map(DateTime),
        }
    }
}

/// A gift card or store credit that pays an order, or a part of it.
#[derive(Clone, Debug, SimpleObject)]
pub struct OrderTender {
    /// What it is.
    kind: TenderKind,
    /// How much.
    amount: Money,
    /// How much of it is back.
    returned_total: Money,
    /// Where it stands.
    status: TenderStatus,
    /// End of the card's code, null for store credit.
    last_characters: Option<String>,
}

impl From<&(order_tender::Model, Option<String>)> for OrderTender {
    fn from((row, last_characters): &(order_tender::Model, Option<String>)) -> Self {
        let money = |minor| domain::Money::new(minor, row.currency.0).into();
        Self {
            kind: row.kind.0.into(),
            amount: money(row.amount_minor),
            returned_total: money(row.returned_minor),
            status: row.status.0.into(),
            last_characters: last_characters.clone(),
        }
    }
}

/// What gift cards and store credit would pay of a cart, in the order in which they pay.
///
/// # Errors
/// When it cannot be loaded.
pub(in crate::graphql) async fn tenders_of_cart(
    ctx: &Context<'_>,
    cart: &Arc<PricedCartFacts>,
) -> Result<Vec<CartTender>> {
    let tenders = load(ctx, cart).await?;
    ctx.meter(tenders.len())?;
    Ok(tenders.iter().map(CartTender::from).collect())
}

/// What is left to pay of a cart with money.
///
/// # Errors
/// When it cannot be loaded.
pub(in crate::graphql) async fn payable_of_cart(
    ctx: &Context<'_>,
    cart: &Arc<PricedCartFacts>,
) -> Result<domain::Money> {
    let total = cart.priced.total;
    let tenders = load(ctx, cart).await?;
    domain::Money::sum(tenders.iter().map(|tender| tender.amount), total.currency)
        .and_then(|paid| total.minus(paid))
        .map_err(|error| top_level(&Error::internal(error)))
}

async fn load(
    ctx: &Context<'_>,
    cart: &Arc<PricedCartFacts>,
) -> Result<Arc<Vec<credit::CartTender>>> {
    let key = TendersOfCart(Arc::clone(cart));
    let found = ctx.loaders()?.load_one(key).await;
    Ok(found
        .map_err(|error| top_level_shared(&error))?
        .unwrap_or_default())
}

/// The gift cards and store credit that pay an order, in the order in which they pay.
///
/// # Errors
/// When they cannot be loaded.
pub(in crate::graphql) async fn tenders_of_order(
    ctx: &Context<'_>,
    order_id: Uuid,
) -> Result<Vec<OrderTender>> {
    let found = ctx.loaders()?.load_one(TendersOf(order_id)).await;
    let rows = found
        .map_err(|error| top_level_shared(&error))?
        .unwrap_or_default();
    ctx.meter(rows.len())?;
    Ok(rows.iter().map(OrderTender::from).collect())
}
