//! An order's rows: written from a priced cart, anew when a draft is placed.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::Money;
use domain::after_sale::OrderReturnStatus;
use domain::locale::Locale;
use domain::order::{OrderFulfillmentStatus, OrderMoney, OrderStatus};
use domain::stock::ahead;
use entity::channel;
use entity::column::{CurrencyCode, Json, Text};
use entity::order::{Entity, Model};
use entity::{order_adjustment, order_line, order_line_component};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction,
    EntityTrait, IntoActiveModel, QueryFilter,
};
use uuid::Uuid;

use super::access::order_token;
use super::error::OrderError;
use super::{components, names, ready};
use crate::auth::secret;
use crate::error::{Error, Result};
use crate::service::cart::PricedCartFacts;
use crate::state::AppState;

/// What stands above the lines of an order.
pub(super) struct Heading<'a> {
    /// Its id.
    pub(super) id: Uuid,
    /// Its number.
    pub(super) number: String,
    /// A draft, or placed.
    pub(super) status: OrderStatus,
    /// When it was written.
    pub(super) now: DateTime<Utc>,
    /// How much of it gift cards and store credit pay.
    pub(super) tendered: Money,
    /// The channel.
    pub(super) channel: &'a channel::Model,
    /// The buyer's language.
    pub(super) locale: &'a Locale,
    /// Counts its changes.
    pub(super) version: i32,
}

/// Writes an order with its lines and price steps. Lines keep the ids of the cart's lines: the price steps speak of them.
///
/// # Errors
/// When a row cannot be written.
pub(super) async fn insert(
    app: &AppState,
    transaction: &DatabaseTransaction,
    facts: &PricedCartFacts,
    heading: &Heading<'_>,
) -> Result<Model, OrderError> {
    let written = compose(app, transaction, facts, heading).await?;
    insert_all(transaction, &[&written]).await?;
    Ok(written.order)
}

/// Writes composed orders, all with the same statements.
///
/// # Errors
/// When a row cannot be written.
pub(super) async fn insert_all(
    transaction: &DatabaseTransaction,
    written: &[&Written],
) -> Result<()> {
    let orders = written.iter().map(|written| written.order.clone());
    Entity::insert_many(orders.map(IntoActiveModel::into_active_model))
        .exec_without_returning(transaction)
        .await?;
    insert_parts(transaction, written).await
}

/// Writes a draft anew as its cart is priced now.
///
/// # Errors
/// When a row cannot be written.
pub(super) async fn replace(
    app: &AppState,
    transaction: &DatabaseTransaction,
    facts: &PricedCartFacts,
    heading: &Heading<'_>,
) -> Result<Model, OrderError> {
    order_adjustment::Entity::delete_many()
        .filter(order_adjustment::Column::OrderId.eq(heading.id))
        .exec(transaction)
        .await?;
    order_line::Entity::delete_many()
        .filter(order_line::Column::OrderId.eq(heading.id))
        .exec(transaction)
        .await?;
    let written = compose(app, transaction, facts, heading).await?;
    written
        .order
        .clone()
        .into_active_model()
        .reset_all()
        .update(transaction)
        .await?;
    insert_parts(transaction, &[&written]).await?;
    Ok(written.order)
}

/// An order's rows.
#[derive(Clone, Debug)]
pub(super) struct Written {
    /// The order.
    pub(super) order: Model,
    lines: Vec<order_line::ActiveModel>,
    components: Vec<order_line_component::ActiveModel>,
    steps: Vec<order_adjustment::ActiveModel>,
}

impl Written {
    /// How many rows it has beside the order's own.
    pub(super) fn parts(&self) -> usize {
        self.lines.len() + self.components.len() + self.steps.len()
    }
}

/// Composes an order's rows, without writing any.
///
/// # Errors
/// When names cannot be read.
pub(super) async fn compose<C: ConnectionTrait>(
    app: &AppState,
    connection: &C,
    facts: &PricedCartFacts,
    heading: &Heading<'_>,
) -> Result<Written> {
    let wants = ready::wants(facts)?;
    let (locale, fallback) = (heading.locale.as_str(), &heading.channel.default_locale);
    Ok(Written {
        order: head(app, facts, heading)?,
        lines: lines(connection, facts, heading).await?,
        components: components::compose(connection, &wants, locale, fallback).await?,
        steps: adjustments(app, facts, heading.id),
    })
}

