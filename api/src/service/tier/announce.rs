//! Tells a member by mail that they reached a tier; runs after the commit.

use domain::locale::Locale;
use domain::tier::TierChangeReason;
use entity::{member, member_tier, member_tier_change};
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::query::name_in;
use crate::error::Result;
use crate::job::MailJob;
use crate::mail;
use crate::state::AppState;

/// Mails a member who rose; falling is not worth a mail. `message_id` is the outbox message's: a repeated attempt sends
/// the same mail.
///
/// # Errors
/// When the mail cannot be handed over; it is tried again.
pub async fn announce(app: &AppState, message_id: Uuid, change_id: Uuid) -> Result<()> {
    let connection = app.database.read();
    let found = member_tier_change::Entity::find_by_id(change_id)
        .one(connection)
        .await?;
    let Some(change) = found.filter(|change| change.reason.0 == TierChangeReason::Reached) else {
        return Ok(());
    };
    let Some(tier_id) = change.to_tier_id else {
        return Ok(());
    };
    let tier = member_tier::Entity::find_by_id(tier_id)
        .one(connection)
        .await?;
    let member = member::Entity::find_by_id(change.member_id)
        .one(connection)
        .await?;
    let (Some(tier), Some(member)) = (tier, member) else {
        return Ok(());
    };
    let tag = member
        .locale
        .unwrap_or_else(|| Locale::english().to_string());
    let mail = MailJob::TierReached {
        to: member.email,
        tier: name_in(&tier, &tag).to_owned(),
        locale: tag,
    };
    mail::deliver(app, message_id, &mail).await
}
