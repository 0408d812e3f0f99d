//! How a cart may be shipped, and where it is taxed.

use domain::Money;
use domain::address::CountryCode;
use domain::locale::Locale;
use domain::shipping;
use domain::tax::Destination;
use entity::{channel, shipping_method, warehouse};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::error::{Error, Result};

/// A way to ship: its row, and as prices need it.
pub(in crate::service) type Method = (shipping_method::Model, shipping::ShippingMethod);

/// Ways to ship, and where to.
pub(in crate::service) struct Shipping {
    /// Methods that serve the address, in the order to show them.
    pub(super) eligible: Vec<Method>,
    /// The one chosen, if it serves.
    pub(in crate::service) chosen: Option<Method>,
    /// Whether any way serves the address itself, collecting aside.
    pub(super) is_served: bool,
}

pub(super) async fn load_shipping<C: ConnectionTrait>(
    connection: &C,
    channel: &channel::Model,
    cart: &entity::cart::Model,
    locale: &Locale,
) -> Result<Shipping> {
    let rows = shipping_method::Entity::find()
        .filter(shipping_method::COLUMN.channel_id.eq(channel.id))
        .filter(shipping_method::COLUMN.active.eq(true))
        .order_by_asc(shipping_method::Column::Position)
        .order_by_asc(shipping_method::Column::Id)
        .all(connection)
        .await?;
    let countries = countries(&channel.country_codes)?;
    let country = cart
        .shipping_address
        .as_ref()
        .map(|address| address.country_code);
    let mut eligible = Vec::new();
    for row in rows {
        let method = to_domain(&row, channel, locale)?;
        if method.serves(&countries, country) {
            eligible.push((row, method));
        }
    }
    let chosen = eligible
        .iter()
        .find(|(row, _)| Some(row.id) == cart.shipping_method_id)
        .cloned();
    let is_served = eligible.iter().any(|(_, method)| !method.is_pickup);
    Ok(Shipping {
        eligible,
        chosen,
        is_served,
    })
}

fn to_domain(
    row: &shipping_method::Model,
    channel: &channel::Model,
    locale: &Locale,
) -> Result<shipping::ShippingMethod> {
    let money = |minor| Money::new(minor, channel.currency.0);
    Ok(shipping::ShippingMethod {
        id: row.id,
        name: row
            .name_translations
            .get(locale.as_str())
            .unwrap_or(&row.name)
            .clone(),
        price: money(row.price_minor),
        free_over: row.free_over_minor.map(money),
        countries: countries(&row.country_codes)?,
        tax_class: row.tax_class.clone(),
        is_pickup: row.pickup_warehouse_id.is_some(),
        position: row.position,
    })
}

fn countries(codes: &[String]) -> Result<Vec<CountryCode>> {
    codes
        .iter()
        .map(|code| CountryCode::parse(code).map_err(Error::internal))
        .collect()
}

/// Where the goods are taxed: where they are handed over. Before an address is known, the only country of the
/// channel, so that a shop of one country shows its tax from the start.
pub(super) async fn tax_destination<C: ConnectionTrait>(
    connection: &C,
    channel: &channel::Model,
    cart: &entity::cart::Model,
    shipping: &Shipping,
) -> Result<Option<Destination>> {
    if let Some(warehouse_id) = shipping
        .chosen
        .as_ref()
        .and_then(|(row, _)| row.pickup_warehouse_id)
    {
        let place = warehouse::Entity::find_by_id(warehouse_id)
            .one(connection)
            .await?;
        if let Some(address) = place.and_then(|place| place.address) {
            return Ok(Some(Destination {
                country: address.country_code,
                province: address.0.province,
            }));
        }
    }
    let address = cart
        .shipping_address
        .as_ref()
        .or(cart.billing_address.as_ref());
    if let Some(address) = address {
        return Ok(Some(Destination {
            country: address.country_code,
            province: address.province.clone(),
        }));
    }
    match countries(&channel.country_codes)?.as_slice() {
        [country] => Ok(Some(Destination {
            country: *country,
            province: None,
        })),
        [] | [_, ..] => Ok(None),
    }
}
