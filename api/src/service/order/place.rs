//! A cart or a draft becomes an order: goods, coupons and points are taken in one transaction, or nothing changes. Carts that need
//! nothing but goods may share that transaction with others ([`super::together`]).
//!
//! Locks are taken in the order member → draft → cart → gift cards and store credit → points → coupons → promotions → flash
//! sales → stock, the hottest rows last, so that they are held only until the commit that follows.

use chrono::{DateTime, Utc};
use domain::Money;
use domain::cart::{Lost, lost};
use domain::id::OrderId;
use domain::locale::Locale;
use domain::order::{OrderEvent, OrderStatus};
use domain::permission::Permission;
use entity::member;
use entity::order::Model;
use sea_orm::{DatabaseTransaction, EntityTrait, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::access::order_token;
use super::error::OrderError;
use super::history::{self, Happening};
use super::number::{self, Running};
use super::ready::{self, flash_takes, routing, wants};
use super::write::{self, Heading};
use super::{approval, progress, row, rush, together};
use crate::auth::{Viewer, secret};
use crate::error::{Error, Result};
use crate::service::cart::{self, PricedCartFacts};
use crate::service::inventory::{self, Promise};
use crate::service::{coupon, credit, flash_sale, idempotency, points, promotion};
use crate::state::AppState;

/// Name of the mutation, under which its idempotency keys are kept.
pub(super) const OPERATION: &str = "orderPlace";

/// What is to be ordered.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Basis {
    /// A cart.
    Cart {
        /// Its public id.
        cart_id: String,
    },
    /// A draft staff wrote.
    Draft {
        /// The order.
        order_id: Uuid,
    },
}

/// A cart or a draft to be ordered.
#[derive(Clone, Debug, Serialize)]
pub struct PlaceOrder {
    /// Which.
    #[serde(flatten)]
    pub basis: Basis,
    /// Total the buyer saw.
    pub expected_total: Money,
    /// What the buyer saw is left to pay with money beside gift cards and store credit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_payable: Option<Money>,
    /// Unique per request.
    #[serde(skip)]
    pub idempotency_key: String,
}

/// A placed order, and a guest's key to it.
#[derive(Clone, Debug)]
pub struct Placed {
    /// The order.
    pub order: Model,
    /// The key; none for members.
    pub order_token: Option<String>,
}

/// What the idempotency key remembers.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Outcome {
    /// The order.
    pub(super) order_id: Uuid,
}

/// Places an order.
///
/// # Errors
/// [`Error::NotFound`] for an unknown or foreign cart or draft; [`Error::Forbidden`] for a draft without `ORDER_WRITE`;
/// [`OrderError::InvalidTransition`] for an order that is no draft; [`OrderError::CartClosed`];
/// [`OrderError::CartHasProblems`]; [`OrderError::TotalChanged`]; [`OrderError::PayableChanged`],
/// [`OrderError::InsufficientStock`], [`OrderError::CouponInvalid`] and [`OrderError::InsufficientPoints`] when somebody
/// else was faster.
pub async fn place(
    app: &AppState,
    viewer: &Viewer,
    command: PlaceOrder,
) -> Result<Placed, OrderError> {
    let order = match &command.basis {
        Basis::Cart { cart_id } => {
            rush::check(app, viewer, cart_id).await?;
            // Boxed, so that who is refused before does not pay for the room an order takes.
            let placed = Box::pin(number::with(app, viewer.channel.id, async |running| {
                if let Some(ready) = ready::prepare(app, viewer, &command, cart_id, running).await?
                    && let Some(settled) = together::place(app, ready).await
                {
                    return settled.map(|order| (order, true));
                }
                let attempt = || attempt_cart(app, viewer, &command, cart_id, running);
                app.database.retry(attempt).await
            }));
            placed.await?
        }
        Basis::Draft { order_id } => {
            viewer.require(Permission::OrderWrite)?;
            let attempt = || attempt_draft(app, viewer, &command, *order_id);
            Box::pin(app.database.retry(attempt)).await?
        }
    };
    app.wake.wake();
    let token = order
        .token_hash
        .as_ref()
        .map(|_| order_token(app.config.jwt_secret.expose(), order.id));
    // A key made under an earlier secret cannot be shown again.
    let order_token =
        token.filter(|token| order.token_hash.as_deref() == Some(&secret::digest(token)));
    Ok(Placed { order, order_token })
}

