//! A product's variants: merged with what is stored, checked as a whole, and written with their prices.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::catalog::{
    MAX_VARIANTS, ProductOption, QuantityLimits, SelectedOption, model_key, options_key,
    validate_options,
};
use domain::money::{Currency, Money};
use entity::column::{CurrencyCode, Json};
use entity::{product_variant, variant_price};
use sea_orm::sea_query::{BinOper, Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, DatabaseTransaction, EntityTrait,
    ExprTrait, IntoActiveModel, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use super::check::{CODE, at_most, below, line, line_or_none, path, refuse};
use super::fields::VariantFields;
use super::media::{self, MediaOwner};
use super::{CatalogError, OptionMismatch};
use crate::clock::Clock;
use crate::error::{Error, FieldPath, Result};
use crate::service::price_list::{PriceChange, PriceOf, record};
use crate::service::rows::INSERT_CHUNK;

/// Most units of a variant in one order, unless said otherwise.
const USUAL_MAX_QUANTITY: i32 = 100;

/// A product whose variants are written.
pub(super) struct VariantWrite<'a> {
    pub(super) product_id: Uuid,
    pub(super) options: &'a [ProductOption],
    pub(super) channel_id: Uuid,
    pub(super) currency: Currency,
    pub(super) now: DateTime<Utc>,
}

/// A variant as it will be.
struct Merged {
    row: product_variant::Model,
    /// Its row as it was; `None` when it is new.
    stored: Option<product_variant::Model>,
    /// Where it stands in `input`; `None` when it was left out.
    field: Option<FieldPath>,
}

/// Merges the wishes with the stored variants and writes what differs.
///
/// # Errors
/// [`CatalogError::Taken`] for a SKU or barcode of another variant, [`CatalogError::OptionMismatch`] for choices that do
/// not fit, a bad value.
pub(super) async fn write(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    write: &VariantWrite<'_>,
    wishes: &[VariantFields],
) -> Result<(), CatalogError> {
    let list = path(&["product", "variants"]);
    at_most(list.clone(), wishes.len(), MAX_VARIANTS)?;
    let stored = product_variant::Entity::find()
        .filter(product_variant::Column::ProductId.eq(write.product_id))
        .order_by_asc(product_variant::Column::Position)
        .all(transaction)
        .await?;
    let mut variants = merge(clock, write, stored, wishes, &list)?;
    check_taken(transaction, write.product_id, &variants).await?;
    fit_options(write.options, &mut variants)?;
    for variant in &mut variants {
        let is_changed = variant
            .stored
            .as_ref()
            .is_some_and(|stored| *stored != variant.row);
        if is_changed {
            variant.row.updated_at = write.now;
        }
    }
    let live = variants
        .iter()
        .filter(|variant| variant.row.archived_at.is_none())
        .count();
    at_most(list.clone(), live, MAX_VARIANTS)?;
    write_rows(transaction, &variants).await?;
    write_prices(transaction, clock, write, wishes, &variants, &list).await?;
    for (index, wish) in wishes.iter().enumerate() {
        let (Some(pictures), Some(variant)) = (&wish.media, of_sku(&variants, wish.sku.trim()))
        else {
            continue;
        };
        let field = below(&list, &[&index.to_string(), "media"]);
        media::replace(
            transaction,
            clock,
            MediaOwner::Variant(variant.row.id),
            &field,
            pictures,
        )
        .await?;
    }
    Ok(())
}

fn of_sku<'a>(variants: &'a [Merged], sku: &str) -> Option<&'a Merged> {
    variants.iter().find(|variant| variant.row.sku == sku)
}

