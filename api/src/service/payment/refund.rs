//! Money on its way back: made when an order is called off or money has no place, sent through the provider after the
//! commit, settled by its answer, or by staff where money moves by hand.

use domain::Money;
use domain::id::{RefundId, TypedId};
use domain::locale::Locale;
use domain::order::{OrderStatus, PaymentEventKind, PaymentProvider, RefundStatus};
use domain::permission::Permission;
use entity::column::{CurrencyCode, Text};
use entity::refund::{ActiveModel, Column, Entity, Model};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, ColumnTrait, DatabaseTransaction,
    EntityTrait, QueryFilter, QueryOrder,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::PaymentError;
use super::ledger::{self, Books};
use super::record::record;
use super::schedule;
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::job::{self, Job};
use crate::payment::{Instruction, ProviderError, ProviderMessage, Settlement};
use crate::service::idempotency;
use crate::service::order::history::{ActorRef, PROVIDER};
use crate::service::order::row;
use crate::service::{points, tier};
use crate::state::AppState;

/// Why money goes back; the buyer reads it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reason {
    /// The order was called off.
    CalledOff,
    /// The order cannot take the money.
    Orphaned,
}

impl Reason {
    fn sentence(self, locale: &Locale) -> &'static str {
        match (self, locale.is_chinese()) {
            (Self::CalledOff, false) => "The order was called off.",
            (Self::CalledOff, true) => "订单已取消。",
            (Self::Orphaned, false) => "The order could not take this payment.",
            (Self::Orphaned, true) => "订单无法接受这笔款项。",
        }
    }
}

/// Money to give back.
#[derive(Clone, Copy, Debug)]
pub(super) struct NewRefund {
    /// How much.
    pub(super) amount: Money,
    /// Why.
    pub(super) reason: Reason,
    /// Points given back along with it.
    pub(super) points_restored: i32,
    /// Who decided.
    pub(super) actor: ActorRef,
}

/// Writes a refund down and plans its sending; the caller saves the payment.
pub(super) async fn create(
    app: &AppState,
    transaction: &DatabaseTransaction,
    books: &mut Books,
    payment_id: Uuid,
    new: NewRefund,
) -> Result<(), PaymentError> {
    let id = app.clock.new_id();
    let now = app.clock.now();
    let clawed_back = claw_back(app, transaction, books, payment_id, (id, new.amount)).await?;
    let row = ActiveModel {
        id: Set(id),
        order_id: Set(books.order.id),
        payment_id: Set(payment_id),
        status: Set(Text(RefundStatus::Pending)),
        amount_minor: Set(new.amount.minor),
        currency: Set(CurrencyCode(new.amount.currency)),
        reason: Set(new.reason.sentence(&row::locale(&books.order)).to_owned()),
        points_restored: Set(new.points_restored),
        points_clawed_back: Set(clawed_back),
        provider_ref: Set(None),
        actor_kind: Set(Text(new.actor.0)),
        actor_id: Set(new.actor.1),
        created_at: Set(now),
        settled_at: Set(None),
    };
    row.insert(transaction).await?;
    let payment = books.payment(payment_id)?;
    let requested = ProviderMessage {
        event_id: format!("refund-requested:{id}"),
        provider_ref: payment.provider_ref.clone().unwrap_or_default(),
        kind: PaymentEventKind::RefundRequested,
        amount: new.amount,
        occurred_at: now,
        message: None,
        refund_id: Some(id),
    };
    ledger::add(transaction, &app.clock, payment, &requested).await?;
    job::push(transaction, &app.clock, &Job::RefundSend { refund_id: id }).await?;
    if let (OrderStatus::Completed, Some(member_id)) = (books.order.status.0, books.order.member_id)
    {
        tier::review_soon(transaction, app, books.order.channel_id, member_id).await?;
    }
    Ok(())
}

