//! Refunds from certain amounts on wait for people to approve them, each another one, and none who is behind the refund.
//! Nothing is promised meanwhile: what is approved is planned anew, and carried out only for the amount that was approved.

use domain::Money;
use domain::order::approval::{ApprovalSoFar, refund_levels_needed};
use domain::order::refund::{RefundPlan, RefundWish};
use domain::order::{Decision, RefundStatus, RequestStatus};
use domain::permission::Permission;
use entity::column::{CurrencyCode, Json, Text};
use entity::refund_request::{ActiveModel, Column, Entity, Model};
use entity::{refund, refund_approval};
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, ColumnTrait, DatabaseTransaction,
    EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::super::error::PaymentError;
use super::super::ledger::Books;
use super::create::{Asked, Planning};
use super::write::{self, Decided};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::actor::person_behind;
use crate::service::after_sale::pay_out_approved;
use crate::service::idempotency;
use crate::service::order::approval::{answerer, check_answer};
use crate::service::order::history::ActorRef;
use crate::service::order::row;
use crate::state::AppState;

/// What was approved is not what would be given back.
const OTHER_AMOUNT: PaymentError =
    PaymentError::NotNow("it comes to another amount by now; decline it and ask anew");

/// An approver's answer.
#[derive(Clone, Debug, Serialize)]
pub struct RespondToRefund {
    /// What waits.
    pub refund_request_id: Uuid,
    /// Yes or no.
    pub decision: Decision,
    /// Why; needed to decline.
    pub reason: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

#[derive(Serialize, Deserialize)]
struct Responded {
    refund_request_id: Uuid,
}

/// How many people have to approve what was planned. What staff gave back of the order without anybody's approval counts
/// too, so that parts are no way round.
///
/// # Errors
/// When the database cannot be read.
pub(super) async fn needed(
    app: &AppState,
    transaction: &DatabaseTransaction,
    books: &Books,
    plan: &RefundPlan,
) -> Result<usize, PaymentError> {
    let channel = app.channels.find_by_id(books.order.channel_id)?;
    let levels = &channel.refund_approval_levels.0;
    if levels.is_empty() {
        return Ok(0);
    }
    let amount = value(plan)?;
    let before = given_unapproved(transaction, books).await?;
    Ok(refund_levels_needed(levels, amount, before)?)
}

/// What a plan is worth to the buyer.
pub(super) fn value(plan: &RefundPlan) -> Result<Money, PaymentError> {
    Ok(plan.total.plus(plan.set_off)?)
}

async fn given_unapproved(
    transaction: &DatabaseTransaction,
    books: &Books,
) -> Result<Money, PaymentError> {
    let approved = Query::select()
        .column(Column::Id)
        .from(Entity)
        .and_where(Column::OrderId.eq(books.order.id))
        .to_owned();
    let by_staff: Vec<(i64, i64)> = refund::Entity::find()
        .select_only()
        .columns([refund::Column::AmountMinor, refund::Column::SetOffMinor])
        .filter(refund::Column::OrderId.eq(books.order.id))
        .filter(refund::Column::Status.ne(Text(RefundStatus::Failed)))
        .filter(refund::Column::OrderCancellationId.is_null())
        .filter(refund::Column::ActorId.is_not_null())
        .filter(refund::Column::Id.not_in_subquery(approved))
        .into_tuple()
        .all(transaction)
        .await?;
    let money = |minor| row::money(&books.order, minor);
    let parts = by_staff
        .into_iter()
        .flat_map(|(amount, set_off)| [money(amount), money(set_off)]);
    Ok(Money::sum(parts, books.order.currency.0)?)
}

/// Lets a planned refund wait; nothing of it is carried out. One of a case takes the place of an earlier one.
///
/// # Errors
/// When the row cannot be written.
pub(super) async fn ask(
    app: &AppState,
    transaction: &DatabaseTransaction,
    books: &Books,
    asked: &Asked<'_>,
    (plan, levels): (&RefundPlan, usize),
) -> Result<Model, PaymentError> {
    if let Some(case_id) = asked.after_sale_id {
        withdraw_of_case(app, transaction, case_id).await?;
    }
    let row = ActiveModel {
        id: Set(asked.id),
        order_id: Set(books.order.id),
        after_sale_id: Set(asked.after_sale_id),
        status: Set(Text(RequestStatus::Pending)),
        wish: Set(Json(asked.wish.clone())),
        to_store_credit: Set(asked.to_store_credit),
        amount_minor: Set(value(plan)?.minor),
        currency: Set(CurrencyCode(plan.total.currency)),
        reason: Set(asked.reason.to_owned()),
        levels: Set(i32::try_from(levels).map_err(Error::internal)?),
        author_id: Set(person_behind(transaction, asked.actor).await?),
        actor_kind: Set(Text(asked.actor.0)),
        actor_id: Set(asked.actor.1),
        created_at: Set(app.clock.now()),
        responded_at: Set(None),
    };
    Ok(row.insert(transaction).await?)
}

/// Takes an approver's answer: the last yes gives the money back, one no ends it.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] for a no without a reason; [`PaymentError::NotNow`] for what does not wait, or
/// comes to another amount by now; [`PaymentError::SecondPerson`] for programs, for whoever is behind the refund, and for
/// those who answered before; [`PaymentError::Refund`] for more than is left.
pub async fn respond_to_refund(
    app: &AppState,
    viewer: &Viewer,
    command: RespondToRefund,
) -> Result<Model, PaymentError> {
    viewer.require(Permission::OrderApprove)?;
    check_answer(command.decision, command.reason.as_deref())?;
    let request = app
        .database
        .retry(|| attempt(app, viewer, &command))
        .await?;
    app.wake.wake();
    Ok(request)
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &RespondToRefund,
) -> Result<Model, PaymentError> {
    let transaction = app.database.begin().await?;
    let actor_key = viewer.idempotency_actor("");
    let request = idempotency::Request::try_new(
        &actor_key,
        "refundApprovalRespond",
        &command.idempotency_key,
        command,
    )?;
    let responded = Responded {
        refund_request_id: command.refund_request_id,
    };
    if let Some(first) = request.claim(&transaction, &app.clock, &responded).await? {
        return load(&transaction, first.refund_request_id).await;
    }
    let waiting = load(&transaction, command.refund_request_id).await?;
    let mut books = Books::open(&transaction, waiting.order_id).await?;
    // Read again: what becomes of it is decided under the order's lock.
    let waiting = load(&transaction, waiting.id).await?;
    if waiting.status.0 != RequestStatus::Pending {
        return Err(PaymentError::NotNow(
            "this refund does not wait for approval",
        ));
    }
    let answers = of_request(&transaction, waiting.id).await?;
    let person = answerer(viewer, &so_far(&waiting, &answers)).ok_or(PaymentError::SecondPerson)?;
    let level = i32::try_from(answers.len()).map_err(Error::internal)? + 1;
    write_answer(app, &transaction, (waiting.id, level, person), command).await?;
    let answered = match command.decision {
        Decision::Accept if level < waiting.levels => waiting,
        Decision::Accept => {
            let accepted = decide(app, &transaction, &waiting, command.decision).await?;
            carry_out(app, &transaction, &mut books, &accepted).await?;
            accepted
        }
        Decision::Decline => decide(app, &transaction, &waiting, command.decision).await?,
    };
    transaction.commit().await?;
    Ok(answered)
}

/// What waits for approval to pay a case out.
///
/// # Errors
/// When the database cannot be read.
pub(super) async fn find_of_case(
    transaction: &DatabaseTransaction,
    case_id: Uuid,
) -> Result<Option<Model>> {
    Ok(Entity::find()
        .filter(Column::AfterSaleId.eq(case_id))
        .filter(Column::Status.eq(Text(RequestStatus::Pending)))
        .one(transaction)
        .await?)
}

/// Ends what waits for approval to pay a case out: the case has moved on.
///
/// # Errors
/// When the row cannot be written.
pub(crate) async fn withdraw_of_case(
    app: &AppState,
    transaction: &DatabaseTransaction,
    case_id: Uuid,
) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(Text(RequestStatus::Cancelled)))
        .col_expr(Column::RespondedAt, Expr::value(app.clock.now()))
        .filter(Column::AfterSaleId.eq(case_id))
        .filter(Column::Status.eq(Text(RequestStatus::Pending)))
        .exec(transaction)
        .await?;
    Ok(())
}