fn merge(
    clock: &Clock,
    write: &VariantWrite<'_>,
    stored: Vec<product_variant::Model>,
    wishes: &[VariantFields],
    list: &FieldPath,
) -> Result<Vec<Merged>, CatalogError> {
    let mut variants: Vec<Merged> = stored
        .into_iter()
        .map(|row| Merged {
            row: row.clone(),
            stored: Some(row),
            field: None,
        })
        .collect();
    for (index, wish) in wishes.iter().enumerate() {
        let field = below(list, &[&index.to_string()]);
        let sku = line(below(&field, &["sku"]), &wish.sku, CODE)?;
        let known = variants.iter().position(|variant| variant.row.sku == sku);
        let place = known.unwrap_or(variants.len());
        if known.is_none() {
            let position = variants.iter().map(|variant| variant.row.position).max();
            let row = blank(
                clock.new_id(),
                write,
                sku,
                position.map_or(0, |last| last.saturating_add(1)),
            );
            variants.push(Merged {
                row,
                stored: None,
                field: None,
            });
        }
        let Some(variant) = variants.get_mut(place) else {
            continue;
        };
        if variant.field.is_some() {
            return Err(refuse(below(&field, &["sku"]), "each SKU is given once").into());
        }
        apply(&mut variant.row, wish, &field, write.now)?;
        variant.field = Some(field);
    }
    Ok(variants)
}

fn blank(id: Uuid, write: &VariantWrite<'_>, sku: String, position: i32) -> product_variant::Model {
    product_variant::Model {
        id,
        product_id: write.product_id,
        position,
        sku,
        model_number: None,
        model_key: None,
        barcode: None,
        selected_options: Json(Vec::new()),
        options_key: String::new(),
        shippable: true,
        weight_grams: None,
        min_quantity: 1,
        max_quantity: USUAL_MAX_QUANTITY,
        quantity_step: 1,
        quantity_per_member: None,
        bundle: false,
        archived_at: None,
        created_at: write.now,
        updated_at: write.now,
    }
}

fn apply(
    row: &mut product_variant::Model,
    wish: &VariantFields,
    field: &FieldPath,
    now: DateTime<Utc>,
) -> Result<()> {
    if let Some(number) = &wish.model_number {
        row.model_number = line_or_none(below(field, &["modelNumber"]), number.as_deref(), CODE)?;
        row.model_key = row.model_number.as_deref().and_then(model_key);
    }
    if let Some(barcode) = &wish.barcode {
        row.barcode = line_or_none(below(field, &["barcode"]), barcode.as_deref(), CODE)?;
    }
    if let Some(selected) = &wish.selected_options {
        row.selected_options = Json(selected.clone());
    }
    if let Some(shippable) = wish.shippable {
        row.shippable = shippable;
    }
    if let Some(grams) = wish.weight_grams {
        row.weight_grams = not_negative(below(field, &["weightGrams"]), grams)?;
    }
    if let Some(archived) = wish.archived {
        row.archived_at = archived.then(|| row.archived_at.unwrap_or(now));
    }
    row.min_quantity = wish.min_quantity.unwrap_or(row.min_quantity);
    // A new least above the usual most lifts the most with it, unless that is given too.
    row.max_quantity = wish
        .max_quantity
        .unwrap_or(Ord::max(row.max_quantity, row.min_quantity));
    row.quantity_step = wish.quantity_step.unwrap_or(row.quantity_step);
    let unsigned = |units: i32| u32::try_from(units).unwrap_or(0);
    QuantityLimits::try_new(
        unsigned(row.min_quantity),
        unsigned(row.max_quantity),
        unsigned(row.quantity_step),
    )
    .map_err(|error| refuse(below(field, &["maxQuantity"]), error.to_string()))?;
    if let Some(units) = wish.quantity_per_member {
        if units.is_some_and(|units| units < 1) {
            return Err(refuse(below(field, &["quantityPerMember"]), "at least 1"));
        }
        row.quantity_per_member = units;
    }
    Ok(())
}

fn not_negative(field: FieldPath, number: Option<i32>) -> Result<Option<i32>> {
    if number.is_some_and(i32::is_negative) {
        return Err(refuse(field, "must not be negative"));
    }
    Ok(number)
}

