//! From consecutive rows of one handle to one product; pure, so that every oddity of real files has a test.

use domain::catalog::{ProductOption, ProductOptionValue, SelectedOption};
use domain::decimal_text::parse_scaled;
use domain::{Currency, Money};
use url::Url;

use super::row::Row;

/// Name and value Shopify writes for a product without options.
const NO_OPTION: (&str, &str) = ("Title", "Default Title");
/// Options of one product in the file.
const OPTIONS: usize = 3;

/// A row, or a part of it, that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Row number as a spreadsheet shows it.
    pub row: u64,
    /// Product the row belongs to; empty when even that is unknown.
    pub handle: String,
    /// What is wrong with it.
    pub reason: String,
}

/// How a product is to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Draft,
    Active,
    Archived,
}

/// A product of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileProduct {
    pub(super) row: u64,
    pub(super) handle: String,
    pub(super) title: String,
    pub(super) description: Option<String>,
    pub(super) vendor: Option<String>,
    pub(super) tags: Vec<String>,
    pub(super) status: Status,
    pub(super) seo_title: Option<String>,
    pub(super) seo_description: Option<String>,
    pub(super) options: Vec<ProductOption>,
    pub(super) variants: Vec<FileVariant>,
    pub(super) images: Vec<FileImage>,
}

/// A variant of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileVariant {
    pub(super) row: u64,
    /// From the file, else `<handle>-<n>` with n counted over all variant rows of the product, used or not.
    pub(super) sku: String,
    /// Whether the SKU is the file's own.
    pub(super) is_own_sku: bool,
    pub(super) selected: Vec<SelectedOption>,
    pub(super) price: Money,
    pub(super) compare_at: Option<Money>,
    pub(super) barcode: Option<String>,
    pub(super) weight_grams: Option<u32>,
    pub(super) shippable: bool,
    pub(super) image: Option<FileImage>,
    /// Units in the house; null when the file does not say.
    pub(super) on_hand: Option<u32>,
}

/// A picture of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileImage {
    pub(super) url: Url,
    pub(super) alt: Option<String>,
}

/// Reads the rows of one handle; what cannot be used is added to `refusals`. Null when no product is left.
pub(super) fn read(
    rows: &[Row],
    currency: Currency,
    refusals: &mut Vec<Refusal>,
) -> Option<FileProduct> {
    let first = rows.first()?;
    let handle = first.get("Handle").unwrap_or_default().to_owned();
    let refuse = |row: u64, reason: String| Refusal {
        row,
        handle: handle.clone(),
        reason,
    };
    let Some(title) = first.get("Title") else {
        refusals.push(refuse(
            first.number,
            "the first row of a product needs a Title".to_owned(),
        ));
        return None;
    };
    let status = match status(first) {
        Ok(status) => status,
        Err(reason) => {
            refusals.push(refuse(first.number, reason));
            return None;
        }
    };
    let names = option_names(first);
    let mut variants: Vec<FileVariant> = Vec::new();
    let variant_rows = rows.iter().filter(|row| is_variant(row)).zip(1..);
    for (row, place) in variant_rows {
        let read = variant(row, &names, &handle, place, currency).and_then(|variant| {
            let same = variants
                .iter()
                .find(|other| other.selected == variant.selected);
            same.map_or(Ok(variant), |other| {
                Err(format!("row {} has the same choices", other.row))
            })
        });
        match read {
            Ok(variant) => variants.push(variant),
            Err(reason) => refusals.push(refuse(row.number, reason)),
        }
    }
    if variants.is_empty() {
        refusals.push(refuse(
            first.number,
            "no row of this product holds a usable variant".to_owned(),
        ));
        return None;
    }
    Some(FileProduct {
        row: first.number,
        title: title.to_owned(),
        description: first.get("Body (HTML)").map(str::to_owned),
        vendor: first.get("Vendor").map(str::to_owned),
        tags: tags(first.get("Tags").unwrap_or_default()),
        status,
        seo_title: first.get("SEO Title").map(str::to_owned),
        seo_description: first.get("SEO Description").map(str::to_owned),
        options: options(&names, &variants),
        images: images(rows, refusals),
        variants,
        handle,
    })
}

