//! The demo shop's contents, embedded; our own, in English and simplified Chinese.

use std::sync::OnceLock;

use serde::Deserialize;

/// Everything the demo shop sells.
#[derive(Debug, Deserialize)]
pub(super) struct Demo {
    pub(super) name: String,
    pub(super) currency: String,
    pub(super) locales: Vec<String>,
    pub(super) countries: Vec<String>,
    pub(super) tax_rates: Vec<DemoTaxRate>,
    pub(super) categories: Vec<DemoPlace>,
    pub(super) collections: Vec<DemoPlace>,
    pub(super) products: Vec<DemoProduct>,
}

/// A tax rate.
#[derive(Debug, Deserialize)]
pub(super) struct DemoTaxRate {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) country: String,
    pub(super) tax_class: String,
    pub(super) rate_ppm: u32,
}

/// A category or collection.
#[derive(Debug, Deserialize)]
pub(super) struct DemoPlace {
    pub(super) slug: String,
    pub(super) parent: Option<String>,
    pub(super) en: String,
    pub(super) zh: String,
}

/// Name and description in one language.
#[derive(Debug, Deserialize)]
pub(super) struct DemoText {
    pub(super) name: String,
    pub(super) description: String,
}

/// An option with its values.
#[derive(Debug, Deserialize)]
pub(super) struct DemoOption {
    pub(super) name: String,
    pub(super) values: Vec<String>,
}

/// A product.
#[derive(Debug, Deserialize)]
pub(super) struct DemoProduct {
    pub(super) slug: String,
    pub(super) brand: String,
    pub(super) category: String,
    pub(super) collections: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) tax: String,
    /// Shape, dark colour, light colour.
    pub(super) picture: (String, String, String),
    pub(super) en: DemoText,
    pub(super) zh: DemoText,
    pub(super) options: Vec<DemoOption>,
    pub(super) variants: Vec<DemoVariant>,
}

/// A variant: SKU, price in minor units, price before reduction, units in the house, weight in grams.
///
/// Variants stand in the order of their choices: the last option changes fastest.
#[derive(Debug, Deserialize)]
pub(super) struct DemoVariant(
    pub(super) String,
    pub(super) i64,
    pub(super) Option<i64>,
    pub(super) u32,
    pub(super) u32,
);

impl Demo {
    /// The contents; read once.
    pub(super) fn load() -> &'static Self {
        static DEMO: OnceLock<Demo> = OnceLock::new();
        DEMO.get_or_init(|| {
            #[expect(
                clippy::expect_used,
                reason = "the text is part of the program and a test reads it"
            )]
            serde_json::from_str(include_str!("../../assets/demo/shop.json"))
                .expect("the demo shop is valid JSON")
        })
    }

    /// The product of a slug.
    pub(super) fn product(&self, slug: &str) -> Option<&DemoProduct> {
        self.products.iter().find(|product| product.slug == slug)
    }
}

impl DemoProduct {
    /// The choices of the variant at a place: a mixed-radix number whose last digit is the last option.
    pub(super) fn choices(&self, place: usize) -> Vec<(&str, &str)> {
        let mut rest = place;
        let mut choices: Vec<(&str, &str)> = Vec::with_capacity(self.options.len());
        for option in self.options.iter().rev() {
            let count = option.values.len().max(1);
            if let Some(value) = option.values.get(rest % count) {
                choices.push((&option.name, value));
            }
            rest /= count;
        }
        choices.reverse();
        choices
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_demo_shop_fits_together() {
        let demo = Demo::load();
        let places: BTreeSet<&str> = demo
            .categories
            .iter()
            .chain(&demo.collections)
            .map(|place| place.slug.as_str())
            .collect();
        let mut skus = BTreeSet::new();
        assert!((28..=35).contains(&demo.products.len()));
        for product in &demo.products {
            let combinations: usize = product
                .options
                .iter()
                .map(|option| option.values.len())
                .product();
            assert_eq!(product.variants.len(), combinations, "{}", product.slug);
            assert!(
                places.contains(product.category.as_str()),
                "{}",
                product.slug
            );
            assert!(
                product
                    .collections
                    .iter()
                    .all(|slug| places.contains(slug.as_str())),
                "{}",
                product.slug
            );
            for variant in &product.variants {
                assert!(skus.insert(&variant.0), "{} twice", variant.0);
                assert!(
                    variant.2.is_none_or(|before| before > variant.1),
                    "{} is not reduced",
                    variant.0
                );
            }
        }
        let parents = demo
            .categories
            .iter()
            .filter_map(|category| category.parent.as_deref());
        assert!(parents.into_iter().all(|parent| places.contains(parent)));
    }

    #[test]
    fn choices_count_through_all_combinations() {
        let product = Demo::load().product("linen-tablecloth").unwrap();
        let all: Vec<String> = (0..4)
            .map(|place| {
                product
                    .choices(place)
                    .iter()
                    .map(|choice| choice.1)
                    .collect::<Vec<_>>()
                    .join(" / ")
            })
            .collect();
        assert_eq!(
            all,
            [
                "140 × 200 cm / Olive",
                "140 × 200 cm / Oat",
                "140 × 250 cm / Olive",
                "140 × 250 cm / Oat"
            ]
        );
    }
}
