//! From paid to certain: the back office is asked, or nobody needs to be.

use chrono::TimeDelta;
use domain::order::{ConfirmationPolicy, OrderEvent};
use entity::order::Model;
use sea_orm::DatabaseTransaction;

use super::error::OrderError;
use super::history::{self, ActorRef, Happening};
use super::{question, row};
use crate::error::Error;
use crate::service::{coupon, credit, points};
use crate::state::AppState;

/// Moves a placed order on when nothing keeps it waiting: it is paid, stands on account, or is promised all of its money and
/// the back office is asked before that is taken. The caller saves the row.
///
/// # Errors
/// [`OrderError::InvalidTransition`] when the order is not waiting for money.
pub(crate) async fn nothing_owed(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &mut Model,
    actor: ActorRef,
) -> Result<(), OrderError> {
    let channel = app.channels.find_by_id(order.channel_id)?;
    order.payment_due_at = None;
    match channel.confirmation_policy.0 {
        ConfirmationPolicy::None => {
            row::apply(order, OrderEvent::ConfirmationNotNeeded)?;
            confirmed(app, transaction, order, actor).await
        }
        ConfirmationPolicy::Advisory | ConfirmationPolicy::Required => {
            row::apply(order, OrderEvent::ConfirmationRequested)?;
            let deadline_minutes = channel.confirmation_deadline_minutes;
            question::ask(transaction, &app.clock, order, deadline_minutes).await?;
            history::record(
                transaction,
                &app.clock,
                order,
                actor,
                &[Happening::ConfirmationRequested],
            )
            .await?;
            Ok(())
        }
    }
}

/// Whether the back office is asked before an order is certain.
///
/// # Errors
/// When the order's channel is gone.
pub(crate) fn asks_back_office(app: &AppState, order: &Model) -> Result<bool, Error> {
    let channel = app.channels.find_by_id(order.channel_id)?;
    Ok(match channel.confirmation_policy.0 {
        ConfirmationPolicy::None => false,
        ConfirmationPolicy::Advisory | ConfirmationPolicy::Required => true,
    })
}

/// Lets an order go on that everybody approved: from now on it waits for money, if it costs any. The caller saves the row.
///
/// # Errors
/// [`OrderError::InvalidTransition`] when the order does not wait for approval.
pub(crate) async fn approved(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &mut Model,
    actor: ActorRef,
) -> Result<(), OrderError> {
    row::apply(order, OrderEvent::Approved)?;
    if row::payable(order).is_zero() {
        return nothing_owed(app, transaction, order, actor).await;
    }
    await_money(app, transaction, order).await?;
    Ok(())
}

/// Gives a placed order its channel's time to be paid, from now on; the caller saves the row.
///
/// # Errors
/// When the order's channel is gone, or the database does not tell its time.
pub(crate) async fn await_money(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &mut Model,
) -> Result<(), Error> {
    let channel = app.channels.find_by_id(order.channel_id)?;
    let minutes = TimeDelta::minutes(i64::from(channel.payment_due_minutes));
    order.payment_due_at = Some(app.clock.db_now(transaction).await? + minutes);
    Ok(())
}

/// What follows when an order has become certain: gift cards, store credit, coupons and points are spent for good, and the
/// buyer is told. The caller has moved the status and saves the row.
///
/// # Errors
/// When a row cannot be written.
pub(crate) async fn confirmed(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &mut Model,
    actor: ActorRef,
) -> Result<(), OrderError> {
    order.confirmed_at = Some(app.clock.now());
    credit::capture(transaction, &app.clock, order).await?;
    points::capture(transaction, &app.clock, order).await?;
    coupon::redeem(transaction, &app.clock, order).await?;
    history::record(
        transaction,
        &app.clock,
        order,
        actor,
        &[Happening::Confirmed],
    )
    .await?;
    Ok(())
}
