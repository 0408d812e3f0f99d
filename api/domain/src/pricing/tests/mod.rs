//! Carts with known prices, and properties of all carts. Here are their parts and what holds for each of them.

mod combining;
mod desk;
mod gifts;
mod properties;
mod reference;
mod saving;
mod short;
mod stages;
mod telling;
mod trace;
mod varied;
mod whole;
mod worked_example;

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{
    AdjustmentKind, Buyer, CouponFacts, Draft, DraftLine, EnteredCoupon, PricedCart, Rules, price,
};
use crate::address::CountryCode;
use crate::coupon::{Coupon, CouponCode, CouponStatus, CouponTemplate};
use crate::money::{Currency, Money, allocate};
use crate::percent::Percent;
use crate::points::{EarnRule, RedeemPolicy};
use crate::promotion::{
    Combination, DiscountBase, Goods, ProductSelector, ProductSet, Promotion, PromotionStatus,
    Reward,
};
use crate::quantity::Quantity;
use crate::shipping::ShippingMethod;
use crate::slug::Slug;
use crate::tax::{Destination, TaxRate};
use crate::unit_price::PriceOrigin;

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

fn eur(minor: i64) -> Money {
    Money::new(minor, currency("EUR"))
}

fn percent(text: &str) -> Percent {
    Percent::parse(text).unwrap()
}

fn line(key: u128, unit_price: Money, quantity: u32) -> DraftLine {
    DraftLine {
        key: Uuid::from_u128(key),
        goods: Goods {
            product_id: Uuid::from_u128(key),
            ..Goods::default()
        },
        unit_price,
        origin: PriceOrigin::own(),
        compare_at: None,
        quantity: Quantity::try_new(quantity).unwrap(),
        tax_class: "standard".to_owned(),
        is_shippable: true,
    }
}

fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

fn draft(lines: Vec<DraftLine>) -> Draft {
    Draft {
        channel: slug("shop"),
        currency: currency("EUR"),
        tax_included: true,
        lines,
        shipping: None,
        payment_method_id: None,
        destination: Some(Destination {
            country: CountryCode::parse("DE").unwrap(),
            province: None,
        }),
        buyer: Buyer::default(),
        catalog: vec![],
        gifts: vec![],
        coupons: vec![],
        points_wished: 0,
    }
}

fn promotion(id: u128, rewards: Vec<Reward>) -> Promotion {
    Promotion {
        id: Uuid::from_u128(id),
        version: 1,
        label: format!("Promotion {id}"),
        status: PromotionStatus::Active,
        starts_at: None,
        ends_at: None,
        conditions: vec![],
        rewards,
        priority: i32::try_from(id).unwrap(),
        base: DiscountBase::Running,
        applies_to_discounted: true,
        max_discount: None,
        min_payable: None,
        budget_left: None,
        uses_left: None,
        buyer_uses_left: None,
        combination: Combination::default(),
    }
}

/// Chooses the products of these lines.
fn products(keys: &[u128]) -> ProductSelector {
    ProductSelector::of(ProductSet {
        product_ids: keys
            .iter()
            .copied()
            .map(Uuid::from_u128)
            .collect::<BTreeSet<_>>(),
        ..ProductSet::default()
    })
}

fn entered(code: &str, promotion: Promotion) -> EnteredCoupon {
    EnteredCoupon {
        code: CouponCode::parse(code).unwrap(),
        facts: Some(CouponFacts {
            coupon: Coupon {
                id: Uuid::from_u128(99),
                status: CouponStatus::Available,
                member_id: None,
                usage_limit: None,
                used_count: 0,
                uses_per_member: None,
            },
            template: CouponTemplate::default(),
            label: format!("Coupon {code}"),
            uses_by_buyer: 0,
            promotion,
        }),
    }
}

fn post(price: i64) -> ShippingMethod {
    ShippingMethod {
        id: Uuid::from_u128(7),
        name: "Post".to_owned(),
        price: eur(price),
        free_over: Some(eur(10_000)),
        countries: vec![],
        tax_class: "standard".to_owned(),
        is_pickup: false,
        position: 0,
    }
}

