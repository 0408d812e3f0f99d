use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use domain::id::ProductId;
use domain::permission::Permission;

use super::category::Category;
use super::collection::Collection;
use super::media::Media;
use super::text::{ProductTranslation, Seo, served};
use super::variant::ProductVariant;
use crate::graphql::connection::connection;
use crate::graphql::context::Reach;
use crate::graphql::error::top_level;
use crate::graphql::limits::meter::Listed;
use crate::graphql::limits::meter::Metered;
use crate::graphql::money::{Money, MoneyRange};
use crate::graphql::scalar::{DateTime, Locale};
use crate::service::catalog::{ProductView, Texts};

/// Life of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::catalog::ProductStatus")]
pub enum ProductStatus {
    /// Being prepared, hidden from buyers.
    Draft,
    /// Visible from `publishedAt` on.
    Published,
    /// Off sale for good.
    Archived,
}

/// One choice a buyer makes.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct ProductOption {
    /// Name such as Size.
    pub name: String,
    /// Values in display order.
    pub values: Listed<ProductOptionValue>,
}

/// One value of an option.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct ProductOptionValue {
    /// Text such as XL.
    pub name: String,
    /// Colour as #rrggbb, if it is one.
    pub swatch: Option<String>,
}

/// One choice made.
#[derive(Clone, Debug, InputObject)]
pub(super) struct SelectedOptionInput {
    /// Option name.
    pub name: String,
    /// Chosen value.
    pub value: String,
}

impl From<SelectedOptionInput> for domain::catalog::SelectedOption {
    fn from(input: SelectedOptionInput) -> Self {
        Self {
            name: input.name,
            value: input.value,
        }
    }
}

/// Something the shop sells, in one or more variants.
#[derive(Clone)]
pub struct Product(pub Arc<ProductView>);

connection!(ProductConnection, ProductEdge, Product, "The product.");