/// A request.
///
/// # Errors
/// [`Error::NotFound`].
async fn load(transaction: &DatabaseTransaction, id: Uuid) -> Result<Model, PaymentError> {
    let found = find(transaction, id).await?;
    Ok(found.ok_or(Error::NotFound("refund request"))?)
}

/// A request, if there is one of this id.
///
/// # Errors
/// When the database cannot be read.
pub(super) async fn find(transaction: &DatabaseTransaction, id: Uuid) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(id).one(transaction).await?)
}

async fn of_request(
    transaction: &DatabaseTransaction,
    id: Uuid,
) -> Result<Vec<refund_approval::Model>> {
    Ok(refund_approval::Entity::find()
        .filter(refund_approval::Column::RefundRequestId.eq(id))
        .order_by_asc(refund_approval::Column::Level)
        .all(transaction)
        .await?)
}

fn so_far(request: &Model, answers: &[refund_approval::Model]) -> ApprovalSoFar {
    ApprovalSoFar {
        author: request.author_id,
        approvers: answers.iter().map(|answer| answer.approver_id).collect(),
    }
}

async fn write_answer(
    app: &AppState,
    transaction: &DatabaseTransaction,
    (id, level, person): (Uuid, i32, Uuid),
    command: &RespondToRefund,
) -> Result<()> {
    let row = refund_approval::ActiveModel {
        refund_request_id: Set(id),
        level: Set(level),
        status: Set(Text(match command.decision {
            Decision::Accept => RequestStatus::Accepted,
            Decision::Decline => RequestStatus::Declined,
        })),
        approver_id: Set(person),
        reason: Set(command.reason.clone()),
        responded_at: Set(app.clock.now()),
    };
    row.insert(transaction).await?;
    Ok(())
}

