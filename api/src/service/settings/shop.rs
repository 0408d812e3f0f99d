//! Changes the channel a request is for.

use domain::address::CountryCode;
use domain::after_sale::{AfterSalePolicy, AfterSaleReason};
use domain::locale::Locale;
use domain::money::{Currency, Money};
use domain::order::approval::MAX_LEVELS;
use domain::order::{ApprovalLevel, ConfirmationPolicy, ConfirmationTimeout};
use domain::percent::Percent;
use domain::permission::Permission;
use domain::stock::{MAX_RESERVATION_MINUTES, ReservationPolicy, RoutingPolicy};
use domain::text_enum::TextEnum as _;
use domain::time_zone::TimeZone;
use entity::channel;
use sea_orm::{ActiveValue::Set, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter};

use super::error::SettingsError;
use super::field::{assign, cart_url, countries, name};
use crate::auth::Viewer;
use crate::error::Error;
use crate::state::AppState;

/// Longest wait for a payment: 90 days.
const MAX_MINUTES: i32 = 129_600;
/// Longest time until an order completes by itself.
const MAX_DAYS: i32 = 365;
/// Longest time a buyer has to answer: 30 days.
const MAX_HOURS: i32 = 720;
/// Most points anybody may ever adjust alone.
const MAX_ADJUST_LIMIT: i32 = 1_000_000;

/// What to change; what is left out stays.
#[derive(Clone, Debug, Default)]
pub struct ShopPatch {
    /// Name to show.
    pub name: Option<String>,
    /// Currency of all prices.
    pub currency: Option<Currency>,
    /// Whether prices contain tax.
    pub tax_included: Option<bool>,
    /// Fallback language.
    pub default_locale: Option<Locale>,
    /// Languages with content.
    pub locales: Option<Vec<Locale>>,
    /// Countries it ships to.
    pub country_codes: Option<Vec<CountryCode>>,
    /// Whether the back office confirms each order.
    pub confirmation_policy: Option<ConfirmationPolicy>,
    /// Minutes until an unpaid order expires.
    pub payment_due_minutes: Option<i32>,
    /// Minutes the back office has to answer.
    pub confirmation_deadline_minutes: Option<i32>,
    /// Days after delivery until an order completes by itself.
    pub auto_complete_days: Option<i32>,
    /// What order numbers begin with.
    pub order_prefix: Option<String>,
    /// Where its clock stands.
    pub time_zone: Option<TimeZone>,
    /// How points pay; `Some(None)` when they do not.
    pub points_redemption: Option<Option<PointsRedemption>>,
    /// Most points by which staff adjust a member in a day without a second person.
    pub points_adjust_limit: Option<i32>,
    /// Days before points lapse that members are told; 0 for never.
    pub points_notice_days: Option<i32>,
    /// Whether promotions start only when a second person agrees.
    pub promotion_approval: Option<bool>,
    /// What becomes of an order the back office did not answer for in time.
    pub confirmation_timeout: Option<ConfirmationTimeout>,
    /// Hours a buyer has to answer a counter-proposal.
    pub proposal_deadline_hours: Option<i32>,
    /// How returns, exchanges and claims are treated.
    pub after_sale: Option<AfterSaleTerms>,
    /// Orders of which size need how many people's approval.
    pub order_approval_levels: Option<Vec<ApprovalBounds>>,
    /// Refunds from which amounts on need one more person's approval each.
    pub refund_approval_levels: Option<Vec<Money>>,
    /// From when on carts hold stock.
    pub reservation_policy: Option<ReservationPolicy>,
    /// Minutes for which carts hold stock when nothing happens in them.
    pub reservation_minutes: Option<i32>,
    /// Which warehouses orders are taken from.
    pub routing_policy: Option<RoutingPolicy>,
    /// Page of the storefront where a buyer goes on with a cart; `Some(None)` when there is none.
    pub cart_url: Option<Option<String>>,
}

/// How returns, exchanges and claims are treated.
#[derive(Clone, Debug)]
pub struct AfterSaleTerms {
    /// The terms; amounts are in minor units of `currency`.
    pub policy: AfterSalePolicy,
    /// Currency of what is approved at once, if anything is.
    pub currency: Option<Currency>,
}

