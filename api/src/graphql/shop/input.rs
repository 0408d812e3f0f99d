use std::collections::BTreeMap;

use async_graphql::{InputObject, MaybeUndefined};
use domain::money::Money as Amount;
use domain::percent::Percent;
use domain::time_zone::TimeZone;

use super::types::{
    ConfirmationPolicy, ConfirmationTimeout, PaymentProvider, ReservationPolicy, RoutingPolicy,
};
use crate::error::Error;
use crate::graphql::after_sale::AfterSalePolicyInput;
use crate::graphql::input::patch;
use crate::graphql::money::MoneyInput;
use crate::graphql::scalar::{CountryCode, CurrencyCode, Decimal, Locale};
use crate::service::settings::{
    ApprovalBounds, PaymentMethodPatch, PointsRedemption, ShippingMethodPatch, ShopPatch,
    TaxRatePatch, UpdateShop,
};

/// Writable settings of the shop; what is left out stays.
#[derive(Clone, Debug, InputObject)]
pub(super) struct ShopInput {
    /// Name to show.
    pub name: Option<String>,
    /// Currency of all prices; fixed once there are any.
    pub currency_code: Option<CurrencyCode>,
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
    /// Where its clock stands, such as Europe/Berlin.
    pub time_zone: Option<String>,
    /// How points pay; null when they do not.
    pub points_redemption: MaybeUndefined<PointsRedemptionInput>,
    /// Most points by which staff adjust a member in a day without a second person, up to 1000000.
    pub points_adjust_limit: Option<i32>,
    /// Days before points lapse that members are told by mail, up to 365; 0 for never. Counts for points earned from then on.
    pub points_notice_days: Option<i32>,
    /// Whether promotions start only when a second person agrees.
    pub promotion_approval: Option<bool>,
    /// What becomes of an order the back office did not answer for in time.
    pub confirmation_timeout: Option<ConfirmationTimeout>,
    /// Hours a buyer has to answer a counter-proposal, 1 to 720.
    pub proposal_deadline_hours: Option<i32>,
    /// How returns, exchanges and claims are treated; all of it is set.
    pub after_sale: Option<AfterSalePolicyInput>,
    /// Orders of which size need approval, up to 5 levels: each level an order reaches takes one more person.
    pub order_approval_levels: Option<Vec<OrderApprovalLevelInput>>,
    /// Refunds from which amounts on need approval, up to 5 amounts: each one reached takes one more person.
    pub refund_approval_levels: Option<Vec<MoneyInput>>,
    /// From when on carts hold stock.
    pub reservation_policy: Option<ReservationPolicy>,
    /// Minutes for which carts hold stock when nothing happens in them, 1 to 44640.
    pub reservation_minutes: Option<i32>,
    /// Which warehouses orders are taken from.
    pub routing_policy: Option<RoutingPolicy>,
    /// Page of the storefront where a buyer goes on with a cart: an https address (http on this machine only) with `{cartId}`
    /// where the cart's id belongs, such as https://shop.example/cart#{cartId}: behind # it is not sent to servers. Null for none.
    pub cart_url: MaybeUndefined<String>,
}

/// Bounds of one level of approval; reaching either is enough.
#[derive(Clone, Debug, InputObject)]
pub(super) struct OrderApprovalLevelInput {
    /// Totals from here on.
    pub min_total: Option<MoneyInput>,
    /// Discounts from here on, in percent of the goods' price, 0 to 100.
    pub min_discount: Option<Decimal>,
}

impl OrderApprovalLevelInput {
    fn read(self, index: usize) -> Result<ApprovalBounds, Error> {
        let place = index.to_string();
        let field = |name| ["shop", "orderApprovalLevels", &place, name];
        Ok(ApprovalBounds {
            min_total: self
                .min_total
                .map(|total| money(total, &field("minTotal")))
                .transpose()?,
            min_discount: self
                .min_discount
                .map(|percentage| percent(&percentage, &field("minDiscount")))
                .transpose()?,
        })
    }
}

/// How points pay.
#[derive(Clone, Debug, InputObject)]
pub(super) struct PointsRedemptionInput {
    /// So many points …
    pub points: i32,
    /// … are worth this.
    pub worth: MoneyInput,
    /// Fewest points an order may spend.
    #[graphql(default = 0)]
    pub min_points: i32,
    /// Most of the goods' price that points may pay, 0 to 100.
    pub max_percent: Decimal,
}

impl TryFrom<PointsRedemptionInput> for PointsRedemption {
    type Error = Error;

    fn try_from(input: PointsRedemptionInput) -> Result<Self, Error> {
        let field = |name| ["shop", "pointsRedemption", name];
        Ok(Self {
            points: input.points,
            worth: money(input.worth, &field("worth"))?,
            min_points: input.min_points,
            max_percent: percent(&input.max_percent, &field("maxPercent"))?,
        })
    }
}

