//! What the engines know of a product: one document per product and language, made from the rows as they are now.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use domain::catalog::ProductStatus;
use entity::{
    category, category_translation, product, product_category, product_collection, product_listing,
    product_tag, product_translation, product_variant,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::embedded::buyable;
use super::html::plain_text;
use super::segment;
use super::sql::Sql;
use crate::error::Result;

/// Languages documents are made in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Languages {
    /// All of them, each once.
    pub all: Vec<String>,
    /// The one whose text stands in where another has none.
    pub default: String,
}

impl Languages {
    /// The languages of all channels; the default channel's own is the default.
    #[must_use]
    pub fn of(channels: &[Arc<entity::channel::Model>]) -> Self {
        let default = channels
            .iter()
            .find(|channel| channel.is_default)
            .or(channels.first())
            .map_or_else(|| "en".to_owned(), |channel| channel.default_locale.clone());
        let all: BTreeSet<String> = channels
            .iter()
            .flat_map(|channel| channel.locales.0.iter().chain([&channel.default_locale]))
            .cloned()
            .collect();
        Self {
            all: all.into_iter().collect(),
            default,
        }
    }
}

/// A product in one language.
#[derive(Clone, Debug)]
pub struct Document {
    /// Language of the texts.
    pub locale: String,
    /// Name.
    pub title: String,
    /// Maker, labels, categories and option values.
    pub keywords: String,
    /// Description without markup.
    pub body: String,
    /// What does not depend on the language.
    pub facts: Arc<Facts>,
}

/// What engines filter, sort and count by.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The product.
    pub product_id: Uuid,
    /// Its state.
    pub status: ProductStatus,
    /// Its maker.
    pub brand: Option<String>,
    /// Its labels.
    pub tags: Vec<String>,
    /// SKUs, model numbers and barcodes of its live variants, as written.
    pub numbers: Vec<String>,
    /// Its categories and all above them.
    pub category_ids: BTreeSet<Uuid>,
    /// Its collections.
    pub collection_ids: Vec<Uuid>,
    /// Publication and prices by channel.
    pub listings: Vec<product_listing::Model>,
    /// Whether any variant can be bought now.
    pub is_available: bool,
}

/// The texts of the built-in engine: folded words parted by blanks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SegmentedTexts {
    pub(super) title: String,
    pub(super) body: String,
    pub(super) skus: String,
}

impl Document {
    /// Cuts the texts into words.
    pub(super) fn segmented(&self) -> SegmentedTexts {
        let numbers = self
            .facts
            .numbers
            .iter()
            .flat_map(|number| [segment::indexed(number), compact(number)]);
        let distinct: BTreeSet<String> = numbers.filter(|number| !number.is_empty()).collect();
        SegmentedTexts {
            title: segment::indexed(&self.title),
            body: segment::indexed(&format!("{} {}", self.keywords, self.body)),
            skus: distinct.into_iter().collect::<Vec<_>>().join(" "),
        }
    }
}

/// A number as many people type it: without the signs inside.
fn compact(number: &str) -> String {
    number
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

/// Makes the documents of products, in every language; unknown ids have none.
///
/// # Errors
/// When the database cannot be read or holds inconsistent rows.
pub async fn load<C: ConnectionTrait>(
    connection: &C,
    ids: &[Uuid],
    languages: &Languages,
) -> Result<Vec<Document>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = Rows::load(connection, ids).await?;
    let mut documents = Vec::with_capacity(rows.products.len() * languages.all.len());
    for product in &rows.products {
        let facts = Arc::new(rows.facts(product));
        for locale in &languages.all {
            documents.push(rows.document(product, &facts, locale, languages));
        }
    }
    Ok(documents)
}

/// The rows of a batch of products.
struct Rows {
    products: Vec<product::Model>,
    translations: HashMap<Uuid, Vec<product_translation::Model>>,
    tags: HashMap<Uuid, Vec<String>>,
    variants: HashMap<Uuid, Vec<product_variant::Model>>,
    categories: HashMap<Uuid, BTreeSet<Uuid>>,
    category_names: HashMap<Uuid, BTreeMap<String, String>>,
    collections: HashMap<Uuid, Vec<Uuid>>,
    listings: HashMap<Uuid, Vec<product_listing::Model>>,
    available: BTreeSet<Uuid>,
}

