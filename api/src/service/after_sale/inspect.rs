//! Goods are examined: what is accepted counts as returned, what can be sold again goes back to stock, and what is to be
//! sent instead is prepared.

use std::collections::HashMap;

use domain::after_sale::{
    AfterSaleCondition, AfterSaleEvent, AfterSaleResolution, Finding, InspectedLine,
    inspect as decide,
};
use domain::permission::Permission;
use entity::after_sale::{ActiveModel, Entity, Model};
use entity::column::Text;
use entity::{after_sale_line, order_line};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, ColumnTrait, EntityTrait,
    ExprTrait, QueryFilter,
};
use serde::Serialize;
use uuid::Uuid;

use super::claims::count;
use super::error::AfterSaleError;
use super::lock::{self, Locked, Opened, Request, Step, Who};
use super::replace;
use super::words::words;
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::inventory::{self, Returned};
use crate::service::order::number::{self, Running};
use crate::service::order::row;
use crate::state::AppState;

/// What was found.
#[derive(Clone, Debug, Serialize)]
pub struct InspectAfterSale {
    /// The case.
    pub after_sale_id: Uuid,
    /// Lines, units accepted and their condition.
    pub findings: Vec<(Uuid, u32, AfterSaleCondition)>,
    /// How it is made good; what is usual for the case's kind if left out.
    pub resolution: Option<AfterSaleResolution>,
    /// Words to the buyer.
    pub answer: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

/// Records what is accepted; an exchange is prepared to be sent.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] for a way to make it good that the kind of case does not have;
/// [`AfterSaleError::Finding`]; [`AfterSaleError::InvalidTransition`]; [`AfterSaleError::InsufficientStock`] when what is
/// wanted instead is not there.
pub async fn inspect(
    app: &AppState,
    viewer: &Viewer,
    command: InspectAfterSale,
) -> Result<Model, AfterSaleError> {
    viewer.require(Permission::AfterSaleWrite)?;
    let answer = words("answer", command.answer.as_deref())?;
    let command = InspectAfterSale { answer, ..command };
    // Taken before the transaction, as placing does: what is sent instead is an order of its own.
    let running = number_for(app, &command).await?;
    let outcome = app
        .database
        .retry(|| attempt(app, viewer, &command, running))
        .await;
    let is_free = match &outcome {
        Ok((_, has_used_number)) => !has_used_number,
        Err(error) => error.is_refusal(),
    };
    if let Some(running) = running.filter(|_| is_free) {
        number::give_back(app, running).await;
    }
    let (case, _) = outcome?;
    app.wake.wake();
    Ok(case)
}

/// A number for the order of what is sent instead, where that may come to it.
async fn number_for(app: &AppState, command: &InspectAfterSale) -> Result<Option<Running>> {
    let connection = app.database.read();
    let Some(case) = Entity::find_by_id(command.after_sale_id)
        .one(connection)
        .await?
    else {
        return Err(Error::NotFound("case"));
    };
    let resolution = resolution(&case, command)?;
    if resolution == AfterSaleResolution::Refund || case.replacement_order_id.is_some() {
        return Ok(None);
    }
    let order = row::load(connection, case.order_id.into()).await?;
    number::take(app, order.channel_id).await.map(Some)
}

fn resolution(case: &Model, command: &InspectAfterSale) -> Result<AfterSaleResolution> {
    let usual = case.kind.0.usual_resolution();
    let resolution = command.resolution.unwrap_or(usual);
    if case.kind.0.allows(resolution) {
        Ok(resolution)
    } else {
        let message = format!("a {} is made good with money", case.kind.0);
        Err(Error::invalid(&["resolution"], message))
    }
}

/// Carries it out; tells whether it took the number.
async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &InspectAfterSale,
    running: Option<Running>,
) -> Result<(Model, bool), AfterSaleError> {
    let request = Request {
        operation: "afterSaleInspect",
        key: &command.idempotency_key,
        command,
    };
    let locked = match lock::open(app, viewer, Who::Office, command.after_sale_id, request).await? {
        Opened::Before(case) => return Ok((*case, false)),
        Opened::Now(locked) => locked,
    };
    let case = &locked.case;
    let found = findings(&locked, command)?;
    let event = if found.iter().any(|line| line.accepted > 0) {
        AfterSaleEvent::Inspected
    } else {
        AfterSaleEvent::Rejected
    };
    let status = case.status.0.apply(case.kind.0, event)?;
    let mut change = ActiveModel {
        answer: Set(command.answer.clone().or_else(|| case.answer.clone())),
        ..Default::default()
    };
    write_findings(&locked, &found).await?;
    let mut used_number = false;
    if event == AfterSaleEvent::Inspected {
        let resolution = resolution(case, command)?;
        change.resolution = Set(Some(Text(resolution)));
        restock(app, viewer, &locked, &found).await?;
        if resolution == AfterSaleResolution::Replacement {
            let running =
                running.ok_or_else(|| Error::internal("no number for what is sent instead"))?;
            let units: HashMap<Uuid, u32> = found
                .iter()
                .map(|line| (line.line, line.accepted))
                .collect();
            let id = replace::prepare(app, viewer, &locked, &units, running).await?;
            change.replacement_order_id = Set(Some(id));
            used_number = true;
        }
    }
    let step = Step {
        status,
        change,
        notify: true,
        actor: viewer.actor(),
    };
    Ok((locked.finish(app, step).await?, used_number))
}

