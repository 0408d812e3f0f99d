//! An edit is carried out: lines, price, money and stock of a locked order follow its steps.

use domain::Money;
use domain::order::change::{AddedLine, ChangePlan, balance};
use domain::order::cost::CostStep;
use domain::order::{ChangeStep, OrderCancellationReason};
use domain::pricing::AdjustmentKind;
use entity::column::{Json, Text};
use entity::order::Model as Order;
use entity::order_change::Model;
use entity::{order_adjustment, order_line};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter,
    QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::{Subject, stock};
use crate::error::{Error, Result};
use crate::service::order::error::OrderError;
use crate::service::order::history::{self, ActorRef, Happening};
use crate::service::order::reduce::{self, CalledOff};
use crate::service::order::{facts, row};
use crate::service::{invoice, payment};
use crate::state::AppState;

/// Carries an open edit of a locked order out, and writes the order's row.
///
/// # Errors
/// [`OrderError::Change`] when the order cannot take it any more; [`OrderError::InsufficientStock`].
pub(super) async fn carry_out(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &mut Order,
    change: &Model,
    actor: ActorRef,
) -> Result<(), OrderError> {
    let subject = Subject::load(transaction, order).await?;
    let steps = &change.steps.0;
    let plan = subject.order.plan(steps, &mut || app.clock.new_id())?;
    let added: Vec<&AddedLine> = steps.iter().filter_map(addition).collect();
    // Promises are found as they are, before units are counted as gone.
    let unwanted = reduce::promised(transaction, order.id, &plan.removed).await?;
    write_lines(transaction, order, change.id, &subject, &added, &plan).await?;
    write_steps(transaction, order, &plan.steps).await?;
    raise(order, steps, &plan)?;
    let balance = balance(row::money(order, order.owed_minor), plan.raised)?;
    order.owed_minor = balance.owed.minor;
    payment::follow_total(app, transaction, order, balance.surplus, actor).await?;
    // What was paid for the units that go is set off against what is owed now, and the rest goes back.
    let gone = CalledOff {
        units: &plan.removed,
        reason: OrderCancellationReason::Staff,
        note: Some(&change.reason),
    };
    reduce::call_off(app, transaction, order, gone, actor).await?;
    facts::bring_goods_in_line(transaction, &app.clock, order).await?;
    row::save(transaction, &app.clock, order).await?;
    let owed = Some(row::money(order, order.owed_minor)).filter(|owed| owed.is_positive());
    let happened = [Happening::Changed(owed)];
    history::record(transaction, &app.clock, order, actor, &happened).await?;
    invoice::follow_soon(transaction, app, order.id).await?;
    stock::exchange(app, transaction, order, &unwanted, &added, actor).await
}

fn addition(step: &ChangeStep) -> Option<&AddedLine> {
    match step {
        ChangeStep::Add(line) => Some(line.as_ref()),
        ChangeStep::Remove { .. }
        | ChangeStep::Price { .. }
        | ChangeStep::Surcharge { .. }
        | ChangeStep::Address(_)
        | ChangeStep::Shipping(_) => None,
    }
}

