//! Staff make gift cards.

use chrono::{DateTime, Utc};
use domain::Money;
use domain::credit::GiftCardStatus;
use domain::permission::Permission;
use entity::column::{CurrencyCode, Text};
use entity::gift_card::{Entity, Model};
use sea_orm::{DatabaseTransaction, EntityTrait, IntoActiveModel};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::card::{self, CardView, cards_by_ids};
use super::code::code_of;
use super::error::CreditError;
use super::ledger::{self, Owner};
use crate::auth::{Viewer, secret};
use crate::error::{Error, Result};
use crate::service::idempotency;
use crate::service::order::history::ActorRef;
use crate::state::AppState;

/// Longest note, in characters.
const MAX_NOTE: usize = 255;
/// Largest amount given at once, in minor units: mistyped amounts are told, and sums stay far from the edge.
const MAX_GIVEN: i64 = 1_000_000_000;

/// A card to be made.
#[derive(Clone, Debug, Serialize)]
pub struct IssueCard {
    /// What is on it.
    pub amount: Money,
    /// When it lapses; never if left out.
    pub ends_at: Option<DateTime<Utc>>,
    /// Words for staff.
    pub note: Option<String>,
    /// Unique per request.
    #[serde(skip)]
    pub idempotency_key: String,
}

/// A new card, and its code, which is told here only.
#[derive(Clone, Debug)]
pub struct IssuedCard {
    /// The card.
    pub view: CardView,
    /// The code as it is printed; none when the shop has a new secret since.
    pub code: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Issued {
    gift_card_id: Uuid,
}

/// Makes a gift card.
///
/// # Errors
/// The common refusals of a missing permission, a bad value or a reused key.
pub async fn issue_card(
    app: &AppState,
    viewer: &Viewer,
    command: IssueCard,
) -> Result<IssuedCard, CreditError> {
    viewer.require(Permission::CreditWrite)?;
    let terms = Terms::check(app, viewer, &command)?;
    let id = app
        .database
        .retry(|| attempt(app, viewer, &command, &terms))
        .await?;
    let view = cards_by_ids(app, &[id]).await?.into_iter().next();
    let view = view.ok_or(Error::NotFound("gift card"))?;
    let code = code_of(app.config.jwt_secret.expose(), id);
    let is_its_own = secret::digest(code.as_str()) == view.card.code_hash;
    Ok(IssuedCard {
        view,
        code: is_its_own.then(|| code.printed()),
    })
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &IssueCard,
    terms: &Terms,
) -> Result<Uuid, CreditError> {
    let transaction = app.database.begin().await?;
    let actor_key = viewer.idempotency_actor("");
    let key = &command.idempotency_key;
    let request = idempotency::Request::try_new(&actor_key, "giftCardCreate", key, command)?;
    let issued = Issued {
        gift_card_id: app.clock.new_id(),
    };
    if let Some(first) = request.claim(&transaction, &app.clock, &issued).await? {
        return Ok(first.gift_card_id);
    }
    let maker = Maker {
        channel_id: viewer.channel.id,
        actor: viewer.actor(),
        job_id: None,
    };
    make(app, &transaction, &maker, terms, &[issued.gift_card_id]).await?;
    transaction.commit().await?;
    Ok(issued.gift_card_id)
}

/// What cards of one make have in common.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Terms {
    pub(super) amount: Money,
    pub(super) ends_at: Option<DateTime<Utc>>,
    pub(super) note: Option<String>,
}

impl Terms {
    /// Refuses what no card may be.
    pub(super) fn check(app: &AppState, viewer: &Viewer, command: &IssueCard) -> Result<Self> {
        check_amount(viewer, command.amount)?;
        if !command.amount.is_positive() {
            return Err(Error::invalid(&["amount", "amount"], "more than nothing"));
        }
        if command.ends_at.is_some_and(|end| end <= app.clock.now()) {
            return Err(Error::invalid(&["expiresAt"], "must be in the future"));
        }
        let note = command.note.as_deref().map(str::trim);
        let note = note.filter(|note| !note.is_empty());
        if note.is_some_and(|note| note.chars().count() > MAX_NOTE) {
            return Err(Error::invalid(
                &["note"],
                format!("at most {MAX_NOTE} characters"),
            ));
        }
        Ok(Self {
            amount: command.amount,
            ends_at: command.ends_at,
            note: note.map(str::to_owned),
        })
    }
}

/// Refuses nothing, too much, and money the shop does not sell in.
pub(super) fn check_amount(viewer: &Viewer, amount: Money) -> Result<()> {
    let currency = viewer.channel.currency.0;
    if amount.currency != currency {
        let message = format!("the shop sells in {currency}");
        return Err(Error::invalid(&["amount", "currencyCode"], message));
    }
    if amount.is_zero() || amount.minor.unsigned_abs() > MAX_GIVEN.unsigned_abs() {
        let most = Money::new(MAX_GIVEN, currency);
        let message = format!("other than nothing, and at most {most}");
        return Err(Error::invalid(&["amount", "amount"], message));
    }
    Ok(())
}

/// Who makes cards, and where.
pub(super) struct Maker {
    pub(super) channel_id: Uuid,
    pub(super) actor: ActorRef,
    pub(super) job_id: Option<Uuid>,
}

/// Makes a card for each id, with a fixed number of statements.
///
/// # Errors
/// When a row cannot be written.
pub(super) async fn make(
    app: &AppState,
    transaction: &DatabaseTransaction,
    maker: &Maker,
    terms: &Terms,
    ids: &[Uuid],
) -> Result<Vec<Model>> {
    let now = app.clock.now();
    let shop_secret = app.config.jwt_secret.expose();
    let cards: Vec<Model> = ids
        .iter()
        .map(|id| {
            let code = code_of(shop_secret, *id);
            Model {
                id: *id,
                channel_id: maker.channel_id,
                code_hash: secret::digest(code.as_str()),
                last_characters: code.last_characters(),
                status: Text(GiftCardStatus::Active),
                face_minor: terms.amount.minor,
                currency: CurrencyCode(terms.amount.currency),
                ends_at: terms.ends_at,
                note: terms.note.clone(),
                job_id: maker.job_id,
                created_at: now,
                updated_at: now,
            }
        })
        .collect();
    if cards.is_empty() {
        return Ok(cards);
    }
    let rows = cards.iter().cloned().map(Model::into_active_model);
    Entity::insert_many(rows)
        .exec_without_returning(transaction)
        .await?;
    let owners: Vec<Owner> = cards.iter().map(card::owner).collect();
    ledger::endow(transaction, &app.clock, &owners, terms.amount, maker.actor).await?;
    Ok(cards)
}
