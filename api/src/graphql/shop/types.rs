use std::collections::BTreeMap;
use std::sync::Arc;

use async_graphql::{Enum, ID, Object, Result, SimpleObject};
use domain::address::CountryCode as Country;
use domain::id::{PaymentMethodId, ShippingMethodId, TaxRateId};
use domain::locale::Locale as Language;
use domain::money::Money as Amount;
use domain::order::ApprovalLevel;
use domain::percent::Percent;
use domain::permission::Permission;
use entity::{channel, payment_method, shipping_method, tax_rate};

use crate::auth::Viewer;
use crate::error::Error;
use crate::graphql::after_sale::AfterSalePolicy;
use crate::graphql::context::Reach;
use crate::graphql::error::top_level;
use crate::graphql::limits::meter::Listed;
use crate::graphql::money::Money;
use crate::graphql::scalar::{CountryCode, CurrencyCode, Decimal, Locale};

/// What a storefront must know about the shop.
pub struct Shop(pub Arc<channel::Model>);

/// What a storefront must know about the shop.
#[Object]
impl Shop {
    /// Name to show.
    fn name(&self) -> &str {
        &self.0.name
    }

    /// Version of this API.
    async fn version(&self) -> &str {
        env!("CARGO_PKG_VERSION")
    }

    /// Currency of all prices.
    fn currency_code(&self) -> CurrencyCode {
        CurrencyCode(self.0.currency.0)
    }

    /// Whether prices contain tax.
    fn tax_included(&self) -> bool {
        self.0.tax_included
    }

    /// Fallback language.
    fn default_locale(&self) -> Result<Locale> {
        language(&self.0.default_locale)
    }

    /// Languages with content.
    fn locales(&self) -> Result<Vec<Locale>> {
        self.0.locales.iter().map(|tag| language(tag)).collect()
    }

    /// Countries it ships to.
    fn country_codes(&self) -> Result<Vec<CountryCode>> {
        countries(&self.0.country_codes)
    }

    /// Where its clock stands, such as Europe/Berlin: rules that speak of days and hours mean these.
    fn time_zone(&self) -> &str {
        &self.0.timezone
    }

    /// How orders are handled. Needs permission SHOP_READ.
    async fn policy(&self, ctx: &async_graphql::Context<'_>) -> Option<Result<ShopPolicy>> {
        Some(
            ctx.viewer()
                .and_then(|viewer| ShopPolicy::try_new(&self.0, viewer)),
        )
    }
}

/// How orders are handled.
#[derive(SimpleObject)]
pub(super) struct ShopPolicy {
    /// Whether the back office confirms each order.
    confirmation_policy: ConfirmationPolicy,
    /// Minutes until an unpaid order expires.
    payment_due_minutes: i32,
    /// Minutes the back office has to answer.
    confirmation_deadline_minutes: i32,
    /// Days after delivery until an order completes by itself.
    auto_complete_days: i32,
    /// What order numbers begin with.
    order_prefix: String,
    /// Most points by which staff adjust a member in a day without a second person.
    points_adjust_limit: i32,
    /// Days before points lapse that members are told by mail; 0 for never.
    points_notice_days: i32,
    /// Whether promotions start only when a second person agrees.
    promotion_approval: bool,
    /// What becomes of an order the back office did not answer for in time.
    confirmation_timeout: ConfirmationTimeout,
    /// Hours a buyer has to answer a counter-proposal.
    proposal_deadline_hours: i32,
    /// How returns, exchanges and claims are treated.
    after_sale: AfterSalePolicy,
    /// Orders of which size need approval: each level an order reaches takes one more person.
    order_approval_levels: Listed<OrderApprovalLevel>,
    /// Refunds from which amounts on need approval: each one reached takes one more person.
    refund_approval_levels: Listed<Money>,
    /// From when on carts hold stock.
    reservation_policy: ReservationPolicy,
    /// Minutes for which carts hold stock when nothing happens in them.
    reservation_minutes: i32,
    /// Which warehouses orders are taken from.
    routing_policy: RoutingPolicy,
    /// Page of the storefront where a buyer goes on with a cart, with `{cartId}` for the cart's id.
    cart_url: Option<String>,
    /// How points pay, null when they do not.
    points_redemption: Option<PointsRedemption>,
    /// Counts changes; send it as `expectedVersion`.
    version: i32,
}

