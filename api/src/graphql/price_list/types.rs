use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::Currency;
use domain::id::{MemberTierId, PriceListId, ProductVariantId, SegmentId};
use entity::channel;
use entity::price_list::Model;

use super::loader::{EntriesOf, SegmentsOf, TiersOf};
use crate::graphql::context::Reach;
use crate::graphql::error::top_level_shared;
use crate::graphql::limits::meter::Metered;
use crate::graphql::money::Money;
use crate::graphql::scalar::DateTime;

/// Prices beside those of the variants themselves.
#[derive(Clone)]
pub struct PriceList {
    row: Model,
    currency: Currency,
}

impl PriceList {
    /// Shows a price list of a channel.
    #[must_use]
    pub fn new(row: Model, channel: &channel::Model) -> Self {
        Self {
            row,
            currency: channel.currency.0,
        }
    }
}

/// A price of a list.
#[derive(Clone, Debug, SimpleObject)]
struct PriceListEntry {
    /// The variant.
    variant_id: ID,
    /// Units from which it counts.
    min_quantity: i32,
    /// Price of one unit.
    price: Money,
}

/// Prices beside those of the variants themselves.
#[Object]
impl PriceList {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        PriceListId(self.row.id).to_string().into()
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

    /// Lower numbers come first: of the lists that name a variant, the first counts.
    fn priority(&self) -> i32 {
        self.row.priority
    }

    /// When it starts.
    fn starts_at(&self) -> Option<DateTime> {
        self.row.starts_at.map(DateTime)
    }

    /// When it ends.
    fn ends_at(&self) -> Option<DateTime> {
        self.row.ends_at.map(DateTime)
    }

    /// Tiers it is for; with no segments either, everybody.
    async fn member_tier_ids(&self, ctx: &Context<'_>) -> Result<Vec<ID>> {
        let tiers = ctx
            .loaders()?
            .load_one(TiersOf(self.row.id))
            .await
            .map_err(|error| top_level_shared(&error))?;
        let ids = tiers.unwrap_or_default().into_iter();
        Ok(ids
            .map(|tier| MemberTierId(tier.tier_id).to_string().into())
            .collect())
    }

    /// Segments it is for: whoever is in one of them or of the tiers.
    async fn segment_ids(&self, ctx: &Context<'_>) -> Result<Vec<ID>> {
        let segments = ctx
            .loaders()?
            .load_one(SegmentsOf(self.row.id))
            .await
            .map_err(|error| top_level_shared(&error))?;
        let ids = segments.unwrap_or_default().into_iter();
        Ok(ids
            .map(|segment| SegmentId(segment.segment_id).to_string().into())
            .collect())
    }

    /// Whether it is in force.
    fn active(&self) -> bool {
        self.row.active
    }

    /// Its prices, by variant and quantity.
    async fn entries(&self, ctx: &Context<'_>) -> Result<Vec<PriceListEntry>> {
        let rows = ctx
            .loaders()?
            .load_one(EntriesOf(self.row.id))
            .await
            .map_err(|error| top_level_shared(&error))?
            .unwrap_or_default();
        ctx.meter(rows.len())?;
        Ok(rows
            .into_iter()
            .map(|row| PriceListEntry {
                variant_id: ProductVariantId(row.variant_id).to_string().into(),
                min_quantity: row.min_quantity,
                price: domain::Money::new(row.price_minor, self.currency).into(),
            })
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
