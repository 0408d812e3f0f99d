use async_graphql::{ID, InputObject, MaybeUndefined};
use domain::id::{CategoryId, CollectionId, ProductId, TypedId};
use domain::money::Money;
use uuid::Uuid;

use super::product::SelectedOptionInput;
use crate::error::{Error, Result};
use crate::graphql::input::{id_in, patch};
use crate::graphql::money::MoneyInput;
use crate::graphql::scalar::{DateTime, Locale, Url};
use crate::service::catalog::{
    ArchiveProduct, CategoryFields, CollectionFields, CreateProduct, MediaFields, Patch,
    ProductFields, PublishProduct, SeoFields, SetBundle, TranslationFields, UpdateProduct,
    UpsertCategories, UpsertCollections, VariantFields,
};

/// One choice a buyer makes.
#[derive(Clone, Debug, InputObject)]
pub(super) struct ProductOptionInput {
    /// Name such as Size.
    pub name: String,
    /// Values in display order.
    pub values: Vec<ProductOptionValueInput>,
}

/// One value of an option.
#[derive(Clone, Debug, InputObject)]
pub(super) struct ProductOptionValueInput {
    /// Text such as XL.
    pub name: String,
    /// Colour as #rrggbb, if it is one.
    pub swatch: Option<String>,
}

/// A file to attach, by its address.
#[derive(Clone, Debug, InputObject)]
pub struct MediaInput {
    /// A public address, kept as given.
    pub url: Url,
    /// Text instead of it.
    pub alt: Option<String>,
}

/// What a search engine shows.
#[derive(Clone, Debug, InputObject)]
pub(super) struct SeoInput {
    /// Page title.
    pub title: Option<String>,
    /// Page summary.
    pub description: Option<String>,
}

/// A product's texts in one language.
#[derive(Clone, Debug, InputObject)]
pub(super) struct ProductTranslationInput {
    /// Language.
    pub locale: Locale,
    /// Title.
    pub name: String,
    /// Slug.
    pub slug: Option<String>,
    /// Text as HTML.
    pub description: Option<String>,
    /// Search engine texts.
    pub seo: Option<SeoInput>,
}

/// Texts of a category or collection in one language.
#[derive(Clone, Debug, InputObject)]
pub(super) struct TranslationInput {
    /// Language.
    pub locale: Locale,
    /// Name to show.
    pub name: String,
    /// Slug; made from the name if left out.
    pub slug: Option<String>,
    /// Text as HTML.
    pub description: Option<String>,
    /// Search engine texts.
    pub seo: Option<SeoInput>,
}

/// Writable fields of a product.
#[derive(Clone, Debug, InputObject)]
pub(super) struct ProductInput {
    /// Title; needed on create.
    pub name: MaybeUndefined<String>,
    /// Slug; made from the name if left out.
    pub slug: MaybeUndefined<String>,
    /// Text as HTML.
    pub description: MaybeUndefined<String>,
    /// Maker or label.
    pub brand: MaybeUndefined<String>,
    /// Free labels.
    pub tags: MaybeUndefined<Vec<String>>,
    /// Key in your source system, unique.
    pub external_ref: MaybeUndefined<String>,
    /// Class by which its tax rate is found; standard if left out.
    pub tax_class: MaybeUndefined<String>,
    /// Choices such as size and colour.
    pub options: MaybeUndefined<Vec<ProductOptionInput>>,
    /// Pictures and films in order.
    pub media: MaybeUndefined<Vec<MediaInput>>,
    /// Categories.
    pub category_ids: MaybeUndefined<Vec<ID>>,
    /// Collections.
    pub collection_ids: MaybeUndefined<Vec<ID>>,
    /// Variants, matched by SKU; those left out stay.
    pub variants: Option<Vec<ProductVariantInput>>,
    /// Search engine texts.
    pub seo: MaybeUndefined<SeoInput>,
    /// Texts in other languages.
    pub translations: MaybeUndefined<Vec<ProductTranslationInput>>,
}