impl ShopPolicy {
    fn try_new(row: &channel::Model, viewer: &Viewer) -> Result<Self> {
        viewer
            .require(Permission::ShopRead)
            .map_err(|error| top_level(&error))?;
        Ok(Self {
            confirmation_policy: row.confirmation_policy.0.into(),
            payment_due_minutes: row.payment_due_minutes,
            confirmation_deadline_minutes: row.confirmation_deadline_minutes,
            auto_complete_days: row.auto_complete_days,
            order_prefix: row.order_prefix.clone(),
            points_adjust_limit: row.points_adjust_limit,
            points_notice_days: row.points_notice_days,
            promotion_approval: row.promotion_approval,
            confirmation_timeout: row.confirmation_timeout.0.into(),
            proposal_deadline_hours: row.proposal_deadline_hours,
            after_sale: AfterSalePolicy::of(row),
            order_approval_levels: row
                .order_approval_levels
                .iter()
                .map(|level| OrderApprovalLevel::new(row, *level))
                .collect(),
            refund_approval_levels: row
                .refund_approval_levels
                .iter()
                .map(|minor| Amount::new(*minor, row.currency.0).into())
                .collect(),
            reservation_policy: row.reservation_policy.0.into(),
            reservation_minutes: row.reservation_minutes,
            routing_policy: row.routing_policy.0.into(),
            cart_url: row.cart_url.clone(),
            points_redemption: (row.points_redeem_points > 0)
                .then(|| PointsRedemption::try_new(row))
                .transpose()?,
            version: row.version,
        })
    }
}

/// Bounds of one level of approval; reaching either is enough.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct OrderApprovalLevel {
    /// Totals from here on.
    min_total: Option<Money>,
    /// Discounts from here on, in percent of the goods' price.
    min_discount: Option<Decimal>,
}

impl OrderApprovalLevel {
    fn new(row: &channel::Model, level: ApprovalLevel) -> Self {
        Self {
            min_total: level
                .min_total_minor
                .map(|minor| Amount::new(minor, row.currency.0).into()),
            min_discount: level.min_discount.map(Decimal::percent),
        }
    }
}

/// How points pay.
#[derive(SimpleObject)]
pub(super) struct PointsRedemption {
    /// So many points …
    points: i32,
    /// … are worth this.
    worth: Money,
    /// Fewest points an order may spend.
    min_points: i32,
    /// Most of the goods' price that points may pay, 0 to 100.
    max_percent: Decimal,
}

impl PointsRedemption {
    fn try_new(row: &channel::Model) -> Result<Self> {
        Ok(Self {
            points: row.points_redeem_points,
            worth: Amount::new(row.points_redeem_minor, row.currency.0).into(),
            min_points: row.points_redeem_min,
            max_percent: percentage(row.points_redeem_max_ppm)?,
        })
    }
}

/// Whether the back office confirms each order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::order::confirmation::ConfirmationPolicy")]
pub enum ConfirmationPolicy {
    /// Orders are confirmed as soon as they are paid.
    None,
    /// An order waits for the back office until the deadline, and is confirmed then.
    Advisory,
    /// An order is confirmed only after the back office agreed.
    Required,
}

/// What becomes of an order that needs the back office's answer and got none in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::order::ConfirmationTimeout")]
pub enum ConfirmationTimeout {
    /// It waits on; staff see that the answer is late.
    Escalate,
    /// It is rejected, and everything goes back.
    Reject,
}

/// From when on carts hold stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::stock::ReservationPolicy")]
pub enum ReservationPolicy {
    /// Never: who orders first gets it.
    None,
    /// From the choice of how to ship or pay.
    OnCheckout,
    /// From the moment it is put into the cart.
    OnAdd,
}

/// Which warehouses an order is taken from. One that is collected is taken from where it is collected, as far as that goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::stock::RoutingPolicy")]
pub enum RoutingPolicy {
    /// The first ones; a line that one of them can send alone is not split.
    Priority,
    /// For each line those with most of it.
    MostStock,
    /// As few as possible for all lines together.
    FewestSplits,
}

/// Who moves the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::order::payment::PaymentProvider")]
pub enum PaymentProvider {
    /// Staff say when the money came, such as by bank transfer.
    Manual,
    /// Plays a provider, for rehearsals.
    Test,
    /// Stripe.
    Stripe,
    /// Alipay.
    Alipay,
    /// WeChat Pay: the buyer scans a code of `session.parameters.codeUrl`.
    WechatPay,
    /// Nobody for now: members with payment terms owe it, and the goods leave before it is paid.
    OnAccount,
}

/// A tax rate; the most specific one for a destination and a class of goods counts.
pub struct TaxRate(pub tax_rate::Model);

/// A tax rate; the most specific one for a destination and a class of goods counts.
#[Object]
impl TaxRate {
    /// Id of the rate.
    fn id(&self) -> ID {
        TaxRateId(self.0.id).to_string().into()
    }

    /// Short code, unique.
    fn code(&self) -> &str {
        &self.0.code
    }

    /// Name to show.
    fn name(&self) -> &str {
        &self.0.name
    }

