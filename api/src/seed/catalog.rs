//! The demo's catalog: categories, collections, products with their pictures, stock, and a presale.

use std::collections::HashMap;

use chrono::TimeDelta;
use domain::catalog::{ProductOption, ProductOptionValue, SelectedOption};
use domain::id::ProductId;
use domain::locale::Locale;
use domain::money::{Currency, Money};
use url::Url;
use uuid::Uuid;

use super::SeedError;
use super::data::{Demo, DemoPlace, DemoProduct, DemoVariant};
use super::shop::WAREHOUSE;
use crate::auth::Viewer;
use crate::service::catalog::{
    self, CategoryFields, CollectionFields, CreateProduct, MediaFields, ProductFields,
    PublishProduct, TranslationFields, UpsertCategories, UpsertCollections, VariantFields,
};
use crate::service::warehouse::{self, LevelFigures, Presale, SetPresales, SetStock};
use crate::state::AppState;

/// What is in a presale, and for how long.
const PRESALE_SKU: &str = "TRV-JRN";
const PRESALE_LASTS: TimeDelta = TimeDelta::days(30);

/// Ids of categories and collections by slug.
pub(super) struct Places {
    categories: HashMap<String, Uuid>,
    collections: HashMap<String, Uuid>,
}

/// Writes categories and collections.
pub(super) async fn write_places(
    app: &AppState,
    viewer: &Viewer,
    demo: &Demo,
) -> Result<Places, SeedError> {
    let fields = demo.categories.iter().zip(1..).map(|(category, position)| {
        Ok(CategoryFields {
            slug: category.slug.clone(),
            name: Some(category.en.clone()),
            description: None,
            parent_slug: Some(category.parent.clone()),
            position: Some(position),
            media: None,
            seo: None,
            translations: Some(vec![chinese_name(category)?]),
        })
    });
    let command = UpsertCategories {
        categories: fields.collect::<Result<_, SeedError>>()?,
    };
    let categories = catalog::upsert_categories(app, viewer, command)
        .await
        .map_err(SeedError::at("categories"))?;
    let fields = demo.collections.iter().map(|collection| {
        Ok(CollectionFields {
            slug: collection.slug.clone(),
            name: Some(collection.en.clone()),
            description: None,
            media: None,
            seo: None,
            product_ids: None,
            translations: Some(vec![chinese_name(collection)?]),
        })
    });
    let command = UpsertCollections {
        collections: fields.collect::<Result<_, SeedError>>()?,
    };
    let collections = catalog::upsert_collections(app, viewer, command)
        .await
        .map_err(SeedError::at("collections"))?;
    let slugs = |places: &[DemoPlace]| {
        places
            .iter()
            .map(|place| place.slug.clone())
            .collect::<Vec<_>>()
    };
    Ok(Places {
        categories: slugs(&demo.categories)
            .into_iter()
            .zip(categories.iter().map(|view| view.row.id))
            .collect(),
        collections: slugs(&demo.collections)
            .into_iter()
            .zip(collections.iter().map(|view| view.row.id))
            .collect(),
    })
}

