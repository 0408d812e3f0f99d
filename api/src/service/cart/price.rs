//! The price of a cart from the facts of the moment: loaded here, computed in `domain::pricing`.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::Money;
use domain::address::CountryCode;
use domain::cart::{self, CheckoutFacts, ChosenMethod, ShippingDestination};
use domain::coupon::CouponCode;
use domain::id::{MemberId, TypedId as _};
use domain::locale::Locale;
use domain::order::OrderStatus;
use domain::percent::Percent;
use domain::pricing::{Buyer, Draft, DraftLine, PricedCart, Rules, price};
use domain::promotion::Goods;
use domain::quantity::Quantity;
use domain::shipping;
use domain::tax::{Destination, TaxRate};
use entity::column::Text;
use entity::{cart_coupon, channel, order, shipping_method, tax_rate, warehouse};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::Problem;
use super::facts::{LineFacts, load_lines};
use super::goods::load_goods;
use crate::error::{Error, Result};
use crate::service::{coupon, points, promotion, tier};

/// How long prices are good for when nothing is known to change sooner.
const PRICES_VALID: TimeDelta = TimeDelta::minutes(15);

/// A cart with everything its price and an order from it need.
#[derive(Clone, Debug)]
pub struct PricedCartFacts {
    /// The row.
    pub cart: entity::cart::Model,
    /// Lines, oldest first.
    pub lines: Vec<LineFacts>,
    /// Coupons entered, oldest first.
    pub coupon_codes: Vec<CouponCode>,
    /// Ways to ship to the address, best first.
    pub shipping_methods: Vec<shipping_method::Model>,
    /// The way chosen, if it can be had.
    pub shipping: Option<shipping_method::Model>,
    /// Who uses coupons and promotions up: the member's id, or a guest's e-mail in lower case.
    pub buyer_key: Option<String>,
    /// What it costs; lines are keyed by cart line.
    pub priced: PricedCart,
    /// What stands between the cart and an order.
    pub problems: Vec<Problem>,
    /// Until when no change of the prices is known.
    pub valid_until: DateTime<Utc>,
}

/// Loads a cart's facts and prices it. Works under a transaction, for an order, as on a pool, for a reader.
///
/// # Errors
/// When the database does not answer or holds inconsistent settings.
pub async fn load_priced<C: ConnectionTrait>(
    connection: &C,
    channel: &channel::Model,
    cart: entity::cart::Model,
    locale: &Locale,
    now: DateTime<Utc>,
) -> Result<PricedCartFacts> {
    let buyer_key = cart
        .member_id
        .map(|id| id.to_string())
        .or_else(|| cart.email.clone());
    let lines = load_lines(connection, channel, cart.id, cart.member_id).await?;
    let coupon_codes = load_codes(connection, cart.id).await?;
    let tier = match cart.member_id {
        Some(member_id) => tier::of_member(connection, channel.id, member_id).await?,
        None => None,
    };
    let ships_free = tier.as_ref().is_some_and(|tier| tier.free_shipping);
    let shipping = load_shipping(connection, channel, &cart, locale, ships_free).await?;
    let destination = tax_destination(connection, channel, &cart, &shipping).await?;
    let key = buyer_key.as_deref();
    let coupons =
        coupon::load_entered(connection, channel, locale, key, coupon_codes.clone()).await?;
    let promotions = promotion::load_automatic(connection, channel, locale, key, now).await?;
    let by_coupon = coupons
        .iter()
        .filter_map(|entered| entered.facts.as_ref().map(|facts| &facts.promotion));
    let goods = load_goods(connection, &lines, promotions.iter().chain(by_coupon)).await?;
    let draft = Draft {
        currency: channel.currency.0,
        tax_included: channel.tax_included,
        lines: lines
            .iter()
            .map(|line| draft_line(line, &goods))
            .collect::<Result<_>>()?,
        shipping: shipping.chosen.as_ref().map(|(_, method)| method.clone()),
        destination,
        buyer: load_buyer(connection, &cart).await?,
        coupons,
        points_wished: u32::try_from(cart.points_to_spend).map_err(Error::internal)?,
    };
    let rules = Rules {
        promotions,
        tax_rates: load_tax_rates(connection, channel.id).await?,
        redeem: points::policy(channel)?,
        points_label: if locale.is_chinese() {
            "积分抵扣"
        } else {
            "Points"
        }
        .to_owned(),
        earn: match cart.member_id {
            Some(_) => points::active_order_rules(connection, channel.id, tier.as_ref()).await?,
            None => Vec::new(),
        },
    };
    let priced = price(&draft, &rules, now).map_err(Error::internal)?;
    let problems = problems(&cart, channel, &lines, &shipping, &priced, now)?;
    Ok(PricedCartFacts {
        valid_until: valid_until(&draft, &rules, now),
        coupon_codes,
        shipping_methods: shipping.eligible.into_iter().map(|(row, _)| row).collect(),
        shipping: shipping.chosen.map(|(row, _)| row),
        buyer_key,
        priced,
        problems,
        lines,
        cart,
    })
}

