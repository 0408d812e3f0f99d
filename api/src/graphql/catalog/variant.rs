use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use domain::id::ProductVariantId;
use domain::permission::Permission;
use domain::unit_price::{PriceSource as Source, PriceStep};
use uuid::Uuid;

use super::loader::{GoodsOf, HeldProductKey, LowestPriceOf, load_variants};
use super::media::Media;
use super::product::Product;
use crate::error::Error;
use crate::graphql::context::Reach;
use crate::graphql::error::{top_level, top_level_shared};
use crate::graphql::inventory::{LevelsOfVariant, StockLevel};
use crate::graphql::limits::meter::Metered;
use crate::graphql::money::Money;
use crate::graphql::price_source::PriceSource;
use crate::graphql::scalar::DateTime;
use crate::graphql::stock_alert::waiting_for;
use crate::service::catalog::{ProductView, VariantView};

/// One choice made.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct SelectedOption {
    /// Option name.
    pub name: String,
    /// Chosen value.
    pub value: String,
}

/// A price from so many units on.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct PriceTier {
    /// Units from which it counts.
    pub min_quantity: i32,
    /// Price of one unit.
    pub price: Money,
}

/// What a buyer may know about stock.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct StockAvailability {
    /// Short answer.
    pub status: StockStatus,
    /// Units to order, null if hidden.
    pub quantity: Option<i32>,
    /// When a backorder should arrive, or leave what is in a presale.
    pub expected_at: Option<DateTime>,
}

/// Short answers about stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::stock::StockStatus")]
pub(super) enum StockStatus {
    /// Enough.
    InStock,
    /// Few left.
    LowStock,
    /// Can be ordered, comes later.
    Backorder,
    /// Can be ordered, leaves from a date on.
    Presale,
    /// Cannot be ordered.
    OutOfStock,
}

/// Sold before it may leave.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct Presale {
    /// No unit leaves before this.
    pub ships_at: DateTime,
}

/// Bounds on what one buyer orders.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct QuantityLimits {
    /// Fewest units.
    pub min: i32,
    /// Most units in one order.
    pub max: i32,
    /// Units go up in steps of this.
    pub step: i32,
    /// Most units a member may ever buy.
    pub per_member: Option<i32>,
}

/// One sellable version of a product.
#[derive(Clone)]
pub struct ProductVariant {
    pub(in crate::graphql) view: Arc<VariantView>,
    /// Known when the variant was reached through its product.
    product: Option<Arc<ProductView>>,
}

/// Units of a variant in one unit of a bundle.
#[derive(SimpleObject)]
pub(super) struct BundleComponent {
    /// The variant.
    pub variant: ProductVariant,
    /// Units in one unit of the bundle.
    pub quantity: i32,
}

/// Answer for one model number.
#[derive(SimpleObject)]
pub(super) struct ModelNumberStock {
    /// The number as you typed it.
    pub model_number: String,
    /// The variant with its stock, null when nobody knows the number.
    pub variant: Option<ProductVariant>,
}

impl ProductVariant {
    /// A variant reached through its product.
    pub(super) fn of(product: &Arc<ProductView>, view: &Arc<VariantView>) -> Self {
        Self {
            view: Arc::clone(view),
            product: Some(Arc::clone(product)),
        }
    }

    /// A variant reached by itself.
    pub(in crate::graphql) fn alone(view: Arc<VariantView>) -> Self {
        Self {
            view,
            product: None,
        }
    }

    async fn load_product(&self, ctx: &Context<'_>) -> Result<Arc<ProductView>> {
        if let Some(product) = &self.product {
            return Ok(Arc::clone(product));
        }
        let key = HeldProductKey(self.view.row.product_id);
        let found = ctx
            .loaders()?
            .load_one(key)
            .await
            .map_err(|error| top_level_shared(&error))?;
        found.ok_or_else(|| top_level(&Error::NotFound("product")))
    }
}