/// Bounds of one level of approval; reaching either is enough.
#[derive(Clone, Debug)]
pub struct ApprovalBounds {
    /// Totals from here on.
    pub min_total: Option<Money>,
    /// Discounts from here on, as a part of the goods' price.
    pub min_discount: Option<Percent>,
}

/// How points pay.
#[derive(Clone, Debug)]
pub struct PointsRedemption {
    /// So many points …
    pub points: i32,
    /// … are worth this.
    pub worth: Money,
    /// Fewest points an order may spend.
    pub min_points: i32,
    /// Most of the goods' price that points may pay.
    pub max_percent: Percent,
}

/// The request.
#[derive(Clone, Debug)]
pub struct UpdateShop {
    /// What to change.
    pub patch: ShopPatch,
    /// Version the caller read.
    pub expected_version: Option<i32>,
}

/// Changes the viewer's channel and makes all requests see it.
///
/// # Errors
/// [`Error::Forbidden`] without `SHOP_WRITE`, [`Error::Conflict`] for an outdated version, [`Error::Invalid`] for a bad value,
/// [`SettingsError::CurrencyInUse`] once there are prices.
pub async fn update_shop(
    app: &AppState,
    viewer: &Viewer,
    command: &UpdateShop,
) -> Result<channel::Model, SettingsError> {
    viewer.require(Permission::ShopWrite)?;
    let updated = app.database.retry(|| attempt(app, viewer, command)).await?;
    app.channels.reload(&app.database).await?;
    Ok(updated)
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &UpdateShop,
) -> Result<channel::Model, SettingsError> {
    let transaction = app.database.begin().await?;
    let row = channel::Entity::find_by_id(viewer.channel.id)
        .one(&transaction)
        .await?
        .ok_or(Error::NotFound("channel"))?;
    if command
        .expected_version
        .is_some_and(|version| version != row.version)
    {
        return Err(Error::Conflict("shop").into());
    }
    let version = row.version;
    let changed = apply(&transaction, row, command.patch.clone()).await?;
    // The version guards against a change between our read and this write.
    let changed = channel::ActiveModel {
        version: Set(version + 1),
        updated_at: Set(app.clock.now()),
        ..changed
    };
    let written = channel::Entity::update_many()
        .set(changed)
        .filter(channel::COLUMN.id.eq(viewer.channel.id))
        .filter(channel::COLUMN.version.eq(version))
        .exec_with_returning(&transaction)
        .await?;
    let row = written.into_iter().next().ok_or(Error::Conflict("shop"))?;
    transaction.commit().await?;
    Ok(row)
}

fn checked_levels(
    levels: Vec<ApprovalBounds>,
    currency: Currency,
) -> Result<Vec<ApprovalLevel>, Error> {
    if levels.len() > MAX_LEVELS {
        let message = format!("at most {MAX_LEVELS} levels");
        return Err(Error::invalid(&["shop", "orderApprovalLevels"], message));
    }
    let check = |(index, level): (usize, ApprovalBounds)| {
        let refuse = |part: &[&str], why: String| {
            let place = index.to_string();
            let path = ["shop", "orderApprovalLevels", &place];
            Error::invalid(&[&path, part].concat(), why)
        };
        if level.min_total.is_none() && level.min_discount.is_none() {
            return Err(refuse(&[], "name a total or a discount".to_owned()));
        }
        if let Some(total) = level.min_total {
            if total.currency != currency {
                let why = format!("the shop's currency is {currency}");
                return Err(refuse(&["minTotal", "currencyCode"], why));
            }
            if !total.is_positive() {
                return Err(refuse(
                    &["minTotal", "amount"],
                    "more than nothing".to_owned(),
                ));
            }
        }
        Ok(ApprovalLevel {
            min_total_minor: level.min_total.map(|total| total.minor),
            min_discount: level.min_discount,
        })
    };
    levels.into_iter().enumerate().map(check).collect()
}