/// Writes the lines that come, and what lines that stay cost more or less.
async fn write_lines(
    transaction: &DatabaseTransaction,
    order: &Order,
    change_id: Uuid,
    subject: &Subject,
    added: &[&AddedLine],
    plan: &ChangePlan,
) -> Result<()> {
    let last = subject.lines.last().map_or(0, |line| line.position);
    let mut rows = Vec::with_capacity(added.len());
    for gain in &plan.lines {
        let Some((line, place)) = added
            .iter()
            .zip(1_i32..)
            .find(|(line, _)| line.id == gain.id)
        else {
            order_line::Entity::update_many()
                .col_expr(
                    order_line::Column::TaxMinor,
                    Expr::col(order_line::Column::TaxMinor).add(gain.tax.minor),
                )
                .col_expr(
                    order_line::Column::TotalMinor,
                    Expr::col(order_line::Column::TotalMinor).add(gain.total.minor),
                )
                .filter(order_line::Column::Id.eq(gain.id))
                .exec(transaction)
                .await?;
            continue;
        };
        let ppm = line.tax.as_ref().map_or(0, |tax| tax.rate.ppm());
        rows.push(order_line::ActiveModel {
            id: Set(line.id),
            order_id: Set(order.id),
            position: Set(last.saturating_add(place)),
            variant_id: Set(line.variant_id),
            sku: Set(line.sku.clone()),
            product_name: Set(line.product_name.clone()),
            variant_name: Set(line.variant_name.clone()),
            quantity: Set(i32::try_from(line.units).map_err(Error::internal)?),
            cancelled_quantity: Set(0),
            fulfilled_quantity: Set(0),
            returned_quantity: Set(0),
            unit_price_minor: Set(line.unit_price.minor),
            compare_at_minor: Set(line.compare_at.map(|price| price.minor)),
            subtotal_minor: Set(gain.subtotal.minor),
            discount_minor: Set(0),
            tax_minor: Set(gain.tax.minor),
            total_minor: Set(gain.total.minor),
            tax_rate_ppm: Set(i32::try_from(ppm).map_err(Error::internal)?),
            shippable: Set(line.is_shippable),
            gift: Set(false),
            price_source_kind: Set(None),
            price_source_id: Set(None),
            price_source_version: Set(None),
            price_source_label: Set(None),
            expected_at: Set(None),
            ships_at: Set(None),
            order_change_id: Set(Some(change_id)),
        });
    }
    if !rows.is_empty() {
        order_line::Entity::insert_many(rows)
            .exec_without_returning(transaction)
            .await?;
    }
    Ok(())
}

async fn write_steps(
    transaction: &DatabaseTransaction,
    order: &Order,
    steps: &[CostStep],
) -> Result<()> {
    if steps.is_empty() {
        return Ok(());
    }
    let last: Option<i32> = order_adjustment::Entity::find()
        .select_only()
        .column(order_adjustment::Column::Position)
        .filter(order_adjustment::Column::OrderId.eq(order.id))
        .order_by_desc(order_adjustment::Column::Position)
        .into_tuple()
        .one(transaction)
        .await?;
    let first = last.unwrap_or_default().saturating_add(1);
    let rows = steps
        .iter()
        .zip(first..)
        .map(|(step, position)| order_adjustment::ActiveModel {
            id: Set(step.id),
            order_id: Set(order.id),
            order_line_id: Set(step.line),
            kind: Set(Text(step.kind)),
            label: Set(step.label.clone()),
            amount_minor: Set(step.amount.minor),
            included: Set(step.included),
            source_id: Set(step.source_id.clone()),
            promotion_version: Set(None),
            surcharge_id: Set(step.surcharge),
            position: Set(position),
        });
    order_adjustment::Entity::insert_many(rows)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// Brings the order's own figures in line with its new lines and steps, and where and how it goes.
fn raise(order: &mut Order, steps: &[ChangeStep], plan: &ChangePlan) -> Result<(), OrderError> {
    let currency = order.currency.0;
    let sum = |kind: AdjustmentKind| {
        let own = plan.steps.iter().filter(|step| step.kind == kind);
        Money::sum(own.map(|step| step.amount), currency)
    };
    let added = Money::sum(plan.lines.iter().map(|line| line.subtotal), currency)?;
    let raised = |minor: i64, more: Money| row::money(order, minor).plus(more);
    let subtotal = raised(order.subtotal_minor, added)?;
    let shipping = raised(order.shipping_minor, sum(AdjustmentKind::Shipping)?)?;
    let tax = raised(order.tax_minor, sum(AdjustmentKind::Tax)?)?;
    let total = raised(order.total_minor, plan.raised)?;
    order.subtotal_minor = subtotal.minor;
    order.shipping_minor = shipping.minor;
    order.tax_minor = tax.minor;
    order.total_minor = total.minor;
    for step in steps {
        match step {
            ChangeStep::Address(address) => {
                order.shipping_address = Some(Json(address.as_ref().clone()));
            }
            ChangeStep::Shipping(method) => {
                order.shipping_method_id = Some(method.id);
                order.shipping_method_name = Some(method.name.clone());
            }
            ChangeStep::Add(_)
            | ChangeStep::Remove { .. }
            | ChangeStep::Price { .. }
            | ChangeStep::Surcharge { .. } => {}
        }
    }
    Ok(())
}