/// Writes and publishes a product.
pub(super) async fn write_product(
    app: &AppState,
    viewer: &Viewer,
    product: &DemoProduct,
    places: &Places,
) -> Result<Uuid, SeedError> {
    let currency = viewer.channel.currency.0;
    let picture = app
        .config
        .public_address(&format!("/demo/{}.svg", product.slug));
    let fields = ProductFields {
        name: Some(product.en.name.clone()),
        slug: Some(Some(product.slug.clone())),
        description: Some(Some(product.en.description.clone())),
        brand: Some(Some(product.brand.clone())),
        tags: Some(product.tags.clone()),
        options: Some(
            product
                .options
                .iter()
                .map(|option| options(&option.name, &option.values))
                .collect(),
        ),
        tax_class: Some(product.tax.clone()),
        media: Some(vec![MediaFields {
            url: Url::parse(&picture).map_err(SeedError::at("pictures"))?,
            alt: Some(product.en.name.clone()),
        }]),
        category_ids: Some(
            places
                .categories
                .get(&product.category)
                .copied()
                .into_iter()
                .collect(),
        ),
        collection_ids: Some(
            product
                .collections
                .iter()
                .filter_map(|slug| places.collections.get(slug).copied())
                .collect(),
        ),
        variants: product
            .variants
            .iter()
            .enumerate()
            .map(|(place, variant)| variant_fields(product, place, variant, currency))
            .collect(),
        translations: Some(vec![TranslationFields {
            locale: chinese()?,
            name: product.zh.name.clone(),
            slug: None,
            description: Some(product.zh.description.clone()),
            seo: None,
        }]),
        ..ProductFields::default()
    };
    let created = catalog::create_product(app, viewer, CreateProduct { fields })
        .await
        .map_err(SeedError::at("products"))?;
    let publish = PublishProduct {
        product_id: ProductId::from(created.row.id),
        publish_at: None,
    };
    catalog::publish_product(app, viewer, publish)
        .await
        .map_err(SeedError::at("products"))?;
    Ok(created.row.id)
}

/// Writes the units in the house of all variants at once.
pub(super) async fn write_stock(
    app: &AppState,
    viewer: &Viewer,
    demo: &Demo,
) -> Result<(), SeedError> {
    let variants = demo.products.iter().flat_map(|product| &product.variants);
    let levels = variants.map(|DemoVariant(sku, _, _, units, _)| LevelFigures {
        sku: sku.clone(),
        warehouse_code: WAREHOUSE.to_owned(),
        on_hand: i32::try_from(*units).unwrap_or(i32::MAX),
        incoming: None,
        safety: None,
        source_version: 1,
    });
    let command = SetStock {
        levels: levels.collect(),
        idempotency_key: "demo-shop".to_owned(),
    };
    warehouse::set_stock(app, viewer, &command)
        .await
        .map_err(SeedError::at("stock"))?;
    Ok(())
}

/// Sells something that only comes out next month.
pub(super) async fn write_presale(app: &AppState, viewer: &Viewer) -> Result<(), SeedError> {
    let presale = Presale {
        sku: PRESALE_SKU.to_owned(),
        ships_at: Some(app.clock.now() + PRESALE_LASTS),
    };
    let command = SetPresales {
        presales: vec![presale],
        idempotency_key: "demo-shop".to_owned(),
    };
    warehouse::set_presales(app, viewer, &command)
        .await
        .map_err(SeedError::at("presale"))?;
    Ok(())
}

fn chinese() -> Result<Locale, SeedError> {
    Locale::parse("zh-Hans").map_err(SeedError::at("languages"))
}

fn chinese_name(place: &DemoPlace) -> Result<TranslationFields, SeedError> {
    Ok(TranslationFields {
        locale: chinese()?,
        name: place.zh.clone(),
        slug: None,
        description: None,
        seo: None,
    })
}

fn options(name: &str, values: &[String]) -> ProductOption {
    let values = values
        .iter()
        .map(|value| ProductOptionValue {
            name: value.clone(),
            swatch: None,
        })
        .collect();
    ProductOption {
        name: name.to_owned(),
        values,
    }
}

fn variant_fields(
    product: &DemoProduct,
    place: usize,
    variant: &DemoVariant,
    currency: Currency,
) -> VariantFields {
    let DemoVariant(sku, price_minor, compare_at_minor, _, grams) = variant;
    let selected = product
        .choices(place)
        .into_iter()
        .map(|(name, value)| SelectedOption {
            name: name.to_owned(),
            value: value.to_owned(),
        });
    VariantFields {
        sku: sku.clone(),
        selected_options: Some(selected.collect()),
        price: Some(Some(Money::new(*price_minor, currency))),
        compare_at_price: Some(compare_at_minor.map(|minor| Money::new(minor, currency))),
        shippable: Some(true),
        weight_grams: Some(i32::try_from(*grams).ok()),
        ..VariantFields::default()
    }
}
