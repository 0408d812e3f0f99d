//! Reading carts.

use domain::cart::CartStatus;
use domain::id::{CartLineId, MemberId, TypedId as _};
use entity::cart::{COLUMN, Entity, Model};
use entity::cart_line;
use entity::column::Text;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::access::{by_public_id, is_owned};
use super::error::CartError;
use super::price::{PricedCartFacts, load_priced};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::state::AppState;

/// Finds a cart by its public id; `None` unless it is the viewer's.
///
/// # Errors
/// When the database does not answer.
pub async fn find(
    app: &AppState,
    viewer: &Viewer,
    public_id: &str,
) -> Result<Option<PricedCartFacts>> {
    let row = by_public_id(viewer, public_id)
        .one(app.database.read())
        .await?;
    match row.filter(|cart| is_owned(cart, viewer)) {
        Some(cart) => priced(app, viewer, cart).await.map(Some),
        None => Ok(None),
    }
}

/// Finds a member's active cart; nobody else sees it.
///
/// # Errors
/// When the database does not answer.
pub async fn find_of_member(
    app: &AppState,
    viewer: &Viewer,
    member_id: MemberId,
) -> Result<Option<PricedCartFacts>> {
    if viewer.member_id() != Some(member_id) {
        return Ok(None);
    }
    let row = Entity::find()
        .filter(COLUMN.channel_id.eq(viewer.channel.id))
        .filter(COLUMN.member_id.eq(member_id.uuid()))
        .filter(COLUMN.status.eq(Text(CartStatus::Active)))
        .one(app.database.read())
        .await?;
    match row {
        Some(cart) => priced(app, viewer, cart).await.map(Some),
        None => Ok(None),
    }
}

/// Finds the cart of a line, for the line's global id; `None` unless the cart is the viewer's own as a member. A
/// guest's cart is reached by its secret id alone.
///
/// # Errors
/// When the database does not answer.
pub async fn find_line(
    app: &AppState,
    viewer: &Viewer,
    id: CartLineId,
) -> Result<Option<PricedCartFacts>> {
    let Some(member_id) = viewer.member_id() else {
        return Ok(None);
    };
    let Some(line) = cart_line::Entity::find_by_id(id.uuid())
        .one(app.database.read())
        .await?
    else {
        return Ok(None);
    };
    let row = Entity::find_by_id(line.cart_id)
        .filter(COLUMN.channel_id.eq(viewer.channel.id))
        .filter(COLUMN.member_id.eq(member_id.uuid()))
        .one(app.database.read())
        .await?;
    match row {
        Some(cart) => priced(app, viewer, cart).await.map(Some),
        None => Ok(None),
    }
}

async fn priced(app: &AppState, viewer: &Viewer, cart: Model) -> Result<PricedCartFacts> {
    load_priced(
        app.database.read(),
        &viewer.channel,
        cart,
        &viewer.locale,
        app.clock.now(),
    )
    .await
}

/// Reads a cart again after a mutation committed.
pub(super) async fn reload(
    app: &AppState,
    viewer: &Viewer,
    cart_id: Uuid,
) -> Result<PricedCartFacts, CartError> {
    let cart = Entity::find_by_id(cart_id)
        .one(app.database.read())
        .await?
        .ok_or(Error::NotFound("cart"))?;
    Ok(priced(app, viewer, cart).await?)
}
