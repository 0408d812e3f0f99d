//! Whose cart it is, and its lock.

use std::collections::{HashMap, HashSet};

use domain::cart::CartStatus;
use domain::cart::abandoned::active_hour;
use entity::cart::{ActiveModel, COLUMN, Column, Entity, Model};
use entity::column::Text;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, ColumnTrait, ConnectionTrait,
    DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use uuid::Uuid;

use super::error::CartError;
use crate::auth::{Viewer, secret};
use crate::clock::Clock;
use crate::error::{Error, Result};

/// What stands before the random part of a cart's public id.
pub(super) const PREFIX: &str = "cart_";

/// Makes a fresh public id: 128 random bits, since for a guest's cart the id is the key.
pub(super) fn new_public_id() -> Result<String> {
    Ok(format!(
        "{PREFIX}{}",
        domain::id::encode(secret::random_bits()?)
    ))
}

/// Whether a text can be the public id of a cart.
pub(in crate::service) fn is_public_id(text: &str) -> bool {
    let bits = text.strip_prefix(PREFIX).and_then(domain::id::decode);
    bits.is_some()
}

/// Finds a cart by its public id in the viewer's channel.
pub(super) fn by_public_id(viewer: &Viewer, public_id: &str) -> Select<Entity> {
    Entity::find()
        .filter(COLUMN.public_id.eq(public_id))
        .filter(COLUMN.channel_id.eq(viewer.channel.id))
}

/// Finds any cart of the channel, for staff whose permission was checked.
pub(in crate::service) async fn find_for_staff<C: ConnectionTrait>(
    connection: &C,
    viewer: &Viewer,
    public_id: &str,
) -> Result<Option<Model>> {
    Ok(by_public_id(viewer, public_id).one(connection).await?)
}

/// Whether the viewer may see and change a cart: a member's is the member's alone.
pub(super) fn is_owned(cart: &Model, viewer: &Viewer) -> bool {
    cart.member_id
        .is_none_or(|owner| viewer.member_id().is_some_and(|member| member.0 == owner))
}

/// Finds a cart that can be changed, without a lock; `None` when there is none of the viewer's.
///
/// # Errors
/// When the database does not answer.
pub(in crate::service) async fn find_active<C: ConnectionTrait>(
    connection: &C,
    viewer: &Viewer,
    public_id: &str,
) -> Result<Option<Model>> {
    let cart = by_public_id(viewer, public_id).one(connection).await?;
    Ok(cart.filter(|cart| is_owned(cart, viewer) && cart.status.0 == CartStatus::Active))
}

/// Locks carts, in the order of their ids, and gives back those that are active still, in the version given.
///
/// # Errors
/// When the database does not answer.
pub(in crate::service) async fn lock_unchanged(
    transaction: &DatabaseTransaction,
    versions: &HashMap<Uuid, i32>,
) -> Result<HashSet<Uuid>> {
    let rows: Vec<(Uuid, i32, Text<CartStatus>)> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::Version, Column::Status])
        .filter(Column::Id.is_in(versions.keys().copied()))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .into_tuple()
        .all(transaction)
        .await?;
    let unchanged = rows.into_iter().filter(|(id, version, status)| {
        status.0 == CartStatus::Active && versions.get(id) == Some(version)
    });
    Ok(unchanged.map(|(id, ..)| id).collect())
}

/// Loads a cart that can be changed and keeps others from changing it until the transaction ends.
///
/// # Errors
/// [`Error::NotFound`] when it is unknown or not the viewer's, [`CartError::Closed`] when it cannot be changed.
pub async fn lock_active(
    transaction: &DatabaseTransaction,
    viewer: &Viewer,
    public_id: &str,
) -> Result<Model, CartError> {
    let cart = by_public_id(viewer, public_id)
        .lock_exclusive()
        .one(transaction)
        .await?
        .filter(|cart| is_owned(cart, viewer))
        .ok_or(Error::NotFound("cart"))?;
    match cart.status.0 {
        CartStatus::Active => Ok(cart),
        CartStatus::Merged | CartStatus::Frozen | CartStatus::Ordered => Err(CartError::Closed),
    }
}

/// Counts and dates a change of a cart that is about to be written.
pub(super) fn mark_changed(clock: &Clock, cart: &mut Model) {
    let now = clock.now();
    cart.version = cart.version.saturating_add(1);
    cart.updated_at = now;
    cart.active_hour = active_hour(now);
}

/// Writes down that a locked cart changed.
pub(super) async fn touch(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    cart: &mut Model,
) -> Result<()> {
    mark_changed(clock, cart);
    let row = ActiveModel {
        id: Unchanged(cart.id),
        version: Set(cart.version),
        updated_at: Set(cart.updated_at),
        active_hour: Set(cart.active_hour),
        ..Default::default()
    };
    Entity::update(row)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// Closes carts that became orders; the caller holds their locks.
///
/// # Errors
/// When the database does not answer.
pub(in crate::service) async fn mark_ordered(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    ids: impl Iterator<Item = Uuid>,
) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(Text(CartStatus::Ordered)))
        .col_expr(Column::UpdatedAt, Expr::value(clock.now()))
        .filter(Column::Id.is_in(ids))
        .exec(transaction)
        .await?;
    Ok(())
}

/// Keeps a locked cart as it is for the draft it became, with the buyer it is for.
///
/// # Errors
/// When the database does not answer.
pub(in crate::service) async fn freeze(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    cart: &mut Model,
) -> Result<()> {
    cart.status = Text(CartStatus::Frozen);
    mark_changed(clock, cart);
    let row = ActiveModel {
        id: Unchanged(cart.id),
        status: Set(cart.status),
        member_id: Set(cart.member_id),
        email: Set(cart.email.clone()),
        phone: Set(cart.phone.clone()),
        shipping_address: Set(cart.shipping_address.clone()),
        billing_address: Set(cart.billing_address.clone()),
        version: Set(cart.version),
        updated_at: Set(cart.updated_at),
        active_hour: Set(cart.active_hour),
        ..Default::default()
    };
    row.update(transaction).await?;
    Ok(())
}

/// Loads the cart of a locked draft.
///
/// # Errors
/// [`Error::Internal`] when the draft has none.
pub(in crate::service) async fn lock_frozen(
    transaction: &DatabaseTransaction,
    id: Option<Uuid>,
) -> Result<Model> {
    let lost = || Error::internal("a draft without its cart");
    let cart = Entity::find()
        .filter(COLUMN.id.eq(id.ok_or_else(lost)?))
        .lock_exclusive()
        .one(transaction)
        .await?;
    let frozen = cart.filter(|cart| cart.status.0 == CartStatus::Frozen);
    frozen.ok_or_else(lost)
}

pub(super) async fn close(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    cart_id: Uuid,
    status: CartStatus,
) -> Result<()> {
    let row = ActiveModel {
        id: Unchanged(cart_id),
        status: Set(Text(status)),
        updated_at: Set(clock.now()),
        ..Default::default()
    };
    row.update(transaction).await?;
    Ok(())
}
