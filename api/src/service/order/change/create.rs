//! Staff write an edit of an order, or only try it.

use domain::id::OrderId;
use domain::order::change::{ChangePlan, ChangeStep};
use domain::order::{OrderCost, RequestStatus};
use domain::permission::Permission;
use entity::column::{Json, Text};
use entity::order::Model as Order;
use entity::order_change::{ActiveModel, Column, Entity, Model};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction,
    EntityTrait, PaginatorTrait, QueryFilter,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::resolve::{self, StepWish};
use super::{Subject, query};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::idempotency;
use crate::service::order::error::OrderError;
use crate::service::order::history::{self, Happening};
use crate::service::order::row;
use crate::state::AppState;

/// Longest reason, in characters.
const MAX_REASON: usize = 500;

/// An edit to try.
#[derive(Clone, Debug)]
pub struct PreviewChange {
    /// The order.
    pub order_id: Uuid,
    /// Steps in order.
    pub steps: Vec<StepWish>,
}

/// An edit to write down.
#[derive(Clone, Debug, Serialize)]
pub struct CreateChange {
    /// The order.
    pub order_id: Uuid,
    /// Steps in order.
    pub steps: Vec<StepWish>,
    /// Why.
    pub reason: String,
    /// Version of the order the author saw.
    pub expected_version: Option<i32>,
    /// Unique per request.
    pub idempotency_key: String,
}

#[derive(Serialize, Deserialize)]
struct Created {
    change_id: Uuid,
}

/// Tells what an edit would cost before and after; nothing is saved.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`], [`OrderError::Change`] and [`OrderError::InsufficientStock`] as for
/// [`create_change`].
pub async fn preview_change(
    app: &AppState,
    viewer: &Viewer,
    command: PreviewChange,
) -> Result<(OrderCost, OrderCost), OrderError> {
    viewer.require(Permission::OrderWrite)?;
    let connection = app.database.read();
    let order = row::load(connection, OrderId::from(command.order_id)).await?;
    let (_, plan) = plan(app, connection, viewer, &order, &command.steps).await?;
    Ok((plan.before, plan.after))
}

/// Writes an edit of a confirmed order down, with the prices of this moment. It changes nothing until it is carried out.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Conflict`] when the order is not in the version the author saw;
/// [`OrderError::ChangeOpen`]; [`Error::Invalid`] for a step that makes no sense; [`OrderError::Change`] for one the order
/// cannot take; [`OrderError::InsufficientStock`] when too little of what is added is there now.
pub async fn create_change(
    app: &AppState,
    viewer: &Viewer,
    command: CreateChange,
) -> Result<Model, OrderError> {
    viewer.require(Permission::OrderWrite)?;
    check_reason(&command.reason)?;
    let created = app
        .database
        .retry(|| attempt(app, viewer, &command))
        .await?;
    app.wake.wake();
    Ok(created)
}

fn check_reason(reason: &str) -> Result<()> {
    let length = reason.trim().chars().count();
    if length == 0 || length > MAX_REASON {
        let message = format!("1 to {MAX_REASON} characters");
        return Err(Error::invalid(&["reason"], message));
    }
    Ok(())
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &CreateChange,
) -> Result<Model, OrderError> {
    let transaction = app.database.begin().await?;
    let actor_key = viewer.idempotency_actor("");
    let request = idempotency::Request::try_new(
        &actor_key,
        "orderChangeCreate",
        &command.idempotency_key,
        command,
    )?;
    let created = Created {
        change_id: app.clock.new_id(),
    };
    if let Some(first) = request.claim(&transaction, &app.clock, &created).await? {
        return query::find(&transaction, first.change_id).await;
    }
    let order = row::lock(&transaction, OrderId::from(command.order_id)).await?;
    if command
        .expected_version
        .is_some_and(|seen| seen != order.version)
    {
        return Err(Error::Conflict("order").into());
    }
    if has_open(&transaction, order.id).await? {
        return Err(OrderError::ChangeOpen);
    }
    let (steps, plan) = plan(app, &transaction, viewer, &order, &command.steps).await?;
    let (actor_kind, actor_id) = viewer.actor();
    let row = ActiveModel {
        id: Set(created.change_id),
        order_id: Set(order.id),
        status: Set(Text(RequestStatus::Pending)),
        steps: Set(Json(steps)),
        cost_before: Set(Json(plan.before)),
        cost_after: Set(Json(plan.after)),
        difference_minor: Set(plan.difference.minor),
        reason: Set(command.reason.trim().to_owned()),
        order_version: Set(order.version),
        actor_kind: Set(Text(actor_kind)),
        actor_id: Set(actor_id),
        created_at: Set(app.clock.now()),
        responded_at: Set(None),
    };
    let written = row.insert(&transaction).await?;
    let happened = [Happening::ChangeWritten];
    history::record_quietly(&transaction, &app.clock, &order, viewer.actor(), &happened).await?;
    transaction.commit().await?;
    Ok(written)
}

async fn has_open(transaction: &DatabaseTransaction, order_id: Uuid) -> Result<bool> {
    let open = Entity::find()
        .filter(Column::OrderId.eq(order_id))
        .filter(Column::Status.eq(Text(RequestStatus::Pending)))
        .count(transaction)
        .await?;
    Ok(open > 0)
}

async fn plan<C: ConnectionTrait>(
    app: &AppState,
    connection: &C,
    viewer: &Viewer,
    order: &Order,
    wishes: &[StepWish],
) -> Result<(Vec<ChangeStep>, ChangePlan), OrderError> {
    let subject = Subject::load(connection, order).await?;
    let steps = resolve::steps(app, connection, viewer, order, &subject, wishes).await?;
    let plan = subject.order.plan(&steps, &mut || app.clock.new_id())?;
    Ok((steps, plan))
}
