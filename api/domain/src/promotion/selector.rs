//! Which products a rule is about.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Most ids and texts of one selector together.
pub const MAX_SELECTED: usize = 500;

/// What of a line's product a rule can ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Goods {
    /// The product.
    pub product_id: Uuid,
    /// The variant.
    pub variant_id: Uuid,
    /// Categories it is in, with all categories above them.
    pub category_ids: Vec<Uuid>,
    /// Collections it is in.
    pub collection_ids: Vec<Uuid>,
    /// Labels.
    pub tags: Vec<String>,
    /// Maker or label.
    pub brand: Option<String>,
}

/// Products named one by one or by what they have in common; each list adds to the choice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductSet {
    /// These products.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub product_ids: BTreeSet<Uuid>,
    /// These variants.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub variant_ids: BTreeSet<Uuid>,
    /// In these categories or below.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub category_ids: BTreeSet<Uuid>,
    /// In these collections.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub collection_ids: BTreeSet<Uuid>,
    /// With one of these labels.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<String>,
    /// Of one of these makers.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub brands: BTreeSet<String>,
}

/// A choice of products: those of `only`, or all when it names none, without those of `except`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductSelector {
    /// What is chosen; all when empty.
    #[serde(flatten)]
    pub only: ProductSet,
    /// What is left out of it.
    #[serde(default, skip_serializing_if = "ProductSet::is_empty")]
    pub except: ProductSet,
}

/// So many units of certain products.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductQuantity {
    /// Which products.
    #[serde(default)]
    pub products: ProductSelector,
    /// How many units.
    pub quantity: u32,
}

impl ProductSet {
    /// Whether it names nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Gives the number of ids and texts.
    #[must_use]
    pub fn len(&self) -> usize {
        let ids = [
            &self.product_ids,
            &self.variant_ids,
            &self.category_ids,
            &self.collection_ids,
        ];
        ids.iter().map(|set| set.len()).sum::<usize>() + self.tags.len() + self.brands.len()
    }

    /// Whether it asks for what products have in common beyond their maker: categories, collections or labels.
    #[must_use]
    pub fn names_groups(&self) -> bool {
        !(self.category_ids.is_empty() && self.collection_ids.is_empty() && self.tags.is_empty())
    }

    /// Whether goods are in it.
    #[must_use]
    pub fn contains(&self, goods: &Goods) -> bool {
        let any = |set: &BTreeSet<Uuid>, ids: &[Uuid]| {
            !set.is_empty() && ids.iter().any(|id| set.contains(id))
        };
        self.product_ids.contains(&goods.product_id)
            || self.variant_ids.contains(&goods.variant_id)
            || any(&self.category_ids, &goods.category_ids)
            || any(&self.collection_ids, &goods.collection_ids)
            || goods.tags.iter().any(|tag| self.tags.contains(tag))
            || goods
                .brand
                .as_ref()
                .is_some_and(|brand| self.brands.contains(brand))
    }
}

impl ProductSelector {
    /// Whether it asks for what products have in common beyond their maker.
    #[must_use]
    pub fn names_groups(&self) -> bool {
        self.only.names_groups() || self.except.names_groups()
    }

    /// Chooses these products.
    #[must_use]
    pub fn of(only: ProductSet) -> Self {
        Self {
            only,
            except: ProductSet::default(),
        }
    }

    /// Whether goods are chosen.
    #[must_use]
    pub fn selects(&self, goods: &Goods) -> bool {
        (self.only.is_empty() || self.only.contains(goods)) && !self.except.contains(goods)
    }

    /// Gives the number of ids and texts.
    #[must_use]
    pub fn len(&self) -> usize {
        self.only.len() + self.except.len()
    }

    /// Whether it names nothing, and so chooses all products.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use uuid::Uuid;

    use super::{Goods, ProductSelector, ProductSet};

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    fn goods() -> Goods {
        Goods {
            product_id: id(1),
            variant_id: id(2),
            category_ids: vec![id(3), id(4)],
            collection_ids: vec![id(5)],
            tags: vec!["new".to_owned()],
            brand: Some("Acme".to_owned()),
        }
    }

    #[test]
    fn any_list_chooses_and_exceptions_win() {
        let ids = |number| BTreeSet::from([id(number)]);
        let texts = |text: &str| BTreeSet::from([text.to_owned()]);
        let none = ProductSet::default;
        let hits = [
            ProductSet {
                product_ids: ids(1),
                ..none()
            },
            ProductSet {
                variant_ids: ids(2),
                ..none()
            },
            ProductSet {
                category_ids: ids(4),
                ..none()
            },
            ProductSet {
                collection_ids: ids(5),
                ..none()
            },
            ProductSet {
                tags: texts("new"),
                ..none()
            },
            ProductSet {
                brands: texts("Acme"),
                ..none()
            },
            ProductSet {
                product_ids: ids(9),
                brands: texts("Acme"),
                ..none()
            },
        ];
        for set in hits {
            assert!(
                ProductSelector::of(set.clone()).selects(&goods()),
                "{set:?}"
            );
            let except = ProductSelector {
                only: none(),
                except: set,
            };
            assert!(!except.selects(&goods()), "{except:?}");
        }
        // An id chooses only in the list of its kind.
        for set in [
            ProductSet {
                product_ids: ids(2),
                ..none()
            },
            ProductSet {
                variant_ids: ids(1),
                ..none()
            },
            ProductSet {
                category_ids: ids(5),
                ..none()
            },
            ProductSet {
                collection_ids: ids(3),
                ..none()
            },
            ProductSet {
                tags: texts("New"),
                ..none()
            },
            ProductSet {
                brands: texts("new"),
                ..none()
            },
        ] {
            assert!(
                !ProductSelector::of(set.clone()).selects(&goods()),
                "{set:?}"
            );
        }
        assert!(ProductSelector::default().selects(&goods()));
    }

    #[test]
    fn a_selector_is_stored_without_its_empty_lists() {
        let selector = ProductSelector {
            only: ProductSet {
                tags: BTreeSet::from(["new".to_owned()]),
                ..ProductSet::default()
            },
            except: ProductSet {
                brands: BTreeSet::from(["Acme".to_owned()]),
                ..ProductSet::default()
            },
        };
        let json = serde_json::to_string(&selector).unwrap();
        assert_eq!(json, r#"{"tags":["new"],"except":{"brands":["Acme"]}}"#);
        assert_eq!(
            serde_json::from_str::<ProductSelector>(&json).unwrap(),
            selector
        );
        assert_eq!(
            serde_json::from_str::<ProductSelector>("{}").unwrap(),
            ProductSelector::default()
        );
    }
}
