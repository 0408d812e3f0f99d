//! The back office answers: every warehouse asked must be able to deliver, one refusal is enough to call the order off.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::id::{OrderConfirmationRequestId, OrderId, TypedId};
use domain::order::confirmation::{AskedLine, LineAnswer, check_answer};
use domain::order::{OrderConfirmationOutcome, OrderConfirmationStatus, OrderEvent, OrderStatus};
use domain::permission::Permission;
use entity::column::Text;
use entity::order_confirmation_request::{ActiveModel, Entity, Model};
use entity::{order_line, product_variant};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, ColumnTrait, DatabaseTransaction,
    EntityTrait, QueryFilter,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::OrderError;
use super::{gate, question, row, units};
use crate::auth::{Account, Viewer};
use crate::error::Error;
use crate::service::idempotency;
use crate::state::AppState;

/// Longest reason or key of the back office, in characters.
const MAX_TEXT: usize = 255;

/// What can be delivered of one line.
#[derive(Clone, Debug, Serialize)]
pub struct LineOffer {
    /// The line.
    pub line_id: Uuid,
    /// Units.
    pub quantity: u32,
    /// When they can ship.
    pub promised_ship_at: Option<DateTime<Utc>>,
    /// SKU offered instead.
    pub substitute_sku: Option<String>,
}

