//! Reads settings for the console; a channel has few of each.

use domain::permission::Permission;
use entity::{payment_method, shipping_method, tax_rate};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder};

use crate::auth::Viewer;
use crate::error::Result;
use crate::state::AppState;

/// All tax rates of the channel by code, also those not in force.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without `SHOP_READ`.
pub async fn list_tax_rates(app: &AppState, viewer: &Viewer) -> Result<Vec<tax_rate::Model>> {
    viewer.require(Permission::ShopRead)?;
    let of_channel =
        tax_rate::Entity::find().filter(tax_rate::COLUMN.channel_id.eq(viewer.channel.id));
    Ok(of_channel
        .order_by_asc(tax_rate::Column::Code)
        .all(app.database.read())
        .await?)
}

/// All ways to ship of the channel by place, also those not offered.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without `SHOP_READ`.
pub async fn list_shipping_methods(
    app: &AppState,
    viewer: &Viewer,
) -> Result<Vec<shipping_method::Model>> {
    viewer.require(Permission::ShopRead)?;
    let of_channel = shipping_method::Entity::find()
        .filter(shipping_method::COLUMN.channel_id.eq(viewer.channel.id));
    let ordered = of_channel
        .order_by_asc(shipping_method::Column::Position)
        .order_by_asc(shipping_method::Column::Code);
    Ok(ordered.all(app.database.read()).await?)
}

/// All ways to pay of the channel by place, also those not offered.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without `SHOP_READ`.
pub async fn list_payment_methods(
    app: &AppState,
    viewer: &Viewer,
) -> Result<Vec<payment_method::Model>> {
    viewer.require(Permission::ShopRead)?;
    let of_channel = payment_method::Entity::find()
        .filter(payment_method::COLUMN.channel_id.eq(viewer.channel.id));
    let ordered = of_channel
        .order_by_asc(payment_method::Column::Position)
        .order_by_asc(payment_method::Column::Code);
    Ok(ordered.all(app.database.read()).await?)
}