/// Takes back what a completed order earned for the money that goes back; money that came beside its payment earned
/// nothing.
async fn claw_back(
    app: &AppState,
    transaction: &DatabaseTransaction,
    books: &mut Books,
    payment_id: Uuid,
    (refund_id, amount): (Uuid, Money),
) -> Result<i32, PaymentError> {
    let is_settling = books.payment(payment_id)?.is_settling;
    if !is_settling || books.order.status.0 != OrderStatus::Completed {
        return Ok(0);
    }
    let earlier = Entity::find()
        .filter(Column::PaymentId.eq(payment_id))
        .filter(Column::Status.ne(Text(RefundStatus::Failed)))
        .all(transaction)
        .await?;
    let money = points::MoneyBack {
        refund_id,
        before_minor: earlier
            .iter()
            .fold(0, |sum, refund| sum.saturating_add(refund.amount_minor)),
        amount_minor: amount.minor,
    };
    let points = points::claw_back(transaction, &app.clock, &books.order, money).await?;
    Ok(i32::try_from(points).map_err(Error::internal)?)
}

/// Hands a refund to its provider; runs after the commit, any number of times.
///
/// # Errors
/// When the provider or the database does not answer; it is tried again.
pub async fn send_refund(app: &AppState, refund_id: Uuid) -> Result<()> {
    let Some(refund) = Entity::find_by_id(refund_id)
        .one(app.database.read())
        .await?
    else {
        return Ok(());
    };
    if refund.status.0 != RefundStatus::Pending {
        return Ok(());
    }
    let payment = entity::payment::Entity::find_by_id(refund.payment_id)
        .one(app.database.read())
        .await?
        .ok_or_else(|| Error::internal("a refund without its payment"))?;
    let provider = app
        .payments
        .find(payment.provider.0)
        .ok_or(Error::Unavailable("the payment provider"))?;
    let amount = Money::new(refund.amount_minor, refund.currency.0);
    let provider_ref = payment.provider_ref.clone().unwrap_or_default();
    let instruction = Instruction {
        payment_id: payment.id,
        provider_ref: provider_ref.clone(),
        amount,
        idempotency_key: refund.id.to_string(),
        now: app.clock.now(),
    };
    let told = match provider.refund(&instruction, refund.id).await {
        Ok(Settlement::Done(message)) => ProviderMessage {
            refund_id: Some(refund.id),
            ..message
        },
        Ok(Settlement::Accepted(follow_ups)) => {
            return schedule::later(app, payment.id, &follow_ups).await;
        }
        Ok(Settlement::ByHand) => return Ok(()),
        Err(ProviderError::Unavailable(_)) => {
            return Err(Error::Unavailable("the payment provider"));
        }
        Err(ProviderError::Declined(words)) => ProviderMessage {
            event_id: format!("refund-failed:{}", refund.id),
            provider_ref,
            kind: PaymentEventKind::RefundFailed,
            amount,
            occurred_at: app.clock.now(),
            message: Some(words),
            refund_id: Some(refund.id),
        },
    };
    app.database
        .retry(|| tell(app, &refund, &told, PROVIDER))
        .await?;
    app.wake.wake();
    Ok(())
}

async fn tell(
    app: &AppState,
    refund: &Model,
    told: &ProviderMessage,
    actor: ActorRef,
) -> Result<(), PaymentError> {
    let transaction = app.database.begin().await?;
    let mut books = Books::open(&transaction, refund.order_id).await?;
    record(
        app,
        &transaction,
        &mut books,
        refund.payment_id,
        told,
        actor,
    )
    .await?;
    transaction.commit().await?;
    Ok(())
}

/// A refund arrived: by its id, or the oldest pending one of the amount when the provider does not echo ids.
pub(super) async fn succeeded(
    app: &AppState,
    transaction: &DatabaseTransaction,
    payment_id: Uuid,
    event: &ProviderMessage,
) -> Result<()> {
    settle(app, transaction, payment_id, event, RefundStatus::Succeeded).await
}

/// A refund failed.
pub(super) async fn failed(
    app: &AppState,
    transaction: &DatabaseTransaction,
    payment_id: Uuid,
    event: &ProviderMessage,
) -> Result<()> {
    settle(app, transaction, payment_id, event, RefundStatus::Failed).await
}

