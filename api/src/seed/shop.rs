//! The demo's settings: the channel, taxes, the warehouse, ways to ship and to pay.

use std::collections::BTreeMap;

use domain::address::CountryCode;
use domain::invoice::TitleDraft;
use domain::locale::Locale;
use domain::money::{Currency, Money};
use domain::order::confirmation::ConfirmationPolicy;
use domain::order::payment::PaymentProvider;
use domain::percent::Percent;

use super::SeedError;
use super::data::Demo;
use crate::auth::Viewer;
use crate::service::invoice::{self, SetIssuer};
use crate::service::settings::{
    self, PaymentMethodPatch, PointsRedemption, ShippingMethodPatch, ShopPatch, TaxRatePatch,
    UpdateShop,
};
use crate::service::warehouse::{self, WarehousePatch};
use crate::state::AppState;

/// The demo's only warehouse.
pub(super) const WAREHOUSE: &str = "main";

/// Writes all settings.
pub(super) async fn write(app: &AppState, viewer: &Viewer, demo: &Demo) -> Result<(), SeedError> {
    let currency = Currency::parse(&demo.currency).map_err(SeedError::at("shop"))?;
    let command = UpdateShop {
        patch: shop(demo, currency)?,
        expected_version: None,
    };
    settings::update_shop(app, viewer, &command)
        .await
        .map_err(SeedError::at("shop"))?;
    let rates = demo.tax_rates.iter().map(|rate| {
        Ok(TaxRatePatch {
            code: rate.code.clone(),
            name: Some(rate.name.clone()),
            country: Some(Some(
                CountryCode::parse(&rate.country).map_err(SeedError::at("tax rates"))?,
            )),
            province: None,
            tax_class: Some(rate.tax_class.clone()),
            rate: Some(Percent::from_ppm(rate.rate_ppm).map_err(SeedError::at("tax rates"))?),
            active: Some(true),
        })
    });
    let rates = rates.collect::<Result<Vec<_>, SeedError>>()?;
    settings::upsert_tax_rates(app, viewer, &rates)
        .await
        .map_err(SeedError::at("tax rates"))?;
    let issuer = SetIssuer {
        party: TitleDraft {
            name: "Vitrine Demo Ltd".to_owned(),
            address: Some("1 Shop Street".to_owned()),
            ..TitleDraft::default()
        },
        invoice_prefix: "INV-".to_owned(),
        credit_note_prefix: "CN-".to_owned(),
        footer: Some("A demonstration: nothing was sold.".to_owned()),
    };
    invoice::set_issuer(app, viewer, issuer)
        .await
        .map_err(SeedError::at("invoices"))?;
    let main = WarehousePatch {
        code: WAREHOUSE.to_owned(),
        name: Some("Main warehouse".to_owned()),
        address: None,
        priority: Some(1),
        pickup: Some(true),
        active: Some(true),
    };
    warehouse::upsert_warehouses(app, viewer, &[main])
        .await
        .map_err(SeedError::at("warehouse"))?;
    // Prices are in the new currency, so these need a viewer that knows the changed channel.
    let changed = super::viewer(app).map_err(SeedError::at("shop"))?;
    let ways = shipping_methods(currency)?;
    settings::upsert_shipping_methods(app, &changed, &ways)
        .await
        .map_err(SeedError::at("shipping"))?;
    let ways = payment_methods()?;
    settings::upsert_payment_methods(app, &changed, &ways)
        .await
        .map_err(SeedError::at("payment"))?;
    Ok(())
}

fn shop(demo: &Demo, currency: Currency) -> Result<ShopPatch, SeedError> {
    let locale = |text: &String| Locale::parse(text).map_err(SeedError::at("languages"));
    let country = |text: &String| CountryCode::parse(text).map_err(SeedError::at("countries"));
    Ok(ShopPatch {
        name: Some(demo.name.clone()),
        currency: Some(currency),
        tax_included: Some(true),
        default_locale: Some(Locale::english()),
        locales: Some(demo.locales.iter().map(locale).collect::<Result<_, _>>()?),
        country_codes: Some(
            demo.countries
                .iter()
                .map(country)
                .collect::<Result<_, _>>()?,
        ),
        confirmation_policy: Some(ConfirmationPolicy::Required),
        payment_due_minutes: Some(60),
        confirmation_deadline_minutes: Some(24 * 60),
        auto_complete_days: Some(14),
        order_prefix: Some("L".to_owned()),
        time_zone: None,
        points_redemption: Some(Some(PointsRedemption {
            points: 100,
            worth: Money::new(100, currency),
            min_points: 100,
            max_percent: Percent::from_ppm(500_000).map_err(SeedError::at("points"))?,
        })),
        points_adjust_limit: None,
        points_notice_days: None,
        cart_url: None,
        promotion_approval: None,
        confirmation_timeout: None,
        proposal_deadline_hours: None,
        after_sale: None,
        order_approval_levels: None,
        refund_approval_levels: None,
        reservation_policy: None,
        reservation_minutes: None,
        routing_policy: None,
    })
}

fn chinese(text: &str) -> Result<BTreeMap<Locale, String>, SeedError> {
    let locale = Locale::parse("zh-Hans").map_err(SeedError::at("languages"))?;
    Ok(BTreeMap::from([(locale, text.to_owned())]))
}

fn shipping_methods(currency: Currency) -> Result<Vec<ShippingMethodPatch>, SeedError> {
    let money = |minor| Money::new(minor, currency);
    let way = |code: &str, name: &str, zh: &str, minor: i64, days: (i32, i32), position: i32| {
        Ok::<_, SeedError>(ShippingMethodPatch {
            code: code.to_owned(),
            name: Some(name.to_owned()),
            translations: Some(chinese(zh)?),
            price: Some(money(minor)),
            free_over: None,
            countries: None,
            tax_class: None,
            min_days: Some(Some(days.0)),
            max_days: Some(Some(days.1)),
            pickup_warehouse: None,
            position: Some(position),
            active: Some(true),
        })
    };
    let mut standard = way("standard", "Standard parcel", "标准包裹", 490, (2, 5), 1)?;
    standard.free_over = Some(Some(money(4_900)));
    let express = way("express", "Express", "特快", 1_290, (1, 2), 2)?;
    let mut pickup = way("pickup", "Collect from the shop", "到店自提", 0, (0, 1), 3)?;
    pickup.pickup_warehouse = Some(Some(WAREHOUSE.to_owned()));
    Ok(vec![standard, express, pickup])
}

fn payment_methods() -> Result<Vec<PaymentMethodPatch>, SeedError> {
    let way = |code: &str, provider, name: &str, zh: &str, instructions: Option<&str>, position| {
        Ok::<_, SeedError>(PaymentMethodPatch {
            code: code.to_owned(),
            provider: Some(provider),
            name: Some(name.to_owned()),
            translations: Some(chinese(zh)?),
            instructions: Some(instructions.map(str::to_owned)),
            position: Some(position),
            active: Some(true),
        })
    };
    let transfer = "Transfer the amount to IBAN DE00 0000 0000 0000 0000 00 and give the order's number as its purpose.";
    Ok(vec![
        way(
            "test",
            PaymentProvider::Test,
            "Test payment",
            "测试支付",
            None,
            1,
        )?,
        way(
            "transfer",
            PaymentProvider::Manual,
            "Bank transfer",
            "银行转账",
            Some(transfer),
            2,
        )?,
    ])
}
