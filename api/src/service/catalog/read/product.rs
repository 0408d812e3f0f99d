//! A product with its parts, loaded for all products of a batch at once.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::catalog::{ProductOption, ProductStatus, SelectedOption, options_key};
use domain::money::{Currency, Money};
use entity::column::{Json, Text};
use entity::{
    category, collection, media, product, product_category, product_collection, product_listing,
    product_tag, product_translation,
};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, FromQueryResult, JoinType, QueryFilter,
    QueryOrder, QuerySelect, RelationBuilder, RelationDef, Select,
};
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::category::CategoryView;
use super::collection::CollectionView;
use super::text::{self, TextRow, Texts};
use super::variant::{self, VariantView};
use super::{ByOwner, Owned, Scope, of_owner};
use crate::auth::Viewer;
use crate::error::Result;
use crate::service::rows::{JsonSql, KeptSql, bound, grouped, padded};

/// A product's row with its listing in the viewer's channel.
#[derive(Clone, Debug, FromQueryResult)]
pub struct ProductRow {
    /// Identity.
    pub id: Uuid,
    /// Draft, published or archived.
    pub status: Text<ProductStatus>,
    /// Maker or label.
    pub brand: Option<String>,
    /// Key in the shop's source system.
    pub external_ref: Option<String>,
    /// Choices such as size and colour.
    pub options: Json<Vec<ProductOption>>,
    /// Class by which its tax rate is found.
    pub tax_class: String,
    /// Counts changes.
    pub version: i32,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// When it becomes visible; null while it is not.
    pub published_at: Option<DateTime<Utc>>,
    /// Lowest price.
    pub min_price_minor: Option<i64>,
    /// Highest price.
    pub max_price_minor: Option<i64>,
    /// Lowest price before reduction.
    pub min_compare_at_minor: Option<i64>,
    /// Highest price before reduction.
    pub max_compare_at_minor: Option<i64>,
}

/// A product as a viewer sees it. Cheap parts are in `row`, the others are loaded when first asked for. Their loading is
/// boxed: a field's future is as large as the largest it may have to wait for, and every field pays for that.
pub struct ProductView {
    /// The product.
    pub row: ProductRow,
    batch: Arc<ProductBatch>,
}

struct ProductBatch {
    scope: Scope,
    ids: Vec<Uuid>,
    names: OnceCell<ByOwner<TextRow>>,
    texts: OnceCell<ByOwner<TextRow>>,
    variants: OnceCell<ByOwner<Arc<VariantView>>>,
    media: OnceCell<ByOwner<media::Model>>,
    tags: OnceCell<ByOwner<product_tag::Model>>,
    categories: OnceCell<ByOwner<Arc<CategoryView>>>,
    collections: OnceCell<ByOwner<Arc<CollectionView>>>,
}

/// Starts a query for [`ProductRow`]s; `is_listed` leaves out what has no listing in the channel.
pub(super) fn select(channel_id: Uuid, is_listed: bool) -> Select<product::Entity> {
    use product::Column;
    let join = if is_listed {
        JoinType::InnerJoin
    } else {
        JoinType::LeftJoin
    };
    product::Entity::find()
        .select_only()
        .columns([
            Column::Id,
            Column::Status,
            Column::Brand,
            Column::ExternalRef,
            Column::Options,
            Column::TaxClass,
            Column::Version,
            Column::UpdatedAt,
        ])
        .columns([
            product_listing::Column::PublishedAt,
            product_listing::Column::MinPriceMinor,
            product_listing::Column::MaxPriceMinor,
            product_listing::Column::MinCompareAtMinor,
            product_listing::Column::MaxCompareAtMinor,
        ])
        .join(join, listing_in(channel_id))
}

fn listing_in(channel_id: Uuid) -> RelationDef {
    let link: RelationBuilder<_, _> = product::Entity::belongs_to(product_listing::Entity)
        .from(product::Column::Id)
        .to(product_listing::Column::ProductId);
    link.on_condition(move |_, listing| {
        Condition::all()
            .add(Expr::col((listing, product_listing::Column::ChannelId)).eq(channel_id))
    })
    .into()
}

/// A product's row with all its texts.
#[derive(FromQueryResult)]
pub(super) struct ToldRow {
    #[sea_orm(nested)]
    row: ProductRow,
    texts: Json<Vec<TextRow>>,
}

/// Brings the texts with the rows of a query for [`ToldRow`]s.
pub(super) fn with_texts(query: Select<product::Entity>, scope: &Scope) -> Select<product::Entity> {
    query.expr_as(text::of_product(JsonSql(scope.backend())), "texts")
}