/// Something the shop sells, in one or more variants.
#[Object]
impl Product {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        ProductId(self.0.row.id).to_string().into()
    }

    /// Draft, published or archived.
    fn status(&self) -> ProductStatus {
        self.0.row.status.0.into()
    }

    /// Last part of its address.
    async fn slug(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Overrides Accept-Language.")] locale: Option<Locale>,
    ) -> Result<String> {
        self.title(ctx, locale.as_ref(), |texts| texts.slug().to_owned())
            .await
    }

    /// Title to show.
    async fn name(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Overrides Accept-Language.")] locale: Option<Locale>,
    ) -> Result<String> {
        self.title(ctx, locale.as_ref(), |texts| texts.name().to_owned())
            .await
    }

    /// Text as sanitised HTML.
    async fn description(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Overrides Accept-Language.")] locale: Option<Locale>,
    ) -> Result<Option<String>> {
        self.text(ctx, locale.as_ref(), |texts| {
            texts.description().map(str::to_owned)
        })
        .await
    }

    /// Maker or label.
    fn brand(&self) -> Option<&str> {
        self.0.row.brand.as_deref()
    }

    /// Free labels.
    async fn tags(&self) -> Result<Vec<&str>> {
        self.0.tags().await.map_err(|error| top_level(&error))
    }

    /// Key in your source system. Needs permission PRODUCT_READ.
    fn external_ref(&self, ctx: &Context<'_>) -> Option<Result<&str>> {
        let shown = for_readers(ctx).map(|()| self.0.row.external_ref.as_deref());
        shown.transpose()
    }

    /// Class by which its tax rate is found. Needs permission PRODUCT_READ.
    async fn tax_class(&self, ctx: &Context<'_>) -> Option<Result<&str>> {
        Some(for_readers(ctx).map(|()| self.0.row.tax_class.as_str()))
    }

    /// Choices such as size and colour.
    fn options(&self, ctx: &Context<'_>) -> Result<Vec<ProductOption>> {
        let options = &self.0.row.options.0;
        ctx.meter(options.len())?;
        let value = |value: &domain::catalog::ProductOptionValue| ProductOptionValue {
            name: value.name.clone(),
            swatch: value.swatch.clone(),
        };
        let option = |option: &domain::catalog::ProductOption| ProductOption {
            name: option.name.clone(),
            values: option.values.iter().map(value).collect(),
        };
        Ok(options.iter().map(option).collect())
    }

    /// Sellable versions, at most 250.
    async fn variants(&self, ctx: &Context<'_>) -> Result<Vec<ProductVariant>> {
        let variants = self.0.variants().await.map_err(|error| top_level(&error))?;
        ctx.meter(variants.len())?;
        Ok(variants
            .iter()
            .map(|variant| ProductVariant::of(&self.0, variant))
            .collect())
    }

    /// The one with exactly these choices.
    async fn variant(
        &self,
        #[graphql(desc = "One entry per option.")] selected_options: Vec<SelectedOptionInput>,
    ) -> Result<Option<ProductVariant>> {
        let selected: Vec<_> = selected_options.into_iter().map(Into::into).collect();
        let variant = self
            .0
            .variant(&selected)
            .await
            .map_err(|error| top_level(&error))?;
        Ok(variant.map(|variant| ProductVariant::of(&self.0, variant)))
    }

    /// Pictures and films, main one first.
    async fn media(&self, ctx: &Context<'_>) -> Result<Vec<Media>> {
        let media = self.0.media().await.map_err(|error| top_level(&error))?;
        ctx.meter(media.len())?;
        Ok(Media::list(media))
    }

    /// Places in the category tree.
    async fn categories(&self, ctx: &Context<'_>) -> Result<Vec<Category>> {
        let categories = self
            .0
            .categories()
            .await
            .map_err(|error| top_level(&error))?;
        ctx.meter(categories.len())?;
        Ok(categories.iter().cloned().map(Category).collect())
    }

    /// Collections it is in.
    async fn collections(&self, ctx: &Context<'_>) -> Result<Vec<Collection>> {
        let collections = self
            .0
            .collections()
            .await
            .map_err(|error| top_level(&error))?;
        ctx.meter(collections.len())?;
        Ok(collections.iter().cloned().map(Collection).collect())
    }

    /// Lowest and highest price, null without any.
    fn price_range(&self, ctx: &Context<'_>) -> Result<Option<MoneyRange>> {
        Ok(range(self.0.price_range(ctx.viewer()?.channel.currency.0)))
    }

    /// The same before reduction, null when nothing is reduced.
    fn compare_at_price_range(&self, ctx: &Context<'_>) -> Result<Option<MoneyRange>> {
        Ok(range(
            self.0.compare_at_range(ctx.viewer()?.channel.currency.0),
        ))
    }

    /// Whether any variant can be bought now.
    async fn available(&self) -> Result<bool> {
        self.0
            .is_available()
            .await
            .map_err(|error| top_level(&error))
    }

    /// What search engines show.
    async fn seo(&self, ctx: &Context<'_>) -> Result<Seo> {
        self.text(ctx, None, Seo::of).await
    }

    /// All texts by language. Needs permission PRODUCT_READ.
    async fn translations(&self, ctx: &Context<'_>) -> Option<Result<Vec<ProductTranslation>>> {
        let texts = async {
            for_readers(ctx)?;
            let rows = self
                .0
                .translations()
                .await
                .map_err(|error| top_level(&error))?;
            ctx.meter(rows.len())?;
            Ok(rows.iter().filter_map(ProductTranslation::of).collect())
        };
        Some(texts.await)
    }

    /// When it becomes visible.
    fn published_at(&self) -> Option<DateTime> {
        self.0.row.published_at.map(DateTime)
    }

    /// When it last changed.
    fn updated_at(&self) -> DateTime {
        DateTime(self.0.row.updated_at)
    }

    /// Counts changes; send it as `expectedVersion`.
    fn version(&self) -> i32 {
        self.0.row.version
    }
}

impl Product {
    /// Picks from what lists show, in the language asked for.
    async fn title<T>(
        &self,
        ctx: &Context<'_>,
        locale: Option<&Locale>,
        pick: impl FnOnce(Texts<'_>) -> T,
    ) -> Result<T> {
        let viewer = ctx.viewer()?;
        let locale = served(viewer, locale);
        let texts = self.0.names(viewer, locale.as_deref()).await;
        Ok(pick(texts.map_err(|error| top_level(&error))?))
    }

    /// Picks a text in the language asked for.
    async fn text<T>(
        &self,
        ctx: &Context<'_>,
        locale: Option<&Locale>,
        pick: impl FnOnce(Texts<'_>) -> T,
    ) -> Result<T> {
        let viewer = ctx.viewer()?;
        let locale = served(viewer, locale);
        let texts = self.0.texts(viewer, locale.as_deref()).await;
        Ok(pick(texts.map_err(|error| top_level(&error))?))
    }
}

/// Lets those pass who may see drafts.
fn for_readers(ctx: &Context<'_>) -> Result<()> {
    ctx.viewer()?
        .require(Permission::ProductRead)
        .map_err(|error| top_level(&error))
}

fn range(range: Option<(domain::Money, domain::Money)>) -> Option<MoneyRange> {
    range.map(|(min, max)| MoneyRange {
        min: Money::from(min),
        max: Money::from(max),
    })
}