fn checked_amounts(levels: &[Money], currency: Currency) -> Result<Vec<i64>, Error> {
    let name = "refundApprovalLevels";
    if levels.len() > MAX_LEVELS {
        let message = format!("at most {MAX_LEVELS} levels");
        return Err(Error::invalid(&["shop", name], message));
    }
    let check = |(index, level): (usize, &Money)| {
        let place = index.to_string();
        if level.currency != currency {
            let why = format!("the shop's currency is {currency}");
            return Err(Error::invalid(&["shop", name, &place, "currencyCode"], why));
        }
        if !level.is_positive() {
            let why = "more than nothing";
            return Err(Error::invalid(&["shop", name, &place, "amount"], why));
        }
        Ok(level.minor)
    };
    levels.iter().enumerate().map(check).collect()
}

async fn apply(
    transaction: &DatabaseTransaction,
    row: channel::Model,
    patch: ShopPatch,
) -> Result<channel::ActiveModel, SettingsError> {
    let default_locale = patch
        .default_locale
        .as_ref()
        .map_or_else(|| row.default_locale.clone(), ToString::to_string);
    let locales: Vec<String> = patch.locales.as_ref().map_or_else(
        || row.locales.0.clone(),
        |locales| locales.iter().map(ToString::to_string).collect(),
    );
    if !locales.contains(&default_locale) {
        return Err(Error::invalid(
            &["shop", "locales"],
            "the fallback language must be one of the languages",
        )
        .into());
    }
    let currency = patch.currency.unwrap_or(row.currency.0);
    if currency != row.currency.0 && has_prices(transaction, row.id).await? {
        return Err(SettingsError::CurrencyInUse);
    }
    let redemption = patch
        .points_redemption
        .map(|redemption| checked_redemption(redemption, currency))
        .transpose()?;
    let id = row.id;
    let mut changed = channel::ActiveModel {
        id: Set(id),
        ..Default::default()
    };
    if let Some(text) = patch.name {
        changed.name = Set(name(&text, &["shop", "name"])?);
    }
    if let Some(prefix) = patch.order_prefix {
        changed.order_prefix = Set(order_prefix(prefix)?);
    }
    assign(&mut changed.currency, patch.currency.map(Into::into));
    assign(&mut changed.tax_included, patch.tax_included);
    assign(&mut changed.promotion_approval, patch.promotion_approval);
    assign(
        &mut changed.timezone,
        patch.time_zone.map(|zone| zone.name().to_owned()),
    );
    changed.default_locale = Set(default_locale);
    changed.locales = Set(locales.into());
    assign(
        &mut changed.country_codes,
        patch.country_codes.map(|codes| countries(codes).into()),
    );
    assign(
        &mut changed.confirmation_policy,
        patch.confirmation_policy.map(Into::into),
    );
    assign(
        &mut changed.confirmation_timeout,
        patch.confirmation_timeout.map(Into::into),
    );
    assign(
        &mut changed.proposal_deadline_hours,
        bounded(
            patch.proposal_deadline_hours,
            1,
            MAX_HOURS,
            "proposalDeadlineHours",
        )?,
    );
    if let Some(levels) = patch.order_approval_levels {
        changed.order_approval_levels = Set(checked_levels(levels, currency)?.into());
    }
    if let Some(levels) = patch.refund_approval_levels {
        changed.refund_approval_levels = Set(checked_amounts(&levels, currency)?.into());
    }
    let minutes = |value: Option<i32>, field: &str| bounded(value, 1, MAX_MINUTES, field);
    assign(
        &mut changed.payment_due_minutes,
        minutes(patch.payment_due_minutes, "paymentDueMinutes")?,
    );
    assign(
        &mut changed.confirmation_deadline_minutes,
        minutes(
            patch.confirmation_deadline_minutes,
            "confirmationDeadlineMinutes",
        )?,
    );
    assign(
        &mut changed.auto_complete_days,
        bounded(patch.auto_complete_days, 0, MAX_DAYS, "autoCompleteDays")?,
    );
    assign(
        &mut changed.points_adjust_limit,
        bounded(
            patch.points_adjust_limit,
            0,
            MAX_ADJUST_LIMIT,
            "pointsAdjustLimit",
        )?,
    );
    assign(
        &mut changed.points_notice_days,
        bounded(patch.points_notice_days, 0, MAX_DAYS, "pointsNoticeDays")?,
    );
    assign(
        &mut changed.reservation_policy,
        patch.reservation_policy.map(Into::into),
    );
    assign(
        &mut changed.routing_policy,
        patch.routing_policy.map(Into::into),
    );
    assign(
        &mut changed.reservation_minutes,
        bounded(
            patch.reservation_minutes,
            1,
            MAX_RESERVATION_MINUTES,
            "reservationMinutes",
        )?,
    );
    if let Some(page) = patch.cart_url {
        changed.cart_url = Set(page.map(cart_url).transpose()?);
    }
    if let Some(terms) = patch.after_sale {
        changed.after_sale_policy = Set(checked_terms(terms, currency)?.into());
    }
    if let Some((points, worth, min, max_ppm)) = redemption {
        changed.points_redeem_points = Set(points);
        changed.points_redeem_minor = Set(worth);
        changed.points_redeem_min = Set(min);
        changed.points_redeem_max_ppm = Set(max_ppm);
    }
    Ok(changed)
}