fn vat() -> TaxRate {
    TaxRate {
        id: Uuid::from_u128(19),
        code: "de".to_owned(),
        name: "VAT 19 %".to_owned(),
        country: None,
        province: None,
        tax_class: "standard".to_owned(),
        rate: percent("19"),
    }
}

fn rules(promotions: Vec<Promotion>) -> Rules {
    Rules {
        promotions,
        tax_rates: vec![vat()],
        points_label: "Points".to_owned(),
        ..Rules::default()
    }
}

fn redeem() -> Option<RedeemPolicy> {
    RedeemPolicy::try_new(100, eur(100), 0, percent("50"))
}

fn once() -> EarnRule {
    EarnRule {
        points_per_unit_ppm: 1_000_000,
        ..EarnRule::default()
    }
}

/// Checks that all figures follow from the lines and the adjustments, independently of how they were computed.
fn check_sums(cart: &PricedCart) {
    let sum = |minors: &mut dyn Iterator<Item = i64>| -> i128 { minors.map(i128::from).sum() };
    let not_included: Vec<_> = cart
        .adjustments
        .iter()
        .filter(|step| !step.included)
        .collect();
    let steps = sum(&mut not_included.iter().map(|step| step.amount.minor));
    assert_eq!(
        i128::from(cart.subtotal.minor) + steps,
        i128::from(cart.total.minor)
    );
    for line in &cart.lines {
        let own = sum(&mut not_included
            .iter()
            .filter(|step| step.line == Some(line.key))
            .map(|step| step.amount.minor));
        assert_eq!(
            i128::from(line.subtotal.minor) + own,
            i128::from(line.total.minor)
        );
        assert!(
            line.discount_total.minor <= 0 && line.total.minor >= 0 && line.tax_total.minor >= 0
        );
        let taxes = sum(&mut cart
            .adjustments_of(line.key)
            .filter(|step| step.kind == AdjustmentKind::Tax)
            .map(|step| step.amount.minor));
        assert_eq!(taxes, i128::from(line.tax_total.minor));
    }
    let whole = sum(&mut not_included
        .iter()
        .filter(|step| step.line.is_none())
        .map(|step| step.amount.minor));
    let lines = sum(&mut cart.lines.iter().map(|line| line.total.minor));
    assert_eq!(lines + whole, i128::from(cart.total.minor));
    let added_tax = if cart.tax_included {
        0
    } else {
        cart.tax_total.minor
    };
    let parts = [
        cart.subtotal.minor,
        cart.discount_total.minor,
        cart.shipping_total.minor,
        added_tax,
    ];
    assert_eq!(sum(&mut parts.into_iter()), i128::from(cart.total.minor));
    assert!(cart.total.minor >= 0 && cart.shipping_total.minor >= 0);
    assert!(
        cart.adjustments
            .iter()
            .all(|step| step.amount.currency == cart.currency)
    );
    let given: i128 = sum(&mut cart.applied.iter().map(|applied| applied.discount.minor));
    let explained = sum(&mut not_included
        .iter()
        .filter(|step| {
            matches!(
                step.kind,
                AdjustmentKind::Promotion | AdjustmentKind::Coupon
            )
        })
        .map(|step| step.amount.minor));
    assert_eq!(given, -explained);
    // What single units would be refunded at makes up what was paid.
    let refundable: i128 = cart
        .lines
        .iter()
        .flat_map(|line| {
            allocate(
                line.total,
                &vec![1; usize::try_from(line.quantity).unwrap()],
            )
            .unwrap()
        })
        .map(|unit| i128::from(unit.minor))
        .sum();
    assert_eq!(refundable + whole, i128::from(cart.total.minor));
}

fn priced(draft: &Draft, rules: &Rules) -> PricedCart {
    let cart = price(draft, rules, now()).unwrap();
    check_sums(&cart);
    cart
}