/// The newer column says more; files without it tell only whether the product is on the shop's website.
fn status(row: &Row) -> Result<Status, String> {
    match row.get("Status").map(str::to_lowercase).as_deref() {
        Some("active") => Ok(Status::Active),
        Some("draft") => Ok(Status::Draft),
        Some("archived") => Ok(Status::Archived),
        Some(other) => Err(format!(
            "Status is active, draft or archived, not {other:?}"
        )),
        None => match row.get("Published").map(str::to_lowercase).as_deref() {
            Some("true") => Ok(Status::Active),
            Some("false") | None => Ok(Status::Draft),
            Some(other) => Err(format!("Published is true or false, not {other:?}")),
        },
    }
}

/// Only the first row names the options; the others just choose.
fn option_names(row: &Row) -> Vec<String> {
    let is_plain = row.get("Option1 Name") == Some(NO_OPTION.0)
        && row.get("Option1 Value") == Some(NO_OPTION.1);
    if is_plain {
        return Vec::new();
    }
    (1..=OPTIONS)
        .map_while(|place| row.get(&format!("Option{place} Name")).map(str::to_owned))
        .collect()
}

/// Rows with a picture only follow the variants of a product.
fn is_variant(row: &Row) -> bool {
    row.get("Option1 Value").is_some()
        || row.get("Variant Price").is_some()
        || row.get("Variant SKU").is_some()
}

fn variant(
    row: &Row,
    names: &[String],
    handle: &str,
    place: usize,
    currency: Currency,
) -> Result<FileVariant, String> {
    let mut selected = Vec::with_capacity(names.len());
    for (name, place) in names.iter().zip(1..) {
        let value = row
            .get(&format!("Option{place} Value"))
            .ok_or_else(|| format!("no value for the option {name:?}"))?;
        selected.push(SelectedOption {
            name: name.clone(),
            value: value.to_owned(),
        });
    }
    let price = row.get("Variant Price").ok_or("Variant Price is empty")?;
    let own_sku = row.key("Variant SKU");
    Ok(FileVariant {
        row: row.number,
        is_own_sku: own_sku.is_some(),
        sku: own_sku.unwrap_or_else(|| format!("{handle}-{place}")),
        selected,
        price: money("Variant Price", price, currency)?,
        compare_at: row
            .get("Variant Compare At Price")
            .map(|text| money("Variant Compare At Price", text, currency))
            .transpose()?
            .filter(|compare_at| compare_at.minor > 0),
        barcode: row.key("Variant Barcode"),
        weight_grams: row
            .get("Variant Grams")
            .map(grams)
            .transpose()?
            .filter(|grams| *grams > 0),
        shippable: flag(
            "Variant Requires Shipping",
            row.get("Variant Requires Shipping").unwrap_or("true"),
        )?,
        image: row
            .get("Variant Image")
            .map(|text| image("Variant Image", text, None))
            .transpose()?,
        on_hand: row.get("Variant Inventory Qty").map(on_hand).transpose()?,
    })
}

fn money(column: &str, text: &str, currency: Currency) -> Result<Money, String> {
    let money =
        Money::parse(text, currency).map_err(|error| format!("{column} {text:?}: {error}"))?;
    if money.minor < 0 {
        Err(format!("{column} {text:?} is negative"))
    } else {
        Ok(money)
    }
}

/// Some tools write whole grams with decimals.
fn grams(text: &str) -> Result<u32, String> {
    let whole = text.split_once('.').map_or(text, |(whole, rest)| {
        if rest.trim_matches('0').is_empty() {
            whole
        } else {
            text
        }
    });
    whole.parse().map_err(|_error: std::num::ParseIntError| {
        format!("Variant Grams is a whole number, not {text:?}")
    })
}

