//! Orders on account: a member with terms owes what is to be paid, and the order goes on as if it were paid.

use domain::Money;
use sea_orm::DatabaseTransaction;

use super::close;
use super::error::PaymentError;
use super::ledger::{self, Books};
use crate::service::order::history::{self, ActorRef, Happening};
use crate::service::order::progress;
use crate::service::receivable;
use crate::state::AppState;

/// Takes what a locked, placed order asks for on the account of its member. The caller saves the order's row.
///
/// # Errors
/// [`PaymentError::MethodUnavailable`] for guests and members without terms; [`PaymentError::CreditLimitExceeded`].
pub(super) async fn take(
    app: &AppState,
    transaction: &DatabaseTransaction,
    books: &mut Books,
    amount: Money,
    actor: ActorRef,
) -> Result<(), PaymentError> {
    let order = &mut books.order;
    let member_id = order.member_id.ok_or(PaymentError::MethodUnavailable)?;
    let terms = receivable::lock(transaction, member_id, order.channel_id).await?;
    let terms = terms.filter(|terms| terms.currency == order.currency);
    let row = terms.ok_or(PaymentError::MethodUnavailable)?;
    // Read after the lock, so that an order taken a moment ago counts.
    let owed = receivable::owed_on_account(transaction, &row).await?;
    let terms = receivable::stored(&row)?;
    let room = terms.room(owed)?;
    if amount.minor > room.minor {
        return Err(PaymentError::CreditLimitExceeded { room });
    }
    order.owed_minor = amount.minor;
    order.on_account_minor = amount.minor;
    order.terms_days = Some(terms.days().into());
    let taken = [Happening::TakenOnAccount(amount)];
    history::record(transaction, &app.clock, order, actor, &taken).await?;
    progress::nothing_owed(app, transaction, order, actor).await?;
    // Nobody pays by an earlier attempt any more.
    for payment in &mut books.payments {
        close::end(app, transaction, payment).await?;
        ledger::save(transaction, &app.clock, payment).await?;
    }
    ledger::sum_up(&mut books.order, &books.payments)
}