async fn decide(
    app: &AppState,
    transaction: &DatabaseTransaction,
    waiting: &Model,
    decision: Decision,
) -> Result<Model, PaymentError> {
    let status = waiting.status.apply(decision.into());
    let status = status.map_err(Error::internal)?;
    let row = ActiveModel {
        id: Unchanged(waiting.id),
        status: Set(Text(status)),
        responded_at: Set(Some(app.clock.now())),
        ..Default::default()
    };
    Ok(row.update(transaction).await?)
}

/// Gives back what was approved, as it stands now.
async fn carry_out(
    app: &AppState,
    transaction: &DatabaseTransaction,
    books: &mut Books,
    approved: &Model,
) -> Result<(), PaymentError> {
    let actor: ActorRef = (approved.actor_kind.0, approved.actor_id);
    let decided = Decided {
        id: approved.id,
        reason: &approved.reason,
        actor,
    };
    if let Some(case_id) = approved.after_sale_id {
        let amount = row::money(&books.order, approved.amount_minor);
        let paid = pay_out_approved(
            app,
            transaction,
            &mut books.order,
            (case_id, amount),
            decided,
        );
        return if paid.await? {
            Ok(())
        } else {
            Err(OTHER_AMOUNT)
        };
    }
    let wish: &RefundWish = &approved.wish.0;
    let planned = Planning::of(transaction, books, wish, approved.to_store_credit).await?;
    if value(&planned.plan)?.minor != approved.amount_minor {
        return Err(OTHER_AMOUNT);
    }
    write::carry_out(app, transaction, books, planned.parts(), decided).await?;
    row::save(transaction, &app.clock, &mut books.order).await?;
    Ok(())
}
