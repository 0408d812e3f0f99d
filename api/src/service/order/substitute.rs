//! A line of an order becomes another variant at the same price: the buyer agreed to what the back office offered.

use entity::order::Model as Order;
use entity::order_line;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, DatabaseTransaction, EntityTrait};
use uuid::Uuid;

use super::components;
use super::error::OrderError;
use super::history::ActorRef;
use super::question::QuestionLine;
use crate::error::Error;
use crate::service::inventory::{self, Promise, Routing, Want};
use crate::service::presale;
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
    let fallback = &app.channels.find_by_id(order.channel_id)?.default_locale;
    let variants = offers.iter().map(|(_, variant_id)| *variant_id);
    let called = components::called(transaction, variants, &order.locale, fallback).await?;
    let units = offers
        .iter()
        .map(|(line, variant_id)| (line.asked.id, *variant_id, line.answer.quantity));
    let units: Vec<_> = units.collect();
    let wants = inventory::wants(transaction, &units).await?;
    let mut changed = Vec::with_capacity(offers.len());
    for ((line, variant_id), want) in offers.into_iter().zip(wants) {
        let called = called.get(&variant_id).cloned();
        let called = called.ok_or_else(|| Error::internal("a substitute that is gone"))?;
        let ordered = order_line::Entity::find_by_id(line.asked.id)
            .one(transaction)
            .await?
            .ok_or_else(|| Error::internal("a question about a line that is gone"))?;
        changed.push(Substituted {
            ordered: ordered.sku.clone(),
            sent: called.sku.clone(),
            want,
            warehouse_id: line.warehouse_id,
        });
        let row = order_line::ActiveModel {
            variant_id: Set(variant_id),
            sku: Set(called.sku),
            product_name: Set(called.product_name),
            variant_name: Set(called.variant_name),
            shippable: Set(called.shippable),
            expected_at: Set(None),
            ships_at: Set(None),
            ..ordered.into()
        };
        row.update(transaction).await?;
    }
    Ok(changed)
}

/// Takes the stock of what is sent instead, where it was offered if it is still there. The promises of what was ordered ended by
/// now: they were given back by what the lines were made of before.
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
    if changed.is_empty() {
        return Ok(());
    }
    let channel = app.channels.find_by_id(order.channel_id)?;
    let wants: Vec<Want> = changed.iter().map(|change| change.want.clone()).collect();
    components::keep(transaction, &wants, &order.locale, &channel.default_locale).await?;
    let changed_lines = wants.iter().map(|want| want.line_id);
    presale::note(transaction, &app.clock, changed_lines).await?;
    for change in changed.iter().filter(|change| change.want.quantity > 0) {
        let wants = std::slice::from_ref(&change.want);
        let routing = Routing {
            policy: channel.routing_policy.0,
            preferred: change.warehouse_id,
        };
        let taken = inventory::allocate_now(transaction, &app.clock, wants, routing).await?;
        let promise = Promise {
            order_id: order.id,
            taken: &taken,
            actor,
        };
        inventory::write_promises(transaction, &app.clock, &[promise]).await?;
    }
    Ok(())
}
