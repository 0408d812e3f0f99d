//! Staff turn a cart they filled for a buyer into a draft: an order that holds nothing until it is placed.

use domain::Money;
use domain::id::{MemberId, OrderId};
use domain::order::OrderStatus;
use domain::permission::Permission;
use entity::order::Model;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::OrderError;
use super::history::{self, Happening};
use super::number::{self, Running};
use super::place::check_problems;
use super::row;
use super::write::{self, Heading};
use crate::auth::Viewer;
use crate::service::{cart, idempotency, inventory};
use crate::state::AppState;

/// A cart to become a draft.
#[derive(Clone, Debug, Serialize)]
pub struct CreateDraft {
    /// Public id of the cart.
    pub cart_id: String,
    /// The member it is for; none for a guest.
    pub member_id: Option<Uuid>,
    /// Unique per request.
    #[serde(skip)]
    pub idempotency_key: String,
}

#[derive(Serialize, Deserialize)]
struct Drafted {
    order_id: Uuid,
}

/// Turns a cart into a draft, priced as of now. The cart can no longer be changed; nothing is taken before the draft is
/// placed.
///
/// # Errors
/// [`crate::error::Error::NotFound`] for an unknown cart or one of a member, and for an unknown member;
/// [`OrderError::CartClosed`]; [`OrderError::CartHasProblems`].
pub async fn create_draft(
    app: &AppState,
    viewer: &Viewer,
    command: CreateDraft,
) -> Result<Model, OrderError> {
    viewer.require(Permission::OrderWrite)?;
    let draft = number::with(app, viewer.channel.id, async |running| {
        let attempt = || attempt(app, viewer, &command, running);
        app.database.retry(attempt).await
    })
    .await?;
    app.wake.wake();
    Ok(draft)
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &CreateDraft,
    running: Running,
) -> Result<(Model, bool), OrderError> {
    let transaction = app.database.begin().await?;
    let actor_key = viewer.idempotency_actor("");
    let key = &command.idempotency_key;
    let request = idempotency::Request::try_new(&actor_key, "orderDraftCreate", key, command)?;
    let drafted = Drafted {
        order_id: app.clock.new_id(),
    };
    if let Some(first) = request.claim(&transaction, &app.clock, &drafted).await? {
        let draft = row::load(&transaction, OrderId::from(first.order_id)).await?;
        return Ok((draft, false));
    }
    let mut cart = cart::lock_active(&transaction, viewer, &command.cart_id).await?;
    if let Some(id) = command.member_id {
        cart.member_id = Some(id);
        cart::fill_from_member(&transaction, &mut cart, MemberId::from(id)).await?;
    }
    cart::freeze(&transaction, &app.clock, &mut cart).await?;
    let now = app.clock.db_now(&transaction).await?;
    let (channel, locale) = (&viewer.channel, &viewer.locale);
    let facts = cart::load_priced(&transaction, channel, cart, locale, now).await?;
    check_problems(&facts)?;
    let heading = Heading {
        id: drafted.order_id,
        number: running.text(app, channel),
        status: OrderStatus::Draft,
        now,
        tendered: Money::zero(facts.priced.currency),
        channel,
        locale,
        version: 1,
    };
    let draft = write::insert(app, &transaction, &facts, &heading).await?;
    let happened = [Happening::Drafted];
    if facts.lines.iter().any(|line| line.held > 0) {
        let none = std::iter::empty();
        inventory::let_go(&transaction, &app.clock, facts.cart.id, none).await?;
    }
    history::record_quietly(&transaction, &app.clock, &draft, viewer.actor(), &happened).await?;
    transaction.commit().await?;
    Ok((draft, true))
}