/// Writable fields of a variant.
#[derive(Clone, Debug, InputObject)]
pub(super) struct ProductVariantInput {
    /// Stock keeping unit.
    pub sku: String,
    /// Maker's model number.
    pub model_number: MaybeUndefined<String>,
    /// EAN, UPC or ISBN.
    pub barcode: MaybeUndefined<String>,
    /// One entry per option.
    pub selected_options: Option<Vec<SelectedOptionInput>>,
    /// Base price.
    pub price: MaybeUndefined<MoneyInput>,
    /// Price before reduction.
    pub compare_at_price: MaybeUndefined<MoneyInput>,
    /// Own pictures.
    pub media: MaybeUndefined<Vec<MediaInput>>,
    /// Whether it must be shipped.
    pub shippable: Option<bool>,
    /// Weight in grams.
    pub weight_grams: MaybeUndefined<i32>,
    /// Whether it is off sale.
    pub archived: Option<bool>,
    /// Fewest units in one order.
    pub min_quantity: Option<i32>,
    /// Most units in one order.
    pub max_quantity: Option<i32>,
    /// Units go up in steps of this.
    pub quantity_step: Option<i32>,
    /// Most units a member may ever buy.
    pub quantity_per_member: MaybeUndefined<i32>,
}

/// Writable fields of a category.
#[derive(Clone, Debug, InputObject)]
pub(super) struct CategoryInput {
    /// Slug, unique.
    pub slug: String,
    /// Name; needed when new.
    pub name: Option<String>,
    /// Text as HTML.
    pub description: MaybeUndefined<String>,
    /// Slug of the category above.
    pub parent_slug: MaybeUndefined<String>,
    /// Place among siblings.
    pub position: Option<i32>,
    /// Picture.
    pub media: MaybeUndefined<MediaInput>,
    /// Search engine texts.
    pub seo: MaybeUndefined<SeoInput>,
    /// Texts in other languages.
    pub translations: MaybeUndefined<Vec<TranslationInput>>,
}

/// Writable fields of a collection.
#[derive(Clone, Debug, InputObject)]
pub(super) struct CollectionInput {
    /// Slug, unique.
    pub slug: String,
    /// Name; needed when new.
    pub name: Option<String>,
    /// Text as HTML.
    pub description: MaybeUndefined<String>,
    /// Products in order.
    pub product_ids: MaybeUndefined<Vec<ID>>,
    /// Picture.
    pub media: MaybeUndefined<MediaInput>,
    /// Search engine texts.
    pub seo: MaybeUndefined<SeoInput>,
    /// Texts in other languages.
    pub translations: MaybeUndefined<Vec<TranslationInput>>,
}

/// Input of productCreate.
#[derive(Clone, Debug, InputObject)]
pub(super) struct ProductCreateInput {
    /// The product.
    pub product: ProductInput,
}

/// Input of productUpdate.
#[derive(Clone, Debug, InputObject)]
pub(super) struct ProductUpdateInput {
    /// The product to change.
    pub product_id: ID,
    /// What to change.
    pub product: ProductInput,
    /// Refused if outdated.
    pub expected_version: Option<i32>,
}

/// Input of productPublish.
#[derive(Clone, Debug, InputObject)]
pub(super) struct ProductPublishInput {
    /// The product.
    pub product_id: ID,
    /// When it becomes visible; now if left out.
    pub publish_at: Option<DateTime>,
}

/// Input of productArchive.
#[derive(Clone, Debug, InputObject)]
pub(super) struct ProductArchiveInput {
    /// The product.
    pub product_id: ID,
}

/// Input of bundleSet.
#[derive(Clone, Debug, InputObject)]
pub(super) struct BundleSetInput {
    /// The variant that is the bundle.
    pub variant_id: ID,
    /// What one unit of it is made of, up to 50; empty for a single article.
    pub components: Vec<BundleComponentInput>,
}

/// Units of a variant in one unit of a bundle.
#[derive(Clone, Debug, InputObject)]
pub(super) struct BundleComponentInput {
    /// The variant, no bundle itself.
    pub variant_id: ID,
    /// Units, 1 to 1,000.
    pub quantity: i32,
}

/// Input of categoriesUpsert.
#[derive(Clone, Debug, InputObject)]
pub(super) struct CategoriesUpsertInput {
    /// Up to 500, matched by slug.
    pub categories: Vec<CategoryInput>,
}

