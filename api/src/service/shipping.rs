//! Ways to ship, with where to collect. Rules: `domain::shipping`.

use domain::address::Address;
use entity::{shipping_method, warehouse};
use sea_orm::{EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::error::Result;
use crate::state::AppState;

/// A way to ship, active or not, with where to collect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShippingMethodView {
    /// The row.
    pub row: shipping_method::Model,
    /// Where to collect; `None` if goods are delivered.
    pub pickup_address: Option<Address>,
}

/// Loads ways to ship by id; unknown ones are left out.
///
/// # Errors
/// When the database does not answer.
pub async fn by_ids(app: &AppState, ids: &[Uuid]) -> Result<Vec<ShippingMethodView>> {
    let rows = shipping_method::Entity::find()
        .filter(shipping_method::COLUMN.id.is_in(ids.iter().copied()))
        .all(app.database.read())
        .await?;
    with_places(app, rows).await
}

/// Adds where to collect to rows.
///
/// # Errors
/// When the database does not answer.
pub async fn with_places(
    app: &AppState,
    rows: Vec<shipping_method::Model>,
) -> Result<Vec<ShippingMethodView>> {
    let places: Vec<Uuid> = rows
        .iter()
        .filter_map(|row| row.pickup_warehouse_id)
        .collect();
    let warehouses = if places.is_empty() {
        Vec::new()
    } else {
        warehouse::Entity::find()
            .filter(warehouse::COLUMN.id.is_in(places))
            .all(app.database.read())
            .await?
    };
    let view = |row: shipping_method::Model| {
        let place = warehouses
            .iter()
            .find(|place| Some(place.id) == row.pickup_warehouse_id);
        let pickup_address = place
            .and_then(|place| place.address.as_ref())
            .map(|address| address.0.clone());
        ShippingMethodView {
            row,
            pickup_address,
        }
    };
    Ok(rows.into_iter().map(view).collect())
}
