//! What becomes of the payments of an order that is called off.

use domain::order::{PaymentProvider, PaymentStatus};
use entity::column::Text;
use entity::order::Model as Order;
use entity::payment::Model;
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use super::error::PaymentError;
use super::ledger::{self, Books};
use super::refund::{self, Decision, Facts, Reason};
use crate::job::{self, Job};
use crate::service::credit;
use crate::service::order::history::ActorRef;
use crate::service::order::{OrderError, row};
use crate::state::AppState;

/// How an order's payments end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    /// Whether money goes back at once.
    pub(crate) refunds: bool,
    /// The cancellation that led to it.
    pub(crate) cancellation_id: Option<Uuid>,
    /// Who called the order off.
    pub(crate) actor: ActorRef,
}

/// Ends the payments of a locked order: attempts under way lapse, promises are dropped, held gift cards and store credit
/// are let go, money goes back if wanted. The caller saves the order's row.
///
/// # Errors
/// When a row cannot be written.
pub(crate) async fn settle_closed_order(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &mut Order,
    end: End,
) -> Result<(), OrderError> {
    settle(app, transaction, order, end)
        .await
        .map_err(|error| OrderError::Common(error.into()))
}

async fn settle(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &mut Order,
    how: End,
) -> Result<(), PaymentError> {
    let payments = ledger::lock_all(transaction, order).await?;
    credit::release(transaction, &app.clock, order).await?;
    if payments.is_empty() && order.tendered_minor == order.credited_minor {
        return ledger::sum_up(order, &payments);
    }
    let mut books = Books {
        order: order.clone(),
        payments,
    };
    let ids: Vec<Uuid> = books.payments.iter().map(|payment| payment.id).collect();
    for id in &ids {
        end(app, transaction, books.payment(*id)?).await?;
    }
    if how.refunds {
        give_all_back(app, transaction, &mut books, how).await?;
    }
    for id in ids {
        ledger::save(transaction, &app.clock, books.payment(id)?).await?;
    }
    books.bring_in_line(order)
}

/// Ends a payment that is not wanted any more: an attempt lapses, a promise is dropped. The caller saves it.
///
/// # Errors
/// When the job cannot be written.
pub(super) async fn end(
    app: &AppState,
    transaction: &DatabaseTransaction,
    payment: &mut Model,
) -> Result<(), PaymentError> {
    let is_unfinished = match payment.status.0 {
        PaymentStatus::Created | PaymentStatus::ActionRequired | PaymentStatus::Processing => {
            payment.status = Text(PaymentStatus::Expired);
            true
        }
        PaymentStatus::Failed => true, // the buyer may have tried again at the provider
        PaymentStatus::Succeeded if payment.provider.0 == PaymentProvider::OnAccount => {
            payment.status = Text(PaymentStatus::Cancelled);
            false
        }
        PaymentStatus::Succeeded | PaymentStatus::Cancelled | PaymentStatus::Expired => false,
    };
    let balances = ledger::balances(transaction, payment).await?;
    if balances.open_authorization()?.is_positive()
        || is_unfinished && payment.provider.0.keeps_attempts_open()
    {
        let payment_id = payment.id;
        job::push(transaction, &app.clock, &Job::PaymentVoid { payment_id }).await?;
    }
    Ok(())
}

async fn give_all_back(
    app: &AppState,
    transaction: &DatabaseTransaction,
    books: &mut Books,
    how: End,
) -> Result<(), PaymentError> {
    let facts = Facts::load(transaction, &books.order, &books.payments).await?;
    if !facts.left.held.is_positive() {
        return Ok(());
    }
    let plan = facts.left.plan_all()?;
    let transfers = facts.spread(plan.total)?;
    let decision = Decision {
        id: app.clock.new_id(),
        plan: &plan,
        steps: &facts.steps,
        transfers: &transfers,
        reason: Reason::CalledOff.sentence(&row::locale(&books.order)),
        cancellation_id: how.cancellation_id,
        actor: how.actor,
    };
    refund::write(app, transaction, books, decision).await?;
    Ok(())
}
