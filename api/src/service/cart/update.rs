//! Who buys, where it goes, how it ships and is paid, which gifts are wished for and how many points are spent.

use std::collections::BTreeSet;

use domain::address::{Address, AddressDraft, AddressError};
use domain::email::EmailAddress;
use domain::id::{PaymentMethodId, ProductVariantId, ShippingMethodId, TypedId as _};
use entity::cart::{ActiveModel, Entity, Model};
use entity::column::Json;
use entity::{payment_method, product_variant, shipping_method};
use sea_orm::{ActiveModelTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use super::access::{lock_active, mark_changed};
use super::error::CartError;
use super::hold::hold;
use super::price::{PricedCartFacts, load_priced};
use super::query::reload;
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::state::AppState;

/// Longest message to the shop, in characters.
const MAX_NOTE: usize = 2_000;
/// Most gifts a cart wishes for.
const MAX_WISHES: usize = 20;
/// Longest phone number, in characters.
const MAX_PHONE: usize = 40;

/// Fields to change: what is left out stays, `Some(None)` clears.
#[derive(Clone, Debug, Default)]
pub struct CartPatch {
    /// E-mail for the order.
    pub email: Option<Option<String>>,
    /// Phone.
    pub phone: Option<Option<String>>,
    /// Message to the shop.
    pub note: Option<Option<String>>,
    /// Where to send it.
    pub shipping_address: Option<Option<AddressDraft>>,
    /// Where to bill it, if elsewhere.
    pub billing_address: Option<Option<AddressDraft>>,
    /// The way to ship.
    pub shipping_method_id: Option<Option<ShippingMethodId>>,
    /// The way to pay.
    pub payment_method_id: Option<Option<PaymentMethodId>>,
    /// Variants wished for where a gift can be chosen, the dearest first.
    pub gift_wishes: Option<Vec<ProductVariantId>>,
    /// Points to spend.
    pub points: Option<Option<i32>>,
    /// Whether a guest may be reminded of it.
    pub accepts_reminders: Option<bool>,
}

/// Changes a cart.
///
/// # Errors
/// [`CartError::LoginRequired`] when a guest spends points, [`CartError::InsufficientPoints`] for more than can be
/// spent, [`CartError::Closed`], and the common refusals.
pub async fn update(
    app: &AppState,
    viewer: &Viewer,
    public_id: &str,
    patch: CartPatch,
) -> Result<PricedCartFacts, CartError> {
    let cart_id = app
        .database
        .retry(|| {
            let patch = patch.clone();
            async move {
                let transaction = app.database.begin().await?;
                let mut cart = lock_active(&transaction, viewer, public_id).await?;
                apply(&transaction, app, viewer, &mut cart, patch).await?;
                check_points(&transaction, app, viewer, &cart).await?;
                hold(&transaction, app, viewer, &cart, None, &[]).await?;
                transaction.commit().await?;
                Ok::<_, CartError>(cart.id)
            }
        })
        .await?;
    reload(app, viewer, cart_id).await
}

/// Writes the changes to a locked cart.
pub(super) async fn apply(
    transaction: &DatabaseTransaction,
    app: &AppState,
    viewer: &Viewer,
    cart: &mut Model,
    patch: CartPatch,
) -> Result<(), CartError> {
    if let Some(email) = patch.email {
        let email = email.map(|text| email_of(&text)).transpose()?;
        // What was said about one address holds for no other.
        cart.accepts_reminders &= cart.email == email;
        cart.email = email;
    }
    if let Some(phone) = patch.phone {
        cart.phone = single_line("phone", phone, MAX_PHONE)?;
    }
    if let Some(note) = patch.note {
        cart.note = words("note", note, MAX_NOTE)?;
    }
    if let Some(address) = patch.shipping_address {
        cart.shipping_address = address_of("shippingAddress", address)?;
    }
    if let Some(address) = patch.billing_address {
        cart.billing_address = address_of("billingAddress", address)?;
    }
    if let Some(method) = patch.shipping_method_id {
        if let Some(id) = method {
            check_method(transaction, viewer, id).await?;
        }
        cart.shipping_method_id = method.map(|id| id.0);
    }
    if let Some(method) = patch.payment_method_id {
        if let Some(id) = method {
            check_payment_method(transaction, viewer, id).await?;
        }
        cart.payment_method_id = method.map(|id| id.0);
    }
    if let Some(wishes) = patch.gift_wishes {
        cart.gift_wishes = Json(checked_wishes(transaction, wishes).await?);
    }
    if let Some(accepts) = patch.accepts_reminders {
        cart.accepts_reminders = accepts;
    }
    if let Some(points) = patch.points {
        cart.points_to_spend = points.unwrap_or_default();
        if cart.points_to_spend < 0 {
            return Err(Error::invalid(&["cart", "points"], "must not be negative").into());
        }
    }
    mark_changed(&app.clock, cart);
    let row: ActiveModel = cart.clone().into();
    Entity::update(row.reset_all())
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// Refuses points a cart cannot spend. Later changes of the cart may lower what can be spent: then it is a problem.
pub(super) async fn check_points(
    transaction: &DatabaseTransaction,
    app: &AppState,
    viewer: &Viewer,
    cart: &Model,
) -> Result<(), CartError> {
    let Some(wished) = u32::try_from(cart.points_to_spend)
        .ok()
        .filter(|points| *points > 0)
    else {
        return Ok(());
    };
    if cart.member_id.is_none() {
        return Err(CartError::LoginRequired);
    }
    let facts = load_priced(
        transaction,
        &viewer.channel,
        cart.clone(),
        &viewer.locale,
        app.clock.now(),
    )
    .await?;
    let spendable = facts.priced.points.spendable;
    if wished > spendable {
        return Err(CartError::InsufficientPoints { spendable });
    }
    Ok(())
}

async fn check_method(
    transaction: &DatabaseTransaction,
    viewer: &Viewer,
    id: ShippingMethodId,
) -> Result<()> {
    shipping_method::Entity::find_by_id(id.uuid())
        .filter(shipping_method::COLUMN.channel_id.eq(viewer.channel.id))
        .filter(shipping_method::COLUMN.active.eq(true))
        .one(transaction)
        .await?
        .map(|_| ())
        .ok_or_else(|| {
            Error::invalid(
                &["cart", "shippingMethodId"],
                "not one of `shippingMethods`",
            )
        })
}

async fn check_payment_method(
    transaction: &DatabaseTransaction,
    viewer: &Viewer,
    id: PaymentMethodId,
) -> Result<()> {
    payment_method::Entity::find_by_id(id.uuid())
        .filter(payment_method::COLUMN.channel_id.eq(viewer.channel.id))
        .filter(payment_method::COLUMN.active.eq(true))
        .one(transaction)
        .await?
        .map(|_| ())
        .ok_or_else(|| Error::invalid(&["cart", "paymentMethodId"], "not one of `paymentMethods`"))
}

async fn checked_wishes(
    transaction: &DatabaseTransaction,
    wishes: Vec<ProductVariantId>,
) -> Result<Vec<Uuid>> {
    let refuse = |message: String| Err(Error::invalid(&["cart", "giftWishIds"], message));
    let ids: BTreeSet<Uuid> = wishes.iter().map(|id| id.0).collect();
    if ids.len() != wishes.len() || ids.len() > MAX_WISHES {
        return refuse(format!("up to {MAX_WISHES} different variants"));
    }
    let known = product_variant::Entity::find()
        .filter(product_variant::COLUMN.id.is_in(ids.iter().copied()))
        .count(transaction)
        .await?;
    if usize::try_from(known).map_err(Error::internal)? != ids.len() {
        return refuse("names a variant that does not exist".to_owned());
    }
    Ok(wishes.into_iter().map(|id| id.0).collect())
}

fn email_of(text: &str) -> Result<String> {
    EmailAddress::parse(text)
        .map(String::from)
        .map_err(|error| Error::invalid(&["cart", "email"], error.to_string()))
}

fn address_of(field: &str, draft: Option<AddressDraft>) -> Result<Option<Json<Address>>> {
    let refuse =
        |error: AddressError| Error::invalid(&["cart", field, error.field()], error.to_string());
    Ok(draft
        .map(Address::try_new)
        .transpose()
        .map_err(refuse)?
        .map(Json))
}

fn single_line(field: &str, text: Option<String>, max: usize) -> Result<Option<String>> {
    let text = words(field, text, max)?;
    if text
        .as_deref()
        .is_some_and(|text| text.chars().any(char::is_control))
    {
        return Err(Error::invalid(
            &["cart", field],
            "must be a single line of text",
        ));
    }
    Ok(text)
}

fn words(field: &str, text: Option<String>, max: usize) -> Result<Option<String>> {
    let text = text
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty());
    if text
        .as_deref()
        .is_some_and(|text| text.chars().count() > max)
    {
        return Err(Error::invalid(
            &["cart", field],
            format!("at most {max} characters"),
        ));
    }
    Ok(text)
}