fn draft_line(line: &LineFacts, goods: &HashMap<Uuid, Goods>) -> Result<DraftLine> {
    Ok(DraftLine {
        key: line.row.id,
        goods: goods
            .get(&line.sale.variant_id)
            .cloned()
            .unwrap_or_default(),
        unit_price: line.unit_price,
        compare_at: line.compare_at,
        quantity: Quantity::try_new(line.row.quantity).map_err(Error::internal)?,
        tax_class: line.sale.tax_class.clone(),
        is_shippable: line.sale.is_shippable,
    })
}

async fn load_codes<C: ConnectionTrait>(connection: &C, cart_id: Uuid) -> Result<Vec<CouponCode>> {
    let rows = cart_coupon::Entity::find()
        .filter(cart_coupon::COLUMN.cart_id.eq(cart_id))
        .order_by_asc(cart_coupon::Column::AddedAt)
        .order_by_asc(cart_coupon::Column::Code)
        .all(connection)
        .await?;
    rows.iter()
        .map(|row| CouponCode::parse(&row.code).map_err(Error::internal))
        .collect()
}

type Method = (shipping_method::Model, shipping::ShippingMethod);

/// Ways to ship, and where to.
struct Shipping {
    /// Methods that serve the address, in the order to show them.
    eligible: Vec<Method>,
    /// The one chosen, if it serves.
    chosen: Option<Method>,
    /// Whether any way serves the address itself, collecting aside.
    is_served: bool,
}

async fn load_shipping<C: ConnectionTrait>(
    connection: &C,
    channel: &channel::Model,
    cart: &entity::cart::Model,
    locale: &Locale,
    ships_free: bool,
) -> Result<Shipping> {
    let rows = shipping_method::Entity::find()
        .filter(shipping_method::COLUMN.channel_id.eq(channel.id))
        .filter(shipping_method::COLUMN.active.eq(true))
        .order_by_asc(shipping_method::Column::Position)
        .order_by_asc(shipping_method::Column::Id)
        .all(connection)
        .await?;
    let countries = countries(&channel.country_codes)?;
    let country = cart
        .shipping_address
        .as_ref()
        .map(|address| address.country_code);
    let mut eligible = Vec::new();
    for row in rows {
        let mut method = to_domain(&row, channel, locale)?;
        if ships_free {
            method.free_over = Some(Money::zero(channel.currency.0));
        }
        if method.serves(&countries, country) {
            eligible.push((row, method));
        }
    }
    let chosen = eligible
        .iter()
        .find(|(row, _)| Some(row.id) == cart.shipping_method_id)
        .cloned();
    let is_served = eligible.iter().any(|(_, method)| !method.is_pickup);
    Ok(Shipping {
        eligible,
        chosen,
        is_served,
    })
}

fn to_domain(
    row: &shipping_method::Model,
    channel: &channel::Model,
    locale: &Locale,
) -> Result<shipping::ShippingMethod> {
    let money = |minor| Money::new(minor, channel.currency.0);
    Ok(shipping::ShippingMethod {
        id: row.id,
        name: row
            .name_translations
            .get(locale.as_str())
            .unwrap_or(&row.name)
            .clone(),
        price: money(row.price_minor),
        free_over: row.free_over_minor.map(money),
        countries: countries(&row.country_codes)?,
        tax_class: row.tax_class.clone(),
        is_pickup: row.pickup_warehouse_id.is_some(),
        position: row.position,
    })
}

fn countries(codes: &[String]) -> Result<Vec<CountryCode>> {
    codes
        .iter()
        .map(|code| CountryCode::parse(code).map_err(Error::internal))
        .collect()
}

/// Where the goods are taxed: where they are handed over. Before an address is known, the only country of the
/// channel, so that a shop of one country shows its tax from the start.
async fn tax_destination<C: ConnectionTrait>(
    connection: &C,
    channel: &channel::Model,
    cart: &entity::cart::Model,
    shipping: &Shipping,
) -> Result<Option<Destination>> {
    if let Some(warehouse_id) = shipping
        .chosen
        .as_ref()
        .and_then(|(row, _)| row.pickup_warehouse_id)
    {
        let place = warehouse::Entity::find_by_id(warehouse_id)
            .one(connection)
            .await?;
        if let Some(address) = place.and_then(|place| place.address) {
            return Ok(Some(Destination {
                country: address.country_code,
                province: address.0.province,
            }));
        }
    }
    let address = cart
        .shipping_address
        .as_ref()
        .or(cart.billing_address.as_ref());
    if let Some(address) = address {
        return Ok(Some(Destination {
            country: address.country_code,
            province: address.province.clone(),
        }));
    }
    match countries(&channel.country_codes)?.as_slice() {
        [country] => Ok(Some(Destination {
            country: *country,
            province: None,
        })),
        [] | [_, ..] => Ok(None),
    }
}

