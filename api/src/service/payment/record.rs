//! What follows from a payment event: for the payment, for the order, and for money that has no place.

use domain::Money;
use domain::order::payment::Cover;
use domain::order::refund::plan_surplus;
use domain::order::{OrderStatus, PaymentBalances, PaymentEventKind, TransferStatus};
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use super::error::PaymentError;
use super::ledger::{self, Added, Books};
use super::promise;
use super::refund::{self, Decision, Giver, Reason, Transfer};
use super::unmatched;
use crate::job::{self, Job};
use crate::payment::ProviderMessage;
use crate::service::order::history::{self, ActorRef, Happening, SYSTEM};
use crate::service::order::{progress, row};
use crate::state::AppState;

/// Records an event of a payment whose order is locked, and carries out what follows. An event seen before changes nothing.
///
/// # Errors
/// [`crate::error::Error::NotFound`] when the payment is not the order's; [`PaymentError::Common`] when a row cannot be
/// written.
pub(super) async fn record(
    app: &AppState,
    transaction: &DatabaseTransaction,
    books: &mut Books,
    payment_id: Uuid,
    event: &ProviderMessage,
    actor: ActorRef,
) -> Result<(), PaymentError> {
    let Some(kind) = refund::as_it_stands(transaction, event).await? else {
        return Ok(());
    };
    let event = &ProviderMessage {
        kind,
        ..event.clone()
    };
    let payment = books.payment(payment_id)?;
    if event.amount.currency != payment.currency.0 {
        // Another currency cannot be added up; people have to look at it.
        tracing::error!(payment.id = %payment_id, "money came in another currency than was asked for");
        let stray = [Happening::PaymentOrphaned(event.amount)];
        let provider = payment.provider.0;
        unmatched::put_aside(app, transaction, provider, event).await?;
        history::record(transaction, &app.clock, &books.order, actor, &stray).await?;
        return Ok(());
    }
    let Added::New(balances) = ledger::add(transaction, &app.clock, payment, event).await? else {
        return Ok(());
    };
    let mut happenings = Vec::new();
    match event.kind {
        PaymentEventKind::Captured => {
            captured(
                app,
                transaction,
                books,
                payment_id,
                event.amount,
                balances,
                &mut happenings,
            )
            .await?;
        }
        PaymentEventKind::Authorized => {
            happenings.push(Happening::PaymentAuthorized(event.amount));
            promised(app, transaction, books, payment_id, balances).await?;
        }
        PaymentEventKind::AuthorizeFailed => {
            happenings.push(Happening::PaymentFailed(event.message.as_deref()));
        }
        PaymentEventKind::CaptureFailed => {
            happenings.push(Happening::PaymentFailed(event.message.as_deref()));
            lost(app, transaction, books, payment_id, Cover::Lacking).await?;
        }
        PaymentEventKind::Voided => {
            let (payable, open) = (row::payable(&books.order), balances.open_authorization()?);
            let cover = Cover::of(payable, balances.captured, open)?;
            lost(app, transaction, books, payment_id, cover).await?;
        }
        PaymentEventKind::Refunded => {
            let status = TransferStatus::Succeeded;
            refund::told(app, transaction, &books.order, payment_id, event, status).await?;
            happenings.push(Happening::RefundSucceeded(event.amount));
        }
        PaymentEventKind::RefundFailed | PaymentEventKind::RefundReversed => {
            let status = TransferStatus::Failed;
            refund::told(app, transaction, &books.order, payment_id, event, status).await?;
            happenings.push(Happening::RefundFailed(event.amount));
        }
        PaymentEventKind::ActionRequired
        | PaymentEventKind::VoidFailed
        | PaymentEventKind::RefundRequested
        | PaymentEventKind::ChargedBack
        | PaymentEventKind::ChargebackReversed => {}
    }
    ledger::save(transaction, &app.clock, books.payment(payment_id)?).await?;
    ledger::sum_up(&mut books.order, &books.payments)?;
    history::record(transaction, &app.clock, &books.order, actor, &happenings).await?;
    move_on(app, transaction, books, payment_id, actor).await?;
    row::save(transaction, &app.clock, &mut books.order).await?;
    Ok(())
}

/// Money was promised. All that an order waits for, promised at once, counts towards it like money that came. What a change
/// costs is taken at once, since its order is certain; a promise that has no place is let go.
async fn promised(
    app: &AppState,
    transaction: &DatabaseTransaction,
    books: &mut Books,
    payment_id: Uuid,
    balances: PaymentBalances,
) -> Result<(), PaymentError> {
    let status = books.order.status.0;
    let is_settled = books.is_settled_by_other(payment_id);
    let is_owed = books.order.owed_minor > 0 && !books.is_promised_by_other(payment_id);
    let payable = row::payable(&books.order);
    let cover = Cover::of(payable, balances.captured, balances.open_authorization()?)?;
    let payment = books.payment(payment_id)?;
    let is_awaited = status.takes_payment(payment.for_change);
    if is_awaited && payment.for_change && is_owed {
        payment.is_settling = true;
        job::push(transaction, &app.clock, &Job::PaymentCapture { payment_id }).await?;
    } else if is_awaited && !payment.for_change && !is_settled {
        payment.is_settling |= matches!(cover, Cover::Taken | Cover::Promised);
    } else if !payment.is_settling {
        job::push(transaction, &app.clock, &Job::PaymentVoid { payment_id }).await?;
    }
    Ok(())
}

