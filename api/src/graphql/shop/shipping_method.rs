use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, ID, Result, SimpleObject};
use chrono::{TimeDelta, Utc};
use domain::id::ShippingMethodId;
use domain::locale::Locale;
use uuid::Uuid;

use crate::error::Error;
use crate::graphql::address::Address;
use crate::graphql::context::{Batch, Reach};
use crate::graphql::error::top_level_shared;
use crate::graphql::money::Money;
use crate::graphql::scalar::DateTime;
use crate::service::shipping::{self, ShippingMethodView};

/// A way to ship or collect.
#[derive(Clone, Debug, SimpleObject)]
pub struct ShippingMethod {
    /// Id to choose it by.
    pub id: ID,
    /// Name to show.
    pub name: String,
    /// Price before discounts.
    pub price: Money,
    /// Earliest arrival.
    pub earliest_at: Option<DateTime>,
    /// Latest arrival.
    pub latest_at: Option<DateTime>,
    /// Where to collect, null if delivered.
    pub pickup_address: Option<Address>,
}

impl ShippingMethod {
    /// Shows a way to ship in a language, with arrival counted from an instant.
    #[must_use]
    pub fn new(
        view: &ShippingMethodView,
        currency: domain::Currency,
        locale: &Locale,
        now: chrono::DateTime<Utc>,
    ) -> Self {
        let row = &view.row;
        let in_days =
            |days: Option<i32>| days.map(|days| DateTime(now + TimeDelta::days(i64::from(days))));
        Self {
            id: ShippingMethodId(row.id).to_string().into(),
            name: row
                .name_translations
                .0
                .get(locale.as_str())
                .unwrap_or(&row.name)
                .clone(),
            price: domain::Money::new(row.price_minor, currency).into(),
            earliest_at: in_days(row.min_days),
            latest_at: in_days(row.max_days),
            pickup_address: view.pickup_address.clone().map(Address::from),
        }
    }
}

/// Key of a way to ship.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::graphql) struct ShippingMethodById(pub(in crate::graphql) Uuid);

impl Loader<ShippingMethodById> for Batch {
    type Value = Arc<ShippingMethodView>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[ShippingMethodById],
    ) -> std::result::Result<HashMap<ShippingMethodById, Self::Value>, Arc<Error>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let views = shipping::by_ids(&self.app, &ids).await.map_err(Arc::new)?;
        Ok(views
            .into_iter()
            .map(|view| (ShippingMethodById(view.row.id), Arc::new(view)))
            .collect())
    }
}

/// Loads a way to ship, under the name it had when it was chosen if that is known.
///
/// # Errors
/// A top-level error when the database does not answer.
pub(in crate::graphql) async fn load_shipping_method(
    ctx: &Context<'_>,
    id: Uuid,
    name: Option<String>,
) -> Result<Option<ShippingMethod>> {
    let view = ctx
        .loaders()?
        .load_one(ShippingMethodById(id))
        .await
        .map_err(|error| top_level_shared(&error))?;
    let Some(view) = view else {
        return Ok(None);
    };
    let viewer = ctx.viewer()?;
    let now = ctx.app()?.clock.now();
    let method = ShippingMethod::new(&view, viewer.channel.currency.0, &viewer.locale, now);
    Ok(Some(ShippingMethod {
        name: name.unwrap_or(method.name),
        ..method
    }))
}
