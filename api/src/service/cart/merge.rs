//! After login a guest's cart moves into the member's.

use domain::cart::{CartStatus, MAX_COUPONS, MAX_LINES};
use domain::credit::MAX_CARDS;
use domain::id::TypedId as _;
use entity::cart::{ActiveModel, Entity, Model};
use entity::{cart_coupon, cart_line};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
};

use super::access::{close, is_owned, lock_active, mark_changed};
use super::create::{fill_from_member, find_active};
use super::error::CartError;
use super::facts::with_facts;
use super::hold::hold;
use super::price::PricedCartFacts;
use super::query::reload;
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::abandoned_cart;
use crate::state::AppState;

/// Moves a guest's cart into the member's; without an active cart it becomes the member's own. Quantities add up, as
/// far as the variants' limits go; coupons, gift cards and fields the member's cart lacks come along.
///
/// # Errors
/// [`CartError::LoginRequired`] for guests, [`CartError::TooMany`], [`CartError::Closed`], and the common refusals.
pub async fn merge(
    app: &AppState,
    viewer: &Viewer,
    public_id: &str,
    into_public_id: Option<&str>,
) -> Result<PricedCartFacts, CartError> {
    let member_id = viewer.member_id().ok_or(CartError::LoginRequired)?;
    let cart_id = app
        .database
        .retry(|| async move {
            let transaction = app.database.begin().await?;
            // The member's cart is locked first by everybody, then the guest's.
            let target = match into_public_id {
                Some(into) => {
                    let target = lock_active(&transaction, viewer, into).await?;
                    if target.member_id.is_none() {
                        return Err(
                            Error::invalid(&["intoCartId"], "must be a cart of yours").into()
                        );
                    }
                    Some(target)
                }
                None => find_active(&transaction, viewer, member_id).await?,
            };
            let source = lock_active(&transaction, viewer, public_id).await?;
            let source_id = source.id;
            let cart = match target {
                Some(target) if target.id == source_id => target,
                Some(_) if source.member_id.is_some() => {
                    return Err(Error::invalid(&["cartId"], "must be a guest's cart").into());
                }
                Some(target) => pour(&transaction, app, viewer, source, target).await?,
                None => adopt(&transaction, app, viewer, source).await?,
            };
            let from = Some(source_id).filter(|id| *id != cart.id);
            hold(&transaction, app, viewer, &cart, from, &[]).await?;
            transaction.commit().await?;
            Ok::<_, CartError>(cart.id)
        })
        .await?;
    reload(app, viewer, cart_id).await
}

/// Makes a guest's cart the member's.
async fn adopt(
    transaction: &DatabaseTransaction,
    app: &AppState,
    viewer: &Viewer,
    mut cart: Model,
) -> Result<Model> {
    if let Some(member_id) = viewer.member_id().filter(|_| is_owned(&cart, viewer)) {
        cart.member_id = Some(member_id.uuid());
        fill_from_member(transaction, &mut cart, member_id).await?;
    }
    save(transaction, app, cart).await
}

async fn pour(
    transaction: &DatabaseTransaction,
    app: &AppState,
    viewer: &Viewer,
    source: Model,
    mut target: Model,
) -> Result<Model, CartError> {
    pour_lines(transaction, app, viewer, &source, &target).await?;
    pour_coupons(transaction, &source, &target).await?;
    close(transaction, &app.clock, source.id, CartStatus::Merged).await?;
    abandoned_cart::follow(transaction, source.id, target.id).await?;
    target.email = target.email.or(source.email);
    target.phone = target.phone.or(source.phone);
    target.note = target.note.or(source.note);
    target.shipping_address = target.shipping_address.or(source.shipping_address);
    target.billing_address = target.billing_address.or(source.billing_address);
    target.shipping_method_id = target.shipping_method_id.or(source.shipping_method_id);
    target.payment_method_id = target.payment_method_id.or(source.payment_method_id);
    if target.gift_wishes.is_empty() {
        target.gift_wishes = source.gift_wishes;
    }
    for card in source.gift_card_ids.0 {
        let own = &mut target.gift_card_ids.0;
        if own.len() < MAX_CARDS && !own.contains(&card) {
            own.push(card);
        }
    }
    Ok(save(transaction, app, target).await?)
}

async fn pour_lines(
    transaction: &DatabaseTransaction,
    app: &AppState,
    viewer: &Viewer,
    source: &Model,
    target: &Model,
) -> Result<(), CartError> {
    let lines_of = |cart: &Model| {
        cart_line::Entity::find()
            .filter(cart_line::COLUMN.cart_id.eq(cart.id))
            .order_by_asc(cart_line::Column::Position)
    };
    let mut own = lines_of(target).all(transaction).await?;
    let known = own.len();
    let mut position = own
        .iter()
        .map(|line| line.position.saturating_add(1))
        .max()
        .unwrap_or_default();
    for line in lines_of(source).all(transaction).await? {
        if let Some(same) = own
            .iter_mut()
            .find(|other| other.variant_id == line.variant_id)
        {
            same.quantity = same.quantity.saturating_add(line.quantity);
        } else {
            own.push(cart_line::Model {
                id: app.clock.new_id(),
                cart_id: target.id,
                position,
                ..line
            });
            position = position.saturating_add(1);
        }
    }
    if own.len() > MAX_LINES {
        return Err(CartError::TooMany {
            what: "lines",
            most: MAX_LINES,
        });
    }
    let now = app.clock.now();
    let facts = with_facts(transaction, &viewer.channel, own, target, now).await?;
    for (place, mut line) in facts.into_iter().enumerate() {
        let allowed = line.sale.limits()?.at_most(line.quantity()?);
        if let Some(units) = allowed.and_then(|units| i32::try_from(units).ok()) {
            line.row.quantity = units;
        }
        let row: cart_line::ActiveModel = line.row.into();
        if place < known {
            row.reset_all().update(transaction).await?;
        } else {
            cart_line::Entity::insert(row.reset_all())
                .exec_without_returning(transaction)
                .await?;
        }
    }
    Ok(())
}

async fn pour_coupons(
    transaction: &DatabaseTransaction,
    source: &Model,
    target: &Model,
) -> Result<()> {
    let codes_of = |cart: &Model| {
        cart_coupon::Entity::find()
            .filter(cart_coupon::COLUMN.cart_id.eq(cart.id))
            .order_by_asc(cart_coupon::Column::AddedAt)
    };
    let own = codes_of(target).all(transaction).await?;
    let free = MAX_COUPONS.saturating_sub(own.len());
    let rows: Vec<cart_coupon::ActiveModel> = codes_of(source)
        .all(transaction)
        .await?
        .into_iter()
        .filter(|coupon| own.iter().all(|other| other.code != coupon.code))
        .take(free)
        .map(|coupon| cart_coupon::ActiveModel {
            cart_id: Set(target.id),
            code: Set(coupon.code),
            added_at: Set(coupon.added_at),
        })
        .collect();
    if !rows.is_empty() {
        cart_coupon::Entity::insert_many(rows)
            .exec_without_returning(transaction)
            .await?;
    }
    Ok(())
}

async fn save(transaction: &DatabaseTransaction, app: &AppState, mut cart: Model) -> Result<Model> {
    mark_changed(&app.clock, &mut cart);
    let row: ActiveModel = cart.clone().into();
    Entity::update(row.reset_all())
        .exec_without_returning(transaction)
        .await?;
    Ok(cart)
}
