use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::Currency;
use domain::id::{FlashSaleId, ProductVariantId};
use entity::flash_sale::Model;
use entity::{channel, flash_sale_entry};

use super::loader::EntriesOf;
use crate::graphql::context::Reach;
use crate::graphql::error::top_level_shared;
use crate::graphql::limits::meter::Metered;
use crate::graphql::money::Money;
use crate::graphql::scalar::DateTime;

/// Low prices for a short time, of which there may be only so many.
#[derive(Clone)]
pub struct FlashSale {
    row: Model,
    currency: Currency,
}

impl FlashSale {
    /// Shows a flash sale of a channel.
    #[must_use]
    pub fn new(row: Model, channel: &channel::Model) -> Self {
        Self {
            row,
            currency: channel.currency.0,
        }
    }
}

/// The price of a variant in a flash sale.
#[derive(Clone, Debug, SimpleObject)]
struct FlashSaleEntry {
    /// The variant.
    variant_id: ID,
    /// Price of one unit.
    price: Money,
    /// Units at this price for all buyers, null without limit.
    quota: Option<i32>,
    /// Units at this price for one buyer, null without limit.
    per_buyer: Option<i32>,
    /// Units orders took, null where they are not counted because there is no limit.
    taken: Option<i32>,
}

impl FlashSaleEntry {
    fn new(row: &flash_sale_entry::Model, currency: Currency) -> Option<Self> {
        let is_counted = row.quota.is_some() || row.per_buyer.is_some();
        Some(Self {
            variant_id: ProductVariantId(row.variant_id).to_string().into(),
            price: domain::Money::new(row.price_minor?, currency).into(),
            quota: row.quota,
            per_buyer: row.per_buyer,
            taken: is_counted.then_some(row.taken),
        })
    }
}

/// Low prices for a short time, of which there may be only so many.
#[Object]
impl FlashSale {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        FlashSaleId(self.row.id).to_string().into()
    }

    /// Short code, unique.
    fn code(&self) -> &str {
        &self.row.code
    }

    /// Name for staff.
    fn name(&self) -> &str {
        &self.row.name
    }

    /// Text for buyers.
    fn label(&self) -> &str {
        &self.row.label
    }

    /// When it starts.
    fn starts_at(&self) -> DateTime {
        DateTime(self.row.starts_at)
    }

    /// When it ends.
    fn ends_at(&self) -> DateTime {
        DateTime(self.row.ends_at)
    }

    /// Whether it is in force.
    fn active(&self) -> bool {
        self.row.active
    }

    /// Its prices, by variant.
    async fn entries(&self, ctx: &Context<'_>) -> Result<Vec<FlashSaleEntry>> {
        let rows = ctx
            .loaders()?
            .load_one(EntriesOf(self.row.id))
            .await
            .map_err(|error| top_level_shared(&error))?
            .unwrap_or_default();
        ctx.meter(rows.len())?;
        Ok(rows
            .iter()
            .filter_map(|row| FlashSaleEntry::new(row, self.currency))
            .collect())
    }

    /// Counts changes.
    fn version(&self) -> i32 {
        self.row.version
    }

    /// When it last changed.
    fn updated_at(&self) -> DateTime {
        DateTime(self.row.updated_at)
    }
}