/// An answer of the back office.
#[derive(Clone, Debug, Serialize)]
pub struct RespondToConfirmation {
    /// The question.
    pub request_id: Uuid,
    /// The answer.
    pub outcome: OrderConfirmationOutcome,
    /// What can be delivered of each line; may be empty unless only a part can.
    pub lines: Vec<LineOffer>,
    /// The order's key in the back office.
    pub external_ref: Option<String>,
    /// Why; needed to reject, and when staff answer for the system.
    pub reason: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

#[derive(Serialize, Deserialize)]
struct Answered {
    request_id: Uuid,
}

/// Takes an answer; the last one makes the order certain, or puts a counter-proposal to the buyer.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] without a needed reason or for an unknown SKU; [`OrderError::Answer`];
/// [`OrderError::InvalidTransition`] or [`OrderError::NotNow`] when the question or the order waits no more.
pub async fn respond_to_confirmation(
    app: &AppState,
    viewer: &Viewer,
    command: RespondToConfirmation,
) -> Result<Model, OrderError> {
    viewer.require(Permission::OrderConfirm)?;
    check(viewer, &command)?;
    let answered = app
        .database
        .retry(|| attempt(app, viewer, &command))
        .await?;
    app.wake.wake();
    Ok(answered)
}

fn check(viewer: &Viewer, command: &RespondToConfirmation) -> Result<(), Error> {
    let by_person = match viewer.account {
        Account::Staff(_) => true,
        Account::Guest | Account::Member(_) | Account::ApiKey(_) | Account::System => false,
    };
    let needs_reason = match command.outcome {
        OrderConfirmationOutcome::Confirmed | OrderConfirmationOutcome::Partial => by_person,
        OrderConfirmationOutcome::Rejected => true,
    };
    let has_reason = command
        .reason
        .as_deref()
        .is_some_and(|reason| !reason.trim().is_empty());
    if needs_reason && !has_reason {
        return Err(Error::invalid(&["reason"], "say why"));
    }
    for (field, value) in [
        ("reason", &command.reason),
        ("externalRef", &command.external_ref),
    ] {
        if value
            .as_ref()
            .is_some_and(|text| text.chars().count() > MAX_TEXT)
        {
            return Err(Error::invalid(
                &[field],
                format!("at most {MAX_TEXT} characters"),
            ));
        }
    }
    units::check_lines(command.lines.iter().map(|line| line.line_id))
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &RespondToConfirmation,
) -> Result<Model, OrderError> {
    let transaction = app.database.begin().await?;
    let actor_key = viewer.idempotency_actor("");
    let request = idempotency::Request::try_new(
        &actor_key,
        "orderConfirmationRespond",
        &command.idempotency_key,
        command,
    )?;
    let outcome = Answered {
        request_id: command.request_id,
    };
    if let Some(first) = request.claim(&transaction, &app.clock, &outcome).await? {
        return find(&transaction, first.request_id).await;
    }
    let asked = find(&transaction, command.request_id).await?;
    let mut order = row::lock(&transaction, OrderId::from(asked.order_id)).await?;
    // Read again: two answers to one question meet at the order's lock.
    let asked = find(&transaction, command.request_id).await?;
    if order.status.0 != OrderStatus::AwaitingConfirmation {
        let event = match command.outcome {
            OrderConfirmationOutcome::Confirmed | OrderConfirmationOutcome::Partial => {
                OrderEvent::Confirmed
            }
            OrderConfirmationOutcome::Rejected => OrderEvent::Rejected,
        };
        row::apply(&mut order, event)?;
    }
    let status = asked
        .status
        .apply(command.outcome.into())
        .ok_or(OrderError::NotNow("this question was answered before"))?;
    let lines = asked_lines(&transaction, &asked).await?;
    let offers = read_offers(&transaction, command).await?;
    let answers = check_answer(command.outcome, &lines, &offers, app.clock.now())?;
    question::write_answers(&transaction, asked.id, &lines, &answers).await?;
    answer(app, &transaction, viewer, command, status).await?;
    gate::pass(app, &transaction, &mut order, viewer.actor()).await?;
    let answered = find(&transaction, command.request_id).await?;
    transaction.commit().await?;
    Ok(answered)
}

/// What a question is about; whether others are asked for the same lines shows in all questions of the order.
async fn asked_lines(
    transaction: &DatabaseTransaction,
    asked: &Model,
) -> Result<Vec<AskedLine>, OrderError> {
    let questions = question::of_order(transaction, asked.order_id).await?;
    let lines = question::lines_of(transaction, &questions).await?;
    Ok(lines
        .into_iter()
        .filter(|line| line.warehouse_id == asked.warehouse_id)
        .map(|line| line.asked)
        .collect())
}

/// Finds the variants that are offered by SKU. What is offered instead is for sale, and something else than was ordered.
async fn read_offers(
    transaction: &DatabaseTransaction,
    command: &RespondToConfirmation,
) -> Result<Vec<LineAnswer>, OrderError> {
    let skus = || {
        let skus = command
            .lines
            .iter()
            .filter_map(|line| line.substitute_sku.as_deref());
        skus.map(str::trim)
    };
    let (mut variants, mut ordered) = (HashMap::new(), HashMap::new());
    if skus().next().is_some() {
        let found = product_variant::Entity::find()
            .filter(product_variant::Column::Sku.is_in(skus()))
            .filter(product_variant::Column::ArchivedAt.is_null())
            .all(transaction)
            .await?;
        variants = found.into_iter().map(|row| (row.sku, row.id)).collect();
        let lines = order_line::Entity::find()
            .filter(order_line::Column::Id.is_in(command.lines.iter().map(|line| line.line_id)))
            .all(transaction)
            .await?;
        ordered = lines
            .into_iter()
            .map(|row| (row.id, row.variant_id))
            .collect();
    }
    let read = |(index, line): (usize, &LineOffer)| {
        let refuse = |why: &str| {
            let field = ["lines", &index.to_string(), "substituteSku"];
            Error::invalid(&field, why)
        };
        let substitute = match line.substitute_sku.as_deref().map(str::trim) {
            Some(sku) => {
                let variant = variants.get(sku).ok_or_else(|| refuse("unknown SKU"))?;
                if ordered.get(&line.line_id) == Some(variant) {
                    return Err(refuse("this is what was ordered"));
                }
                Some(*variant)
            }
            None => None,
        };
        Ok(LineAnswer {
            id: line.line_id,
            quantity: line.quantity,
            promised_ship_at: line.promised_ship_at,
            substitute,
        })
    };
    let offers: Result<Vec<LineAnswer>, Error> =
        command.lines.iter().enumerate().map(read).collect();
    Ok(offers?)
}

async fn find(transaction: &DatabaseTransaction, id: Uuid) -> Result<Model, OrderError> {
    let found = Entity::find_by_id(OrderConfirmationRequestId::from(id).uuid())
        .one(transaction)
        .await?;
    Ok(found.ok_or(Error::NotFound("confirmation request"))?)
}

async fn answer(
    app: &AppState,
    transaction: &DatabaseTransaction,
    viewer: &Viewer,
    command: &RespondToConfirmation,
    status: OrderConfirmationStatus,
) -> Result<(), OrderError> {
    let (actor_kind, actor_id) = viewer.actor();
    let row = ActiveModel {
        id: Unchanged(command.request_id),
        status: Set(Text(status)),
        external_ref: Set(command.external_ref.clone()),
        reason: Set(command.reason.clone()),
        actor_kind: Set(Some(Text(actor_kind))),
        actor_id: Set(actor_id),
        responded_at: Set(Some(app.clock.now())),
        ..Default::default()
    };
    row.update(transaction).await?;
    Ok(())
}