/// Input of shopUpdate.
#[derive(Clone, Debug, InputObject)]
pub(super) struct ShopUpdateInput {
    /// What to change.
    pub shop: ShopInput,
    /// Refused if outdated.
    pub expected_version: Option<i32>,
}

impl TryFrom<ShopUpdateInput> for UpdateShop {
    type Error = Error;

    fn try_from(input: ShopUpdateInput) -> Result<Self, Error> {
        let shop = input.shop;
        let redemption = patch(shop.points_redemption)
            .map(|redemption| redemption.map(TryInto::try_into).transpose())
            .transpose()?;
        let time_zone = shop.time_zone.as_deref().map(TimeZone::parse).transpose();
        let levels = shop
            .order_approval_levels
            .map(|levels| {
                let levels = levels.into_iter().enumerate();
                levels.map(|(index, level)| level.read(index)).collect()
            })
            .transpose()?;
        let refund_levels = shop
            .refund_approval_levels
            .map(|levels| {
                let levels = levels.into_iter().enumerate();
                let read = |(index, level): (usize, MoneyInput)| {
                    money(level, &["shop", "refundApprovalLevels", &index.to_string()])
                };
                levels.map(read).collect()
            })
            .transpose()?;
        let patch = ShopPatch {
            name: shop.name,
            currency: shop.currency_code.map(|code| code.0),
            tax_included: shop.tax_included,
            default_locale: shop.default_locale.map(|locale| locale.0),
            locales: shop
                .locales
                .map(|locales| locales.into_iter().map(|locale| locale.0).collect()),
            country_codes: shop
                .country_codes
                .map(|codes| codes.into_iter().map(|code| code.0).collect()),
            confirmation_policy: shop.confirmation_policy.map(Into::into),
            payment_due_minutes: shop.payment_due_minutes,
            confirmation_deadline_minutes: shop.confirmation_deadline_minutes,
            auto_complete_days: shop.auto_complete_days,
            order_prefix: shop.order_prefix,
            time_zone: time_zone
                .map_err(|unknown| Error::invalid(&["shop", "timeZone"], unknown.to_string()))?,
            points_redemption: redemption,
            points_adjust_limit: shop.points_adjust_limit,
            points_notice_days: shop.points_notice_days,
            promotion_approval: shop.promotion_approval,
            confirmation_timeout: shop.confirmation_timeout.map(Into::into),
            proposal_deadline_hours: shop.proposal_deadline_hours,
            after_sale: shop.after_sale.map(TryInto::try_into).transpose()?,
            order_approval_levels: levels,
            refund_approval_levels: refund_levels,
            reservation_policy: shop.reservation_policy.map(Into::into),
            reservation_minutes: shop.reservation_minutes,
            routing_policy: shop.routing_policy.map(Into::into),
            cart_url: patch(shop.cart_url),
        };
        Ok(Self {
            patch,
            expected_version: input.expected_version,
        })
    }
}

/// A name in one language.
#[derive(Clone, Debug, InputObject)]
pub(super) struct NameTranslationInput {
    /// Language.
    pub locale: Locale,
    /// Name to show.
    pub name: String,
}

/// Writable fields of a tax rate; what is left out stays.
#[derive(Clone, Debug, InputObject)]
pub(super) struct TaxRateInput {
    /// Short code, unique.
    pub code: String,
    /// Name to show; needed when new.
    pub name: Option<String>,
    /// Where it holds; everywhere if null.
    pub country_code: MaybeUndefined<CountryCode>,
    /// State or region of the country; all of it if null.
    pub province: MaybeUndefined<String>,
    /// Class of goods it is for; `standard` if left out when new.
    pub tax_class: Option<String>,
    /// The rate, 0 to 100; needed when new.
    pub percent: Option<Decimal>,
    /// Whether it is in force.
    pub active: Option<bool>,
}

/// Input of taxRatesUpsert.
#[derive(Clone, Debug, InputObject)]
pub(super) struct TaxRatesUpsertInput {
    /// Rates, matched by code.
    pub tax_rates: Vec<TaxRateInput>,
}

impl TryFrom<TaxRatesUpsertInput> for Vec<TaxRatePatch> {
    type Error = Error;

    fn try_from(input: TaxRatesUpsertInput) -> Result<Self, Error> {
        let rates = input
            .tax_rates
            .into_iter()
            .enumerate()
            .map(|(index, rate)| {
                let field = ["taxRates", &index.to_string(), "percent"];
                Ok(TaxRatePatch {
                    code: rate.code,
                    name: rate.name,
                    country: patch(rate.country_code).map(|country| country.map(|code| code.0)),
                    province: patch(rate.province),
                    tax_class: rate.tax_class,
                    rate: rate
                        .percent
                        .map(|value| percent(&value, &field))
                        .transpose()?,
                    active: rate.active,
                })
            });
        rates.collect()
    }
}

