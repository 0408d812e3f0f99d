//! The price of a cart from the facts of the moment: loaded here, computed in `domain::pricing`.

use chrono::{DateTime, TimeDelta, Utc};
use domain::Money;
use domain::cart::{self, CheckoutFacts, ChosenMethod, ShippingDestination};
use domain::coupon::CouponCode;
use domain::locale::Locale;
use domain::pricing::{Draft, PricedCart, Rules, price};
use domain::promotion::Promotion;
use domain::stock::{HeldLine, reserved_until};
use entity::{channel, shipping_method};
use sea_orm::ConnectionTrait;

use super::Problem;
use super::case::{Basket, Case};
use super::delivery::Shipping;
use super::facts::LineFacts;
use super::gifts;
use crate::error::{Error, Result};

/// How long prices are good for when nothing is known to change sooner.
const PRICES_VALID: TimeDelta = TimeDelta::minutes(15);

/// A cart with everything its price and an order from it need.
#[derive(Clone, Debug)]
pub struct PricedCartFacts {
    /// The row.
    pub cart: entity::cart::Model,
    /// Lines, oldest first; then gifts.
    pub lines: Vec<LineFacts>,
    /// Coupons entered, oldest first.
    pub coupon_codes: Vec<CouponCode>,
    /// Ways to ship to the address, best first.
    pub shipping_methods: Vec<shipping_method::Model>,
    /// The way chosen, if it can be had.
    pub shipping: Option<shipping_method::Model>,
    /// Who uses coupons and promotions up: the member's id, or a guest's e-mail in lower case.
    pub buyer_key: Option<String>,
    /// Whether it makes use of a promotion that counts its uses, or is for a first order.
    pub(in crate::service) counts_buyers: bool,
    /// What it costs; lines are keyed by cart line.
    pub priced: PricedCart,
    /// What stands between the cart and an order.
    pub problems: Vec<Problem>,
    /// Until when no change of the prices is known.
    pub valid_until: DateTime<Utc>,
    /// Until when all of it is held; `None` when it is not.
    pub reserved_until: Option<DateTime<Utc>>,
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
    let basket = Basket::load(connection, cart).await?;
    price_basket(connection, channel, basket, locale, now).await
}

/// Loads the facts of a basket and prices it.
///
/// # Errors
/// As [`load_priced`].
pub(in crate::service) async fn price_basket<C: ConnectionTrait>(
    connection: &C,
    channel: &channel::Model,
    basket: Basket,
    locale: &Locale,
    now: DateTime<Utc>,
) -> Result<PricedCartFacts> {
    let case = Case::load(connection, channel, basket, locale, now).await?;
    let priced = price(&case.draft, &case.rules, now).map_err(Error::internal)?;
    let valid_until = valid_until(&case, now);
    let counts_buyers = counts_buyers(&case.rules, &priced);
    let Case {
        cart,
        mut lines,
        gifts,
        coupon_codes,
        shipping,
        buyer_key,
        draft,
        ..
    } = case;
    let problems = problems(&cart, channel, &lines, &shipping, &priced)?;
    let reserved_until = held_until(&lines, now)?;
    lines.extend(gifts::given(&gifts, &draft.gifts, &priced)?);
    Ok(PricedCartFacts {
        valid_until,
        reserved_until,
        coupon_codes,
        shipping_methods: shipping.eligible.into_iter().map(|(row, _)| row).collect(),
        shipping: shipping.chosen.map(|(row, _)| row),
        buyer_key,
        counts_buyers,
        priced,
        problems,
        lines,
        cart,
    })
}

fn counts_buyers(rules: &Rules, priced: &PricedCart) -> bool {
    let is_used = |promotion: &Promotion| {
        let mut uses = priced.uses();
        uses.any(|used| used.promotion_id == promotion.id)
    };
    let mut used = rules.promotions.iter().filter(|rule| is_used(rule));
    used.any(Promotion::is_counted)
}

fn problems(
    cart: &entity::cart::Model,
    channel: &channel::Model,
    lines: &[LineFacts],
    shipping: &Shipping,
    priced: &PricedCart,
) -> Result<Vec<Problem>> {
    let mut problems = Vec::new();
    for line in lines {
        problems.extend(line_problems(line, channel)?);
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
        needs_shipping: lines.iter().any(|line| line.sale.is_shippable()),
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

/// Until when all lines the buyer put in are held.
fn held_until(lines: &[LineFacts], now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
    let held = lines
        .iter()
        .map(|line| {
            Ok(HeldLine {
                wanted: line.quantity()?,
                held: line.held,
                until: line.held_until,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(reserved_until(held.into_iter(), now))
}

/// Lists the problems of one line.
pub(super) fn line_problems(line: &LineFacts, channel: &channel::Model) -> Result<Vec<Problem>> {
    Ok(cart::line_problems(&cart::LineFacts {
        key: line.row.id,
        quantity: line.quantity()?,
        is_for_sale: line.sale.is_for_sale(),
        limits: line.sale.limits()?,
        member_quota: line.member_quota,
        available: line.available(),
        seen_price: Money::new(line.row.seen_unit_price_minor, channel.currency.0),
        current_price: line.sale.has_price().then_some(line.unit_price),
    }))
}

/// The earliest instant at which a promotion, coupon or flash sale considered here ends, or else a short while from now.
fn valid_until(case: &Case, now: DateTime<Utc>) -> DateTime<Utc> {
    let (draft, rules) = (&case.draft, &case.rules);
    let lines = case.lines.iter();
    let flash = lines.filter_map(|line| line.flash.as_ref().map(|flash| flash.ends_at));
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
    // Until the next full hour on the shop's wall, where rules look at it.
    let next_hour = now + rules.time_zone.local(now).until_next_hour;
    let by_clock = considered(draft, rules)
        .any(Promotion::watches_the_clock)
        .then_some(next_hour);
    automatic
        .chain(by_coupon.flatten())
        .chain(by_clock)
        .chain(flash)
        .filter(|instant| *instant > now)
        .chain([now + PRICES_VALID])
        .min()
        .unwrap_or(now)
}

/// Lists the promotions a price may depend on, with those behind coupons.
fn considered<'a>(draft: &'a Draft, rules: &'a Rules) -> impl Iterator<Item = &'a Promotion> {
    let facts = draft
        .coupons
        .iter()
        .filter_map(|entered| entered.facts.as_ref());
    let by_coupon = facts.map(|facts| &facts.promotion);
    rules.promotions.iter().chain(by_coupon)
}