impl Rows {
    async fn load<C: ConnectionTrait>(connection: &C, ids: &[Uuid]) -> Result<Self> {
        let list = || ids.iter().copied();
        let products = product::Entity::find()
            .filter(product::Column::Id.is_in(list()))
            .all(connection)
            .await?;
        let translations = product_translation::Entity::find()
            .filter(product_translation::Column::ProductId.is_in(list()))
            .all(connection)
            .await?;
        let tags = product_tag::Entity::find()
            .filter(product_tag::Column::ProductId.is_in(list()))
            .order_by_asc(product_tag::Column::Tag)
            .all(connection)
            .await?;
        let variants = product_variant::Entity::find()
            .filter(product_variant::Column::ProductId.is_in(list()))
            .filter(product_variant::Column::ArchivedAt.is_null())
            .order_by_asc(product_variant::Column::Position)
            .all(connection)
            .await?;
        let collections = product_collection::Entity::find()
            .filter(product_collection::Column::ProductId.is_in(list()))
            .all(connection)
            .await?;
        let listings = product_listing::Entity::find()
            .filter(product_listing::Column::ProductId.is_in(list()))
            .all(connection)
            .await?;
        let (categories, category_names) = load_categories(connection, ids).await?;
        Ok(Self {
            products,
            translations: grouped(translations, |row| row.product_id, |row| row),
            tags: grouped(tags, |row| row.product_id, |row| row.tag),
            variants: grouped(variants, |row| row.product_id, |row| row),
            categories,
            category_names,
            collections: grouped(collections, |row| row.product_id, |row| row.collection_id),
            listings: grouped(listings, |row| row.product_id, |row| row),
            available: load_available(connection, ids).await?,
        })
    }

    fn facts(&self, product: &product::Model) -> Facts {
        let variants = self
            .variants
            .get(&product.id)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let numbers = variants
            .iter()
            .flat_map(|variant| {
                [
                    Some(&variant.sku),
                    variant.model_number.as_ref(),
                    variant.barcode.as_ref(),
                ]
            })
            .flatten()
            .cloned()
            .collect();
        Facts {
            product_id: product.id,
            status: *product.status,
            brand: product.brand.clone(),
            tags: self.tags.get(&product.id).cloned().unwrap_or_default(),
            numbers,
            category_ids: self
                .categories
                .get(&product.id)
                .cloned()
                .unwrap_or_default(),
            collection_ids: self
                .collections
                .get(&product.id)
                .cloned()
                .unwrap_or_default(),
            listings: self.listings.get(&product.id).cloned().unwrap_or_default(),
            is_available: self.available.contains(&product.id),
        }
    }

    fn document(
        &self,
        product: &product::Model,
        facts: &Arc<Facts>,
        locale: &str,
        languages: &Languages,
    ) -> Document {
        let translations = self
            .translations
            .get(&product.id)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let named = |wanted: &str| translations.iter().find(|text| text.locale == wanted);
        let text = named(locale)
            .or_else(|| named(&languages.default))
            .or(translations.first());
        let description = text
            .and_then(|text| text.description.as_deref())
            .unwrap_or_default();
        Document {
            locale: locale.to_owned(),
            title: text.map(|text| text.name.clone()).unwrap_or_default(),
            keywords: self.keywords(product, facts, locale, languages),
            body: plain_text(description),
            facts: Arc::clone(facts),
        }
    }

    fn keywords(
        &self,
        product: &product::Model,
        facts: &Facts,
        locale: &str,
        languages: &Languages,
    ) -> String {
        let categories = facts.category_ids.iter().filter_map(|id| {
            let names = self.category_names.get(id)?;
            names
                .get(locale)
                .or_else(|| names.get(&languages.default))
                .or_else(|| names.values().next())
        });
        let values = product
            .options
            .0
            .iter()
            .flat_map(|option| option.values.iter().map(|value| &value.name));
        let words: Vec<&str> = product
            .brand
            .iter()
            .chain(&facts.tags)
            .chain(categories)
            .chain(values)
            .map(String::as_str)
            .collect();
        words.join(" ")
    }
}