/// Shopify counts below zero what it sold beyond its stock; there is nothing in the house then.
fn on_hand(text: &str) -> Result<u32, String> {
    let units = parse_scaled(text, 0)
        .map_err(|error| format!("Variant Inventory Qty {text:?}: {error}"))?;
    u32::try_from(units.max(0)).map_err(|_error: std::num::TryFromIntError| {
        format!("Variant Inventory Qty {text:?} is too large")
    })
}

fn flag(column: &str, text: &str) -> Result<bool, String> {
    match text.to_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(format!("{column} is true or false, not {text:?}")),
    }
}

fn tags(text: &str) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for tag in text.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
        if !tags.iter().any(|known| known == tag) {
            tags.push(tag.to_owned());
        }
    }
    tags
}

/// Options with the values that are used, in the order of their first use.
fn options(names: &[String], variants: &[FileVariant]) -> Vec<ProductOption> {
    let values_of = |name: &String| {
        let mut values: Vec<ProductOptionValue> = Vec::new();
        let chosen = variants
            .iter()
            .flat_map(|variant| &variant.selected)
            .filter(|selected| selected.name == *name);
        for selected in chosen {
            if !values.iter().any(|value| value.name == selected.value) {
                values.push(ProductOptionValue {
                    name: selected.value.clone(),
                    swatch: None,
                });
            }
        }
        values
    };
    names
        .iter()
        .map(|name| ProductOption {
            name: name.clone(),
            values: values_of(name),
        })
        .collect()
}

/// Pictures by their position, each once; an address that is none is a refusal of its row alone.
fn images(rows: &[Row], refusals: &mut Vec<Refusal>) -> Vec<FileImage> {
    let mut placed: Vec<(u32, FileImage)> = Vec::new();
    for row in rows {
        let Some(text) = row.get("Image Src") else {
            continue;
        };
        let image = match image("Image Src", text, row.get("Image Alt Text")) {
            Ok(image) => image,
            Err(reason) => {
                let handle = row.get("Handle").unwrap_or_default().to_owned();
                refusals.push(Refusal {
                    row: row.number,
                    handle,
                    reason,
                });
                continue;
            }
        };
        if placed.iter().all(|(_, known)| known.url != image.url) {
            let position = row
                .get("Image Position")
                .and_then(|text| text.parse().ok())
                .unwrap_or(u32::MAX);
            placed.push((position, image));
        }
    }
    // Stable: pictures without a position keep the order of the file, behind the others.
    placed.sort_by_key(|(position, _)| *position);
    placed.into_iter().map(|(_, image)| image).collect()
}