/// Places a cart; tells whether it did so now, or at an earlier request.
async fn attempt_cart(
    app: &AppState,
    viewer: &Viewer,
    command: &PlaceOrder,
    cart_id: &str,
    running: Running,
) -> Result<(Model, bool), OrderError> {
    let transaction = app.database.begin().await?;
    let actor_key = viewer.idempotency_actor(cart_id);
    let outcome = Outcome {
        order_id: app.clock.new_id(),
    };
    if let Some(order) = placed_before(app, &transaction, &actor_key, command, outcome).await? {
        return Ok((order, false));
    }
    lock_member(&transaction, viewer.member_id().map(|id| id.0)).await?;
    let now = app.clock.db_now(&transaction).await?;
    let cart = cart::lock_active(&transaction, viewer, cart_id).await?;
    let facts = cart::load_priced(&transaction, &viewer.channel, cart, &viewer.locale, now).await?;
    rush::remember(app, &facts);
    let title = Title {
        id: outcome.order_id,
        number: running.text(app, &viewer.channel),
        version: 1,
        now,
        locale: &viewer.locale,
    };
    let order = take_all(app, &transaction, viewer, command, facts, title).await?;
    transaction.commit().await?;
    Ok((order, true))
}

/// Places a draft at the prices of this moment.
async fn attempt_draft(
    app: &AppState,
    viewer: &Viewer,
    command: &PlaceOrder,
    order_id: Uuid,
) -> Result<Model, OrderError> {
    let transaction = app.database.begin().await?;
    let (id, actor_key) = (OrderId::from(order_id), viewer.idempotency_actor(""));
    let outcome = Outcome { order_id };
    if let Some(order) = placed_before(app, &transaction, &actor_key, command, outcome).await? {
        return Ok(order);
    }
    let seen = row::load(&transaction, id).await?;
    lock_member(&transaction, seen.member_id).await?;
    let draft = row::lock(&transaction, id).await?;
    if draft.channel_id != viewer.channel.id {
        return Err(Error::NotFound("order").into());
    }
    draft.status.apply(OrderEvent::Placed)?;
    let now = app.clock.db_now(&transaction).await?;
    let locale = row::locale(&draft);
    let cart = cart::lock_frozen(&transaction, draft.cart_id).await?;
    let facts = cart::load_priced(&transaction, &viewer.channel, cart, &locale, now).await?;
    let title = Title {
        id: draft.id,
        number: draft.number,
        version: draft.version.saturating_add(1),
        now,
        locale: &locale,
    };
    let order = take_all(app, &transaction, viewer, command, facts, title).await?;
    transaction.commit().await?;
    Ok(order)
}

async fn placed_before(
    app: &AppState,
    transaction: &DatabaseTransaction,
    actor_key: &str,
    command: &PlaceOrder,
    outcome: Outcome,
) -> Result<Option<Model>, OrderError> {
    let key = &command.idempotency_key;
    let request = idempotency::Request::try_new(actor_key, OPERATION, key, command)?;
    let Some(first) = request.claim(transaction, &app.clock, &outcome).await? else {
        return Ok(None);
    };
    Ok(Some(
        row::load(transaction, OrderId::from(first.order_id)).await?,
    ))
}

/// Which order is placed, and when. The first version of one is new; others were drafts.
struct Title<'a> {
    id: Uuid,
    number: String,
    version: i32,
    now: DateTime<Utc>,
    locale: &'a Locale,
}

/// Writes the order, and takes everything it needs from where others want it too.
async fn take_all(
    app: &AppState,
    transaction: &DatabaseTransaction,
    viewer: &Viewer,
    command: &PlaceOrder,
    mut facts: PricedCartFacts,
    title: Title<'_>,
) -> Result<Model, OrderError> {
    check(&facts, command.expected_total)?;
    let total = facts.priced.total;
    let purse = credit::open_purse(transaction, &app.clock, &facts.cart, total, title.now).await?;
    purse.check(command.expected_payable)?;
    facts.priced.points = facts.priced.points.earned_by_money(purse.payable(), total);
    let heading = Heading {
        id: title.id,
        number: title.number,
        status: OrderStatus::Placed,
        now: title.now,
        tendered: purse.tendered()?,
        channel: &viewer.channel,
        locale: title.locale,
        version: title.version,
    };
    let cart_id = std::iter::once(facts.cart.id);
    cart::mark_ordered(transaction, &app.clock, cart_id).await?;
    let mut order = if heading.version == 1 {
        write::insert(app, transaction, &facts, &heading).await?
    } else {
        write::replace(app, transaction, &facts, &heading).await?
    };
    let actor = viewer.actor();
    credit::hold(transaction, &app.clock, &order, purse, actor).await?;
    take_points_and_coupons(app, transaction, viewer, &facts, &order).await?;
    take_flash_prices(app, transaction, &facts, order.id).await?;
    let placed = [Happening::Placed];
    history::record(transaction, &app.clock, &order, actor, &placed).await?;
    take_stock(app, transaction, viewer, &facts, &order).await?;
    if approval::ask(app, transaction, &mut order, actor).await? {
        row::save(transaction, &app.clock, &mut order).await?;
    } else if row::payable(&order).is_zero() {
        progress::nothing_owed(app, transaction, &mut order, actor).await?;
        row::save(transaction, &app.clock, &mut order).await?;
    }
    Ok(order)
}

