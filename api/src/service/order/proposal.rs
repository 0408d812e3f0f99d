//! Counter-proposals: what the back office offers instead of what was ordered. The buyer takes it or the order comes to
//! nothing; silence is no consent.

use chrono::TimeDelta;
use domain::id::OrderId;
use domain::order::confirmation::ProposedLine;
use domain::order::request::RequestEvent;
use domain::order::{Decision, OrderCancellationReason, OrderEvent, RequestStatus};
use entity::column::{Json, Text};
use entity::order::Model as Order;
use entity::order_proposal::{ActiveModel, Entity, Model};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, DatabaseTransaction, EntityTrait,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::access::require_buyer;
use super::close::{Ending, close};
use super::error::OrderError;
use super::history::{self, ActorRef, Happening, SYSTEM};
use super::question::{self, QuestionLine};
use super::reduce::{self, CalledOff};
use super::{progress, row, substitute};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::inventory::{self, Restock, Unwanted};
use crate::service::{idempotency, payment};
use crate::state::AppState;

/// A buyer's answer to a counter-proposal.
#[derive(Clone, Debug, Serialize)]
pub struct RespondToProposal {
    /// The order.
    pub order_id: Uuid,
    /// Yes or no.
    pub decision: Decision,
    /// A guest's key.
    #[serde(skip)]
    pub order_token: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

#[derive(Serialize, Deserialize)]
struct Responded {
    order_id: Uuid,
}

/// Asks the buyer of a locked order; when nothing at all can be delivered there is nothing to ask. Writes the order's row.
///
/// # Errors
/// When a row cannot be written.
pub(super) async fn propose(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &mut Order,
    lines: &[QuestionLine],
    actor: ActorRef,
) -> Result<(), OrderError> {
    let proposed = question::proposed(lines.iter());
    if proposed.iter().all(|line| line.offer.quantity == 0) {
        return close(app, transaction, order, Ending::Rejected, actor).await;
    }
    let channel = app.channels.find_by_id(order.channel_id)?;
    let now = app.clock.db_now(transaction).await?;
    let hours = TimeDelta::hours(i64::from(channel.proposal_deadline_hours));
    let row = ActiveModel {
        order_id: Set(order.id),
        status: Set(Text(RequestStatus::Pending)),
        cost: Set(Json(
            payment::cost_without(transaction, order, &missing(&proposed)).await?,
        )),
        expires_at: Set(now + hours),
        created_at: Set(now),
        responded_at: Set(None),
    };
    Entity::insert(row)
        .exec_without_returning(transaction)
        .await?;
    row::save(transaction, &app.clock, order).await?;
    history::record(
        transaction,
        &app.clock,
        order,
        actor,
        &[Happening::Proposed],
    )
    .await?;
    Ok(())
}

fn missing(proposed: &[ProposedLine]) -> Vec<(Uuid, u32)> {
    let units = proposed.iter().map(|line| (line.offer.id, line.missing()));
    units.filter(|(_, units)| *units > 0).collect()
}

/// Takes the buyer's answer: yes makes the order certain as proposed, no ends it.
///
/// # Errors
/// [`Error::NotFound`] for a stranger's order or one without a proposal; [`OrderError::TooLate`];
/// [`OrderError::NotNow`] when it was answered before; [`OrderError::InsufficientStock`] when a substitute is gone.
pub async fn respond_to_proposal(
    app: &AppState,
    viewer: &Viewer,
    command: RespondToProposal,
) -> Result<Order, OrderError> {
    let order = app
        .database
        .retry(|| attempt(app, viewer, &command))
        .await?;
    app.wake.wake();
    Ok(order)
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &RespondToProposal,
) -> Result<Order, OrderError> {
    let transaction = app.database.begin().await?;
    let mut order = row::lock(&transaction, OrderId::from(command.order_id)).await?;
    require_buyer(viewer, &order, command.order_token.as_deref())?;
    let actor_key = viewer.idempotency_actor(command.order_token.as_deref().unwrap_or_default());
    let request = idempotency::Request::try_new(
        &actor_key,
        "orderProposalRespond",
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
    let proposal = Entity::find_by_id(order.id).one(&transaction).await?;
    let proposal = proposal.ok_or(Error::NotFound("proposal"))?;
    let now = app.clock.db_now(&transaction).await?;
    let status = proposal
        .status
        .answer(command.decision, proposal.expires_at, now)?;
    mark(app, &transaction, &proposal, status).await?;
    let actor = viewer.actor();
    match command.decision {
        Decision::Accept if payment::have_taken(app, &transaction, &order).await? => {
            accept(app, &transaction, &mut order, actor).await?;
        }
        // Promised money is taken first; the order goes on when it has come.
        Decision::Accept => row::save(&transaction, &app.clock, &mut order).await?,
        Decision::Decline => close(app, &transaction, &mut order, Ending::Rejected, actor).await?,
    }
    transaction.commit().await?;
    Ok(order)
}

async fn mark(
    app: &AppState,
    transaction: &DatabaseTransaction,
    proposal: &Model,
    status: RequestStatus,
) -> Result<()> {
    let row = ActiveModel {
        order_id: Unchanged(proposal.order_id),
        status: Set(Text(status)),
        responded_at: Set(Some(app.clock.now())),
        ..Default::default()
    };
    row.update(transaction).await?;
    Ok(())
}

/// Ends an order whose buyer did not answer in time; answers whether it did.
///
/// # Errors
/// When a row cannot be written.
pub(super) async fn lapse(app: &AppState, order_id: Uuid) -> Result<bool, OrderError> {
    let transaction = app.database.begin().await?;
    let mut order = row::lock(&transaction, OrderId::from(order_id)).await?;
    let Some(proposal) = Entity::find_by_id(order_id).one(&transaction).await? else {
        return Ok(false);
    };
    let now = app.clock.db_now(&transaction).await?;
    let lapsed = proposal.status.apply(RequestEvent::Lapsed);
    let Some(status) = lapsed.ok().filter(|_| proposal.expires_at <= now) else {
        return Ok(false); // answered since the list was read
    };
    mark(app, &transaction, &proposal, status).await?;
    close(app, &transaction, &mut order, Ending::Rejected, SYSTEM).await?;
    transaction.commit().await?;
    Ok(true)
}

/// Whether the buyer of an order took what was proposed.
///
/// # Errors
/// When the database cannot be read.
pub(super) async fn was_accepted(
    transaction: &DatabaseTransaction,
    order_id: Uuid,
) -> Result<bool, OrderError> {
    let proposal = Entity::find_by_id(order_id).one(transaction).await?;
    Ok(proposal.is_some_and(|proposal| proposal.status.0 == RequestStatus::Accepted))
}

/// Carries a proposal out: what is missing is called off, what is offered instead takes its place.
///
/// # Errors
/// [`OrderError::InsufficientStock`] when a substitute is gone; when a row cannot be written.
pub(super) async fn accept(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &mut Order,
    actor: ActorRef,
) -> Result<(), OrderError> {
    let questions = question::of_order(transaction, order.id).await?;
    let lines = question::lines_of(transaction, &questions).await?;
    row::apply(order, OrderEvent::Confirmed)?;
    order.promised_ship_at = question::latest_promise(&lines);
    let missing = missing(&question::proposed(lines.iter()));
    let lacking = CalledOff {
        units: &missing,
        reason: OrderCancellationReason::Inventory,
        note: None,
    };
    reduce::call_off(app, transaction, order, lacking, actor).await?;
    let instead = substitute::replace(transaction, app, order, &lines).await?;
    progress::confirmed(app, transaction, order, actor).await?;
    row::save(transaction, &app.clock, order).await?;
    let mut happened: Vec<Happening<'_>> = instead
        .iter()
        .map(|change| Happening::Substituted(&change.ordered, &change.sent))
        .collect();
    if !missing.is_empty() {
        happened.push(Happening::UnitsCancelled(reduce::sum(&missing)));
    }
    // The mail that it is confirmed is enough.
    history::record_quietly(transaction, &app.clock, order, actor, &happened).await?;
    let unwanted = unwanted(transaction, order.id, &lines).await?;
    let clock = &app.clock;
    inventory::release_units(
        transaction,
        clock,
        order.id,
        &unwanted,
        Restock::Return,
        actor,
    )
    .await?;
    substitute::take_stock(transaction, app, order, &instead, actor).await
}

/// The promises that end: of units that are missing, and of all that something else takes the place of.
async fn unwanted(
    transaction: &DatabaseTransaction,
    order_id: Uuid,
    lines: &[QuestionLine],
) -> Result<Vec<Unwanted>, OrderError> {
    let (mut here, mut anywhere) = (Vec::new(), Vec::new());
    for line in lines {
        let units = match line.answer.substitute {
            Some(_) => line.asked.quantity,
            None => line.asked.quantity.saturating_sub(line.answer.quantity),
        };
        match line.warehouse_id {
            _ if units == 0 => {}
            Some(warehouse_id) => here.push(Unwanted {
                line_id: line.asked.id,
                warehouse_id,
                quantity: i32::try_from(units).map_err(Error::internal)?,
            }),
            None => anywhere.push((line.asked.id, units)),
        }
    }
    here.extend(reduce::promised(transaction, order_id, &anywhere).await?);
    Ok(here)
}