fn findings(
    locked: &Locked,
    command: &InspectAfterSale,
) -> Result<Vec<InspectedLine>, AfterSaleError> {
    let arrived = locked
        .lines
        .iter()
        .map(|line| Ok((line.id, count(line.received_quantity)?)))
        .collect::<Result<Vec<_>>>()?;
    let findings: Vec<Finding> = command
        .findings
        .iter()
        .map(|(line, units, condition)| Finding {
            line: *line,
            units: *units,
            condition: *condition,
        })
        .collect();
    Ok(decide(&arrived, &findings)?)
}

async fn write_findings(locked: &Locked, found: &[InspectedLine]) -> Result<()> {
    let units = |units: u32| i32::try_from(units).map_err(Error::internal);
    for inspected in found {
        let row = after_sale_line::ActiveModel {
            id: Unchanged(inspected.line),
            accepted_quantity: Set(units(inspected.accepted)?),
            restocked_quantity: Set(units(inspected.sellable)?),
            condition: Set(Some(Text(inspected.condition))),
            ..Default::default()
        };
        let line = row.update(&locked.transaction).await?;
        order_line::Entity::update_many()
            .col_expr(
                order_line::Column::ReturnedQuantity,
                Expr::col(order_line::Column::ReturnedQuantity).add(line.accepted_quantity),
            )
            .filter(order_line::Column::Id.eq(line.order_line_id))
            .exec(&locked.transaction)
            .await?;
    }
    Ok(())
}

/// Only what can be sold again goes back on the shelf, where it arrived.
async fn restock(
    app: &AppState,
    viewer: &Viewer,
    locked: &Locked,
    found: &[InspectedLine],
) -> Result<()> {
    let Some(warehouse_id) = locked.case.warehouse_id else {
        return Err(Error::internal("goods arrived nowhere"));
    };
    let sold: HashMap<Uuid, Uuid> = order_line::Entity::find()
        .filter(order_line::Column::OrderId.eq(locked.order.id))
        .all(&locked.transaction)
        .await?
        .into_iter()
        .map(|line| (line.id, line.variant_id))
        .collect();
    let mut units = Vec::with_capacity(found.len());
    for inspected in found {
        let line = locked.lines.iter().find(|line| line.id == inspected.line);
        let sold = line.and_then(|line| Some((line, sold.get(&line.order_line_id)?)));
        if let Some((line, variant_id)) = sold {
            let quantity = i32::try_from(inspected.sellable).map_err(Error::internal)?;
            units.push((line.order_line_id, *variant_id, quantity));
        }
    }
    let returned = Returned {
        order_id: locked.order.id,
        warehouse_id,
        units,
    };
    inventory::take_back(&locked.transaction, &app.clock, &returned, viewer.actor()).await
}