/// Makes a view of a product that was read with its texts.
pub(super) fn told(scope: Scope, told: ToldRow) -> Arc<ProductView> {
    let texts = ByOwner::from([(told.row.id, told.texts.0)]);
    let batch = ProductBatch::new(scope, vec![told.row.id], OnceCell::new_with(Some(texts)));
    let batch = Arc::new(batch);
    Arc::new(ProductView {
        row: told.row,
        batch,
    })
}

/// Makes views that share a batch.
pub(super) fn views(scope: Scope, rows: Vec<ProductRow>) -> Vec<Arc<ProductView>> {
    let ids = rows.iter().map(|row| row.id).collect();
    let batch = Arc::new(ProductBatch::new(scope, ids, OnceCell::new()));
    rows.into_iter()
        .map(|row| {
            Arc::new(ProductView {
                row,
                batch: Arc::clone(&batch),
            })
        })
        .collect()
}

impl ProductView {
    /// Its name and slug for the viewer; `locale` overrides the language.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn names<'a>(
        &'a self,
        viewer: &'a Viewer,
        locale: Option<&'a str>,
    ) -> Result<Texts<'a>> {
        let names = match self.batch.texts.get() {
            Some(texts) => texts,
            None => {
                self.batch
                    .names
                    .get_or_try_init(|| Box::pin(self.batch.load_texts(true)))
                    .await?
            }
        };
        Ok(texts(of_owner(names, self.row.id), viewer, locale))
    }

    /// All its texts for the viewer; `locale` overrides the language.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn texts<'a>(
        &'a self,
        viewer: &'a Viewer,
        locale: Option<&'a str>,
    ) -> Result<Texts<'a>> {
        Ok(texts(self.translations().await?, viewer, locale))
    }

    /// Its texts in every language, by language.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn translations(&self) -> Result<&[TextRow]> {
        let all = self
            .batch
            .texts
            .get_or_try_init(|| Box::pin(self.batch.load_texts(false)))
            .await?;
        Ok(of_owner(all, self.row.id))
    }

    /// Its variants in order; those that left the range only for staff who see drafts.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn variants(&self) -> Result<&[Arc<VariantView>]> {
        let all = self
            .batch
            .variants
            .get_or_try_init(|| Box::pin(variant::load(&self.batch.scope, &self.batch.ids)))
            .await?;
        Ok(of_owner(all, self.row.id))
    }

    /// The live variant with exactly these choices.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn variant(&self, selected: &[SelectedOption]) -> Result<Option<&Arc<VariantView>>> {
        let Ok(key) = options_key(&self.row.options, selected) else {
            return Ok(None);
        };
        let variants = self.variants().await?;
        Ok(variants
            .iter()
            .find(|variant| variant.row.options_key == key && variant.row.archived_at.is_none()))
    }

    /// Whether any variant can be bought now.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn is_available(&self) -> Result<bool> {
        for variant in self.variants().await? {
            if variant.is_available().await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Its own pictures and films in order, without those of its variants.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn media(&self) -> Result<&[media::Model]> {
        let all = self
            .batch
            .media
            .get_or_try_init(|| Box::pin(self.batch.load_media()))
            .await?;
        Ok(of_owner(all, self.row.id))
    }

    /// Its labels by alphabet.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn tags(&self) -> Result<Vec<&str>> {
        let all = self
            .batch
            .tags
            .get_or_try_init(|| Box::pin(self.batch.load_tags()))
            .await?;
        Ok(of_owner(all, self.row.id)
            .iter()
            .map(|row| row.tag.as_str())
            .collect())
    }

    /// The categories it is in, in the order of the tree's levels.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn categories(&self) -> Result<&[Arc<CategoryView>]> {
        let all = self
            .batch
            .categories
            .get_or_try_init(|| Box::pin(self.batch.load_categories()))
            .await?;
        Ok(of_owner(all, self.row.id))
    }

    /// The collections it is in, in their order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn collections(&self) -> Result<&[Arc<CollectionView>]> {
        let all = self
            .batch
            .collections
            .get_or_try_init(|| Box::pin(self.batch.load_collections()))
            .await?;
        Ok(of_owner(all, self.row.id))
    }

    /// Lowest and highest price, `None` without any.
    #[must_use]
    pub fn price_range(&self, currency: Currency) -> Option<(Money, Money)> {
        range(self.row.min_price_minor, self.row.max_price_minor, currency)
    }

    /// Lowest and highest price before reduction, `None` when nothing is reduced.
    #[must_use]
    pub fn compare_at_range(&self, currency: Currency) -> Option<(Money, Money)> {
        range(
            self.row.min_compare_at_minor,
            self.row.max_compare_at_minor,
            currency,
        )
    }
}

