//! Starting a cart. A member has one active cart per channel and gets that one.

use domain::cart::CartStatus;
use domain::cart::abandoned::active_hour;
use domain::id::{MemberId, TypedId as _};
use entity::cart::{ActiveModel, COLUMN, Entity, Model};
use entity::column::{Json, Text};
use entity::{member, member_address};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
    QuerySelect,
};

use super::access::new_public_id;
use super::change_lines::{LineWish, add_to};
use super::error::CartError;
use super::hold::hold;
use super::price::PricedCartFacts;
use super::query::reload;
use super::update::{CartPatch, apply, check_points};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::state::AppState;

/// Starts a cart with first lines and other fields; a member who has an active cart gets that one, changed so.
///
/// # Errors
/// Those of adding lines and of updating a cart; then no cart is made.
pub async fn create(
    app: &AppState,
    viewer: &Viewer,
    wishes: &[LineWish],
    patch: CartPatch,
) -> Result<PricedCartFacts, CartError> {
    let cart_id = app
        .database
        .retry(|| attempt(app, viewer, wishes, patch.clone()))
        .await?;
    reload(app, viewer, cart_id).await
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    wishes: &[LineWish],
    patch: CartPatch,
) -> Result<uuid::Uuid, CartError> {
    let transaction = app.database.begin().await?;
    let mut cart = find_or_insert(&transaction, app, viewer).await?;
    let asked = add_to(&transaction, app, viewer, &cart, wishes, &["lines"]).await?;
    apply(&transaction, app, viewer, &mut cart, patch).await?;
    check_points(&transaction, app, viewer, &cart).await?;
    hold(&transaction, app, viewer, &cart, None, &asked).await?;
    transaction.commit().await?;
    Ok(cart.id)
}

/// Gives the member's active cart, locked, or a new one.
pub(super) async fn find_or_insert(
    transaction: &DatabaseTransaction,
    app: &AppState,
    viewer: &Viewer,
) -> Result<Model> {
    let Some(member_id) = viewer.member_id() else {
        return insert(transaction, app, viewer)
            .await?
            .ok_or_else(|| Error::internal("a cart id was used twice"));
    };
    if let Some(cart) = find_active(transaction, viewer, member_id).await? {
        return Ok(cart);
    }
    match insert(transaction, app, viewer).await? {
        Some(cart) => Ok(cart),
        // Another request of the member made one at the same time.
        None => find_active(transaction, viewer, member_id)
            .await?
            .ok_or(Error::Conflict("cart")),
    }
}

/// Finds a member's active cart and locks it.
pub(super) async fn find_active(
    transaction: &DatabaseTransaction,
    viewer: &Viewer,
    member_id: MemberId,
) -> Result<Option<Model>> {
    let cart = Entity::find()
        .filter(COLUMN.channel_id.eq(viewer.channel.id))
        .filter(COLUMN.member_id.eq(member_id.uuid()))
        .filter(COLUMN.status.eq(Text(CartStatus::Active)))
        .lock_exclusive()
        .one(transaction)
        .await?;
    Ok(cart)
}

async fn insert(
    transaction: &DatabaseTransaction,
    app: &AppState,
    viewer: &Viewer,
) -> Result<Option<Model>> {
    let mut cart = blank(app, viewer, viewer.member_id())?;
    if let Some(member_id) = viewer.member_id() {
        fill_from_member(transaction, &mut cart, member_id).await?;
    }
    let row: ActiveModel = cart.clone().into();
    let written = Entity::insert(row.reset_all())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(transaction)
        .await?;
    Ok((written == 1).then_some(cart))
}

/// Makes the row of an empty cart; nothing is written.
pub(in crate::service) fn blank(
    app: &AppState,
    viewer: &Viewer,
    member_id: Option<MemberId>,
) -> Result<Model> {
    let now = app.clock.now();
    Ok(Model {
        id: app.clock.new_id(),
        public_id: new_public_id()?,
        channel_id: viewer.channel.id,
        member_id: member_id.map(|id| id.0),
        status: Text(CartStatus::Active),
        email: None,
        phone: None,
        note: None,
        shipping_address: None,
        billing_address: None,
        shipping_method_id: None,
        payment_method_id: None,
        gift_wishes: Json(Vec::new()),
        points_to_spend: 0,
        store_credit_minor: 0,
        gift_card_ids: Json(Vec::new()),
        accepts_reminders: false,
        locale: viewer.locale.as_str().to_owned(),
        version: 1,
        created_at: now,
        updated_at: now,
        active_hour: active_hour(now),
    })
}

/// Fills in what the member's account knows: e-mail, phone and the default addresses.
///
/// # Errors
/// [`Error::NotFound`] for an unknown member.
pub(in crate::service) async fn fill_from_member<C: ConnectionTrait>(
    connection: &C,
    cart: &mut Model,
    member_id: MemberId,
) -> Result<()> {
    let member = member::Entity::find_by_id(member_id.uuid())
        .one(connection)
        .await?
        .ok_or(Error::NotFound("member"))?;
    let addresses = member_address::Entity::find()
        .filter(member_address::COLUMN.member_id.eq(member_id.uuid()))
        .all(connection)
        .await?;
    let default = |is_default: fn(&member_address::Model) -> bool| {
        addresses
            .iter()
            .find(|row| is_default(row))
            .map(|row| Json(row.address.0.clone()))
    };
    cart.email = cart.email.take().or(Some(member.email));
    cart.phone = cart.phone.take().or(member.phone);
    cart.shipping_address = cart
        .shipping_address
        .take()
        .or_else(|| default(|row| row.default_shipping));
    cart.billing_address = cart
        .billing_address
        .take()
        .or_else(|| default(|row| row.default_billing));
    Ok(())
}