async fn has_prices(
    transaction: &DatabaseTransaction,
    channel_id: uuid::Uuid,
) -> Result<bool, Error> {
    use entity::{member_tier, order, shipping_method, variant_price};
    let prices = variant_price::Entity::find()
        .filter(variant_price::COLUMN.channel_id.eq(channel_id))
        .count(transaction)
        .await?;
    let methods = shipping_method::Entity::find()
        .filter(shipping_method::COLUMN.channel_id.eq(channel_id))
        .count(transaction)
        .await?;
    let orders = order::Entity::find()
        .filter(order::COLUMN.channel_id.eq(channel_id))
        .count(transaction)
        .await?;
    let tiers = member_tier::Entity::find()
        .filter(member_tier::COLUMN.channel_id.eq(channel_id))
        .count(transaction)
        .await?;
    Ok(prices + methods + orders + tiers > 0)
}

/// Columns of a redemption: points, minor units, minimum, share in ppm; all zero when points do not pay.
fn checked_redemption(
    redemption: Option<PointsRedemption>,
    currency: Currency,
) -> Result<(i32, i64, i32, i32), Error> {
    let Some(redemption) = redemption else {
        return Ok((0, 0, 0, 0));
    };
    let field = |name| ["shop", "pointsRedemption", name];
    if redemption.points < 1 {
        return Err(Error::invalid(&field("points"), "at least 1 point"));
    }
    if redemption.worth.currency != currency || !redemption.worth.is_positive() {
        return Err(Error::invalid(
            &field("worth"),
            format!("a positive amount in {}", currency.code()),
        ));
    }
    if redemption.min_points < 0 {
        return Err(Error::invalid(&field("minPoints"), "not below 0"));
    }
    let ppm = i32::try_from(redemption.max_percent.ppm()).map_err(Error::internal)?;
    Ok((
        redemption.points,
        redemption.worth.minor,
        redemption.min_points,
        ppm,
    ))
}

fn checked_terms(terms: AfterSaleTerms, currency: Currency) -> Result<AfterSalePolicy, Error> {
    let field = |name| ["shop", "afterSale", "autoApproval", name];
    if terms.currency.is_some_and(|own| own != currency) {
        let message = format!("an amount in {}", currency.code());
        return Err(Error::invalid(&field("upTo"), message));
    }
    if let Some(rule) = &terms.policy.auto_approval {
        if rule.up_to_minor < 0 {
            return Err(Error::invalid(&field("upTo"), "not below 0"));
        }
        if rule.reasons.is_empty() || rule.reasons.len() > AfterSaleReason::ALL.len() {
            return Err(Error::invalid(&field("reasons"), "each reason once"));
        }
    }
    Ok(terms.policy)
}

fn order_prefix(prefix: String) -> Result<String, Error> {
    let is_plain = prefix.len() <= 10
        && prefix
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_plain {
        Ok(prefix)
    } else {
        Err(Error::invalid(
            &["shop", "orderPrefix"],
            "at most 10 letters, digits or -",
        ))
    }
}

fn bounded(value: Option<i32>, min: i32, max: i32, field: &str) -> Result<Option<i32>, Error> {
    match value {
        Some(value) if !(min..=max).contains(&value) => {
            Err(Error::invalid(&["shop", field], format!("{min} to {max}")))
        }
        value => Ok(value),
    }
}