fn range(min: Option<i64>, max: Option<i64>, currency: Currency) -> Option<(Money, Money)> {
    Some((Money::new(min?, currency), Money::new(max?, currency)))
}

/// Reads texts in the viewer's language, or in `locale`, falling back to the channel's.
pub(super) fn texts<'a>(
    rows: &'a [TextRow],
    viewer: &'a Viewer,
    locale: Option<&'a str>,
) -> Texts<'a> {
    let wanted = locale.unwrap_or_else(|| viewer.locale.as_str());
    Texts::new(rows, wanted, &viewer.channel.default_locale)
}

impl ProductBatch {
    fn new(scope: Scope, ids: Vec<Uuid>, texts: OnceCell<ByOwner<TextRow>>) -> Self {
        Self {
            scope,
            ids,
            names: OnceCell::new(),
            texts,
            variants: OnceCell::new(),
            media: OnceCell::new(),
            tags: OnceCell::new(),
            categories: OnceCell::new(),
            collections: OnceCell::new(),
        }
    }

    async fn load_texts(&self, is_short: bool) -> Result<ByOwner<TextRow>> {
        use product_translation::{Column, Entity};
        static SHORT: KeptSql = KeptSql::new();
        static LONG: KeptSql = KeptSql::new();
        let ids = padded(&self.ids);
        let text = if is_short { &SHORT } else { &LONG };
        let statement = text.statement(
            self.scope.backend(),
            ids.len(),
            bound(&ids).collect(),
            || text::select::<Entity>(Column::ProductId, &ids, is_short),
        );
        let rows = Owned::<TextRow>::find_by_statement(statement)
            .all(self.scope.connection())
            .await?;
        Ok(Owned::grouped(rows))
    }

    async fn load_media(&self) -> Result<ByOwner<media::Model>> {
        let rows = media::Entity::find()
            .filter(media::Column::ProductId.is_in(padded(&self.ids)))
            .order_by_asc(media::Column::Position)
            .order_by_asc(media::Column::Id)
            .all(self.scope.connection())
            .await?;
        Ok(grouped(rows, |row| row.product_id.unwrap_or_default()))
    }

    async fn load_tags(&self) -> Result<ByOwner<product_tag::Model>> {
        let rows = product_tag::Entity::find()
            .filter(product_tag::Column::ProductId.is_in(padded(&self.ids)))
            .order_by_asc(product_tag::Column::Tag)
            .all(self.scope.connection())
            .await?;
        Ok(grouped(rows, |row| row.product_id))
    }

    async fn load_categories(&self) -> Result<ByOwner<Arc<CategoryView>>> {
        let link = category::Entity::belongs_to(product_category::Entity)
            .from(category::Column::Id)
            .to(product_category::Column::CategoryId);
        let rows = category::Entity::find()
            .column_as(product_category::Column::ProductId, "owner_id")
            .join(JoinType::InnerJoin, link.into())
            .filter(product_category::Column::ProductId.is_in(padded(&self.ids)))
            .order_by_asc(category::Column::Path)
            .into_model::<Owned<category::Model>>()
            .all(self.scope.connection())
            .await?;
        let (owners, rows): (Vec<Uuid>, Vec<category::Model>) = rows
            .into_iter()
            .map(|owned| (owned.owner_id, owned.row))
            .unzip();
        Ok(by_owner(
            owners,
            CategoryView::batch(self.scope.clone(), rows),
        ))
    }

    async fn load_collections(&self) -> Result<ByOwner<Arc<CollectionView>>> {
        let link = collection::Entity::belongs_to(product_collection::Entity)
            .from(collection::Column::Id)
            .to(product_collection::Column::CollectionId);
        let rows = collection::Entity::find()
            .column_as(product_collection::Column::ProductId, "owner_id")
            .join(JoinType::InnerJoin, link.into())
            .filter(product_collection::Column::ProductId.is_in(padded(&self.ids)))
            .order_by_asc(collection::Column::Position)
            .order_by_asc(collection::Column::Id)
            .into_model::<Owned<collection::Model>>()
            .all(self.scope.connection())
            .await?;
        let (owners, rows): (Vec<Uuid>, Vec<collection::Model>) = rows
            .into_iter()
            .map(|owned| (owned.owner_id, owned.row))
            .unzip();
        Ok(by_owner(
            owners,
            CollectionView::batch(self.scope.clone(), rows),
        ))
    }
}

fn by_owner<T>(owners: Vec<Uuid>, views: Vec<T>) -> ByOwner<T> {
    let mut groups = ByOwner::new();
    for (owner, view) in owners.into_iter().zip(views) {
        groups.entry(owner).or_default().push(view);
    }
    groups
}