fn image(column: &str, text: &str, alt: Option<&str>) -> Result<FileImage, String> {
    let url = Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"));
    let url = url.ok_or_else(|| format!("{column} is an http or https address, not {text:?}"))?;
    Ok(FileImage {
        url,
        alt: alt.map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::super::row::Rows;
    use super::*;

    const HEADER: &str = "Handle,Title,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,\
        Variant SKU,Variant Grams,Variant Inventory Qty,Variant Price,Variant Compare At Price,Variant Barcode,\
        Image Src,Image Position,Status\n";

    fn read_all(text: &str) -> (Option<FileProduct>, Vec<String>) {
        let file = format!("{HEADER}{text}");
        let mut rows = Rows::open(file.as_bytes()).unwrap();
        let mut read_rows = Vec::new();
        while let Some(row) = rows.next() {
            read_rows.push(row.unwrap());
        }
        let mut refusals = Vec::new();
        let product = read(&read_rows, Currency::parse("EUR").unwrap(), &mut refusals);
        (
            product,
            refusals
                .iter()
                .map(|refusal| format!("{}: {}", refusal.row, refusal.reason))
                .collect(),
        )
    }

    #[test]
    fn a_product_without_options_gets_one_variant_and_a_made_up_sku() {
        let (product, refusals) =
            read_all("mug,Mug,\"a, b,a\",true,Title,Default Title,,,,350.0,-2,12.5,,'0123,,,\n");
        let product = product.unwrap();
        assert!(refusals.is_empty(), "{refusals:?}");
        assert_eq!(
            (
                product.status,
                product.tags.join("|").as_str(),
                product.options.len()
            ),
            (Status::Active, "a|b", 0)
        );
        let variant = &product.variants[0];
        assert_eq!(
            (
                variant.sku.as_str(),
                variant.is_own_sku,
                variant.price.minor
            ),
            ("mug-1", false, 1250)
        );
        assert_eq!(
            (
                variant.weight_grams,
                variant.on_hand,
                variant.barcode.as_deref()
            ),
            (Some(350), Some(0), Some("0123"))
        );
        assert_eq!((variant.compare_at, variant.selected.len()), (None, 0));
    }

    #[test]
    fn following_rows_add_variants_and_pictures() {
        let (product, refusals) = read_all(
            "tee,Tee,,,Size,S,Colour,Red,T-S,,,10,15,,http://x/2.jpg,2,draft\n\
             tee,,,,,M,,Red,T-M,,,10,0,,http://x/1.jpg,1,\n\
             tee,,,,,,,,,,,,,,http://x/3.jpg,3,\n",
        );
        let product = product.unwrap();
        assert!(refusals.is_empty(), "{refusals:?}");
        assert_eq!(product.status, Status::Draft);
        let urls: Vec<&str> = product
            .images
            .iter()
            .map(|image| image.url.as_str())
            .collect();
        assert_eq!(urls, ["http://x/1.jpg", "http://x/2.jpg", "http://x/3.jpg"]);
        let compare: Vec<Option<i64>> = product
            .variants
            .iter()
            .map(|variant| variant.compare_at.map(|money| money.minor))
            .collect();
        assert_eq!(compare, [Some(1500), None]);
        let values: Vec<usize> = product
            .options
            .iter()
            .map(|option| option.values.len())
            .collect();
        assert_eq!(values, [2, 1]);
    }

    #[test]
    fn a_bad_row_is_named_and_the_others_are_kept_with_their_skus() {
        let (product, refusals) = read_all(
            "tee,Tee,,,Size,S,,,,,,ten,,,,,active\n\
             tee,,,,,M,,,,,,10,,,,,\n\
             tee,,,,,M,,,,,,11,,,,,\n\
             tee,,,,,L,,,,,x,10,,,,,\n\
             tee,,,,,XL,,,,,,-1,,,,,\n",
        );
        let product = product.unwrap();
        let skus: Vec<&str> = product
            .variants
            .iter()
            .map(|variant| variant.sku.as_str())
            .collect();
        assert_eq!(skus, ["tee-2"]);
        assert_eq!(refusals.len(), 4, "{refusals:?}");
        assert!(
            refusals[0].starts_with("2: Variant Price \"ten\""),
            "{refusals:?}"
        );
        assert_eq!(refusals[1], "4: row 3 has the same choices");
        assert!(
            refusals[2].starts_with("5: Variant Inventory Qty \"x\""),
            "{refusals:?}"
        );
        assert_eq!(refusals[3], "6: Variant Price \"-1\" is negative");
    }

    #[test]
    fn a_product_without_title_or_usable_variant_is_refused_as_a_whole() {
        assert_eq!(
            read_all("x,,,,,,,,,,,1,,,,,\n").1,
            ["2: the first row of a product needs a Title"]
        );
        let (product, refusals) = read_all("x,X,,maybe,Title,Default Title,,,,,,1,,,,,\n");
        assert_eq!(
            (product, refusals.as_slice()),
            (
                None,
                ["2: Published is true or false, not \"maybe\"".to_owned()].as_slice()
            )
        );
    }
}