type CategoriesByProduct = HashMap<Uuid, BTreeSet<Uuid>>;
type NamesByCategory = HashMap<Uuid, BTreeMap<String, String>>;

/// The categories of products with all above them, and those categories' names by language.
async fn load_categories<C: ConnectionTrait>(
    connection: &C,
    ids: &[Uuid],
) -> Result<(CategoriesByProduct, NamesByCategory)> {
    let places = product_category::Entity::find()
        .filter(product_category::Column::ProductId.is_in(ids.iter().copied()))
        .all(connection)
        .await?;
    let own: BTreeSet<Uuid> = places.iter().map(|place| place.category_id).collect();
    let paths: HashMap<Uuid, String> = category::Entity::find()
        .select_only()
        .columns([category::Column::Id, category::Column::Path])
        .filter(category::Column::Id.is_in(own))
        .into_tuple::<(Uuid, String)>()
        .all(connection)
        .await?
        .into_iter()
        .collect();
    let mut categories = CategoriesByProduct::new();
    for place in places {
        let path = paths
            .get(&place.category_id)
            .map(String::as_str)
            .unwrap_or_default();
        let branch = path.split('/').filter_map(|id| Uuid::try_parse(id).ok());
        categories
            .entry(place.product_id)
            .or_default()
            .extend(branch.chain([place.category_id]));
    }
    let used: BTreeSet<Uuid> = categories.values().flatten().copied().collect();
    let texts: Vec<(Uuid, String, String)> = category_translation::Entity::find()
        .select_only()
        .columns([
            category_translation::Column::CategoryId,
            category_translation::Column::Locale,
            category_translation::Column::Name,
        ])
        .filter(category_translation::Column::CategoryId.is_in(used))
        .into_tuple()
        .all(connection)
        .await?;
    let mut names = NamesByCategory::new();
    for (id, locale, name) in texts {
        names.entry(id).or_default().insert(locale, name);
    }
    Ok((categories, names))
}

async fn load_available<C: ConnectionTrait>(
    connection: &C,
    ids: &[Uuid],
) -> Result<BTreeSet<Uuid>> {
    let sql = Sql::new("SELECT p.id AS id FROM product p WHERE p.id IN ")
        .list(ids.iter().copied())
        .text(" AND ")
        .part(buyable(None));
    let rows = connection
        .query_all_raw(sql.statement(connection.get_database_backend()))
        .await?;
    Ok(rows
        .iter()
        .map(|row| row.try_get("", "id"))
        .collect::<Result<_, _>>()?)
}

fn grouped<R, V>(
    rows: Vec<R>,
    key: impl Fn(&R) -> Uuid,
    value: impl Fn(R) -> V,
) -> HashMap<Uuid, Vec<V>> {
    let mut groups: HashMap<Uuid, Vec<V>> = HashMap::new();
    for row in rows {
        groups.entry(key(&row)).or_default().push(value(row));
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_with_and_without_their_signs() {
        let facts = Facts {
            product_id: Uuid::nil(),
            status: ProductStatus::Published,
            brand: None,
            tags: Vec::new(),
            numbers: vec!["AB-12.3".to_owned()],
            category_ids: BTreeSet::new(),
            collection_ids: Vec::new(),
            listings: Vec::new(),
            is_available: true,
        };
        let document = Document {
            locale: "en".to_owned(),
            title: "Wool Scarf".to_owned(),
            keywords: "Acme".to_owned(),
            body: "Warm".to_owned(),
            facts: Arc::new(facts),
        };
        let expected = SegmentedTexts {
            title: "wool scarf".to_owned(),
            body: "acme warm".to_owned(),
            skus: "ab 12 3 ab123".to_owned(),
        };
        assert_eq!(document.segmented(), expected);
    }
}