    /// Where it holds, null for everywhere.
    fn country_code(&self) -> Result<Option<CountryCode>> {
        self.0.country_code.as_deref().map(country).transpose()
    }

    /// State or region of the country, null for all of it.
    fn province(&self) -> Option<&str> {
        self.0.province.as_deref()
    }

    /// Class of goods it is for.
    fn tax_class(&self) -> &str {
        &self.0.tax_class
    }

    /// The rate, 0 to 100.
    fn percent(&self) -> Result<Decimal> {
        percentage(self.0.rate_ppm)
    }

    /// Whether it is in force.
    fn active(&self) -> bool {
        self.0.active
    }
}

/// A name in one language.
#[derive(SimpleObject)]
pub(super) struct NameTranslation {
    /// Language.
    locale: Locale,
    /// Name to show.
    name: String,
}

/// A way to ship as staff set it.
pub(super) struct ShippingMethodSetting {
    pub(super) row: shipping_method::Model,
    pub(super) currency: domain::money::Currency,
}

/// A way to ship as staff set it.
#[Object]
impl ShippingMethodSetting {
    /// Id buyers choose it by.
    fn id(&self) -> ID {
        ShippingMethodId(self.row.id).to_string().into()
    }

    /// Short code, unique.
    fn code(&self) -> &str {
        &self.row.code
    }

    /// Name to show.
    fn name(&self) -> &str {
        &self.row.name
    }

    /// Names in other languages.
    fn translations(&self) -> Result<Listed<NameTranslation>> {
        translations(&self.row.name_translations)
    }

    /// Price before discounts.
    fn price(&self) -> Money {
        Amount::new(self.row.price_minor, self.currency).into()
    }

    /// Goods from this amount on ship for free.
    fn free_over(&self) -> Option<Money> {
        self.row
            .free_over_minor
            .map(|minor| Amount::new(minor, self.currency).into())
    }

    /// Where it goes; every country of the shop when empty.
    fn country_codes(&self) -> Result<Vec<CountryCode>> {
        countries(&self.row.country_codes)
    }

    /// Class of the tax on it.
    fn tax_class(&self) -> &str {
        &self.row.tax_class
    }

    /// Fewest days on the way.
    fn min_days(&self) -> Option<i32> {
        self.row.min_days
    }

    /// Most days on the way.
    fn max_days(&self) -> Option<i32> {
        self.row.max_days
    }

    /// Place in the list, lowest first.
    fn position(&self) -> i32 {
        self.row.position
    }

    /// Whether it is offered.
    fn active(&self) -> bool {
        self.row.active
    }
}

/// A way to pay as staff set it.
pub(super) struct PaymentMethodSetting(pub(super) payment_method::Model);

/// A way to pay as staff set it.
#[Object]
impl PaymentMethodSetting {
    /// Id buyers choose it by.
    fn id(&self) -> ID {
        PaymentMethodId(self.0.id).to_string().into()
    }

    /// Short code, unique.
    fn code(&self) -> &str {
        &self.0.code
    }

    /// Who moves the money.
    fn provider(&self) -> PaymentProvider {
        self.0.provider.0.into()
    }

    /// Name to show.
    fn name(&self) -> &str {
        &self.0.name
    }

    /// Names in other languages.
    fn translations(&self) -> Result<Listed<NameTranslation>> {
        translations(&self.0.name_translations)
    }

    /// What the buyer has to do, such as where to send the money.
    fn instructions(&self) -> Option<&str> {
        self.0.instructions.as_deref()
    }

    /// Place in the list, lowest first.
    fn position(&self) -> i32 {
        self.0.position
    }

    /// Whether it is offered.
    fn active(&self) -> bool {
        self.0.active
    }
}

fn translations(names: &BTreeMap<String, String>) -> Result<Listed<NameTranslation>> {
    names
        .iter()
        .map(|(tag, name)| {
            Ok(NameTranslation {
                locale: language(tag)?,
                name: name.clone(),
            })
        })
        .collect()
}

fn language(tag: &str) -> Result<Locale> {
    Language::parse(tag)
        .map(Locale)
        .map_err(|error| top_level(&Error::internal(error)))
}

fn country(code: &str) -> Result<CountryCode> {
    Country::parse(code)
        .map(CountryCode)
        .map_err(|error| top_level(&Error::internal(error)))
}

fn countries(codes: &[String]) -> Result<Vec<CountryCode>> {
    codes.iter().map(|code| country(code)).collect()
}

/// Parts per million as a percentage.
fn percentage(ppm: i32) -> Result<Decimal> {
    let percent = u32::try_from(ppm)
        .map_err(Error::internal)
        .and_then(|ppm| Percent::from_ppm(ppm).map_err(Error::internal));
    percent
        .map(Decimal::percent)
        .map_err(|error| top_level(&error))
}
