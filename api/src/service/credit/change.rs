//! Staff change what is on a gift card, or withdraw it.

use domain::Money;
use domain::credit::{CreditEntryKind, GiftCardStatus};
use domain::permission::Permission;
use entity::column::Text;
use entity::gift_card::{ActiveModel, Model};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, DatabaseTransaction};
use serde::Serialize;
use uuid::Uuid;

use super::adjust::{Adjusted, ByHand, book, reason_of};
use super::card::{self, CardView, cards_by_ids};
use super::error::CreditError;
use super::issue::check_amount;
use super::ledger::{self, Accounts, Entry};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::idempotency;
use crate::state::AppState;

/// An adjustment of a gift card.
#[derive(Clone, Debug, Serialize)]
pub struct AdjustCard {
    /// The card.
    pub gift_card_id: Uuid,
    /// Signed amount.
    pub amount: Money,
    /// Why.
    pub reason: String,
    /// Unique per request.
    #[serde(skip)]
    pub idempotency_key: String,
}

/// A gift card to be withdrawn.
#[derive(Clone, Debug, Serialize)]
pub struct CancelCard {
    /// The card.
    pub gift_card_id: Uuid,
    /// Why.
    pub reason: String,
    /// Unique per request.
    #[serde(skip)]
    pub idempotency_key: String,
}

/// Puts money on a card, or takes it. From a card that is over money can only be taken.
///
/// # Errors
/// [`CreditError::Insufficient`] when more is taken than there is; [`CreditError::CardClosed`]; [`Error::NotFound`];
/// [`Error::Invalid`].
pub async fn adjust_card(
    app: &AppState,
    viewer: &Viewer,
    command: AdjustCard,
) -> Result<CardView, CreditError> {
    viewer.require(Permission::CreditWrite)?;
    check_amount(viewer, command.amount)?;
    let command = AdjustCard {
        reason: reason_of(&command.reason)?,
        ..command
    };
    app.database
        .retry(|| attempt_adjust(app, viewer, &command))
        .await?;
    shown(app, command.gift_card_id).await
}

/// Withdraws a card for good: nothing can be spent from it any more, and what is on it is the shop's again. Orders that
/// hold money of it are not touched; what they give back stays on the card until it is taken by hand.
///
/// # Errors
/// [`CreditError::CardClosed`] when it was cancelled before; [`Error::NotFound`]; [`Error::Invalid`].
pub async fn cancel_card(
    app: &AppState,
    viewer: &Viewer,
    command: CancelCard,
) -> Result<CardView, CreditError> {
    viewer.require(Permission::CreditWrite)?;
    let command = CancelCard {
        reason: reason_of(&command.reason)?,
        ..command
    };
    app.database
        .retry(|| attempt_cancel(app, viewer, &command))
        .await?;
    shown(app, command.gift_card_id).await
}

async fn shown(app: &AppState, id: Uuid) -> Result<CardView, CreditError> {
    let view = cards_by_ids(app, &[id]).await?.into_iter().next();
    Ok(view.ok_or(Error::NotFound("gift card"))?)
}

async fn attempt_adjust(
    app: &AppState,
    viewer: &Viewer,
    command: &AdjustCard,
) -> Result<(), CreditError> {
    let transaction = app.database.begin().await?;
    let actor_key = viewer.idempotency_actor("");
    let key = &command.idempotency_key;
    let request = idempotency::Request::try_new(&actor_key, "giftCardAdjust", key, command)?;
    let outcome = Adjusted {
        adjustment_id: app.clock.new_id(),
    };
    let known = request.claim(&transaction, &app.clock, &outcome).await?;
    if known.is_some() {
        return Ok(());
    }
    let (mut accounts, card) = locked(app, &transaction, viewer, command.gift_card_id).await?;
    let now = app.clock.db_now(&transaction).await?;
    if command.amount.is_positive() && !card.status.0.takes_money(card.ends_at, now) {
        return Err(CreditError::CardClosed);
    }
    let by_hand = ByHand {
        id: outcome.adjustment_id,
        amount: command.amount,
        reason: &command.reason,
        actor: viewer.actor(),
    };
    book(&transaction, &app.clock, &mut accounts, &by_hand).await?;
    transaction.commit().await?;
    Ok(())
}

async fn attempt_cancel(
    app: &AppState,
    viewer: &Viewer,
    command: &CancelCard,
) -> Result<(), CreditError> {
    let transaction = app.database.begin().await?;
    let actor_key = viewer.idempotency_actor("");
    let key = &command.idempotency_key;
    let request = idempotency::Request::try_new(&actor_key, "giftCardCancel", key, command)?;
    let outcome = Adjusted {
        adjustment_id: app.clock.new_id(),
    };
    let known = request.claim(&transaction, &app.clock, &outcome).await?;
    if known.is_some() {
        return Ok(());
    }
    let (mut accounts, card) = locked(app, &transaction, viewer, command.gift_card_id).await?;
    if card.status.0 == GiftCardStatus::Cancelled {
        return Err(CreditError::CardClosed);
    }
    let available = accounts.available();
    if available.is_positive() {
        let entry = Entry {
            kind: CreditEntryKind::Cancel,
            minor: available.minor.saturating_neg(),
            source: ("adjustment", outcome.adjustment_id),
            reason: &command.reason,
            order_id: None,
            actor: viewer.actor(),
        };
        ledger::record(&transaction, &app.clock, &mut accounts, entry).await?;
    }
    // Also for a card with nothing to take, which has no entry its status could follow.
    let row = ActiveModel {
        id: Unchanged(command.gift_card_id),
        status: Set(Text(GiftCardStatus::Cancelled)),
        updated_at: Set(app.clock.now()),
        ..Default::default()
    };
    row.update(&transaction).await?;
    transaction.commit().await?;
    Ok(())
}

/// Locks a card's accounts; the card is read under the lock.
async fn locked(
    app: &AppState,
    transaction: &DatabaseTransaction,
    viewer: &Viewer,
    id: Uuid,
) -> Result<(Accounts, Model)> {
    let channel_id = viewer.channel.id;
    let seen = card::load(transaction, channel_id, id).await?;
    let accounts = ledger::lock(transaction, &app.clock, card::owner(&seen)).await?;
    Ok((accounts, card::load(transaction, channel_id, id).await?))
}
