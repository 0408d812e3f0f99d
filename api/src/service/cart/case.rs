//! The facts a price is computed from, for a cart there is and for one somebody makes up.

use chrono::{DateTime, Utc};
use domain::address::CountryCode;
use domain::coupon::CouponCode;
use domain::id::{MemberId, TypedId as _};
use domain::locale::Locale;
use domain::order::OrderStatus;
use domain::percent::Percent;
use domain::points::EarnRule;
use domain::pricing::{Buyer, Draft, DraftLine, FreeByTier, Rules};
use domain::promotion::{Condition, Goods, Promotion};
use domain::quantity::Quantity;
use domain::slug::Slug;
use domain::tax::TaxRate;
use domain::time_zone::TimeZone;
use entity::column::Text;
use entity::{
    cart_coupon, cart_line, channel, member, member_tier, order, payment_method, tax_rate,
};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait as _,
};
use uuid::Uuid;

use super::catalog::{self, catalog_offers};
use super::delivery::{Shipping, load_shipping, tax_destination};
use super::facts::{LineFacts, load_rows, with_facts};
use super::gifts::{self, Giver, PossibleGift};
use super::goods::load_goods;
use crate::error::{Error, Result};
use crate::service::{coupon, points, promotion, segment, tier};

/// What is to be priced: the rows of a cart, saved or made up for a trial.
pub(in crate::service) struct Basket {
    /// The cart.
    pub(in crate::service) cart: entity::cart::Model,
    /// Its lines, oldest first.
    pub(in crate::service) lines: Vec<cart_line::Model>,
    /// Coupons entered, oldest first.
    pub(in crate::service) coupon_codes: Vec<CouponCode>,
    /// A promotion to try beside the shop's own.
    pub(in crate::service) tried: Option<Tried>,
}

/// A promotion that is not saved, as if it ran.
pub(in crate::service) enum Tried {
    /// One about carts.
    Cart(Box<Promotion>),
    /// One of the catalog.
    Catalog(Box<entity::promotion::Model>),
}

/// A basket with everything its price depends on.
pub(in crate::service) struct Case {
    pub(super) cart: entity::cart::Model,
    pub(in crate::service) lines: Vec<LineFacts>,
    pub(super) gifts: Vec<PossibleGift>,
    pub(super) coupon_codes: Vec<CouponCode>,
    pub(in crate::service) shipping: Shipping,
    /// Who uses coupons and promotions up: the member's id, or a guest's e-mail in lower case.
    pub(super) buyer_key: Option<String>,
    /// What is bought.
    pub(in crate::service) draft: Draft,
    /// The rules in force.
    pub(in crate::service) rules: Rules,
}

impl Tried {
    /// The id it would have.
    pub(in crate::service) fn id(&self) -> Uuid {
        match self {
            Self::Cart(promotion) => promotion.id,
            Self::Catalog(row) => row.id,
        }
    }
}

impl Basket {
    /// Loads what is in a cart.
    pub(in crate::service) async fn load<C: ConnectionTrait>(
        connection: &C,
        cart: entity::cart::Model,
    ) -> Result<Self> {
        Ok(Self {
            lines: load_rows(connection, cart.id).await?,
            coupon_codes: load_codes(connection, cart.id).await?,
            tried: None,
            cart,
        })
    }
}