/// Writable fields of a way to ship; what is left out stays.
#[derive(Clone, Debug, InputObject)]
pub(super) struct ShippingMethodInput {
    /// Short code, unique.
    pub code: String,
    /// Name to show; needed when new.
    pub name: Option<String>,
    /// Names in other languages.
    pub translations: Option<Vec<NameTranslationInput>>,
    /// Price before discounts, with tax if prices contain it; needed when new.
    pub price: Option<MoneyInput>,
    /// Goods from this amount on ship for free.
    pub free_over: MaybeUndefined<MoneyInput>,
    /// Where it goes; every country of the shop if empty.
    pub country_codes: Option<Vec<CountryCode>>,
    /// Class of the tax on it; `standard` if left out when new.
    pub tax_class: Option<String>,
    /// Fewest days on the way.
    pub min_days: MaybeUndefined<i32>,
    /// Most days on the way.
    pub max_days: MaybeUndefined<i32>,
    /// Code of the warehouse to collect from.
    pub pickup_warehouse_code: MaybeUndefined<String>,
    /// Place in the list, lowest first.
    pub position: Option<i32>,
    /// Whether it is offered.
    pub active: Option<bool>,
}

/// Input of shippingMethodsUpsert.
#[derive(Clone, Debug, InputObject)]
pub(super) struct ShippingMethodsUpsertInput {
    /// Ways to ship, matched by code.
    pub shipping_methods: Vec<ShippingMethodInput>,
}

impl TryFrom<ShippingMethodsUpsertInput> for Vec<ShippingMethodPatch> {
    type Error = Error;

    fn try_from(input: ShippingMethodsUpsertInput) -> Result<Self, Error> {
        let methods = input
            .shipping_methods
            .into_iter()
            .enumerate()
            .map(|(index, method)| {
                let index = index.to_string();
                let field = |name| ["shippingMethods", index.as_str(), name];
                let free_over = patch(method.free_over).map(|amount| {
                    amount
                        .map(|amount| money(amount, &field("freeOver")))
                        .transpose()
                });
                Ok(ShippingMethodPatch {
                    code: method.code,
                    name: method.name,
                    translations: method.translations.map(names),
                    price: method
                        .price
                        .map(|price| money(price, &field("price")))
                        .transpose()?,
                    free_over: free_over.transpose()?,
                    countries: method
                        .country_codes
                        .map(|codes| codes.into_iter().map(|code| code.0).collect()),
                    tax_class: method.tax_class,
                    min_days: patch(method.min_days),
                    max_days: patch(method.max_days),
                    pickup_warehouse: patch(method.pickup_warehouse_code),
                    position: method.position,
                    active: method.active,
                })
            });
        methods.collect()
    }
}

/// Writable fields of a way to pay; what is left out stays.
#[derive(Clone, Debug, InputObject)]
pub(super) struct PaymentMethodInput {
    /// Short code, unique.
    pub code: String,
    /// Who moves the money; needed when new, fixed then.
    pub provider: Option<PaymentProvider>,
    /// Name to show; needed when new.
    pub name: Option<String>,
    /// Names in other languages.
    pub translations: Option<Vec<NameTranslationInput>>,
    /// What the buyer has to do, such as where to send the money.
    pub instructions: MaybeUndefined<String>,
    /// Place in the list, lowest first.
    pub position: Option<i32>,
    /// Whether it is offered.
    pub active: Option<bool>,
}

/// Input of paymentMethodsUpsert.
#[derive(Clone, Debug, InputObject)]
pub(super) struct PaymentMethodsUpsertInput {
    /// Ways to pay, matched by code.
    pub payment_methods: Vec<PaymentMethodInput>,
}

impl From<PaymentMethodsUpsertInput> for Vec<PaymentMethodPatch> {
    fn from(input: PaymentMethodsUpsertInput) -> Self {
        let methods = input
            .payment_methods
            .into_iter()
            .map(|method| PaymentMethodPatch {
                code: method.code,
                provider: method.provider.map(Into::into),
                name: method.name,
                translations: method.translations.map(names),
                instructions: patch(method.instructions),
                position: method.position,
                active: method.active,
            });
        methods.collect()
    }
}

fn names(texts: Vec<NameTranslationInput>) -> BTreeMap<domain::locale::Locale, String> {
    texts
        .into_iter()
        .map(|text| (text.locale.0, text.name))
        .collect()
}

fn money(input: MoneyInput, field: &[&str]) -> Result<Amount, Error> {
    input
        .try_into()
        .map_err(|error: domain::money::MoneyError| Error::invalid(field, error.to_string()))
}

fn percent(value: &Decimal, field: &[&str]) -> Result<Percent, Error> {
    Percent::parse(&value.0.normalize().to_string())
        .map_err(|error| Error::invalid(field, error.to_string()))
}
