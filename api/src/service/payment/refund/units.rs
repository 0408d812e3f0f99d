//! Money of units that a buyer will not get.

use domain::order::OrderCost;
use domain::order::cost::CostStep;
use entity::order::Model as Order;
use entity::payment::{Column, Entity};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use super::super::error::PaymentError;
use super::super::ledger::{self, Books};
use super::facts::Facts;
use super::words::Reason;
use super::write::{self, Decision};
use crate::service::order::history::ActorRef;
use crate::service::order::{OrderError, row};
use crate::state::AppState;

/// Units of an order that were called off.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CalledOff<'a> {
    /// Lines and units.
    pub(crate) units: &'a [(Uuid, u32)],
    /// Whether something takes their place.
    pub(crate) is_exchange: bool,
    /// The cancellation, written down already.
    pub(crate) cancellation_id: Uuid,
    /// Who called them off.
    pub(crate) actor: ActorRef,
}

/// Tells what an order would cost without some of its units; nothing is saved.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn cost_without<C: ConnectionTrait>(
    connection: &C,
    order: &Order,
    units: &[(Uuid, u32)],
) -> Result<OrderCost, OrderError> {
    reckon(connection, order, units)
        .await
        .map_err(|error| OrderError::Common(error.into()))
}

async fn reckon<C: ConnectionTrait>(
    connection: &C,
    order: &Order,
    units: &[(Uuid, u32)],
) -> Result<OrderCost, PaymentError> {
    let payments = Entity::find()
        .filter(Column::OrderId.eq(order.id))
        .order_by_asc(Column::Id)
        .all(connection)
        .await?;
    let facts = Facts::load(connection, order, &payments).await?;
    let cost = cost(order, &facts);
    Ok(match facts.left.plan_units(units)? {
        Some(plan) => cost.without(&plan)?,
        None => cost,
    })
}

/// What an order costs by its rows.
pub(super) fn cost(order: &Order, facts: &Facts) -> OrderCost {
    let money = |minor| row::money(order, minor);
    OrderCost {
        subtotal: money(order.subtotal_minor),
        discount_total: money(order.discount_minor),
        shipping_total: money(order.shipping_minor),
        tax_total: money(order.tax_minor),
        total: money(order.total_minor),
        steps: facts
            .steps
            .iter()
            .map(|step| CostStep {
                id: step.id,
                kind: step.kind.0,
                label: step.label.clone(),
                amount: money(step.amount_minor),
                included: step.included,
                source_id: step.source_id.clone(),
                line: step.order_line_id,
                surcharge: step.surcharge_id,
            })
            .collect(),
    }
}

/// Gives back what units of a locked order cost that the buyer will not get. The caller saves the order's row.
///
/// # Errors
/// When a row cannot be written.
pub(crate) async fn give_units_back(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &mut Order,
    called_off: CalledOff<'_>,
) -> Result<(), OrderError> {
    give_back(app, transaction, order, called_off)
        .await
        .map_err(|error| OrderError::Common(error.into()))
}

async fn give_back(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &mut Order,
    called_off: CalledOff<'_>,
) -> Result<(), PaymentError> {
    let payments = ledger::lock_all(transaction, order).await?;
    let facts = Facts::load(transaction, order, &payments).await?;
    let plan = if called_off.is_exchange {
        facts.left.plan_units(called_off.units)?
    } else {
        facts.left.plan_called_off(called_off.units)?
    };
    let Some(plan) = plan else {
        return Ok(());
    };
    let mut books = Books {
        order: order.clone(),
        payments,
    };
    let transfers = facts.spread(plan.total)?;
    let decision = Decision {
        id: app.clock.new_id(),
        plan: &plan,
        steps: &facts.steps,
        transfers: &transfers,
        reason: Reason::UnitsCalledOff.sentence(&row::locale(order)),
        cancellation_id: Some(called_off.cancellation_id),
        actor: called_off.actor,
    };
    write::write(app, transaction, &mut books, decision).await?;
    write::save_payments(app, transaction, &mut books, &transfers).await?;
    books.bring_in_line(order)
}