impl Case {
    /// Loads what the price of a basket depends on at an instant, in a number of statements that does not grow with it.
    pub(in crate::service) async fn load<C: ConnectionTrait>(
        connection: &C,
        channel: &channel::Model,
        basket: Basket,
        locale: &Locale,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let Basket {
            cart,
            lines,
            coupon_codes,
            tried,
        } = basket;
        let buyer_key = cart
            .member_id
            .map(|id| id.to_string())
            .or_else(|| cart.email.clone());
        let tier = match cart.member_id {
            Some(member_id) => tier::of_member(connection, channel.id, member_id).await?,
            None => None,
        };
        let shipping = load_shipping(connection, channel, &cart, locale).await?;
        let destination = tax_destination(connection, channel, &cart, &shipping).await?;
        let key = buyer_key.as_deref();
        let coupons =
            coupon::load_entered(connection, channel, locale, key, coupon_codes.clone()).await?;
        let mut promotions =
            promotion::load_automatic(connection, channel, locale, key, now).await?;
        let tried = match tried {
            Some(Tried::Cart(promotion)) => {
                promotions.push(*promotion);
                None
            }
            Some(Tried::Catalog(row)) => Some(*row),
            None => None,
        };
        let by_coupon = coupons
            .iter()
            .filter_map(|entered| entered.facts.as_ref().map(|facts| &facts.promotion));
        let considered = || promotions.iter().chain(by_coupon.clone());
        let (mut lines, gifts) =
            load_lines(connection, channel, &cart, lines, considered(), now).await?;
        let mut catalog = catalog_offers(&lines);
        if let Some(tried) = tried {
            catalog.push(catalog::try_out(connection, tried, &mut lines, now).await?);
        }
        let earn = match cart.member_id {
            Some(_) => points::active_order_rules(connection, channel.id, tier.as_ref()).await?,
            None => Vec::new(),
        };
        let names_groups =
            considered().any(Promotion::names_groups) || earn.iter().any(EarnRule::names_groups);
        let goods = load_goods(connection, &lines, names_groups).await?;
        let segment_ids =
            held_segments(connection, channel, cart.member_id, considered(), now).await?;
        let asks_payment = considered().any(Promotion::asks_payment_method);
        let payment_method_id = match cart.payment_method_id.filter(|_| asks_payment) {
            Some(id) => usable_payment_method(connection, channel.id, id).await?,
            None => None,
        };
        let draft = Draft {
            channel: Slug::parse(&channel.slug).map_err(Error::internal)?,
            currency: channel.currency.0,
            tax_included: channel.tax_included,
            lines: lines
                .iter()
                .zip(goods)
                .map(|(line, goods)| draft_line(line, goods))
                .collect::<Result<_>>()?,
            shipping: shipping.chosen.as_ref().map(|(_, method)| method.clone()),
            payment_method_id,
            destination,
            buyer: Buyer {
                segment_ids,
                ships_free: tier.as_ref().and_then(|tier| free_by_tier(tier, locale)),
                ..load_buyer(connection, &cart, tier.as_ref()).await?
            },
            catalog,
            gifts: gifts
                .iter()
                .map(|gift| gift.offer(&lines, &cart.gift_wishes))
                .collect::<Result<_>>()?,
            coupons,
            points_wished: u32::try_from(cart.points_to_spend).map_err(Error::internal)?,
        };
        let rules = Rules {
            time_zone: TimeZone::parse(&channel.timezone).map_err(Error::internal)?,
            promotions,
            tax_rates: load_tax_rates(connection, channel.id).await?,
            redeem: points::policy(channel)?,
            points_label: if locale.is_chinese() {
                "积分抵扣"
            } else {
                "Points"
            }
            .to_owned(),
            earn,
        };
        Ok(Self {
            cart,
            lines,
            gifts,
            coupon_codes,
            shipping,
            buyer_key,
            draft,
            rules,
        })
    }

    /// Whether something in it has no price now.
    pub(in crate::service) fn lacks_price(&self) -> bool {
        self.lines.iter().any(|line| !line.sale.has_price())
    }
}