/// Refuses SKUs of other products and barcodes of other variants. The unique indexes decide races.
async fn check_taken(
    transaction: &DatabaseTransaction,
    product_id: Uuid,
    variants: &[Merged],
) -> Result<(), CatalogError> {
    use product_variant::Column;
    let written = || variants.iter().filter(|variant| variant.field.is_some());
    let skus: Vec<&str> = written()
        .filter(|variant| variant.stored.is_none())
        .map(|variant| variant.row.sku.as_str())
        .collect();
    let barcodes: Vec<&str> = written()
        .filter_map(|variant| variant.row.barcode.as_deref())
        .collect();
    let mut others = Vec::new();
    if !(skus.is_empty() && barcodes.is_empty()) {
        others = product_variant::Entity::find()
            .filter(Column::ProductId.ne(product_id))
            .filter(
                Condition::any()
                    .add(Column::Sku.is_in(skus))
                    .add(Column::Barcode.is_in(barcodes)),
            )
            .all(transaction)
            .await?;
    }
    for variant in written() {
        let Some(field) = &variant.field else {
            continue;
        };
        let row = &variant.row;
        if others.iter().any(|other| other.sku == row.sku) {
            return Err(CatalogError::Taken {
                field: below(field, &["sku"]),
                value: row.sku.clone(),
            });
        }
        let Some(barcode) = &row.barcode else {
            continue;
        };
        let siblings = variants
            .iter()
            .map(|sibling| &sibling.row)
            .filter(|sibling| sibling.id != row.id);
        if others
            .iter()
            .chain(siblings)
            .any(|other| other.barcode.as_ref() == Some(barcode))
        {
            return Err(CatalogError::Taken {
                field: below(field, &["barcode"]),
                value: barcode.clone(),
            });
        }
    }
    Ok(())
}

/// Gives each live variant the key of its choices, which must fit the options and differ from all others'.
fn fit_options(options: &[ProductOption], variants: &mut [Merged]) -> Result<(), CatalogError> {
    validate_options(options).map_err(|error| CatalogError::OptionMismatch {
        field: path(&["product", "options"]),
        reason: error.into(),
    })?;
    let mut seen: HashMap<String, String> = HashMap::new();
    for variant in variants
        .iter_mut()
        .filter(|variant| variant.row.archived_at.is_none())
    {
        let mismatch = |reason| CatalogError::OptionMismatch {
            field: match &variant.field {
                Some(field) => below(field, &["selectedOptions"]),
                None => path(&["product", "options"]),
            },
            reason,
        };
        let key = options_key(options, &variant.row.selected_options)
            .map_err(|error| mismatch(error.into()))?;
        if let Some(other) = seen.insert(key.clone(), variant.row.sku.clone()) {
            return Err(mismatch(OptionMismatch::Repeated(
                other,
                variant.row.sku.clone(),
            )));
        }
        variant.row.selected_options = Json(in_order(options, &variant.row.selected_options));
        variant.row.options_key = key;
    }
    Ok(())
}

/// Choices in the order of the options.
fn in_order(options: &[ProductOption], selected: &[SelectedOption]) -> Vec<SelectedOption> {
    options
        .iter()
        .filter_map(|option| {
            selected
                .iter()
                .find(|choice| choice.name == option.name)
                .cloned()
        })
        .collect()
}

async fn write_rows(
    transaction: &DatabaseTransaction,
    variants: &[Merged],
) -> Result<(), CatalogError> {
    use product_variant::{Column, Entity};
    let changed: Vec<&Merged> = variants
        .iter()
        .filter(|variant| {
            variant
                .stored
                .as_ref()
                .is_some_and(|stored| *stored != variant.row)
        })
        .collect();
    let moved: Vec<Uuid> = changed
        .iter()
        .filter(|variant| {
            variant
                .stored
                .as_ref()
                .is_some_and(|stored| stored.options_key != variant.row.options_key)
        })
        .map(|variant| variant.row.id)
        .collect();
    if !moved.is_empty() {
        // Two variants may swap their choices: neither key may be in use while the other is written.
        Entity::update_many()
            .col_expr(
                Column::OptionsKey,
                Expr::val("~").binary(BinOper::Custom("||"), Expr::col(Column::Sku)),
            )
            .filter(Column::Id.is_in(moved))
            .exec(transaction)
            .await?;
    }
    for variant in changed {
        let row = product_variant::ActiveModel {
            id: sea_orm::ActiveValue::Unchanged(variant.row.id),
            ..set(&variant.row)
        };
        Entity::update(row).exec(transaction).await?;
    }
    let new: Vec<product_variant::ActiveModel> = variants
        .iter()
        .filter(|variant| variant.stored.is_none())
        .map(|variant| set(&variant.row))
        .collect();
    for chunk in new.chunks(INSERT_CHUNK) {
        Entity::insert_many(chunk.iter().cloned())
            .exec_without_returning(transaction)
            .await?;
    }
    Ok(())
}