async fn insert_parts(transaction: &DatabaseTransaction, written: &[&Written]) -> Result<()> {
    let lines = written.iter().flat_map(|written| written.lines.clone());
    order_line::Entity::insert_many(lines)
        .exec_without_returning(transaction)
        .await?;
    let components = written
        .iter()
        .flat_map(|written| written.components.clone());
    components::insert(transaction, components.collect()).await?;
    let steps: Vec<_> = written
        .iter()
        .flat_map(|written| written.steps.clone())
        .collect();
    if !steps.is_empty() {
        order_adjustment::Entity::insert_many(steps)
            .exec_without_returning(transaction)
            .await?;
    }
    Ok(())
}

fn head(app: &AppState, facts: &PricedCartFacts, heading: &Heading<'_>) -> Result<Model> {
    let PricedCartFacts { cart, priced, .. } = facts;
    let points = |points: u32| i32::try_from(points).map_err(Error::internal);
    let token = cart
        .member_id
        .is_none()
        .then(|| order_token(app.config.jwt_secret.expose(), heading.id));
    let due_in = TimeDelta::minutes(i64::from(heading.channel.payment_due_minutes));
    let money = OrderMoney::placed(priced.total, heading.tendered);
    let is_owed = heading.status == OrderStatus::Placed
        && money.due().map_err(Error::internal)?.is_positive();
    Ok(Model {
        id: heading.id,
        number: heading.number.clone(),
        channel_id: cart.channel_id,
        cart_id: Some(cart.id),
        member_id: cart.member_id,
        status: Text(heading.status),
        payment_status: Text(money.status().map_err(Error::internal)?),
        fulfillment_status: Text(OrderFulfillmentStatus::Unfulfilled),
        return_status: Text(OrderReturnStatus::None),
        email: cart.email.clone(),
        phone: cart.phone.clone(),
        note: cart.note.clone(),
        locale: heading.locale.as_str().to_owned(),
        shipping_address: cart.shipping_address.clone(),
        billing_address: cart.billing_address.clone(),
        shipping_method_id: facts.shipping.as_ref().map(|method| method.id),
        shipping_method_name: facts.shipping.as_ref().map(|method| {
            method
                .name_translations
                .0
                .get(heading.locale.as_str())
                .unwrap_or(&method.name)
                .clone()
        }),
        currency: CurrencyCode(priced.currency),
        tax_included: priced.tax_included,
        subtotal_minor: priced.subtotal.minor,
        discount_minor: priced.discount_total.minor,
        shipping_minor: priced.shipping_total.minor,
        tax_exemption: priced.tax_exemption.clone(),
        tax_minor: priced.tax_total.minor,
        total_minor: priced.total.minor,
        payment_method_ids: priced.payment_method_ids.clone().map(Json),
        points_spent: points(priced.points.spent)?,
        points_earned: points(priced.points.earned())?,
        tendered_minor: heading.tendered.minor,
        credited_minor: 0,
        owed_minor: 0,
        on_account_minor: 0,
        terms_days: None,
        terms_due_on: None,
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
        version: heading.version,
        updated_at: heading.now,
    })
}

async fn lines<C: ConnectionTrait>(
    connection: &C,
    facts: &PricedCartFacts,
    heading: &Heading<'_>,
) -> Result<Vec<order_line::ActiveModel>> {
    let products = facts.lines.iter().map(|line| line.sale.product_id);
    let (locale, fallback) = (heading.locale.as_str(), &heading.channel.default_locale);
    let names = names::of_products(connection, products, locale, fallback).await?;
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
                order_id: Set(heading.id),
                position: Set(position),
                variant_id: Set(line.sale.variant_id),
                sku: Set(line.sale.sku.clone()),
                product_name: Set(names
                    .get(&line.sale.product_id)
                    .cloned()
                    .unwrap_or_default()),
                variant_name: Set(line.sale.name()?),
                quantity: Set(line.row.quantity),
                cancelled_quantity: Set(0),
                fulfilled_quantity: Set(0),
                returned_quantity: Set(0),
                unit_price_minor: Set(cost.unit_price.minor),
                compare_at_minor: Set(line.before(cost).map(|price| price.minor)),
                subtotal_minor: Set(cost.subtotal.minor),
                discount_minor: Set(cost.discount_total.minor),
                tax_minor: Set(cost.tax_total.minor),
                total_minor: Set(cost.total.minor),
                tax_rate_ppm: Set(ppm),
                shippable: Set(line.sale.is_shippable()),
                gift: Set(line.is_gift),
                price_source_kind: Set(origin.map(|origin| Text(origin.kind))),
                price_source_id: Set(origin.and_then(|origin| origin.rule_id)),
                price_source_version: Set(origin.and_then(|origin| origin.rule_version)),
                price_source_label: Set(origin.map(|origin| origin.label.as_ref().to_owned())),
                expected_at: Set(None),
                ships_at: Set(ahead(line.sale.ships_at, heading.now)),
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
