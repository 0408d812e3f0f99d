//! A cart becomes an order: goods, coupons and points are taken in one transaction, or nothing changes.
//!
//! Locks are taken in the order member → cart → gift cards and store credit → points → coupons → promotions → flash sales →
//! stock, the hottest rows last, so that they are held only until the commit that follows.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::Money;
use domain::after_sale::OrderReturnStatus;
use domain::cart::{Lost, lost};
use domain::catalog::variant_name;
use domain::order::{OrderFulfillmentStatus, OrderMoney, OrderStatus};
use entity::column::{CurrencyCode, Json, Text};
use entity::order::{Entity, Model};
use entity::{member, order_adjustment, order_line};
use sea_orm::{ActiveValue::Set, DatabaseTransaction, EntityTrait, IntoActiveModel, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::access::order_token;
use super::error::OrderError;
use super::history::{self, Happening};
use super::number::{self, Running};
use super::{approval, names, progress, row};
use crate::auth::{Viewer, secret};
use crate::error::{Error, Result};
use crate::service::cart::{self, PricedCartFacts};
use crate::service::inventory::{self, Want};
use crate::service::{coupon, credit, flash_sale, idempotency, points, promotion};
use crate::state::AppState;

/// A cart to be ordered.
#[derive(Clone, Debug, Serialize)]
pub struct PlaceOrder {
    /// Public id of the cart.
    pub cart_id: String,
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
struct Outcome {
    order_id: Uuid,
}

/// Places an order.
///
/// # Errors
/// [`Error::NotFound`] for an unknown or foreign cart; [`OrderError::CartClosed`]; [`OrderError::CartHasProblems`];
/// [`OrderError::TotalChanged`]; [`OrderError::PayableChanged`], [`OrderError::InsufficientStock`],
/// [`OrderError::CouponInvalid`] and [`OrderError::InsufficientPoints`] when somebody else was faster.
pub async fn place(
    app: &AppState,
    viewer: &Viewer,
    command: PlaceOrder,
) -> Result<Placed, OrderError> {
    // Taken before the transaction: a fresh block of numbers needs one of its own.
    let running = number::take(app, viewer.channel.id).await?;
    let outcome = app
        .database
        .retry(|| attempt(app, viewer, &command, running))
        .await;
    let (order, is_new) = match outcome {
        Ok(placed) => placed,
        Err(error) => {
            if error.is_refusal() {
                number::give_back(app, running).await;
            }
            return Err(error);
        }
    };
    if is_new {
        app.wake.wake();
    } else {
        number::give_back(app, running).await;
    }
    let token = order
        .token_hash
        .as_ref()
        .map(|_| order_token(app.config.jwt_secret.expose(), order.id));
    // A key made under an earlier secret cannot be shown again.
    let order_token =
        token.filter(|token| order.token_hash.as_deref() == Some(&secret::digest(token)));
    Ok(Placed { order, order_token })
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &PlaceOrder,
    running: Running,
) -> Result<(Model, bool), OrderError> {
    let transaction = app.database.begin().await?;
    let actor_key = viewer.idempotency_actor(&command.cart_id);
    let request =
        idempotency::Request::try_new(&actor_key, "orderPlace", &command.idempotency_key, command)?;
    let outcome = Outcome {
        order_id: app.clock.new_id(),
    };
    if let Some(first) = request.claim(&transaction, &app.clock, &outcome).await? {
        let order = Entity::find_by_id(first.order_id).one(&transaction).await?;
        return Ok((order.ok_or(Error::NotFound("order"))?, false));
    }
    lock_member(&transaction, viewer).await?;
    let now = app.clock.db_now(&transaction).await?;
    let cart = cart::lock_active(&transaction, viewer, &command.cart_id).await?;
    let mut facts =
        cart::load_priced(&transaction, &viewer.channel, cart, &viewer.locale, now).await?;
    check(&facts, command.expected_total)?;
    let total = facts.priced.total;
    let purse = credit::open_purse(&transaction, &app.clock, &facts.cart, total, now).await?;
    purse.check(command.expected_payable)?;
    facts.priced.points = facts.priced.points.earned_by_money(purse.payable(), total);
    let heading = Heading {
        id: outcome.order_id,
        number: running.text(app, &viewer.channel),
        now,
        tendered: purse.tendered()?,
    };
    let mut order = write(app, &transaction, viewer, &facts, heading).await?;
    credit::hold(&transaction, &app.clock, &order, purse, viewer.actor()).await?;
    take_points_and_coupons(app, &transaction, viewer, &facts, &order).await?;
    take_flash_prices(app, &transaction, &facts, order.id).await?;
    history::record(
        &transaction,
        &app.clock,
        &order,
        viewer.actor(),
        &[Happening::Placed],
    )
    .await?;
    take_stock(app, &transaction, viewer, &facts, &order).await?;
    if approval::ask(app, &transaction, &mut order, viewer.actor()).await? {
        row::save(&transaction, &app.clock, &mut order).await?;
    } else if row::payable(&order).is_zero() {
        progress::nothing_owed(app, &transaction, &mut order, viewer.actor()).await?;
        row::save(&transaction, &app.clock, &mut order).await?;
    }
    transaction.commit().await?;
    Ok((order, true))
}

/// Orders of one member are placed one after the other, so that limits per member hold.
async fn lock_member(transaction: &DatabaseTransaction, viewer: &Viewer) -> Result<()> {
    if let Some(id) = viewer.member_id() {
        let found: Option<Uuid> = member::Entity::find_by_id(id.0)
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

fn check(facts: &PricedCartFacts, expected_total: Money) -> Result<(), OrderError> {
    if facts.problems.iter().any(cart::Problem::is_blocking) {
        return Err(OrderError::CartHasProblems(facts.problems.clone()));
    }
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

/// What an order is called, when it was placed, and how much of it gift cards and store credit pay.
struct Heading {
    id: Uuid,
    number: String,
    now: DateTime<Utc>,
    tendered: Money,
}

/// Writes the order with its lines and price steps, and closes the cart. Lines keep the ids of the cart's lines: the price
/// steps speak of them.
async fn write(
    app: &AppState,
    transaction: &DatabaseTransaction,
    viewer: &Viewer,
    facts: &PricedCartFacts,
    heading: Heading,
) -> Result<Model, OrderError> {
    let order = head(app, viewer, facts, heading)?;
    let lines = lines(transaction, viewer, facts, order.id).await?;
    let steps = adjustments(app, facts, order.id);
    cart::mark_ordered(transaction, &app.clock, facts.cart.id).await?;
    Entity::insert(order.clone().into_active_model())
        .exec_without_returning(transaction)
        .await?;
    order_line::Entity::insert_many(lines)
        .exec_without_returning(transaction)
        .await?;
    if !steps.is_empty() {
        order_adjustment::Entity::insert_many(steps)
            .exec_without_returning(transaction)
            .await?;
    }
    Ok(order)
}

fn head(
    app: &AppState,
    viewer: &Viewer,
    facts: &PricedCartFacts,
    heading: Heading,
) -> Result<Model> {
    let PricedCartFacts { cart, priced, .. } = facts;
    let points = |points: u32| i32::try_from(points).map_err(Error::internal);
    let token = viewer
        .member_id()
        .is_none()
        .then(|| order_token(app.config.jwt_secret.expose(), heading.id));
    let due_in = TimeDelta::minutes(i64::from(viewer.channel.payment_due_minutes));
    let money = OrderMoney::placed(priced.total, heading.tendered);
    let is_owed = money.due().map_err(Error::internal)?.is_positive();
    Ok(Model {
        id: heading.id,
        number: heading.number,
        channel_id: cart.channel_id,
        cart_id: Some(cart.id),
        member_id: cart.member_id,
        status: Text(OrderStatus::Placed),
        payment_status: Text(money.status().map_err(Error::internal)?),
        fulfillment_status: Text(OrderFulfillmentStatus::Unfulfilled),
        return_status: Text(OrderReturnStatus::None),
        email: cart.email.clone(),
        phone: cart.phone.clone(),
        note: cart.note.clone(),
        locale: viewer.locale.as_str().to_owned(),
        shipping_address: cart.shipping_address.clone(),
        billing_address: cart.billing_address.clone(),
        shipping_method_id: facts.shipping.as_ref().map(|method| method.id),
        shipping_method_name: facts.shipping.as_ref().map(|method| {
            method
                .name_translations
                .0
                .get(viewer.locale.as_str())
                .unwrap_or(&method.name)
                .clone()
        }),
        currency: CurrencyCode(priced.currency),
        tax_included: priced.tax_included,
        tax_exemption: priced.tax_exemption.clone(),
        subtotal_minor: priced.subtotal.minor,
        discount_minor: priced.discount_total.minor,
        shipping_minor: priced.shipping_total.minor,
        tax_minor: priced.tax_total.minor,
        total_minor: priced.total.minor,
        payment_method_ids: priced.payment_method_ids.clone().map(Json),
        points_spent: points(priced.points.spent)?,
        points_earned: points(priced.points.earned())?,
        tendered_minor: heading.tendered.minor,
        credited_minor: 0,
        owed_minor: 0,
        set_off_minor: 0,
        paid_minor: 0,
        refunded_minor: 0,
        token_hash: token.as_deref().map(secret::digest),
        placed_at: heading.now,
        payment_due_at: is_owed.then(|| heading.now + due_in),
        confirmed_at: None,
        promised_ship_at: None,
        delivered_at: None,
        closed_at: None,
        version: 1,
        updated_at: heading.now,
    })
}

async fn lines(
    transaction: &DatabaseTransaction,
    viewer: &Viewer,
    facts: &PricedCartFacts,
    order_id: Uuid,
) -> Result<Vec<order_line::ActiveModel>> {
    let products = facts.lines.iter().map(|line| line.sale.product_id);
    let (locale, fallback) = (viewer.locale.as_str(), &viewer.channel.default_locale);
    let names = names::of_products(transaction, products, locale, fallback).await?;
    let priced: HashMap<Uuid, _> = facts
        .priced
        .lines
        .iter()
        .map(|line| (line.key, line))
        .collect();
    facts
        .lines
        .iter()
        .zip(1_i32..)
        .map(|(line, position)| {
            let cost = priced
                .get(&line.row.id)
                .ok_or_else(|| Error::internal("a line without a price"))?;
            let origin = cost.origin.as_ref();
            let ppm = i32::try_from(cost.tax_rate.ppm()).map_err(Error::internal)?;
            Ok(order_line::ActiveModel {
                id: Set(line.row.id),
                order_id: Set(order_id),
                position: Set(position),
                variant_id: Set(line.sale.variant_id),
                sku: Set(line.sale.sku.clone()),
                product_name: Set(names
                    .get(&line.sale.product_id)
                    .cloned()
                    .unwrap_or_default()),
                variant_name: Set(variant_name(
                    &line.sale.options.0,
                    &line.sale.selected_options.0,
                )),
                quantity: Set(line.row.quantity),
                cancelled_quantity: Set(0),
                fulfilled_quantity: Set(0),
                returned_quantity: Set(0),
                unit_price_minor: Set(cost.unit_price.minor),
                price_source_kind: Set(origin.map(|origin| Text(origin.kind))),
                price_source_id: Set(origin.and_then(|origin| origin.rule_id)),
                price_source_version: Set(origin.and_then(|origin| origin.rule_version)),
                price_source_label: Set(origin.map(|origin| origin.label.as_ref().to_owned())),
                compare_at_minor: Set(line.before(cost).map(|price| price.minor)),
                subtotal_minor: Set(cost.subtotal.minor),
                discount_minor: Set(cost.discount_total.minor),
                tax_minor: Set(cost.tax_total.minor),
                total_minor: Set(cost.total.minor),
                tax_rate_ppm: Set(ppm),
                shippable: Set(line.sale.is_shippable),
                gift: Set(line.is_gift),
                order_change_id: Set(None),
            })
        })
        .collect()
}

fn adjustments(
    app: &AppState,
    facts: &PricedCartFacts,
    order_id: Uuid,
) -> Vec<order_adjustment::ActiveModel> {
    let steps = facts
        .priced
        .adjustments
        .iter()
        .zip(1_i32..)
        .map(|(step, position)| order_adjustment::ActiveModel {
            id: Set(app.clock.new_id()),
            order_id: Set(order_id),
            order_line_id: Set(step.line),
            kind: Set(Text(step.kind)),
            label: Set(step.label.as_ref().to_owned()),
            amount_minor: Set(step.amount.minor),
            included: Set(step.included),
            source_id: Set(step.source_id.as_deref().map(str::to_owned)),
            promotion_version: Set(step.promotion_version),
            surcharge_id: Set(None),
            position: Set(position),
        });
    steps.collect()
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
            order.id,
            viewer.actor(),
            priced.points.spent,
        )
        .await?;
    }
    points::promise(transaction, order.id, &priced.points.earnings).await?;
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
    let takes: Vec<flash_sale::Take> = facts
        .lines
        .iter()
        .filter_map(|line| {
            let flash = line.flash.as_ref()?;
            Some(flash_sale::Take {
                entry_id: flash.entry_id,
                quantity: line.row.quantity,
            })
        })
        .collect();
    let buyer_key = facts.buyer_key.as_deref().unwrap_or_default();
    if flash_sale::take(transaction, &app.clock, order_id, buyer_key, &takes).await? {
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
    let preferred = facts
        .shipping
        .as_ref()
        .and_then(|method| method.pickup_warehouse_id);
    let wants = facts
        .lines
        .iter()
        .map(|line| {
            Ok(Want {
                product_id: line.sale.product_id,
                variant_id: line.sale.variant_id,
                line_id: line.row.id,
                quantity: line.quantity()?,
            })
        })
        .collect::<Result<Vec<Want>>>()?;
    let seen = facts
        .lines
        .iter()
        .map(|line| (line.sale.variant_id, line.warehouses.clone()))
        .collect();
    let taken = inventory::reserve(transaction, &app.clock, &wants, seen, preferred).await?;
    inventory::write_promises(transaction, &app.clock, order.id, &taken, viewer.actor()).await?;
    Ok(())
}
