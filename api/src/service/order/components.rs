//! What the bundles among ordered lines are made of, kept as it was when they were ordered.

use std::collections::{BTreeSet, HashMap};

use domain::catalog::variant_name;
use entity::{order_line_component, product, product_variant};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
    QueryOrder,
};
use uuid::Uuid;

use super::names;
use crate::error::{Error, Result};
use crate::service::inventory::Want;
use crate::state::AppState;

/// How a variant stands in an order.
#[derive(Clone, Debug)]
pub(super) struct Called {
    /// Its SKU.
    pub(super) sku: String,
    /// Name of its product in the order's language.
    pub(super) product_name: String,
    /// Its choices in words.
    pub(super) variant_name: String,
    /// Whether it has to be shipped.
    pub(super) shippable: bool,
}

/// Finds how variants are called, in a language or else in the fallback.
///
/// # Errors
/// When the database cannot be read.
pub(super) async fn called<C: ConnectionTrait>(
    connection: &C,
    variant_ids: impl IntoIterator<Item = Uuid>,
    locale: &str,
    fallback: &str,
) -> Result<HashMap<Uuid, Called>> {
    let variants = product_variant::Entity::find()
        .filter(product_variant::Column::Id.is_in(variant_ids))
        .all(connection)
        .await?;
    let products = || variants.iter().map(|variant| variant.product_id);
    let options: HashMap<Uuid, _> = product::Entity::find()
        .filter(product::Column::Id.is_in(products()))
        .all(connection)
        .await?
        .into_iter()
        .map(|product| (product.id, product.options.0))
        .collect();
    let names = names::of_products(connection, products(), locale, fallback).await?;
    let called = variants.iter().map(|variant| {
        let options = options.get(&variant.product_id).map(Vec::as_slice);
        let called = Called {
            sku: variant.sku.clone(),
            product_name: names.get(&variant.product_id).cloned().unwrap_or_default(),
            variant_name: variant_name(options.unwrap_or_default(), &variant.selected_options.0),
            shippable: variant.shippable,
        };
        (variant.id, called)
    });
    Ok(called.collect())
}

/// What bundles among lines were made of, in their order.
///
/// # Errors
/// When the database cannot be read.
pub(crate) async fn by_line_ids(
    app: &AppState,
    line_ids: &[Uuid],
) -> Result<Vec<order_line_component::Model>> {
    use order_line_component::Column;
    Ok(order_line_component::Entity::find()
        .filter(Column::OrderLineId.is_in(line_ids.iter().copied()))
        .order_by_asc(Column::OrderLineId)
        .order_by_asc(Column::Position)
        .all(app.database.read())
        .await?)
}

/// Composes the rows that keep what wanted bundles are made of; none for other goods.
///
/// # Errors
/// When the database cannot be read.
pub(super) async fn compose<C: ConnectionTrait>(
    connection: &C,
    wants: &[Want],
    locale: &str,
    fallback: &str,
) -> Result<Vec<order_line_component::ActiveModel>> {
    let bundles = || wants.iter().filter(|want| want.goods.is_bundle());
    let variants: BTreeSet<Uuid> = bundles().flat_map(|want| want.goods.variants()).collect();
    if variants.is_empty() {
        return Ok(Vec::new());
    }
    let called = called(connection, variants, locale, fallback).await?;
    let mut rows = Vec::new();
    for want in bundles() {
        for ((variant_id, quantity), position) in want.goods.units(1).zip(1_i32..) {
            let called = called.get(&variant_id).cloned();
            let called = called.ok_or_else(|| Error::internal("a component that is gone"))?;
            rows.push(order_line_component::ActiveModel {
                order_line_id: Set(want.line_id),
                variant_id: Set(variant_id),
                position: Set(position),
                sku: Set(called.sku),
                product_name: Set(called.product_name),
                variant_name: Set(called.variant_name),
                quantity: Set(i32::try_from(quantity).map_err(Error::internal)?),
            });
        }
    }
    Ok(rows)
}

/// Writes composed rows; their lines exist by now.
///
/// # Errors
/// When a row cannot be written.
pub(super) async fn insert(
    transaction: &DatabaseTransaction,
    rows: Vec<order_line_component::ActiveModel>,
) -> Result<()> {
    if !rows.is_empty() {
        order_line_component::Entity::insert_many(rows)
            .exec_without_returning(transaction)
            .await?;
    }
    Ok(())
}

/// Keeps what wanted bundles are made of, in place of what their lines were made of before.
///
/// # Errors
/// When a row cannot be written.
pub(crate) async fn keep(
    transaction: &DatabaseTransaction,
    wants: &[Want],
    locale: &str,
    fallback: &str,
) -> Result<()> {
    let lines = wants.iter().map(|want| want.line_id);
    order_line_component::Entity::delete_many()
        .filter(order_line_component::Column::OrderLineId.is_in(lines))
        .exec(transaction)
        .await?;
    let rows = compose(transaction, wants, locale, fallback).await?;
    insert(transaction, rows).await
}
