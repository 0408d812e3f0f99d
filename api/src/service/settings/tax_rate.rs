//! Creates or changes tax rates by code.

use domain::address::CountryCode;
use domain::percent::Percent;
use domain::permission::Permission;
use entity::tax_rate;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, DatabaseTransaction, EntityTrait, IntoActiveModel,
    QueryFilter,
};

use super::error::SettingsError;
use super::field::{Patch, assign, code, distinct, name, needed_name};
use crate::auth::Viewer;
use crate::error::Error;
use crate::state::AppState;

/// A rate to create or change.
#[derive(Clone, Debug)]
pub struct TaxRatePatch {
    /// Short code, unique in the channel.
    pub code: String,
    /// Name to show; needed when new.
    pub name: Option<String>,
    /// Where it holds; everywhere when cleared.
    pub country: Patch<CountryCode>,
    /// State or region of the country.
    pub province: Patch<String>,
    /// Class of goods it is for; `standard` when new and left out.
    pub tax_class: Option<String>,
    /// The rate; needed when new.
    pub rate: Option<Percent>,
    /// Whether it is in force.
    pub active: Option<bool>,
}

/// Creates or changes rates; all or none are written. Placed orders keep the rates they had.
///
/// # Errors
/// [`Error::Forbidden`] without `SHOP_WRITE`, [`Error::Invalid`] for a bad or missing value.
pub async fn upsert_tax_rates(
    app: &AppState,
    viewer: &Viewer,
    rates: &[TaxRatePatch],
) -> Result<Vec<tax_rate::Model>, SettingsError> {
    viewer.require(Permission::ShopWrite)?;
    distinct("taxRates", rates.iter().map(|rate| rate.code.as_str()))?;
    app.database
        .retry(|| async {
            let transaction = app.database.begin().await?;
            let mut written = Vec::with_capacity(rates.len());
            for (index, rate) in rates.iter().enumerate() {
                written.push(upsert(app, viewer, &transaction, index, rate.clone()).await?);
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
    patch: TaxRatePatch,
) -> Result<tax_rate::Model, SettingsError> {
    let index = index.to_string();
    let field = |name| ["taxRates", index.as_str(), name];
    let code = code(&patch.code, &field("code"))?;
    let existing = tax_rate::Entity::find()
        .filter(tax_rate::COLUMN.channel_id.eq(viewer.channel.id))
        .filter(tax_rate::COLUMN.code.eq(code.as_str()))
        .one(transaction)
        .await?;
    let country = patch
        .country
        .map(|country| country.map(|country| country.to_string()));
    let province = patch
        .province
        .map(|province| province.filter(|text| !text.trim().is_empty()));
    let tax_class = patch
        .tax_class
        .map(|class| super::field::code(&class, &field("taxClass")))
        .transpose()?;
    let ppm = patch
        .rate
        .map(|rate| i32::try_from(rate.ppm()))
        .transpose()
        .map_err(Error::internal)?;
    let has_country = country.as_ref().map_or_else(
        || {
            existing
                .as_ref()
                .is_some_and(|row| row.country_code.is_some())
        },
        Option::is_some,
    );
    if province.as_ref().is_some_and(Option::is_some) && !has_country {
        return Err(Error::invalid(&field("province"), "a province needs its country").into());
    }
    if let Some(row) = existing {
        let mut changed = row.into_active_model();
        assign(
            &mut changed.name,
            patch
                .name
                .map(|text| name(&text, &field("name")))
                .transpose()?,
        );
        assign(&mut changed.country_code, country);
        assign(&mut changed.province, province);
        assign(&mut changed.tax_class, tax_class);
        assign(&mut changed.rate_ppm, ppm);
        assign(&mut changed.active, patch.active);
        return Ok(changed.update(transaction).await?);
    }
    let row = tax_rate::ActiveModel {
        id: Set(app.clock.new_id()),
        channel_id: Set(viewer.channel.id),
        code: Set(code),
        name: Set(needed_name(patch.name, &field("name"))?),
        country_code: Set(country.flatten()),
        province: Set(province.flatten()),
        tax_class: Set(tax_class.unwrap_or_else(|| "standard".to_owned())),
        rate_ppm: Set(
            ppm.ok_or_else(|| Error::invalid(&field("percent"), "a new rate needs a percentage"))?
        ),
        active: Set(patch.active.unwrap_or(true)),
    };
    Ok(row.insert(transaction).await?)
}