/// One sellable version of a product.
#[Object]
impl ProductVariant {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        ProductVariantId(self.view.row.id).to_string().into()
    }

    /// The product it belongs to.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product> {
        self.load_product(ctx).await.map(Product)
    }

    /// Stock keeping unit, unique.
    fn sku(&self) -> &str {
        &self.view.row.sku
    }

    /// Maker's model number.
    fn model_number(&self) -> Option<&str> {
        self.view.row.model_number.as_deref()
    }

    /// EAN, UPC or ISBN.
    fn barcode(&self) -> Option<&str> {
        self.view.row.barcode.as_deref()
    }

    /// Title made of the choices; the product's where there are none.
    async fn name(&self, ctx: &Context<'_>) -> Result<String> {
        if self.view.row.selected_options.0.is_empty() {
            let product = self.load_product(ctx).await?;
            let texts = product
                .names(ctx.viewer()?, None)
                .await
                .map_err(|error| top_level(&error))?;
            return Ok(texts.name().to_owned());
        }
        Ok(self.view.choices())
    }

    /// The choices that make it.
    fn selected_options(&self, ctx: &Context<'_>) -> Result<Vec<SelectedOption>> {
        let choices = &self.view.row.selected_options.0;
        ctx.meter(choices.len())?;
        let choice = |choice: &domain::catalog::SelectedOption| SelectedOption {
            name: choice.name.clone(),
            value: choice.value.clone(),
        };
        Ok(choices.iter().map(choice).collect())
    }

    /// Own pictures, else the product's.
    async fn media(&self, ctx: &Context<'_>) -> Result<Vec<Media>> {
        let own = self.view.media().await.map_err(|error| top_level(&error))?;
        let media = if own.is_empty() {
            let product = self.load_product(ctx).await?;
            Media::list(product.media().await.map_err(|error| top_level(&error))?)
        } else {
            Media::list(own)
        };
        ctx.meter(media.len())?;
        Ok(media)
    }

    /// Price of one unit for you now, null when not for sale.
    fn price(&self) -> Option<Money> {
        self.view.price().map(Money::from)
    }

    /// Price before reduction, null when not reduced.
    fn compare_at_price(&self) -> Option<Money> {
        self.view.compare_at_price().map(Money::from)
    }

    /// Which rule set the price.
    fn price_source(&self, ctx: &Context<'_>) -> Result<Option<PriceSource>> {
        let Some(unit) = self.view.unit_price() else {
            return Ok(None);
        };
        let source = PriceSource::of(ctx.viewer()?, &unit.origin());
        Ok(Some(match unit.source {
            Source::Flash(flash) => PriceSource {
                ends_at: Some(DateTime(flash.ends_at)),
                units_left: flash
                    .left
                    .map(|left| i32::try_from(left).unwrap_or(i32::MAX)),
                ..source
            },
            Source::Own | Source::List(_) | Source::Promotion(_) => source,
        }))
    }

    /// What one unit costs you by the number bought, from one unit on; empty when not for sale.
    fn price_tiers(&self, ctx: &Context<'_>) -> Result<Vec<PriceTier>> {
        let steps = self.view.price_steps();
        ctx.meter(steps.len())?;
        let show = |step: PriceStep| PriceTier {
            min_quantity: i32::try_from(step.min_quantity).unwrap_or(i32::MAX),
            price: step.price.into(),
        };
        Ok(steps.into_iter().map(show).collect())
    }

    /// Lowest price of one unit that everybody could have paid in the 30 days before the present reduction; while there is
    /// none, in the last 30 days. Price lists for everybody, promotions of the catalog and flash sales count, promotions of
    /// carts and prices for some members do not. A fall of the variant's own price is a reduction for 30 days, then the
    /// price is the usual one. Null when not for sale.
    #[graphql(name = "lowestPrice30d")]
    async fn lowest_price_30d(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        let Some(own) = self.view.own_price() else {
            return Ok(None);
        };
        let lowest = ctx
            .loaders()?
            .load_one(LowestPriceOf(self.view.row.id))
            .await
            .map_err(|error| top_level_shared(&error))?;
        // Of a price older than the history nothing else is known.
        Ok(Some(lowest.unwrap_or(own).into()))
    }

    /// Whether and when you can have it.
    async fn availability(&self) -> Result<StockAvailability> {
        let availability = self
            .view
            .availability()
            .await
            .map_err(|error| top_level(&error))?;
        Ok(StockAvailability {
            status: availability.status.into(),
            quantity: Some(i32::try_from(availability.quantity).unwrap_or(i32::MAX)),
            expected_at: availability.expected_at.map(DateTime),
        })
    }

    /// The presale it is in, if any; a bundle is in those of its components too.
    fn presale(&self) -> Option<Presale> {
        let ships_at = DateTime(self.view.ships_at()?);
        Some(Presale { ships_at })
    }

    /// How many may be ordered.
    fn quantity_limits(&self) -> QuantityLimits {
        let row = &self.view.row;
        QuantityLimits {
            min: row.min_quantity,
            max: row.max_quantity,
            step: row.quantity_step,
            per_member: row.quantity_per_member,
        }
    }

    /// What one unit is made of; empty unless it is a bundle.
    async fn components(&self, ctx: &Context<'_>) -> Result<Vec<BundleComponent>> {
        if !self.view.row.bundle {
            return Ok(Vec::new());
        }
        let goods = ctx
            .loaders()?
            .load_one(GoodsOf(self.view.row.id))
            .await
            .map_err(|error| top_level_shared(&error))?;
        let units: Vec<(Uuid, u32)> = goods.iter().flat_map(|goods| goods.units(1)).collect();
        ctx.meter(units.len())?;
        let ids: Vec<Uuid> = units.iter().map(|(id, _)| *id).collect();
        let variants = load_variants(ctx, &ids).await?;
        let quantity = |variant: &ProductVariant| {
            let mut units = units.iter();
            let units = units.find(|(id, _)| *id == variant.view.row.id)?.1;
            i32::try_from(units).ok()
        };
        let component = |variant: ProductVariant| {
            let quantity = quantity(&variant)?;
            Some(BundleComponent { variant, quantity })
        };
        Ok(variants.into_iter().filter_map(component).collect())
    }

    /// Whether it must be shipped.
    fn shippable(&self) -> bool {
        self.view.row.shippable
    }

    /// Weight in grams.
    fn weight_grams(&self) -> Option<i32> {
        self.view.row.weight_grams
    }

    /// Stock by warehouse. Needs permission STOCK_READ.
    async fn stock_levels(&self, ctx: &Context<'_>) -> Option<Result<Vec<StockLevel>>> {
        let levels = async {
            ctx.viewer()?
                .require(Permission::StockRead)
                .map_err(|error| top_level(&error))?;
            let key = LevelsOfVariant(self.view.row.id);
            let levels = ctx
                .loaders()?
                .load_one(key)
                .await
                .map_err(|error| top_level_shared(&error))?;
            let levels = levels.unwrap_or_default();
            ctx.meter(levels.len())?;
            Ok(levels.into_iter().map(StockLevel).collect())
        };
        Some(levels.await)
    }

    /// How many buyers wait for it here because it is or was sold out. Needs permission STOCK_READ.
    async fn stock_alert_count(&self, ctx: &Context<'_>) -> Option<Result<i32>> {
        Some(waiting_for(ctx, self.view.row.id).await)
    }

    /// When it left the range.
    fn archived_at(&self) -> Option<DateTime> {
        self.view.row.archived_at.map(DateTime)
    }

    /// When it last changed.
    fn updated_at(&self) -> DateTime {
        DateTime(self.view.row.updated_at)
    }
}