async fn settle(
    app: &AppState,
    transaction: &DatabaseTransaction,
    payment_id: Uuid,
    event: &ProviderMessage,
    status: RefundStatus,
) -> Result<()> {
    let mut query = Entity::find()
        .filter(Column::PaymentId.eq(payment_id))
        .filter(Column::AmountMinor.eq(event.amount.minor))
        .filter(Column::Status.ne(Text(RefundStatus::Succeeded)));
    if let Some(id) = event.refund_id {
        query = query.filter(Column::Id.eq(id));
    }
    let Some(refund) = query.order_by_asc(Column::Id).one(transaction).await? else {
        tracing::warn!(payment.id = %payment_id, "the provider told of a refund nobody asked for");
        return Ok(());
    };
    let settled_at = match status {
        RefundStatus::Succeeded => Some(event.occurred_at),
        RefundStatus::Pending | RefundStatus::Failed => None,
    };
    let row = ActiveModel {
        id: Unchanged(refund.id),
        status: Set(Text(status)),
        provider_ref: Set(Some(event.event_id.clone())),
        settled_at: Set(settled_at.map(|at| at.min(app.clock.now()))),
        ..Default::default()
    };
    row.update(transaction).await?;
    Ok(())
}

/// Staff's word that they gave money back by hand.
#[derive(Clone, Debug, Serialize)]
pub struct SettleRefund {
    /// The refund.
    pub refund_id: Uuid,
    /// Unique per request.
    pub idempotency_key: String,
}

#[derive(Serialize, Deserialize)]
struct Settled {
    refund_id: Uuid,
}

/// Marks a refund as given back by hand: one of a payment by hand, or one its provider failed to carry out.
///
/// # Errors
/// [`Error::NotFound`]; [`PaymentError::NotNow`] when it arrived before or is with its provider.
pub async fn settle_refund(
    app: &AppState,
    viewer: &Viewer,
    command: SettleRefund,
) -> Result<Model, PaymentError> {
    viewer.require(Permission::RefundWrite)?;
    let settled = app
        .database
        .retry(|| attempt(app, viewer, &command))
        .await?;
    app.wake.wake();
    Ok(settled)
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &SettleRefund,
) -> Result<Model, PaymentError> {
    let transaction = app.database.begin().await?;
    let actor_key = viewer.idempotency_actor("");
    let request = idempotency::Request::try_new(
        &actor_key,
        "refundSettle",
        &command.idempotency_key,
        command,
    )?;
    let outcome = Settled {
        refund_id: command.refund_id,
    };
    if let Some(first) = request.claim(&transaction, &app.clock, &outcome).await? {
        return find(&transaction, first.refund_id).await;
    }
    let refund = find(&transaction, command.refund_id).await?;
    let mut books = Books::open(&transaction, refund.order_id).await?;
    let refund = find(&transaction, refund.id).await?;
    let payment = books.payment(refund.payment_id)?;
    let is_by_hand = match (refund.status.0, payment.provider.0) {
        (RefundStatus::Pending, PaymentProvider::Manual)
        | (RefundStatus::Failed, PaymentProvider::Manual | PaymentProvider::Test) => true,
        (RefundStatus::Pending, PaymentProvider::Test)
        | (RefundStatus::Succeeded, PaymentProvider::Manual | PaymentProvider::Test) => false,
    };
    if !is_by_hand {
        return Err(PaymentError::NotNow("this refund is not up to you"));
    }
    let told = ProviderMessage {
        event_id: format!("refund-by-hand:{}", refund.id),
        provider_ref: payment.provider_ref.clone().unwrap_or_default(),
        kind: PaymentEventKind::Refunded,
        amount: Money::new(refund.amount_minor, refund.currency.0),
        occurred_at: app.clock.now(),
        message: None,
        refund_id: Some(refund.id),
    };
    record(
        app,
        &transaction,
        &mut books,
        refund.payment_id,
        &told,
        viewer.actor(),
    )
    .await?;
    let settled = find(&transaction, refund.id).await?;
    transaction.commit().await?;
    Ok(settled)
}

async fn find(transaction: &DatabaseTransaction, id: Uuid) -> Result<Model, PaymentError> {
    let found = Entity::find_by_id(RefundId::from(id).uuid())
        .one(transaction)
        .await?;
    Ok(found.ok_or(Error::NotFound("refund"))?)
}
