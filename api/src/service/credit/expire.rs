//! Gift cards lapse by time. Every card is its own transaction, so a turn may stop anywhere.

use domain::credit::{CreditEntryKind, GiftCardStatus};
use entity::column::Text;
use entity::gift_card::{ActiveModel, Column, Entity};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, ColumnTrait, EntityTrait,
    QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::card;
use super::ledger::{self, Entry};
use crate::error::{Error, Result};
use crate::service::order::history::SYSTEM;
use crate::state::AppState;

/// Cards handled in one turn; the rest waits for the next.
const BATCH: u64 = 200;

/// Books gift cards that have lapsed. Answers how many.
///
/// # Errors
/// When the database does not answer; what was done before stays.
pub async fn expire_due(app: &AppState) -> Result<u64> {
    let now = app.clock.db_now(app.database.read()).await?;
    let open = [GiftCardStatus::Active, GiftCardStatus::PartiallyRedeemed];
    let due = Entity::find()
        .select_only()
        .column(Column::Id)
        .column(Column::ChannelId)
        .filter(Column::Status.is_in(open.map(Text)))
        .filter(Column::EndsAt.lte(now))
        .order_by_asc(Column::EndsAt)
        .limit(BATCH)
        .into_tuple::<(Uuid, Uuid)>()
        .all(app.database.read())
        .await?;
    let mut done = 0;
    for (id, channel_id) in due {
        let has_lapsed = app.database.retry(|| attempt(app, channel_id, id)).await?;
        done += u64::from(has_lapsed);
    }
    Ok(done)
}

/// Decides anew under the lock: money may have come back since the list was read, and with it a later end.
async fn attempt(app: &AppState, channel_id: Uuid, id: Uuid) -> Result<bool, Error> {
    let transaction = app.database.begin().await?;
    let seen = card::load(&transaction, channel_id, id).await?;
    let mut accounts = ledger::lock(&transaction, &app.clock, card::owner(&seen)).await?;
    let card = card::load(&transaction, channel_id, id).await?;
    let now = app.clock.db_now(&transaction).await?;
    let has_lapsed =
        card.status.0.is_usable() && card.status.0.at(card.ends_at, now) == GiftCardStatus::Expired;
    if !has_lapsed {
        return Ok(false);
    }
    let available = accounts.available();
    if available.is_positive() {
        // A card that lived again lapses again: each time is an entry of its own.
        let entry = Entry {
            kind: CreditEntryKind::Expire,
            minor: available.minor.saturating_neg(),
            source: ("expiry", app.clock.new_id()),
            reason: "",
            order_id: None,
            actor: SYSTEM,
        };
        ledger::record(&transaction, &app.clock, &mut accounts, entry).await?;
    } else {
        // All its money is held by orders.
        let row = ActiveModel {
            id: Unchanged(card.id),
            status: Set(Text(GiftCardStatus::Expired)),
            updated_at: Set(app.clock.now()),
            ..Default::default()
        };
        row.update(&transaction).await?;
    }
    transaction.commit().await?;
    Ok(true)
}
