//! What members and staff read about gift cards and store credit.

use domain::Money;
use domain::credit::{CreditAccountKind, CreditOwnerKind, GiftCardStatus};
use domain::id::{CreditEntryId, GiftCardId, MemberId, TypedId as _};
use domain::permission::Permission;
use entity::column::{CurrencyCode, Text};
use entity::{channel, credit_account, credit_transaction, gift_card, order_tender};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::card::{CardView, cards_by_ids, views};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::page::{Page, PageRequest};
use crate::state::AppState;

/// A member's store credit in a channel's currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreditView {
    /// The member.
    pub member_id: Uuid,
    /// What can be spent now.
    pub balance: Money,
    /// Held by orders not confirmed yet.
    pub held: Money,
}

/// Narrows gift cards.
#[derive(Clone, Debug, Default)]
pub struct CardFilter {
    /// In these states; all when empty.
    pub status: Vec<GiftCardStatus>,
    /// Codes with this end.
    pub last_characters: Option<String>,
}

/// Gives the store credit of members in a channel's currency, in their order; the caller has checked who may see it.
///
/// # Errors
/// When the database does not answer.
pub async fn of_members(
    app: &AppState,
    channel: &channel::Model,
    member_ids: &[Uuid],
) -> Result<Vec<CreditView>> {
    let currency = channel.currency.0;
    let rows = credit_account::Entity::find()
        .filter(credit_account::Column::OwnerId.is_in(member_ids.iter().copied()))
        .filter(credit_account::Column::Currency.eq(CurrencyCode(currency)))
        .all(app.database.read())
        .await?;
    let views = member_ids.iter().map(|member_id| {
        let balance = |kind| {
            let own = rows.iter();
            let mut own = own.filter(|row| row.owner_id == *member_id && row.kind.0 == kind);
            let minor = own.next().and_then(|row| row.balance_minor);
            Money::new(minor.unwrap_or_default(), currency)
        };
        CreditView {
            member_id: *member_id,
            balance: balance(CreditAccountKind::Available),
            held: balance(CreditAccountKind::Held),
        }
    });
    Ok(views.collect())
}

/// Lists the channel's gift cards, newest first.
///
/// # Errors
/// Without permission `CREDIT_READ`, or for a bad cursor.
pub async fn cards(
    app: &AppState,
    viewer: &Viewer,
    filter: &CardFilter,
    request: &PageRequest,
) -> Result<Page<CardView>> {
    use gift_card::Column;
    viewer.require(Permission::CreditRead)?;
    let mut query = gift_card::Entity::find().filter(Column::ChannelId.eq(viewer.channel.id));
    if !filter.status.is_empty() {
        query = query.filter(in_status(&filter.status, app));
    }
    if let Some(end) = &filter.last_characters {
        query = query.filter(Column::LastCharacters.eq(end.trim().to_ascii_uppercase()));
    }
    let connection = app.database.read();
    let page = request
        .newest_first(connection, query, Column::Id, |row| row.id)
        .await?;
    page.map_rows(|rows| views(connection, &app.clock, rows))
        .await
}

/// Finds a gift card of the channel; `None` without permission `CREDIT_READ`.
///
/// # Errors
/// When the database does not answer.
pub async fn find_card(
    app: &AppState,
    viewer: &Viewer,
    id: GiftCardId,
) -> Result<Option<CardView>> {
    if !viewer.may(Permission::CreditRead) {
        return Ok(None);
    }
    let mut found = cards_by_ids(app, &[id.uuid()]).await?;
    found.retain(|view| view.card.channel_id == viewer.channel.id);
    Ok(found.pop())
}

