//! Staff give or take store credit by hand.

use domain::Money;
use domain::credit::{CreditEntryKind, CreditOwnerKind};
use domain::permission::Permission;
use entity::member;
use sea_orm::{DatabaseTransaction, EntityTrait};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::CreditError;
use super::issue::check_amount;
use super::ledger::{self, Accounts, Entry, Owner};
use super::query::{CreditView, of_members};
use crate::auth::Viewer;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::service::idempotency;
use crate::service::order::history::ActorRef;
use crate::state::AppState;

/// Longest reason, in characters.
const MAX_REASON: usize = 200;

/// An adjustment of a member's store credit.
#[derive(Clone, Debug, Serialize)]
pub struct AdjustCredit {
    /// The member.
    pub member_id: Uuid,
    /// Signed amount.
    pub amount: Money,
    /// Why; the member reads it.
    pub reason: String,
    /// Unique per request.
    #[serde(skip)]
    pub idempotency_key: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Adjusted {
    pub(super) adjustment_id: Uuid,
}

/// Gives store credit, or takes it.
///
/// # Errors
/// [`CreditError::Insufficient`] when more is taken than there is; [`Error::NotFound`]; [`Error::Invalid`].
pub async fn adjust(
    app: &AppState,
    viewer: &Viewer,
    command: AdjustCredit,
) -> Result<CreditView, CreditError> {
    viewer.require(Permission::CreditWrite)?;
    check_amount(viewer, command.amount)?;
    let command = AdjustCredit {
        reason: reason_of(&command.reason)?,
        ..command
    };
    app.database
        .retry(|| attempt(app, viewer, &command))
        .await?;
    let views = of_members(app, &viewer.channel, &[command.member_id]).await?;
    Ok(views.into_iter().next().ok_or(Error::NotFound("member"))?)
}

/// Reads why somebody changes a balance.
pub(super) fn reason_of(text: &str) -> Result<String> {
    let reason = text.trim();
    if reason.is_empty() || reason.chars().count() > MAX_REASON {
        let message = format!("a reason has 1 to {MAX_REASON} characters");
        return Err(Error::invalid(&["reason"], message));
    }
    Ok(reason.to_owned())
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &AdjustCredit,
) -> Result<(), CreditError> {
    let clock = &app.clock;
    let transaction = app.database.begin().await?;
    let actor_key = viewer.idempotency_actor("");
    let key = &command.idempotency_key;
    let request = idempotency::Request::try_new(&actor_key, "storeCreditAdjust", key, command)?;
    let outcome = Adjusted {
        adjustment_id: clock.new_id(),
    };
    if request
        .claim(&transaction, clock, &outcome)
        .await?
        .is_some()
    {
        return Ok(());
    }
    let member = member::Entity::find_by_id(command.member_id)
        .one(&transaction)
        .await?;
    let member = member.ok_or(Error::NotFound("member"))?;
    let owner = Owner {
        kind: CreditOwnerKind::Member,
        id: member.id,
        channel_id: viewer.channel.id,
        currency: command.amount.currency,
    };
    let mut accounts = ledger::lock(&transaction, clock, owner).await?;
    let by_hand = ByHand {
        id: outcome.adjustment_id,
        amount: command.amount,
        reason: &command.reason,
        actor: viewer.actor(),
    };
    book(&transaction, clock, &mut accounts, &by_hand).await?;
    transaction.commit().await?;
    Ok(())
}

/// An adjustment to be booked.
pub(super) struct ByHand<'a> {
    pub(super) id: Uuid,
    pub(super) amount: Money,
    pub(super) reason: &'a str,
    pub(super) actor: ActorRef,
}

/// Books an adjustment on locked accounts.
///
/// # Errors
/// [`CreditError::Insufficient`] when more is taken than there is.
pub(super) async fn book(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    accounts: &mut Accounts,
    by_hand: &ByHand<'_>,
) -> Result<(), CreditError> {
    let (available, minor) = (accounts.available(), by_hand.amount.minor);
    if minor < 0 && minor.saturating_neg() > available.minor {
        return Err(CreditError::Insufficient { available });
    }
    let entry = Entry {
        kind: CreditEntryKind::Adjust,
        minor,
        source: ("adjustment", by_hand.id),
        reason: by_hand.reason,
        order_id: None,
        actor: by_hand.actor,
    };
    ledger::record(transaction, clock, accounts, entry).await?;
    Ok(())
}