/// Input of collectionsUpsert.
#[derive(Clone, Debug, InputObject)]
pub(super) struct CollectionsUpsertInput {
    /// Up to 500, matched by slug.
    pub collections: Vec<CollectionInput>,
}

impl TryFrom<ProductCreateInput> for CreateProduct {
    type Error = Error;

    fn try_from(input: ProductCreateInput) -> Result<Self> {
        Ok(Self {
            fields: input.product.try_into()?,
        })
    }
}

impl TryFrom<ProductUpdateInput> for UpdateProduct {
    type Error = Error;

    fn try_from(input: ProductUpdateInput) -> Result<Self> {
        Ok(Self {
            product_id: id_in::<ProductId>(&input.product_id, &["productId"])?,
            fields: input.product.try_into()?,
            expected_version: input.expected_version,
        })
    }
}

impl TryFrom<ProductPublishInput> for PublishProduct {
    type Error = Error;

    fn try_from(input: ProductPublishInput) -> Result<Self> {
        let product_id = id_in(&input.product_id, &["productId"])?;
        Ok(Self {
            product_id,
            publish_at: input.publish_at.map(|instant| instant.0),
        })
    }
}

impl TryFrom<ProductArchiveInput> for ArchiveProduct {
    type Error = Error;

    fn try_from(input: ProductArchiveInput) -> Result<Self> {
        Ok(Self {
            product_id: id_in(&input.product_id, &["productId"])?,
        })
    }
}

impl TryFrom<BundleSetInput> for SetBundle {
    type Error = Error;

    fn try_from(input: BundleSetInput) -> Result<Self> {
        let components = input.components.into_iter().enumerate();
        let component = |(index, part): (usize, BundleComponentInput)| {
            let field = ["components", &index.to_string(), "variantId"];
            Ok((id_in(&part.variant_id, &field)?, part.quantity))
        };
        Ok(Self {
            variant_id: id_in(&input.variant_id, &["variantId"])?,
            components: components.map(component).collect::<Result<_>>()?,
        })
    }
}

impl TryFrom<ProductInput> for ProductFields {
    type Error = Error;

    fn try_from(input: ProductInput) -> Result<Self> {
        let variants = input.variants.unwrap_or_default().into_iter().enumerate();
        Ok(Self {
            // A product cannot be without a name or a class: clearing them is refused like an empty text.
            name: patch(input.name).map(Option::unwrap_or_default),
            slug: patch(input.slug),
            description: patch(input.description),
            brand: patch(input.brand),
            tags: list(input.tags),
            external_ref: patch(input.external_ref),
            tax_class: patch(input.tax_class).map(Option::unwrap_or_default),
            options: list(input.options)
                .map(|options| options.into_iter().map(Into::into).collect()),
            media: list(input.media).map(media),
            category_ids: list(input.category_ids)
                .map(|list| ids::<CategoryId>(&list, &["product", "categoryIds"]))
                .transpose()?,
            collection_ids: list(input.collection_ids)
                .map(|list| ids::<CollectionId>(&list, &["product", "collectionIds"]))
                .transpose()?,
            variants: variants
                .map(|(index, variant)| variant.fields(index))
                .collect::<Result<_>>()?,
            seo: patch(input.seo).map(|seo| seo.map(Into::into)),
            translations: list(input.translations)
                .map(|texts| texts.into_iter().map(Into::into).collect()),
        })
    }
}

impl ProductVariantInput {
    fn fields(self, index: usize) -> Result<VariantFields> {
        Ok(VariantFields {
            sku: self.sku,
            model_number: patch(self.model_number),
            barcode: patch(self.barcode),
            selected_options: self
                .selected_options
                .map(|choices| choices.into_iter().map(Into::into).collect()),
            price: money(self.price, index, "price")?,
            compare_at_price: money(self.compare_at_price, index, "compareAtPrice")?,
            media: list(self.media).map(media),
            shippable: self.shippable,
            weight_grams: patch(self.weight_grams),
            archived: self.archived,
            min_quantity: self.min_quantity,
            max_quantity: self.max_quantity,
            quantity_step: self.quantity_step,
            quantity_per_member: patch(self.quantity_per_member),
        })
    }
}

