use std::collections::BTreeSet;

use async_graphql::{ID, InputObject, SimpleObject};
use domain::id::{CategoryId, CollectionId, ProductId, ProductVariantId, TypedId};
use domain::promotion as rule;
use uuid::Uuid;

use super::condition::refuse;
use crate::error::Error;

/// A choice of products; an empty one means all.
#[derive(Clone, Debug, SimpleObject)]
pub(in crate::graphql) struct ProductSelector {
    /// These products.
    product_ids: Vec<ID>,
    /// These variants.
    variant_ids: Vec<ID>,
    /// In these categories or below.
    category_ids: Vec<ID>,
    /// In these collections.
    collection_ids: Vec<ID>,
    /// With these labels.
    tags: Vec<String>,
    /// Of these makers.
    brands: Vec<String>,
    /// What is left out of the choice, null for nothing.
    except: Option<ProductSet>,
}

/// Products named one by one or by what they have in common.
#[derive(Clone, Debug, SimpleObject)]
pub(in crate::graphql) struct ProductSet {
    /// These products.
    product_ids: Vec<ID>,
    /// These variants.
    variant_ids: Vec<ID>,
    /// In these categories or below.
    category_ids: Vec<ID>,
    /// In these collections.
    collection_ids: Vec<ID>,
    /// With these labels.
    tags: Vec<String>,
    /// Of these makers.
    brands: Vec<String>,
}

/// A choice of products; an empty one means all.
#[derive(Clone, Debug, InputObject)]
pub(in crate::graphql) struct ProductSelectorInput {
    /// These products.
    product_ids: Option<Vec<ID>>,
    /// These variants.
    variant_ids: Option<Vec<ID>>,
    /// In these categories or below.
    category_ids: Option<Vec<ID>>,
    /// In these collections.
    collection_ids: Option<Vec<ID>>,
    /// With these labels.
    tags: Option<Vec<String>>,
    /// Of these makers.
    brands: Option<Vec<String>>,
    /// What is left out of the choice.
    except: Option<ProductSetInput>,
}

/// Products named one by one or by what they have in common.
#[derive(Clone, Debug, Default, InputObject)]
pub(in crate::graphql) struct ProductSetInput {
    /// These products.
    product_ids: Option<Vec<ID>>,
    /// These variants.
    variant_ids: Option<Vec<ID>>,
    /// In these categories or below.
    category_ids: Option<Vec<ID>>,
    /// In these collections.
    collection_ids: Option<Vec<ID>>,
    /// With these labels.
    tags: Option<Vec<String>>,
    /// Of these makers.
    brands: Option<Vec<String>>,
}

/// So many units of certain products.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct ProductQuantity {
    /// Which products.
    products: ProductSelector,
    /// How many units.
    quantity: i32,
}

/// So many units of certain products.
#[derive(Clone, Debug, InputObject)]
pub(super) struct ProductQuantityInput {
    /// Which products.
    products: ProductSelectorInput,
    /// How many units.
    quantity: i32,
}

impl From<&rule::ProductSet> for ProductSet {
    fn from(set: &rule::ProductSet) -> Self {
        Self {
            product_ids: print::<ProductId>(&set.product_ids),
            variant_ids: print::<ProductVariantId>(&set.variant_ids),
            category_ids: print::<CategoryId>(&set.category_ids),
            collection_ids: print::<CollectionId>(&set.collection_ids),
            tags: set.tags.iter().cloned().collect(),
            brands: set.brands.iter().cloned().collect(),
        }
    }
}

impl From<&rule::ProductSelector> for ProductSelector {
    fn from(selector: &rule::ProductSelector) -> Self {
        let ProductSet {
            product_ids,
            variant_ids,
            category_ids,
            collection_ids,
            tags,
            brands,
        } = (&selector.only).into();
        Self {
            product_ids,
            variant_ids,
            category_ids,
            collection_ids,
            tags,
            brands,
            except: (!selector.except.is_empty()).then(|| (&selector.except).into()),
        }
    }
}

impl From<&rule::ProductQuantity> for ProductQuantity {
    fn from(wanted: &rule::ProductQuantity) -> Self {
        Self {
            products: (&wanted.products).into(),
            quantity: print_units(wanted.quantity),
        }
    }
}

impl ProductSetInput {
    fn read(self, field: &[&str]) -> Result<rule::ProductSet, Error> {
        Ok(rule::ProductSet {
            product_ids: ids::<ProductId>(self.product_ids, field, "productIds")?,
            variant_ids: ids::<ProductVariantId>(self.variant_ids, field, "variantIds")?,
            category_ids: ids::<CategoryId>(self.category_ids, field, "categoryIds")?,
            collection_ids: ids::<CollectionId>(self.collection_ids, field, "collectionIds")?,
            tags: texts(self.tags),
            brands: texts(self.brands),
        })
    }
}

impl ProductSelectorInput {
    /// Reads the choice; `field` stands below `promotion`.
    pub(in crate::graphql) fn read(self, field: &[&str]) -> Result<rule::ProductSelector, Error> {
        let only = ProductSetInput {
            product_ids: self.product_ids,
            variant_ids: self.variant_ids,
            category_ids: self.category_ids,
            collection_ids: self.collection_ids,
            tags: self.tags,
            brands: self.brands,
        };
        let except = [field, &["except"]].concat();
        Ok(rule::ProductSelector {
            only: only.read(field)?,
            except: self.except.unwrap_or_default().read(&except)?,
        })
    }
}

impl ProductQuantityInput {
    /// Reads the wish; `field` stands below `promotion`.
    pub(super) fn read(self, field: &[&str]) -> Result<rule::ProductQuantity, Error> {
        let quantity = units(self.quantity, &[field, &["quantity"]].concat())?;
        let products = self.products.read(&[field, &["products"]].concat())?;
        Ok(rule::ProductQuantity { products, quantity })
    }
}

/// Reads a number that must not be negative; `field` stands below `promotion`.
pub(super) fn units(units: i32, field: &[&str]) -> Result<u32, Error> {
    u32::try_from(units).map_err(|_negative| refuse(field, "must be more than 0"))
}

/// Writes a number.
pub(super) fn print_units(units: u32) -> i32 {
    i32::try_from(units).unwrap_or(i32::MAX)
}

/// Reads global ids; `field` stands below `promotion`.
pub(super) fn ids<T: TypedId>(
    ids: Option<Vec<ID>>,
    field: &[&str],
    list: &str,
) -> Result<BTreeSet<Uuid>, Error> {
    let read = |(index, id): (usize, ID)| {
        T::parse(&id).map(TypedId::uuid).map_err(|error| {
            refuse(
                &[field, &[list, &index.to_string()]].concat(),
                error.to_string(),
            )
        })
    };
    ids.unwrap_or_default()
        .into_iter()
        .enumerate()
        .map(read)
        .collect()
}

/// Writes global ids.
pub(super) fn print<T: TypedId + std::fmt::Display>(ids: &BTreeSet<Uuid>) -> Vec<ID> {
    ids.iter()
        .map(|id| T::from(*id).to_string().into())
        .collect()
}

fn texts(texts: Option<Vec<String>>) -> BTreeSet<String> {
    texts
        .unwrap_or_default()
        .into_iter()
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
        .collect()
}
