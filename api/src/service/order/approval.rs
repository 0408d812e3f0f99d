//! Orders of a certain size wait for people to approve them, each another one, and none who is behind the order.

use domain::id::OrderId;
use domain::order::approval::{ApprovalSoFar, levels_needed};
use domain::order::{Decision, OrderEvent, RequestStatus};
use domain::permission::Permission;
use entity::column::Text;
use entity::order::Model as Order;
use entity::order_approval::{ActiveModel, Column, Entity, Model};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, ColumnTrait, DatabaseTransaction,
    EntityTrait, QueryFilter, QueryOrder,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::close::{Ending, close};
use super::error::OrderError;
use super::history::{self, ActorRef, Happening};
use super::{progress, row};
use crate::auth::{Account, Viewer};
use crate::error::{Error, Result};
use crate::service::actor::person_behind;
use crate::service::idempotency;
use crate::state::AppState;

/// Longest reason, in characters.
const MAX_REASON: usize = 255;

/// An approver's answer.
#[derive(Clone, Debug, Serialize)]
pub struct RespondToApproval {
    /// The order.
    pub order_id: Uuid,
    /// Yes or no.
    pub decision: Decision,
    /// Why; needed to decline.
    pub reason: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

#[derive(Serialize, Deserialize)]
struct Responded {
    order_id: Uuid,
}

/// Lets an order that was just placed wait for approval if it is of such a size; the caller saves its row. What is approved
/// last is what starts the time to pay.
///
/// # Errors
/// When a row cannot be written.
pub(super) async fn ask(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &mut Order,
    actor: ActorRef,
) -> Result<bool, OrderError> {
    let needed = levels(app, order)?;
    if needed == 0 {
        return Ok(false);
    }
    row::apply(order, OrderEvent::ApprovalRequested)?;
    order.payment_due_at = None;
    let author_id = person_behind(transaction, actor).await?;
    let rows = (1_i32..).take(needed).map(|level| ActiveModel {
        order_id: Set(order.id),
        level: Set(level),
        status: Set(Text(RequestStatus::Pending)),
        author_id: Set(author_id),
        approver_id: Set(None),
        reason: Set(None),
        created_at: Set(order.placed_at),
        responded_at: Set(None),
    });
    Entity::insert_many(rows)
        .exec_without_returning(transaction)
        .await?;
    Ok(true)
}

/// How many people have to approve an order of this size.
///
/// # Errors
/// When its channel is gone.
pub(super) fn levels(app: &AppState, order: &Order) -> Result<usize> {
    let channel = app.channels.find_by_id(order.channel_id)?;
    Ok(levels_needed(
        &channel.order_approval_levels.0,
        row::money(order, order.total_minor),
        row::money(order, order.subtotal_minor),
        row::money(order, order.discount_minor),
    ))
}

/// Takes an approver's answer: the last yes lets the order go on, one no rejects it.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] for a no without a reason; [`OrderError::InvalidTransition`] for an order that
/// does not wait for approval; [`OrderError::SecondPerson`] for programs, for whoever is behind the order, and for those
/// who answered before.
pub async fn respond_to_approval(
    app: &AppState,
    viewer: &Viewer,
    command: RespondToApproval,
) -> Result<Order, OrderError> {
    viewer.require(Permission::OrderApprove)?;
    check_answer(command.decision, command.reason.as_deref())?;
    let order = app
        .database
        .retry(|| attempt(app, viewer, &command))
        .await?;
    app.wake.wake();
    Ok(order)
}

/// Lets an answer pass that can be written down: a no says why.
///
/// # Errors
/// [`Error::Invalid`] for a no without a reason, and for a long one.
pub(in crate::service) fn check_answer(decision: Decision, reason: Option<&str>) -> Result<()> {
    let reason = reason.map(str::trim).unwrap_or_default();
    if decision == Decision::Decline && reason.is_empty() {
        return Err(Error::invalid(&["reason"], "say why"));
    }
    if reason.chars().count() > MAX_REASON {
        let message = format!("at most {MAX_REASON} characters");
        return Err(Error::invalid(&["reason"], message));
    }
    Ok(())
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &RespondToApproval,
) -> Result<Order, OrderError> {
    let transaction = app.database.begin().await?;
    let mut order = row::lock(&transaction, OrderId::from(command.order_id)).await?;
    let actor_key = viewer.idempotency_actor("");
    let request = idempotency::Request::try_new(
        &actor_key,
        "orderApprovalRespond",
        &command.idempotency_key,
        command,
    )?;
    let responded = Responded { order_id: order.id };
    if request
        .claim(&transaction, &app.clock, &responded)
        .await?
        .is_some()
    {
        return Ok(order);
    }
    let event = match command.decision {
        Decision::Accept => OrderEvent::Approved,
        Decision::Decline => OrderEvent::Rejected,
    };
    order.status.apply(event)?;
    let approvals = of_order(&transaction, order.id).await?;
    let person = answerer(viewer, &so_far(&approvals)).ok_or(OrderError::SecondPerson)?;
    let open = || {
        let open = approvals.iter();
        open.filter(|approval| approval.status.0 == RequestStatus::Pending)
    };
    let next = open().next();
    let next = next.ok_or_else(|| Error::internal("nobody has to approve this order"))?;
    answer(app, &transaction, next, person, command).await?;
    let actor = viewer.actor();
    match command.decision {
        Decision::Accept if open().nth(1).is_none() => {
            let approved = [Happening::Approved];
            history::record(&transaction, &app.clock, &order, actor, &approved).await?;
            progress::approved(app, &transaction, &mut order, actor).await?;
            row::save(&transaction, &app.clock, &mut order).await?;
        }
        Decision::Accept => {
            let approved = [Happening::Approved];
            history::record_quietly(&transaction, &app.clock, &order, actor, &approved).await?;
            row::save(&transaction, &app.clock, &mut order).await?;
        }
        Decision::Decline => close(app, &transaction, &mut order, Ending::Rejected, actor).await?,
    }
    transaction.commit().await?;
    Ok(order)
}

/// The person who asks; a program is none.
#[must_use]
pub fn person(viewer: &Viewer) -> Option<Uuid> {
    match viewer.account {
        Account::Staff(id) => Some(id.0),
        Account::Guest | Account::Member(_) | Account::ApiKey(_) | Account::System => None,
    }
}

/// The person who gives the next answer; `None` for programs, the author, and those who answered before.
#[must_use]
pub(in crate::service) fn answerer(viewer: &Viewer, so_far: &ApprovalSoFar) -> Option<Uuid> {
    person(viewer).filter(|person| so_far.may_be_answered_by(Some(*person)))
}

async fn of_order(transaction: &DatabaseTransaction, order_id: Uuid) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::OrderId.eq(order_id))
        .order_by_asc(Column::Level)
        .all(transaction)
        .await?)
}

/// Who is behind an order and who approved it, by its approvals.
pub(super) fn so_far(approvals: &[Model]) -> ApprovalSoFar {
    ApprovalSoFar {
        author: approvals.iter().find_map(|approval| approval.author_id),
        approvers: approvals
            .iter()
            .filter_map(|approval| approval.approver_id)
            .collect(),
    }
}

async fn answer(
    app: &AppState,
    transaction: &DatabaseTransaction,
    approval: &Model,
    person: Uuid,
    command: &RespondToApproval,
) -> Result<(), OrderError> {
    let row = ActiveModel {
        order_id: Unchanged(approval.order_id),
        level: Unchanged(approval.level),
        status: Set(Text(approval.status.apply(command.decision.into())?)),
        approver_id: Set(Some(person)),
        reason: Set(command.reason.clone()),
        responded_at: Set(Some(app.clock.now())),
        ..Default::default()
    };
    row.update(transaction).await?;
    Ok(())
}
