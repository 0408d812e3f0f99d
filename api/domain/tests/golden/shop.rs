//! The parts of carts and rules.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use domain::address::CountryCode;
use domain::coupon::{Coupon, CouponCode, CouponStatus, CouponTemplate};
use domain::money::{Currency, Money};
use domain::percent::Percent;
use domain::pricing::{Buyer, CouponFacts, Draft, DraftLine, EnteredCoupon, Rules};
use domain::promotion::{
    Combination, DiscountBase, Goods, ProductSelector, ProductSet, Promotion, PromotionStatus,
    Reward,
};
use domain::quantity::Quantity;
use domain::shipping::ShippingMethod;
use domain::slug::Slug;
use domain::tax::{Destination, TaxRate};
use domain::unit_price::PriceOrigin;
use uuid::Uuid;

pub(super) fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

pub(super) fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

pub(super) fn eur(minor: i64) -> Money {
    Money::new(minor, currency("EUR"))
}

pub(super) fn percent(text: &str) -> Percent {
    Percent::parse(text).unwrap()
}

pub(super) fn line(key: u128, unit_price: Money, quantity: u32) -> DraftLine {
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

pub(super) fn draft(lines: Vec<DraftLine>) -> Draft {
    Draft {
        channel: Slug::parse("shop").unwrap(),
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

pub(super) fn promotion(id: u128, rewards: Vec<Reward>) -> Promotion {
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
pub(super) fn products(keys: &[u128]) -> ProductSelector {
    ProductSelector::of(ProductSet {
        product_ids: keys
            .iter()
            .copied()
            .map(Uuid::from_u128)
            .collect::<BTreeSet<_>>(),
        ..ProductSet::default()
    })
}

pub(super) fn entered(code: &str, promotion: Promotion) -> EnteredCoupon {
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

pub(super) fn post(price: i64) -> ShippingMethod {
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

pub(super) fn vat() -> TaxRate {
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

pub(super) fn rules(promotions: Vec<Promotion>) -> Rules {
    Rules {
        promotions,
        tax_rates: vec![vat()],
        points_label: "Points".to_owned(),
        ..Rules::default()
    }
}
