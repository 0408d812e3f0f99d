//! What callers may write. Nothing is checked yet.

use domain::catalog::{ProductOption, SelectedOption};
use domain::locale::Locale;
use domain::money::Money;
use url::Url;
use uuid::Uuid;

/// A field to change: `None` keeps it, `Some(None)` clears it.
pub type Patch<T> = Option<Option<T>>;

/// Writable fields of a product.
#[derive(Clone, Debug, Default)]
pub struct ProductFields {
    /// Title in the channel's default language.
    pub name: Option<String>,
    /// Slug in the default language; cleared means made anew from the name.
    pub slug: Patch<String>,
    /// HTML in the default language.
    pub description: Patch<String>,
    /// Maker or label.
    pub brand: Patch<String>,
    /// Free labels.
    pub tags: Option<Vec<String>>,
    /// Key in the source system.
    pub external_ref: Patch<String>,
    /// Choices such as size and colour.
    pub options: Option<Vec<ProductOption>>,
    /// Class by which its tax rate is found.
    pub tax_class: Option<String>,
    /// Pictures and films in order.
    pub media: Option<Vec<MediaFields>>,
    /// Categories.
    pub category_ids: Option<Vec<Uuid>>,
    /// Collections.
    pub collection_ids: Option<Vec<Uuid>>,
    /// Variants, matched by SKU; those left out stay.
    pub variants: Vec<VariantFields>,
    /// Search engine texts in the default language.
    pub seo: Patch<SeoFields>,
    /// Texts in all other languages.
    pub translations: Option<Vec<TranslationFields>>,
}

/// Writable fields of a variant.
#[derive(Clone, Debug, Default)]
pub struct VariantFields {
    /// Stock keeping unit, by which a variant is known.
    pub sku: String,
    /// Maker's model number.
    pub model_number: Patch<String>,
    /// EAN, UPC or ISBN.
    pub barcode: Patch<String>,
    /// One entry per option.
    pub selected_options: Option<Vec<SelectedOption>>,
    /// Base price in the viewer's channel.
    pub price: Patch<Money>,
    /// Price before reduction.
    pub compare_at_price: Patch<Money>,
    /// Own pictures.
    pub media: Option<Vec<MediaFields>>,
    /// Whether it must be shipped.
    pub shippable: Option<bool>,
    /// Weight in grams.
    pub weight_grams: Patch<i32>,
    /// Whether it is off sale.
    pub archived: Option<bool>,
    /// Fewest units in one order.
    pub min_quantity: Option<i32>,
    /// Most units in one order.
    pub max_quantity: Option<i32>,
    /// Units go up in steps of this.
    pub quantity_step: Option<i32>,
    /// Most units a member may ever buy.
    pub quantity_per_member: Patch<i32>,
}

/// A picture or film at an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaFields {
    /// Its address.
    pub url: Url,
    /// Text instead of it.
    pub alt: Option<String>,
}

/// What search engines show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeoFields {
    /// Page title.
    pub title: Option<String>,
    /// Page summary.
    pub description: Option<String>,
}

/// Texts in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TranslationFields {
    /// The language.
    pub locale: Locale,
    /// Title.
    pub name: String,
    /// Slug; made from the title when left out.
    pub slug: Option<String>,
    /// HTML.
    pub description: Option<String>,
    /// Search engine texts.
    pub seo: Option<SeoFields>,
}
