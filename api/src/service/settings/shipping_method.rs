//! Creates or changes ways to ship by code.

use std::collections::BTreeMap;

use domain::address::CountryCode;
use domain::locale::Locale;
use domain::money::Money;
use domain::permission::Permission;
use entity::{shipping_method, warehouse};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, DatabaseTransaction, EntityTrait, IntoActiveModel,
    QueryFilter,
};
use uuid::Uuid;

use super::error::SettingsError;
use super::field::{Patch, assign, code, countries, distinct, name, needed_name, translations};
use crate::auth::Viewer;
use crate::error::Error;
use crate::state::AppState;

/// Longest transit, in days.
const MAX_DAYS: i32 = 365;

/// A way to ship to create or change.
#[derive(Clone, Debug)]
pub struct ShippingMethodPatch {
    /// Short code, unique in the channel.
    pub code: String,
    /// Name to show; needed when new.
    pub name: Option<String>,
    /// Names in other languages.
    pub translations: Option<BTreeMap<Locale, String>>,
    /// Price in the channel's currency, net or gross as the channel says; needed when new.
    pub price: Option<Money>,
    /// Goods from this amount on ship for free.
    pub free_over: Patch<Money>,
    /// Where it goes; every country of the shop when empty.
    pub countries: Option<Vec<CountryCode>>,
    /// Class of the tax on it; `standard` when new and left out.
    pub tax_class: Option<String>,
    /// Fewest days on the way.
    pub min_days: Patch<i32>,
    /// Most days on the way.
    pub max_days: Patch<i32>,
    /// Code of the warehouse to collect from.
    pub pickup_warehouse: Patch<String>,
    /// Place in the list.
    pub position: Option<i32>,
    /// Whether it is offered.
    pub active: Option<bool>,
}

/// Creates or changes ways to ship; all or none are written.
///
/// # Errors
/// [`Error::Forbidden`] without `SHOP_WRITE`, [`Error::Invalid`] for a bad or missing value.
pub async fn upsert_shipping_methods(
    app: &AppState,
    viewer: &Viewer,
    methods: &[ShippingMethodPatch],
) -> Result<Vec<shipping_method::Model>, SettingsError> {
    viewer.require(Permission::ShopWrite)?;
    distinct(
        "shippingMethods",
        methods.iter().map(|method| method.code.as_str()),
    )?;
    app.database
        .retry(|| async {
            let transaction = app.database.begin().await?;
            let mut written = Vec::with_capacity(methods.len());
            for (index, method) in methods.iter().enumerate() {
                written.push(upsert(app, viewer, &transaction, index, method.clone()).await?);
            }
            transaction.commit().await?;
            Ok(written)
        })
        .await
}

async fn upsert(
    app: &AppState,
    viewer: &Viewer,
    transaction: &DatabaseTransaction,
    index: usize,
    patch: ShippingMethodPatch,
) -> Result<shipping_method::Model, SettingsError> {
    let index = index.to_string();
    let field = |name| ["shippingMethods", index.as_str(), name];
    let code = code(&patch.code, &field("code"))?;
    let existing = shipping_method::Entity::find()
        .filter(shipping_method::COLUMN.channel_id.eq(viewer.channel.id))
        .filter(shipping_method::COLUMN.code.eq(code.as_str()))
        .one(transaction)
        .await?;
    let amount = |money: Money, name| {
        if money.currency != viewer.channel.currency.0 || money.is_negative() {
            return Err(Error::invalid(
                &field(name),
                format!(
                    "an amount in {}, not below 0",
                    viewer.channel.currency.0.code()
                ),
            ));
        }
        Ok(money.minor)
    };
    let days = |days: Patch<i32>, name| match days.flatten() {
        Some(count) if !(0..=MAX_DAYS).contains(&count) => Err(Error::invalid(
            &field(name),
            format!("0 to {MAX_DAYS} days"),
        )),
        _ => Ok(days),
    };
    let price = patch
        .price
        .map(|money| amount(money, "price"))
        .transpose()?;
    let free_over = patch
        .free_over
        .map(|money| money.map(|money| amount(money, "freeOver")).transpose())
        .transpose()?;
    let names = patch
        .translations
        .map(|texts| translations(texts, &field("translations")))
        .transpose()?;
    let tax_class = patch
        .tax_class
        .map(|class| super::field::code(&class, &field("taxClass")))
        .transpose()?;
    let (min_days, max_days) = (
        days(patch.min_days, "minDays")?,
        days(patch.max_days, "maxDays")?,
    );
    let pickup = match patch.pickup_warehouse {
        Some(Some(warehouse)) => Some(Some(
            pickup_place(transaction, &warehouse, &field("pickupWarehouseCode")).await?,
        )),
        Some(None) => Some(None),
        None => None,
    };
    let mut row = match existing {
        Some(row) => {
            let mut row = row.into_active_model();
            assign(
                &mut row.name,
                patch
                    .name
                    .map(|text| name(&text, &field("name")))
                    .transpose()?,
            );
            row
        }
        None => shipping_method::ActiveModel {
            id: Set(app.clock.new_id()),
            channel_id: Set(viewer.channel.id),
            code: Set(code),
            name: Set(needed_name(patch.name, &field("name"))?),
            name_translations: Set(BTreeMap::new().into()),
            price_minor: Set(price.ok_or_else(|| {
                Error::invalid(&field("price"), "a new way to ship needs a price")
            })?),
            free_over_minor: Set(None),
            country_codes: Set(Vec::new().into()),
            tax_class: Set("standard".to_owned()),
            min_days: Set(None),
            max_days: Set(None),
            pickup_warehouse_id: Set(None),
            position: Set(0),
            active: Set(true),
        },
    };
    let is_new = row.id.is_set();
    assign(&mut row.name_translations, names.map(Into::into));
    assign(&mut row.price_minor, price);
    assign(&mut row.free_over_minor, free_over);
    assign(
        &mut row.country_codes,
        patch.countries.map(|codes| countries(codes).into()),
    );
    assign(&mut row.tax_class, tax_class);
    assign(&mut row.min_days, min_days);
    assign(&mut row.max_days, max_days);
    assign(&mut row.pickup_warehouse_id, pickup);
    assign(&mut row.position, patch.position);
    assign(&mut row.active, patch.active);
    if matches!((row.min_days.as_ref(), row.max_days.as_ref()), (Some(min), Some(max)) if min > max)
    {
        return Err(Error::invalid(&field("maxDays"), "not below minDays").into());
    }
    Ok(if is_new {
        row.insert(transaction).await?
    } else {
        row.update(transaction).await?
    })
}

async fn pickup_place(
    transaction: &DatabaseTransaction,
    code: &str,
    field: &[&str],
) -> Result<Uuid, Error> {
    let found = warehouse::Entity::find()
        .filter(warehouse::COLUMN.code.eq(code))
        .one(transaction)
        .await?;
    found
        .filter(|warehouse| warehouse.pickup)
        .map(|warehouse| warehouse.id)
        .ok_or_else(|| Error::invalid(field, "no warehouse where buyers may collect has this code"))
}
