//! From a product of the file to the fields of a use case, and whether the shop holds them already.

use domain::catalog::{ProductOption, SelectedOption};

use super::product::{FileImage, FileProduct, FileVariant, Refusal};
use crate::error::Result;
use crate::service::catalog::{
    MediaFields, ProductFields, ProductView, SeoFields, VariantFields, VariantView, sanitized_html,
};

/// Fields of a product as the file wants them; `present` is the shop's product of the same handle.
pub(super) async fn product_fields(
    product: &FileProduct,
    present: Option<&ProductView>,
    refusals: &mut Vec<Refusal>,
) -> Result<ProductFields> {
    let mut variants: Vec<VariantFields> = Vec::with_capacity(product.variants.len());
    for variant in &product.variants {
        let known = match present {
            Some(view) => view.variant(&variant.selected).await?,
            None => None,
        };
        match sku(
            product,
            variant,
            known.map(|known| known.row.sku.as_str()),
            present,
            &variants,
        )
        .await?
        {
            Ok(sku) => variants.push(variant_fields(variant, sku)),
            Err(reason) => refusals.push(Refusal {
                row: variant.row,
                handle: product.handle.clone(),
                reason,
            }),
        }
    }
    let options = match present {
        Some(view) => merged(&view.row.options.0, &product.options),
        None => product.options.clone(),
    };
    let seo = SeoFields {
        title: product.seo_title.clone(),
        description: product.seo_description.clone(),
    };
    Ok(ProductFields {
        name: Some(product.title.clone()),
        // The slug of a known product is the shop's to choose.
        slug: present.is_none().then(|| Some(product.handle.clone())),
        description: Some(product.description.clone()),
        brand: Some(product.vendor.clone()),
        tags: Some(product.tags.clone()),
        external_ref: Some(Some(product.handle.clone())),
        options: Some(options),
        media: Some(media(&product.images)),
        variants,
        seo: Some(Some(seo).filter(|seo| seo.title.is_some() || seo.description.is_some())),
        ..ProductFields::default()
    })
}

/// The SKU of a variant: the shop's for a known one, else the file's, else the first free `<handle>-<n>`.
async fn sku(
    product: &FileProduct,
    variant: &FileVariant,
    known: Option<&str>,
    present: Option<&ProductView>,
    chosen: &[VariantFields],
) -> Result<Result<String, String>> {
    if let Some(known) = known {
        let differs = variant.is_own_sku && variant.sku != known;
        return Ok(if differs {
            Err(format!(
                "the shop knows this variant as {known}, and a SKU stays as it is"
            ))
        } else {
            Ok(known.to_owned())
        });
    }
    if variant.is_own_sku {
        return Ok(Ok(variant.sku.clone()));
    }
    let mut taken: Vec<&str> = chosen.iter().map(|fields| fields.sku.as_str()).collect();
    if let Some(view) = present {
        taken.extend(
            view.variants()
                .await?
                .iter()
                .map(|variant| variant.row.sku.as_str()),
        );
    }
    let mut sku = variant.sku.clone();
    let mut number = 1;
    while taken.contains(&sku.as_str()) {
        sku = format!("{}-{number}", product.handle);
        number += 1;
    }
    Ok(Ok(sku))
}

fn variant_fields(variant: &FileVariant, sku: String) -> VariantFields {
    VariantFields {
        sku,
        barcode: Some(variant.barcode.clone()),
        selected_options: Some(variant.selected.clone()),
        price: Some(Some(variant.price)),
        compare_at_price: Some(variant.compare_at),
        media: Some(media(variant.image.as_slice())),
        shippable: Some(variant.shippable),
        weight_grams: Some(
            variant
                .weight_grams
                .and_then(|grams| i32::try_from(grams).ok()),
        ),
        ..VariantFields::default()
    }
}

fn media(images: &[FileImage]) -> Vec<MediaFields> {
    images
        .iter()
        .map(|image| MediaFields {
            url: image.url.clone(),
            alt: image.alt.clone(),
        })
        .collect()
}

/// The file's options; values of variants it does not name stay, and so do the colours the shop gave to values.
fn merged(present: &[ProductOption], wanted: &[ProductOption]) -> Vec<ProductOption> {
    let merge = |wanted: &ProductOption| {
        let Some(known) = present.iter().find(|option| option.name == wanted.name) else {
            return wanted.clone();
        };
        let mut option = known.clone();
        let fresh = wanted
            .values
            .iter()
            .filter(|value| known.values.iter().all(|other| other.name != value.name));
        option.values.extend(fresh.cloned());
        option
    };
    wanted.iter().map(merge).collect()
}

/// Whether the shop's product holds all these fields already, so that nothing needs to be written.
pub(super) async fn is_present(
    view: &ProductView,
    product: &FileProduct,
    fields: &ProductFields,
) -> Result<bool> {
    let texts = view.translations().await?;
    let default = texts.iter().find(|row| row.name == product.title);
    let Some(text) = default else {
        return Ok(false);
    };
    let description = sanitized_html(product.description.as_deref())?;
    let mut tags = view.tags().await?;
    let mut wanted_tags: Vec<&str> = product.tags.iter().map(String::as_str).collect();
    tags.sort_unstable();
    wanted_tags.sort_unstable();
    let is_same = text.description == description
        && text.seo_title == product.seo_title
        && text.seo_description == product.seo_description
        && view.row.brand == product.vendor
        && view.row.external_ref.as_deref() == Some(product.handle.as_str())
        && tags == wanted_tags
        && Some(&view.row.options.0) == fields.options.as_ref()
        && holds(view.media().await?, fields.media.as_deref());
    if !is_same {
        return Ok(false);
    }
    for wanted in &fields.variants {
        let selected = wanted.selected_options.as_deref().unwrap_or_default();
        let Some(known) = view.variant(selected).await? else {
            return Ok(false);
        };
        if !is_same_variant(known, wanted, selected).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn is_same_variant(
    known: &VariantView,
    wanted: &VariantFields,
    selected: &[SelectedOption],
) -> Result<bool> {
    let minor = |price: Option<Option<domain::Money>>| price.flatten().map(|money| money.minor);
    let row = &known.row;
    Ok(row.sku == wanted.sku
        && row.selected_options.0 == selected
        && Some(&row.barcode) == wanted.barcode.as_ref()
        && row.price_minor == minor(wanted.price)
        && row.compare_at_minor == minor(wanted.compare_at_price)
        && Some(row.shippable) == wanted.shippable
        && Some(row.weight_grams) == wanted.weight_grams
        && holds(known.media().await?, wanted.media.as_deref()))
}

fn holds(present: &[entity::media::Model], wanted: Option<&[MediaFields]>) -> bool {
    let wanted = wanted.unwrap_or_default();
    present.len() == wanted.len()
        && present
            .iter()
            .zip(wanted)
            .all(|(row, fields)| row.url == fields.url.as_str() && row.alt == fields.alt)
}