fn set(row: &product_variant::Model) -> product_variant::ActiveModel {
    row.clone().into_active_model().reset_all()
}

async fn write_prices(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    write: &VariantWrite<'_>,
    wishes: &[VariantFields],
    variants: &[Merged],
    list: &FieldPath,
) -> Result<(), CatalogError> {
    use variant_price::{ActiveModel, Column, Entity};
    if wishes
        .iter()
        .all(|wish| wish.price.is_none() && wish.compare_at_price.is_none())
    {
        return Ok(());
    }
    let stored = Entity::find()
        .filter(Column::ChannelId.eq(write.channel_id))
        .filter(Column::VariantId.is_in(variants.iter().map(|variant| variant.row.id)))
        .all(transaction)
        .await?;
    let mut rows = Vec::new();
    let mut gone = Vec::new();
    let mut changes = Vec::new();
    for (index, wish) in wishes.iter().enumerate() {
        let Some(variant) = of_sku(variants, wish.sku.trim()) else {
            continue;
        };
        let variant_id = variant.row.id;
        let field = |name: &str| below(list, &[&index.to_string(), name]);
        let stored = stored.iter().find(|price| price.variant_id == variant_id);
        let price = match wish.price {
            Some(price) => minor(field("price"), price, write.currency)?,
            None => stored.map(|price| price.price_minor),
        };
        let compare_at = match wish.compare_at_price {
            Some(price) => minor(field("compareAtPrice"), price, write.currency)?,
            None => stored.and_then(|price| price.compare_at_minor),
        };
        if price != stored.map(|price| price.price_minor) {
            changes.push(PriceChange {
                variant_id,
                of: PriceOf::Variant,
                min_quantity: 1,
                price_minor: price,
            });
        }
        match price {
            None if compare_at.is_some() && wish.compare_at_price.is_some() => {
                return Err(refuse(
                    field("compareAtPrice"),
                    "a price before reduction needs a price",
                )
                .into());
            }
            None => gone.push(variant_id),
            Some(price_minor) => rows.push(ActiveModel {
                variant_id: Set(variant_id),
                channel_id: Set(write.channel_id),
                currency: Set(CurrencyCode(write.currency)),
                price_minor: Set(price_minor),
                compare_at_minor: Set(compare_at),
            }),
        }
    }
    Entity::delete_many()
        .filter(Column::ChannelId.eq(write.channel_id))
        .filter(Column::VariantId.is_in(gone))
        .exec(transaction)
        .await?;
    if !rows.is_empty() {
        let replace = OnConflict::columns([Column::VariantId, Column::ChannelId])
            .update_columns([Column::Currency, Column::PriceMinor, Column::CompareAtMinor])
            .to_owned();
        Entity::insert_many(rows)
            .on_conflict(replace)
            .exec_without_returning(transaction)
            .await?;
    }
    record(transaction, clock, write.channel_id, write.now, &changes).await?;
    Ok(())
}

fn minor(field: FieldPath, price: Option<Money>, currency: Currency) -> Result<Option<i64>, Error> {
    let Some(price) = price else {
        return Ok(None);
    };
    if price.currency != currency {
        return Err(refuse(field, format!("prices are in {currency}")));
    }
    if price.is_negative() {
        return Err(refuse(field, "a price must not be negative"));
    }
    Ok(Some(price.minor))
}
