//! Gift cards and store credit a cart is to be paid with. They are only named here: the order holds them.

use domain::Money;
use domain::credit::MAX_CARDS;
use domain::id::{GiftCardId, TypedId as _};
use entity::cart::{ActiveModel, Entity, Model};
use sea_orm::{ActiveValue::Set, ActiveValue::Unchanged, DatabaseTransaction, EntityTrait};

use super::access::{lock_active, touch};
use super::error::CartError;
use super::hold::hold;
use super::price::PricedCartFacts;
use super::query::reload;
use crate::auth::Viewer;
use crate::auth::throttle::Attempt;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::service::credit;
use crate::state::AppState;

/// Enters a gift card by its code. Entering one twice changes nothing.
///
/// # Errors
/// [`CartError::GiftCardInvalid`], [`CartError::TooMany`], [`CartError::Closed`], [`Error::RateLimited`] after too many
/// tries, and the common refusals.
pub async fn apply_gift_card(
    app: &AppState,
    viewer: &Viewer,
    public_id: &str,
    code: &str,
) -> Result<PricedCartFacts, CartError> {
    let cart_id = app
        .database
        .retry(|| async move {
            let transaction = app.database.begin().await?;
            let mut cart = lock_active(&transaction, viewer, public_id).await?;
            // Every try counts, so that codes cannot be guessed.
            app.throttle.check(Attempt::CouponCode {
                ip: viewer.ip,
                subject_id: cart.id,
            })?;
            let now = app.clock.db_now(&transaction).await?;
            let found = credit::find_usable(&transaction, &viewer.channel, code, now).await?;
            let id = found.ok_or(CartError::GiftCardInvalid)?.id;
            if cart.gift_card_ids.0.contains(&id) {
                return Ok::<_, CartError>(cart.id);
            }
            if cart.gift_card_ids.0.len() >= MAX_CARDS {
                return Err(CartError::TooMany {
                    what: "gift cards",
                    most: MAX_CARDS,
                });
            }
            cart.gift_card_ids.0.push(id);
            save(&transaction, &app.clock, &mut cart).await?;
            hold(&transaction, app, viewer, &cart, None, &[]).await?;
            transaction.commit().await?;
            Ok(cart.id)
        })
        .await?;
    reload(app, viewer, cart_id).await
}

/// Takes a gift card off. One that is not entered is none to take off: nothing changes.
///
/// # Errors
/// [`CartError::Closed`], and the common refusals.
pub async fn remove_gift_card(
    app: &AppState,
    viewer: &Viewer,
    public_id: &str,
    id: GiftCardId,
) -> Result<PricedCartFacts, CartError> {
    let cart_id = app
        .database
        .retry(|| async move {
            let transaction = app.database.begin().await?;
            let mut cart = lock_active(&transaction, viewer, public_id).await?;
            let before = cart.gift_card_ids.0.len();
            cart.gift_card_ids.0.retain(|entered| *entered != id.uuid());
            if cart.gift_card_ids.0.len() < before {
                save(&transaction, &app.clock, &mut cart).await?;
            }
            hold(&transaction, app, viewer, &cart, None, &[]).await?;
            transaction.commit().await?;
            Ok::<_, CartError>(cart.id)
        })
        .await?;
    reload(app, viewer, cart_id).await
}

/// Says how much store credit to pay with, at most; none for `None`. How much it is then is told by the cart.
///
/// # Errors
/// [`CartError::LoginRequired`] for guests, [`CartError::Closed`], and the common refusals.
pub async fn use_store_credit(
    app: &AppState,
    viewer: &Viewer,
    public_id: &str,
    at_most: Option<Money>,
) -> Result<PricedCartFacts, CartError> {
    let minor = at_most.map_or(Ok(0), |amount| check(viewer, amount))?;
    let cart_id = app
        .database
        .retry(|| async move {
            let transaction = app.database.begin().await?;
            let mut cart = lock_active(&transaction, viewer, public_id).await?;
            if minor > 0 && cart.member_id.is_none() {
                return Err(CartError::LoginRequired);
            }
            if cart.store_credit_minor != minor {
                cart.store_credit_minor = minor;
                save(&transaction, &app.clock, &mut cart).await?;
            }
            hold(&transaction, app, viewer, &cart, None, &[]).await?;
            transaction.commit().await?;
            Ok::<_, CartError>(cart.id)
        })
        .await?;
    reload(app, viewer, cart_id).await
}

fn check(viewer: &Viewer, amount: Money) -> Result<i64> {
    let currency = viewer.channel.currency.0;
    if amount.currency != currency {
        let message = format!("the shop sells in {currency}");
        return Err(Error::invalid(&["amount", "currencyCode"], message));
    }
    if amount.is_negative() {
        return Err(Error::invalid(
            &["amount", "amount"],
            "must not be negative",
        ));
    }
    Ok(amount.minor)
}

async fn save(transaction: &DatabaseTransaction, clock: &Clock, cart: &mut Model) -> Result<()> {
    let row = ActiveModel {
        id: Unchanged(cart.id),
        store_credit_minor: Set(cart.store_credit_minor),
        gift_card_ids: Set(cart.gift_card_ids.clone()),
        ..Default::default()
    };
    Entity::update(row)
        .exec_without_returning(transaction)
        .await?;
    touch(transaction, clock, cart).await
}
