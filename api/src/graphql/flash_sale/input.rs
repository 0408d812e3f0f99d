use async_graphql::{ID, InputObject};
use domain::id::{ProductVariantId, TypedId as _};

use crate::error::Error;
use crate::graphql::money::MoneyInput;
use crate::graphql::scalar::DateTime;
use crate::service::flash_sale::{FlashEntryPatch, FlashSalePatch};

/// Writable fields of a flash sale; what is left out stays.
#[derive(Clone, Debug, InputObject)]
pub(super) struct FlashSaleInput {
    /// Short code, unique.
    pub code: String,
    /// Name for staff; needed when new.
    pub name: Option<String>,
    /// Text for buyers; the name if left out when new.
    pub label: Option<String>,
    /// When it starts; needed when new.
    pub starts_at: Option<DateTime>,
    /// When it ends; needed when new.
    pub ends_at: Option<DateTime>,
    /// Whether it is in force.
    pub active: Option<bool>,
    /// Prices to set or take away, up to 500; others stay.
    pub entries: Option<Vec<FlashSaleEntryInput>>,
}

/// The price of a variant in a flash sale, with its limits: those left out are none.
#[derive(Clone, Debug, InputObject)]
pub(super) struct FlashSaleEntryInput {
    /// The variant, which needs a price of its own to be for sale.
    pub variant_id: ID,
    /// Price of one unit, which counts where it is the lowest; null takes it away.
    pub price: Option<MoneyInput>,
    /// Units at this price for all buyers.
    pub quota: Option<i32>,
    /// Units at this price for one buyer; whoever takes more in one line pays the usual price for them.
    pub per_buyer: Option<i32>,
}

/// Input of flashSalesUpsert.
#[derive(Clone, Debug, InputObject)]
pub(super) struct FlashSalesUpsertInput {
    /// Flash sales, matched by code.
    pub flash_sales: Vec<FlashSaleInput>,
}

impl TryFrom<FlashSalesUpsertInput> for Vec<FlashSalePatch> {
    type Error = Error;

    fn try_from(input: FlashSalesUpsertInput) -> Result<Self, Error> {
        let sales = input.flash_sales.into_iter().enumerate();
        sales
            .map(|(index, sale)| sale.read(&["flashSales", &index.to_string()]))
            .collect()
    }
}

impl FlashSaleInput {
    fn read(self, place: &[&str]) -> Result<FlashSalePatch, Error> {
        let entries = self.entries.unwrap_or_default().into_iter().enumerate();
        Ok(FlashSalePatch {
            code: self.code,
            name: self.name,
            label: self.label,
            starts_at: self.starts_at.map(|at| at.0),
            ends_at: self.ends_at.map(|at| at.0),
            active: self.active,
            entries: entries
                .map(|(index, entry)| {
                    entry.read(&[place, &["entries", &index.to_string()]].concat())
                })
                .collect::<Result<_, Error>>()?,
        })
    }
}

impl FlashSaleEntryInput {
    fn read(self, place: &[&str]) -> Result<FlashEntryPatch, Error> {
        let at = |field, message: String| Error::invalid(&[place, &[field]].concat(), message);
        let price = self.price.map(|price| {
            let read: Result<domain::Money, domain::MoneyError> = price.try_into();
            read.map_err(|error| at("price", error.to_string()))
        });
        let variant_id = ProductVariantId::parse(&self.variant_id)
            .map_err(|error| at("variantId", error.to_string()))?;
        Ok(FlashEntryPatch {
            variant_id: variant_id.uuid(),
            price: price.transpose()?,
            quota: self.quota,
            per_buyer: self.per_buyer,
        })
    }
}