async fn load_buyer<C: ConnectionTrait>(
    connection: &C,
    cart: &entity::cart::Model,
) -> Result<Buyer> {
    let Some(member_id) = cart.member_id else {
        return Ok(Buyer::default());
    };
    let called_off = [
        OrderStatus::Cancelled,
        OrderStatus::Rejected,
        OrderStatus::Expired,
    ]
    .map(Text);
    let earlier: Option<Uuid> = order::Entity::find()
        .select_only()
        .column(order::Column::Id)
        .filter(order::COLUMN.member_id.eq(member_id))
        .filter(order::COLUMN.status.is_not_in(called_off))
        .limit(1)
        .into_tuple()
        .one(connection)
        .await?;
    Ok(Buyer {
        member_id: Some(MemberId::from(member_id).uuid()),
        is_first_order: Some(earlier.is_none()),
        points_balance: points::balance_of(connection, member_id).await?,
    })
}

async fn load_tax_rates<C: ConnectionTrait>(
    connection: &C,
    channel_id: Uuid,
) -> Result<Vec<TaxRate>> {
    let rows = tax_rate::Entity::find()
        .filter(tax_rate::COLUMN.channel_id.eq(channel_id))
        .filter(tax_rate::COLUMN.active.eq(true))
        .all(connection)
        .await?;
    rows.into_iter()
        .map(|row| {
            let ppm = u32::try_from(row.rate_ppm).map_err(Error::internal)?;
            let country = row
                .country_code
                .as_deref()
                .map(CountryCode::parse)
                .transpose();
            Ok(TaxRate {
                id: row.id,
                code: row.code,
                name: row.name,
                country: country.map_err(Error::internal)?,
                province: row.province,
                tax_class: row.tax_class,
                rate: Percent::from_ppm(ppm).map_err(Error::internal)?,
            })
        })
        .collect()
}

fn problems(
    cart: &entity::cart::Model,
    channel: &channel::Model,
    lines: &[LineFacts],
    shipping: &Shipping,
    priced: &PricedCart,
    now: DateTime<Utc>,
) -> Result<Vec<Problem>> {
    let mut problems = Vec::new();
    for line in lines {
        problems.extend(line_problems(line, channel, now)?);
    }
    let method = match (&shipping.chosen, cart.shipping_method_id) {
        (Some((_, method)), _) if method.is_pickup => ChosenMethod::Pickup,
        (Some(_), _) => ChosenMethod::Delivery,
        (None, Some(_)) => ChosenMethod::Unavailable,
        (None, None) => ChosenMethod::None,
    };
    let destination = match &cart.shipping_address {
        None => ShippingDestination::Missing,
        Some(_) if shipping.is_served => ShippingDestination::Served,
        Some(_) => ShippingDestination::Unserved,
    };
    let checkout = CheckoutFacts {
        has_email: cart.email.is_some(),
        needs_shipping: lines.iter().any(|line| line.sale.is_shippable),
        destination,
        method,
        points_wished: u32::try_from(cart.points_to_spend).map_err(Error::internal)?,
        points_spendable: priced.points.spendable,
    };
    problems.extend(cart::checkout_problems(
        &checkout,
        lines.len(),
        &priced.evaluations,
    ));
    Ok(problems)
}

/// Lists the problems of one line.
pub(super) fn line_problems(
    line: &LineFacts,
    channel: &channel::Model,
    now: DateTime<Utc>,
) -> Result<Vec<Problem>> {
    Ok(cart::line_problems(&cart::LineFacts {
        key: line.row.id,
        quantity: line.quantity()?,
        is_for_sale: line.sale.is_for_sale(now),
        limits: line.sale.limits()?,
        member_quota: line.member_quota,
        available: line.available(),
        seen_price: Money::new(line.row.seen_unit_price_minor, channel.currency.0),
        current_price: line.sale.price(channel),
    }))
}

/// The earliest instant at which a promotion or coupon considered here ends, or else a short while from now.
fn valid_until(draft: &Draft, rules: &Rules, now: DateTime<Utc>) -> DateTime<Utc> {
    let automatic = rules
        .promotions
        .iter()
        .filter_map(|promotion| promotion.ends_at);
    let by_coupon = draft
        .coupons
        .iter()
        .filter_map(|entered| entered.facts.as_ref())
        .flat_map(|facts| {
            [
                facts.promotion.ends_at,
                facts.template.expires_at,
                facts.promotion.starts_at,
                facts.template.usable_from,
            ]
        });
    automatic
        .chain(by_coupon.flatten())
        .filter(|instant| *instant > now)
        .chain([now + PRICES_VALID])
        .min()
        .unwrap_or(now)
}