impl From<ProductOptionInput> for domain::catalog::ProductOption {
    fn from(input: ProductOptionInput) -> Self {
        let value = |value: ProductOptionValueInput| domain::catalog::ProductOptionValue {
            name: value.name,
            swatch: value.swatch,
        };
        Self {
            name: input.name,
            values: input.values.into_iter().map(value).collect(),
        }
    }
}

impl From<SeoInput> for SeoFields {
    fn from(input: SeoInput) -> Self {
        Self {
            title: input.title,
            description: input.description,
        }
    }
}

impl From<MediaInput> for MediaFields {
    fn from(input: MediaInput) -> Self {
        Self {
            url: input.url.0,
            alt: input.alt,
        }
    }
}

macro_rules! translation_fields {
    ($($input:ident),+) => {
        $(impl From<$input> for TranslationFields {
            fn from(input: $input) -> Self {
                Self {
                    locale: input.locale.0,
                    name: input.name,
                    slug: input.slug,
                    description: input.description,
                    seo: input.seo.map(Into::into),
                }
            }
        })+
    };
}

translation_fields!(ProductTranslationInput, TranslationInput);

impl From<CategoriesUpsertInput> for UpsertCategories {
    fn from(input: CategoriesUpsertInput) -> Self {
        let fields = |category: CategoryInput| CategoryFields {
            slug: category.slug,
            name: category.name,
            description: patch(category.description),
            parent_slug: patch(category.parent_slug),
            position: category.position,
            media: patch(category.media).map(|media| media.map(Into::into)),
            seo: patch(category.seo).map(|seo| seo.map(Into::into)),
            translations: list(category.translations)
                .map(|texts| texts.into_iter().map(Into::into).collect()),
        };
        Self {
            categories: input.categories.into_iter().map(fields).collect(),
        }
    }
}

impl TryFrom<CollectionsUpsertInput> for UpsertCollections {
    type Error = Error;

    fn try_from(input: CollectionsUpsertInput) -> Result<Self> {
        let fields = |(index, collection): (usize, CollectionInput)| {
            let index = index.to_string();
            Ok(CollectionFields {
                slug: collection.slug,
                name: collection.name,
                description: patch(collection.description),
                product_ids: list(collection.product_ids)
                    .map(|list| ids::<ProductId>(&list, &["collections", &index, "productIds"]))
                    .transpose()?,
                media: patch(collection.media).map(|media| media.map(Into::into)),
                seo: patch(collection.seo).map(|seo| seo.map(Into::into)),
                translations: list(collection.translations)
                    .map(|texts| texts.into_iter().map(Into::into).collect()),
            })
        };
        let collections: Result<Vec<CollectionFields>> = input
            .collections
            .into_iter()
            .enumerate()
            .map(fields)
            .collect();
        Ok(Self {
            collections: collections?,
        })
    }
}

/// A list to change: null empties it.
fn list<T>(value: MaybeUndefined<Vec<T>>) -> Option<Vec<T>> {
    patch(value).map(Option::unwrap_or_default)
}

fn media(pictures: Vec<MediaInput>) -> Vec<MediaFields> {
    pictures.into_iter().map(Into::into).collect()
}

fn ids<T: TypedId>(ids: &[ID], field: &[&str]) -> Result<Vec<Uuid>> {
    let id = |(index, id): (usize, &ID)| {
        let index = index.to_string();
        let at: Vec<&str> = field.iter().copied().chain([index.as_str()]).collect();
        Ok(id_in::<T>(id, &at)?.uuid())
    };
    ids.iter().enumerate().map(id).collect()
}

fn money(value: MaybeUndefined<MoneyInput>, index: usize, name: &str) -> Result<Patch<Money>> {
    let Some(Some(price)) = patch(value.clone()) else {
        return Ok(patch(value).map(|_cleared| None));
    };
    let field = ["product", "variants", &index.to_string(), name];
    let price =
        Money::try_from(price).map_err(|error| Error::invalid(&field, error.to_string()))?;
    Ok(Some(Some(price)))
}
