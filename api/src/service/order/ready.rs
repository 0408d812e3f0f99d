//! A cart that is priced without a lock, with every row of the order it is to become: what is left is to find the cart as it was,
//! and the goods.
//!
//! Only carts that take little but goods: coupons, points, gift cards, promotions with a limit and the like are taken one order
//! after the other, under the locks of [`super::place`].

use domain::Money;
use domain::order::OrderStatus;
use entity::cart::Model as Cart;
use entity::{idempotency_record, points_promise};
use uuid::Uuid;

use super::error::OrderError;
use super::history::{self, ActorRef, Happening, Told};
use super::number::Running;
use super::place::{OPERATION, Outcome, PlaceOrder, check};
use super::write::{self, Heading, Written};
use super::{approval, row};
use crate::auth::{Account, Viewer};
use crate::error::Result;
use crate::service::cart::{self, Basket, LineFacts, PricedCartFacts};
use crate::service::flash_sale::{Claim, Take};
use crate::service::inventory::{Routing, Want};
use crate::service::promotion::Uses;
use crate::service::{credit, idempotency, points};
use crate::state::AppState;

/// An order that wants its goods.
#[derive(Clone, Debug)]
pub(super) struct Ready {
    /// The key's claim.
    pub(super) claim_id: Uuid,
    /// Its row.
    pub(super) claim: idempotency_record::ActiveModel,
    /// The version of the cart the order was made from.
    pub(super) cart_version: i32,
    /// The order's rows.
    pub(super) written: Written,
    /// What is told of it.
    pub(super) told: Told,
    /// What it will earn.
    pub(super) promises: Vec<points_promise::ActiveModel>,
    /// The promotions it makes use of, none of which has a limit.
    pub(super) uses: Uses,
    /// What it takes of flash sales.
    pub(super) flash: Claim,
    /// The goods.
    pub(super) wants: Vec<Want>,
    /// From where.
    pub(super) routing: Routing,
    /// Who orders.
    pub(super) actor: ActorRef,
}

/// Prepares an order; `None` when the cart is to be ordered alone, under its lock, which also finds the reason of a refusal.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn prepare(
    app: &AppState,
    viewer: &Viewer,
    command: &PlaceOrder,
    cart_id: &str,
    running: Running,
) -> Result<Option<Ready>, OrderError> {
    // What staff and programs do is noted in the transaction, which is theirs then.
    if !matches!(viewer.account, Account::Guest | Account::Member(_)) {
        return Ok(None);
    }
    let reader = app.database.read();
    let found = cart::find_active(reader, viewer, cart_id).await?;
    let Some(cart) = found.filter(|cart| takes_goods_only(cart, viewer)) else {
        return Ok(None);
    };
    let cart_version = cart.version;
    let basket = Basket::load(reader, cart).await?;
    if !basket.coupon_codes.is_empty() {
        return Ok(None);
    }
    let now = app.clock.db_now(reader).await?;
    let (channel, locale) = (&viewer.channel, &viewer.locale);
    let mut facts = cart::price_basket(reader, channel, basket, locale, now).await?;
    let total = facts.priced.total;
    let is_seen = command.expected_payable.is_none_or(|seen| seen == total);
    if counts_buyers(&facts) || check(&facts, command.expected_total).is_err() || !is_seen {
        return Ok(None);
    }
    facts.priced.points = facts.priced.points.earned_by_money(total, total);
    let heading = Heading {
        id: app.clock.new_id(),
        number: running.text(app, channel),
        status: OrderStatus::Placed,
        now,
        tendered: Money::zero(total.currency),
        channel,
        locale,
        version: 1,
    };
    let written = write::compose(app, reader, &facts, &heading).await?;
    let order = &written.order;
    if row::payable(order).is_zero() || approval::levels(app, order)? > 0 {
        return Ok(None);
    }
    let (actor, claim_id) = (viewer.actor(), app.clock.new_id());
    let actor_key = viewer.idempotency_actor(cart_id);
    let key = &command.idempotency_key;
    let request = idempotency::Request::try_new(&actor_key, OPERATION, key, command)?;
    let (order_id, buyer_key) = (order.id, facts.buyer_key.clone().unwrap_or_default());
    let outcome = Outcome { order_id };
    Ok(Some(Ready {
        claim_id,
        claim: request.row(claim_id, &app.clock, &outcome)?,
        cart_version,
        told: history::tell(&app.clock, order, actor, &[Happening::Placed], true),
        promises: points::promises_to(order.id, &facts.priced.points.earnings)?,
        uses: Uses {
            order_id,
            buyer_key: buyer_key.clone(),
            applied: facts.priced.uses().cloned().collect(),
        },
        flash: Claim {
            order_id,
            buyer_key,
            takes: flash_takes(&facts),
        },
        wants: wants(&facts)?,
        routing: routing(viewer, &facts),
        actor,
        written,
    }))
}

/// Whether a cart is the viewer's, and spends neither points nor gift cards nor store credit.
fn takes_goods_only(cart: &Cart, viewer: &Viewer) -> bool {
    cart.member_id == viewer.member_id().map(|id| id.0)
        && cart.points_to_spend == 0
        && !credit::offers_anything(cart)
}

/// Whether something of it is held, or may be had so often by its buyer: that is judged under the buyer's lock.
fn counts_buyers(facts: &PricedCartFacts) -> bool {
    let is_plain =
        |line: &LineFacts| line.held == 0 && line.member_quota.is_none() && !line.is_gift;
    facts.counts_buyers || !facts.lines.iter().all(is_plain)
}

/// What an order takes of flash sales.
pub(super) fn flash_takes(facts: &PricedCartFacts) -> Vec<Take> {
    let take = |line: &LineFacts| {
        let flash = line.flash.as_ref()?;
        Some(Take {
            entry_id: flash.entry_id,
            quantity: line.row.quantity,
        })
    };
    facts.lines.iter().filter_map(take).collect()
}

/// What the lines of an order need.
///
/// # Errors
/// [`crate::error::Error::Internal`] when a row is inconsistent.
pub(super) fn wants(facts: &PricedCartFacts) -> Result<Vec<Want>> {
    let want = |line: &LineFacts| {
        Ok(Want {
            variant_id: line.sale.variant_id,
            goods: line.goods.clone(),
            line_id: line.row.id,
            quantity: line.quantity()?,
        })
    };
    facts.lines.iter().map(want).collect()
}

/// From where an order is taken: as the channel says, or where its buyer collects it.
pub(super) fn routing(viewer: &Viewer, facts: &PricedCartFacts) -> Routing {
    let shipping = facts.shipping.as_ref();
    Routing {
        policy: viewer.channel.routing_policy.0,
        preferred: shipping.and_then(|method| method.pickup_warehouse_id),
    }
}