/// Adds the facts of their variants to the lines of a cart, and to the gifts that promotions name.
async fn load_lines<'a, C: ConnectionTrait>(
    connection: &C,
    channel: &channel::Model,
    cart: &entity::cart::Model,
    rows: Vec<cart_line::Model>,
    promotions: impl Iterator<Item = &'a Promotion>,
    now: DateTime<Utc>,
) -> Result<(Vec<LineFacts>, Vec<PossibleGift>)> {
    let bought = rows.len();
    let (givers, gifts): (Vec<Giver>, Vec<_>) =
        gifts::rows(cart.id, promotions).into_iter().unzip();
    let rows = rows.into_iter().chain(gifts).collect();
    let mut lines = with_facts(connection, channel, rows, cart, now).await?;
    let gifts = lines.split_off(bought);
    let possible = givers.into_iter().zip(gifts);
    Ok((
        lines,
        possible
            .map(|(giver, line)| PossibleGift::new(giver, line))
            .collect(),
    ))
}

fn draft_line(line: &LineFacts, goods: Goods) -> Result<DraftLine> {
    Ok(DraftLine {
        key: line.row.id,
        goods,
        unit_price: line.unit_price,
        origin: line.origin.clone(),
        compare_at: line.compare_at,
        quantity: Quantity::try_new(line.row.quantity).map_err(Error::internal)?,
        tax_class: line.sale.tax_class.clone(),
        is_shippable: line.sale.is_shippable(),
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

async fn load_buyer<C: ConnectionTrait>(
    connection: &C,
    cart: &entity::cart::Model,
    tier: Option<&member_tier::Model>,
) -> Result<Buyer> {
    let Some(member_id) = cart.member_id else {
        return Ok(Buyer::default());
    };
    let not_placed = [
        OrderStatus::Draft,
        OrderStatus::Cancelled,
        OrderStatus::Rejected,
        OrderStatus::Expired,
    ]
    .map(Text);
    let earlier = order::Entity::find()
        .select_only()
        .column(order::Column::Id)
        .filter(order::COLUMN.member_id.eq(member_id))
        .filter(order::COLUMN.status.is_not_in(not_placed))
        .into_query();
    let known: Option<(Option<String>, bool)> = member::Entity::find_by_id(member_id)
        .select_only()
        .column(member::Column::TaxExemption)
        .expr_as(Expr::exists(earlier), "has_ordered")
        .into_tuple()
        .one(connection)
        .await?;
    let (tax_exemption, has_ordered) = known.unwrap_or_default();
    Ok(Buyer {
        member_id: Some(MemberId::from(member_id).uuid()),
        is_first_order: !has_ordered,
        tier_id: tier.map(|tier| tier.id),
        segment_ids: Vec::new(),
        tax_exemption,
        points_balance: points::balance_of(connection, member_id).await?,
        ships_free: None,
    })
}

fn free_by_tier(tier: &member_tier::Model, locale: &Locale) -> Option<FreeByTier> {
    let text = tier.translations.get(locale.as_str());
    tier.free_shipping.then(|| FreeByTier {
        tier_id: tier.id,
        label: text.map_or(&tier.name, |text| &text.name).clone(),
    })
}

/// Gives back the way to pay if the channel still offers it.
async fn usable_payment_method<C: ConnectionTrait>(
    connection: &C,
    channel_id: Uuid,
    id: Uuid,
) -> Result<Option<Uuid>> {
    Ok(payment_method::Entity::find_by_id(id)
        .select_only()
        .column(payment_method::Column::Id)
        .filter(payment_method::COLUMN.channel_id.eq(channel_id))
        .filter(payment_method::COLUMN.active.eq(true))
        .into_tuple()
        .one(connection)
        .await?)
}

/// Finds which of the segments that promotions ask for the member is in.
async fn held_segments<'a, C: ConnectionTrait>(
    connection: &C,
    channel: &channel::Model,
    member_id: Option<Uuid>,
    promotions: impl Iterator<Item = &'a Promotion>,
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>> {
    let Some(member_id) = member_id else {
        return Ok(Vec::new());
    };
    let asked = promotions
        .flat_map(|promotion| &promotion.conditions)
        .flat_map(Condition::segment_ids)
        .collect();
    let held = segment::held(connection, channel.id, member_id, &asked, now).await?;
    Ok(held.into_iter().collect())
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
