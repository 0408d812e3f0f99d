//! A line of an order becomes another variant at the same price: the buyer agreed to what the back office offered.

use std::collections::HashMap;

use domain::catalog::{ProductOption, variant_name};
use entity::order::Model as Order;
use entity::{order_line, product, product_variant};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter,
};
use uuid::Uuid;

use super::error::OrderError;
use super::history::ActorRef;
use super::names;
use super::question::QuestionLine;
use crate::error::Error;
use crate::service::inventory::{self, Promise, Routing, Want};
use crate::state::AppState;

/// A line that became something else.
#[derive(Clone, Debug)]
pub(super) struct Substituted {
    /// SKU ordered.
    pub(super) ordered: String,
    /// SKU sent instead.
    pub(super) sent: String,
    want: Want,
    warehouse_id: Option<Uuid>,
}

/// Writes the variants that are offered instead into the lines of a locked order; answers what changed.
///
/// # Errors
/// When a row cannot be written.
pub(super) async fn replace(
    transaction: &DatabaseTransaction,
    app: &AppState,
    order: &Order,
    lines: &[QuestionLine],
) -> Result<Vec<Substituted>, OrderError> {
    let offers: Vec<(&QuestionLine, Uuid)> = lines
        .iter()
        .filter_map(|line| Some((line, line.answer.substitute?)))
        .collect();
    if offers.is_empty() {
        return Ok(Vec::new());
    }
    let variants = product_variant::Entity::find()
        .filter(product_variant::Column::Id.is_in(offers.iter().map(|(_, variant)| *variant)))
        .all(transaction)
        .await?;
    let products = || variants.iter().map(|variant| variant.product_id);
    let options: HashMap<Uuid, Vec<ProductOption>> = product::Entity::find()
        .filter(product::Column::Id.is_in(products()))
        .all(transaction)
        .await?
        .into_iter()
        .map(|product| (product.id, product.options.0))
        .collect();
    let fallback = &app.channels.find_by_id(order.channel_id)?.default_locale;
    let names = names::of_products(transaction, products(), &order.locale, fallback).await?;
    let mut changed = Vec::with_capacity(offers.len());
    for (line, variant_id) in offers {
        let variant = variants.iter().find(|variant| variant.id == variant_id);
        let variant = variant.ok_or_else(|| Error::internal("a substitute that is gone"))?;
        let ordered = order_line::Entity::find_by_id(line.asked.id)
            .one(transaction)
            .await?
            .ok_or_else(|| Error::internal("a question about a line that is gone"))?;
        changed.push(Substituted {
            ordered: ordered.sku.clone(),
            sent: variant.sku.clone(),
            want: Want {
                product_id: variant.product_id,
                variant_id,
                line_id: ordered.id,
                quantity: line.answer.quantity,
            },
            warehouse_id: line.warehouse_id,
        });
        let options = options.get(&variant.product_id);
        let options = options.map(Vec::as_slice).unwrap_or_default();
        let row = order_line::ActiveModel {
            variant_id: Set(variant_id),
            sku: Set(variant.sku.clone()),
            product_name: Set(names.get(&variant.product_id).cloned().unwrap_or_default()),
            variant_name: Set(variant_name(options, &variant.selected_options.0)),
            shippable: Set(variant.shippable),
            expected_at: Set(None),
            ..ordered.into()
        };
        row.update(transaction).await?;
    }
    Ok(changed)
}

/// Takes the stock of what is sent instead, where it was offered if it is still there.
///
/// # Errors
/// [`OrderError::InsufficientStock`]; the caller rolls back.
pub(super) async fn take_stock(
    transaction: &DatabaseTransaction,
    app: &AppState,
    order: &Order,
    changed: &[Substituted],
    actor: ActorRef,
) -> Result<(), OrderError> {
    let policy = app.channels.find_by_id(order.channel_id)?.routing_policy.0;
    for change in changed.iter().filter(|change| change.want.quantity > 0) {
        let wants = [change.want];
        let routing = Routing {
            policy,
            preferred: change.warehouse_id,
        };
        let taken = inventory::allocate_now(transaction, &app.clock, &wants, routing).await?;
        let promise = Promise {
            order_id: order.id,
            taken: &taken,
            actor,
        };
        inventory::write_promises(transaction, &app.clock, &[promise]).await?;
    }
    Ok(())
}