/// Orders of one member are placed one after the other, so that limits per member hold.
async fn lock_member(transaction: &DatabaseTransaction, member_id: Option<Uuid>) -> Result<()> {
    if let Some(id) = member_id {
        let found: Option<Uuid> = member::Entity::find_by_id(id)
            .select_only()
            .column(member::Column::Id)
            .lock_exclusive()
            .into_tuple()
            .one(transaction)
            .await?;
        found.ok_or(Error::Unauthenticated)?;
    }
    Ok(())
}

/// Lets a cart pass that can be ordered for what the buyer saw.
///
/// # Errors
/// [`OrderError::CartHasProblems`]; [`OrderError::TotalChanged`], or what made it change.
pub(super) fn check(facts: &PricedCartFacts, expected_total: Money) -> Result<(), OrderError> {
    check_problems(facts)?;
    if facts.priced.total != expected_total {
        let cause = lost(&facts.problems, &facts.priced.evaluations);
        return Err(match cause {
            Some(Lost::Points) => OrderError::InsufficientPoints,
            Some(Lost::Coupon) => OrderError::CouponInvalid,
            None => OrderError::TotalChanged(facts.priced.total),
        });
    }
    Ok(())
}

/// Lets a cart pass that can be ordered.
///
/// # Errors
/// [`OrderError::CartHasProblems`].
pub(super) fn check_problems(facts: &PricedCartFacts) -> Result<(), OrderError> {
    if facts.problems.iter().any(cart::Problem::is_blocking) {
        return Err(OrderError::CartHasProblems(facts.problems.clone()));
    }
    Ok(())
}

async fn take_points_and_coupons(
    app: &AppState,
    transaction: &DatabaseTransaction,
    viewer: &Viewer,
    facts: &PricedCartFacts,
    order: &Model,
) -> Result<(), OrderError> {
    let priced = &facts.priced;
    if let Some(member_id) = order.member_id.filter(|_| priced.points.spent > 0) {
        points::hold(
            transaction,
            &app.clock,
            member_id,
            order,
            viewer.actor(),
            priced.points.spent,
        )
        .await?;
    }
    let promises = points::promises_to(order.id, &priced.points.earnings)?;
    points::promise(transaction, promises).await?;
    let buyer_key = facts.buyer_key.as_deref().unwrap_or_default();
    if !coupon::lock(
        transaction,
        &app.clock,
        order.id,
        buyer_key,
        &priced.applied,
    )
    .await?
    {
        return Err(OrderError::CouponInvalid);
    }
    let uses: Vec<_> = priced.uses().collect();
    if !promotion::take(transaction, &app.clock, order.id, buyer_key, &uses).await? {
        return Err(OrderError::ReductionGone);
    }
    Ok(())
}

async fn take_flash_prices(
    app: &AppState,
    transaction: &DatabaseTransaction,
    facts: &PricedCartFacts,
    order_id: Uuid,
) -> Result<(), OrderError> {
    let takes = flash_takes(facts);
    let buyer_key = facts.buyer_key.as_deref().unwrap_or_default();
    if flash_sale::take(transaction, &app.clock, order_id, buyer_key, takes).await? {
        Ok(())
    } else {
        Err(OrderError::ReductionGone)
    }
}

async fn take_stock(
    app: &AppState,
    transaction: &DatabaseTransaction,
    viewer: &Viewer,
    facts: &PricedCartFacts,
    order: &Model,
) -> Result<(), OrderError> {
    let wants = wants(facts)?;
    let seen = facts
        .lines
        .iter()
        .map(|line| (line.sale.variant_id, line.warehouses.clone()))
        .collect();
    if facts.lines.iter().any(|line| line.held > 0) {
        let variants = wants.iter().flat_map(|want| want.goods.variants());
        inventory::let_go(transaction, &app.clock, facts.cart.id, variants).await?;
    }
    let taken = inventory::allocate(
        transaction,
        &app.clock,
        &wants,
        seen,
        routing(viewer, facts),
    )
    .await?;
    let promise = Promise {
        order_id: order.id,
        taken: &taken,
        actor: viewer.actor(),
    };
    inventory::write_promises(transaction, &app.clock, &[promise]).await?;
    Ok(())
}
