//! Staff carry an open edit out, or drop it.

use domain::id::OrderId;
use domain::order::approval::{ApprovalSoFar, levels_needed};
use domain::order::{Decision, OrderCost};
use domain::permission::Permission;
use entity::column::Text;
use entity::order::Model as Order;
use entity::order_change::{ActiveModel, Model};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, DatabaseTransaction};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{apply, query};
use crate::auth::Viewer;
use crate::error::Error;
use crate::service::actor::person_behind;
use crate::service::idempotency;
use crate::service::order::approval::answerer;
use crate::service::order::error::OrderError;
use crate::service::order::history::{self, Happening};
use crate::service::order::row;
use crate::state::AppState;

/// An answer to an open edit.
#[derive(Clone, Debug, Serialize)]
pub struct RespondToChange {
    /// The edit.
    pub change_id: Uuid,
    /// Yes or no.
    pub decision: Decision,
    /// Unique per request.
    pub idempotency_key: String,
}

#[derive(Serialize, Deserialize)]
struct Responded {
    change_id: Uuid,
}

/// Carries an edit out with the prices it was written with, or drops it. What it adds is owed from then on, and goods
/// leave when it is paid; what it takes out goes back at once.
///
/// # Errors
/// [`Error::NotFound`]; [`OrderError::NotNow`] when it was answered before; [`Error::Conflict`] when the order changed since
/// it was written; [`Error::Forbidden`] without `ORDER_APPROVE`, and [`OrderError::SecondPerson`] for whoever wrote it, when it
/// takes the order over a level of approval; [`OrderError::Change`] when the order cannot take it any more;
/// [`OrderError::InsufficientStock`].
pub async fn respond_to_change(
    app: &AppState,
    viewer: &Viewer,
    command: RespondToChange,
) -> Result<Model, OrderError> {
    viewer.require(Permission::OrderWrite)?;
    let answered = app
        .database
        .retry(|| attempt(app, viewer, &command))
        .await?;
    app.wake.wake();
    Ok(answered)
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &RespondToChange,
) -> Result<Model, OrderError> {
    let transaction = app.database.begin().await?;
    let actor_key = viewer.idempotency_actor("");
    let request = idempotency::Request::try_new(
        &actor_key,
        "orderChangeRespond",
        &command.idempotency_key,
        command,
    )?;
    let done = Responded {
        change_id: command.change_id,
    };
    if let Some(first) = request.claim(&transaction, &app.clock, &done).await? {
        return query::find(&transaction, first.change_id).await;
    }
    let change = query::find(&transaction, command.change_id).await?;
    let mut order = row::lock(&transaction, OrderId::from(change.order_id)).await?;
    // Read again: two answers to one edit meet at the order's lock.
    let change = query::find(&transaction, change.id).await?;
    let status = change.status.apply(command.decision.into())?;
    match command.decision {
        Decision::Accept if order.version != change.order_version => {
            return Err(Error::Conflict("order").into());
        }
        Decision::Accept => {
            check_approver(app, &transaction, viewer, &order, &change).await?;
            apply::carry_out(app, &transaction, &mut order, &change, viewer.actor()).await?;
        }
        Decision::Decline => {
            let (clock, dropped) = (&app.clock, [Happening::ChangeDropped]);
            history::record_quietly(&transaction, clock, &order, viewer.actor(), &dropped).await?;
        }
    }
    let row = ActiveModel {
        id: Unchanged(change.id),
        status: Set(Text(status)),
        responded_at: Set(Some(app.clock.now())),
        ..Default::default()
    };
    let answered = row.update(&transaction).await?;
    transaction.commit().await?;
    Ok(answered)
}

/// What takes an order over a level of approval is carried out by an approver, another person than wrote it.
async fn check_approver(
    app: &AppState,
    transaction: &DatabaseTransaction,
    viewer: &Viewer,
    order: &Order,
    change: &Model,
) -> Result<(), OrderError> {
    let channel = app.channels.find_by_id(order.channel_id)?;
    let levels = |cost: &OrderCost| {
        let levels = &channel.order_approval_levels.0;
        levels_needed(levels, cost.total, cost.subtotal, cost.discount_total)
    };
    if levels(&change.cost_after.0) <= levels(&change.cost_before.0) {
        return Ok(());
    }
    viewer.require(Permission::OrderApprove)?;
    let author = (change.actor_kind.0, change.actor_id);
    let so_far = ApprovalSoFar {
        author: person_behind(transaction, author).await?,
        approvers: Vec::new(),
    };
    let approver = answerer(viewer, &so_far);
    approver.map(|_person| ()).ok_or(OrderError::SecondPerson)
}