/// A promise is gone. The order that counts on it learns of it: one that waits for money waits anew, for another payment.
async fn lost(
    app: &AppState,
    transaction: &DatabaseTransaction,
    books: &mut Books,
    payment_id: Uuid,
    cover: Cover,
) -> Result<(), PaymentError> {
    let (order_id, status) = (books.order.id, books.order.status.0);
    let payment = books.payment(payment_id)?;
    let is_lost = payment.for_change || cover == Cover::Lacking;
    if !payment.is_settling || !is_lost {
        return Ok(());
    }
    payment.is_settling = payment.captured_minor > 0;
    if status == OrderStatus::AwaitingConfirmation {
        return Ok(job::push(transaction, &app.clock, &Job::OrderResume { order_id }).await?);
    }
    // What the bank may still hold is let go of, for another payment takes its place.
    job::push(transaction, &app.clock, &Job::PaymentVoid { payment_id }).await?;
    if status == OrderStatus::Placed {
        progress::await_money(app, transaction, &mut books.order).await?;
    }
    Ok(())
}

/// Money came. It counts towards the order if the order waits for it and no other payment settles it; what has no place
/// goes back at once.
async fn captured(
    app: &AppState,
    transaction: &DatabaseTransaction,
    books: &mut Books,
    payment_id: Uuid,
    amount: Money,
    balances: PaymentBalances,
    happenings: &mut Vec<Happening<'_>>,
) -> Result<(), PaymentError> {
    let surplus = surplus(books, payment_id, amount, balances)?;
    if books.payment(payment_id)?.for_change && balances.open_authorization()?.is_positive() {
        // Less became owed since it was promised.
        job::push(transaction, &app.clock, &Job::PaymentVoid { payment_id }).await?;
    }
    let payable = row::payable(&books.order);
    let waits_for_money = books.order.status.0 == OrderStatus::AwaitingConfirmation
        && balances.captured.minor >= payable.minor;
    if waits_for_money && books.payment(payment_id)?.is_settling {
        let order_id = books.order.id;
        job::push(transaction, &app.clock, &Job::OrderResume { order_id }).await?;
    }
    let kept = amount.minus(surplus.least(amount)?)?;
    if kept.is_positive() {
        happenings.push(Happening::PaymentCaptured(kept));
    }
    if surplus.is_positive() {
        happenings.push(Happening::PaymentOrphaned(surplus));
        let decision = Decision {
            id: app.clock.new_id(),
            plan: &plan_surplus(surplus),
            steps: &[],
            transfers: &[Transfer {
                from: Giver::Payment(payment_id),
                amount: surplus,
            }],
            reason: Reason::Orphaned.sentence(&row::locale(&books.order)),
            cancellation_id: None,
            actor: SYSTEM,
        };
        refund::write(app, transaction, books, decision).await?;
    }
    Ok(())
}

/// Counts money that came towards the order as far as it waits for it, and gives the rest.
fn surplus(
    books: &mut Books,
    payment_id: Uuid,
    amount: Money,
    balances: PaymentBalances,
) -> Result<Money, PaymentError> {
    let is_settled = books.is_settled_by_other(payment_id);
    let (status, payable) = (books.order.status.0, row::payable(&books.order));
    let owed = row::money(&books.order, books.order.owed_minor);
    let payment = books.payment(payment_id)?;
    payment.error = None;
    let is_awaited = status.takes_payment(payment.for_change);
    if is_awaited && payment.for_change {
        let counted = amount.least(owed)?;
        payment.is_settling |= counted.is_positive();
        books.order.owed_minor -= counted.minor;
        return Ok(amount.minus(counted)?);
    }
    let is_promise_kept = status == OrderStatus::AwaitingConfirmation
        && payment.is_settling
        && balances.captured.minus(amount)?.minor < payable.minor;
    if is_awaited && !is_settled || is_promise_kept {
        payment.is_settling = true;
        return Ok(balances.surplus(payable)?);
    }
    Ok(amount.least(balances.held()?)?)
}

/// A placed order goes on when its settling payment has brought all that is to be paid with money. When it is all promised,
/// the back office is asked; where nobody needs to be asked, the money is taken first.
async fn move_on(
    app: &AppState,
    transaction: &DatabaseTransaction,
    books: &mut Books,
    payment_id: Uuid,
    actor: ActorRef,
) -> Result<(), PaymentError> {
    let payment = books.payment(payment_id)?.clone();
    if books.order.status.0 != OrderStatus::Placed || !payment.is_settling {
        return Ok(());
    }
    match promise::cover(&books.order, &payment)? {
        Cover::Taken => {
            progress::nothing_owed(app, transaction, &mut books.order, actor).await?;
        }
        Cover::Promised if progress::asks_back_office(app, &books.order)? => {
            progress::nothing_owed(app, transaction, &mut books.order, actor).await?;
        }
        Cover::Promised => {
            // Its time to pay is not over while the money is on its way.
            books.order.payment_due_at = None;
            job::push(transaction, &app.clock, &Job::PaymentCapture { payment_id }).await?;
        }
        Cover::Partial | Cover::Lacking => {}
    }
    Ok(())
}