/// Cards that stand so now: one that ended is expired, even before that is booked.
fn in_status(wanted: &[GiftCardStatus], app: &AppState) -> Condition {
    use gift_card::Column;
    let now = app.clock.now();
    let has_ended = || {
        Condition::all()
            .add(Column::EndsAt.is_not_null())
            .add(Column::EndsAt.lte(now))
    };
    wanted.iter().fold(Condition::any(), |any, status| {
        let is_stored = Condition::all().add(Column::Status.eq(Text(*status)));
        any.add(match status {
            GiftCardStatus::Active | GiftCardStatus::PartiallyRedeemed => {
                is_stored.add(has_ended().not())
            }
            GiftCardStatus::Redeemed | GiftCardStatus::Cancelled => is_stored,
            GiftCardStatus::Expired => {
                Condition::any().add(is_stored).add(has_ended().add(
                    Column::Status.is_in(
                        [GiftCardStatus::Active, GiftCardStatus::PartiallyRedeemed].map(Text),
                    ),
                ))
            }
        })
    })
}

/// Lists the ledger of a member or card, newest first, in the channel's currency: a member's to the member, all with
/// permission `CREDIT_READ`.
///
/// # Errors
/// [`Error::NotFound`] for somebody else's without the permission, [`Error::Invalid`] for a bad cursor.
pub async fn entries_of(
    app: &AppState,
    viewer: &Viewer,
    owner_id: Uuid,
    request: &PageRequest,
) -> Result<Page<credit_transaction::Model>> {
    if !may_see(viewer, owner_id) {
        return Err(Error::NotFound("credit"));
    }
    let query = credit_transaction::Entity::find()
        .filter(credit_transaction::Column::OwnerId.eq(owner_id))
        .filter(credit_transaction::Column::Currency.eq(CurrencyCode(viewer.channel.currency.0)));
    let connection = app.database.read();
    request
        .newest_first(connection, query, credit_transaction::Column::Id, |row| {
            row.id
        })
        .await
}

/// Loads lines of the ledger by id that the viewer may see.
///
/// # Errors
/// When the database does not answer.
pub async fn entries_by_ids(
    app: &AppState,
    viewer: &Viewer,
    ids: &[CreditEntryId],
) -> Result<Vec<credit_transaction::Model>> {
    let rows = credit_transaction::Entity::find()
        .filter(credit_transaction::Column::Id.is_in(ids.iter().map(|id| id.uuid())))
        .all(app.database.read())
        .await?;
    Ok(rows
        .into_iter()
        .filter(|row| may_see(viewer, row.owner_id))
        .collect())
}

/// Ids of members and cards never meet, so that a member's own id is enough.
fn may_see(viewer: &Viewer, owner_id: Uuid) -> bool {
    viewer.member_id() == Some(MemberId::from(owner_id)) || viewer.may(Permission::CreditRead)
}

/// Gift cards and store credit that pay orders, in the order in which they pay, with the end of each card's code.
///
/// # Errors
/// When the database does not answer.
pub async fn tenders_by_order_ids(
    app: &AppState,
    order_ids: &[Uuid],
) -> Result<Vec<(order_tender::Model, Option<String>)>> {
    let connection = app.database.read();
    let tenders = order_tender::Entity::find()
        .filter(order_tender::Column::OrderId.is_in(order_ids.iter().copied()))
        .order_by_asc(order_tender::Column::Position)
        .all(connection)
        .await?;
    let card_ids: Vec<Uuid> = tenders
        .iter()
        .filter(|tender| tender.kind.0.owner() == CreditOwnerKind::GiftCard)
        .map(|tender| tender.owner_id)
        .collect();
    if card_ids.is_empty() {
        return Ok(tenders.into_iter().map(|tender| (tender, None)).collect());
    }
    let cards = gift_card::Entity::find()
        .filter(gift_card::Column::Id.is_in(card_ids))
        .all(connection)
        .await?;
    let with_end = |tender: order_tender::Model| {
        let card = cards.iter().find(|card| card.id == tender.owner_id);
        let end = card.map(|card| card.last_characters.clone());
        (tender, end)
    };
    Ok(tenders.into_iter().map(with_end).collect())
}
