//! What becomes of the payments of an order that is called off.

use domain::order::PaymentStatus;
use entity::column::Text;
use entity::order::Model as Order;
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use super::error::PaymentError;
use super::ledger::{self, Books};
use super::refund::{self, NewRefund};
use crate::job::{self, Job};
use crate::service::order::OrderError;
use crate::service::order::history::ActorRef;
use crate::state::AppState;

/// Ends the payments of a locked order: attempts under way lapse, promises are dropped, money goes back if wanted. The
/// caller saves the order's row.
///
/// # Errors
/// When a row cannot be written.
pub(crate) async fn settle_closed_order(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &mut Order,
    refunds: bool,
    actor: ActorRef,
) -> Result<(), OrderError> {
    settle(app, transaction, order, refunds, actor)
        .await
        .map_err(|error| OrderError::Common(error.into()))
}

async fn settle(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &mut Order,
    refunds: bool,
    actor: ActorRef,
) -> Result<(), PaymentError> {
    let payments = ledger::lock_all(transaction, order).await?;
    if payments.is_empty() {
        return Ok(());
    }
    let mut books = Books {
        order: order.clone(),
        payments,
    };
    let ids: Vec<Uuid> = books.payments.iter().map(|payment| payment.id).collect();
    for id in ids {
        end(app, transaction, &mut books, id, refunds, actor).await?;
        ledger::save(transaction, &app.clock, books.payment(id)?).await?;
    }
    ledger::sum_up(order, &books.payments)
}

async fn end(
    app: &AppState,
    transaction: &DatabaseTransaction,
    books: &mut Books,
    payment_id: Uuid,
    refunds: bool,
    actor: ActorRef,
) -> Result<(), PaymentError> {
    let points_spent = books.order.points_spent;
    let payment = books.payment(payment_id)?;
    match payment.status.0 {
        PaymentStatus::Created | PaymentStatus::ActionRequired | PaymentStatus::Processing => {
            payment.status = Text(PaymentStatus::Expired);
        }
        PaymentStatus::Succeeded
        | PaymentStatus::Failed
        | PaymentStatus::Cancelled
        | PaymentStatus::Expired => {}
    }
    let is_settling = payment.is_settling;
    let balances = ledger::balances(transaction, payment).await?;
    if balances.open_authorization()?.is_positive() {
        job::push(transaction, &app.clock, &Job::PaymentVoid { payment_id }).await?;
    }
    let held = balances.held()?;
    if refunds && held.is_positive() {
        let points_restored = if is_settling { points_spent } else { 0 };
        let new = NewRefund {
            amount: held,
            reason: refund::Reason::CalledOff,
            points_restored,
            actor,
        };
        refund::create(app, transaction, books, payment_id, new).await?;
    }
    Ok(())
}
