//! CPU of pricing a cart of 50 lines under 200 promotions.
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark, whose facts are known to be sound"
)]

use std::hint::black_box;

use chrono::{DateTime, TimeDelta, Utc};
use criterion::{Criterion, criterion_group, criterion_main};
use domain::money::{Currency, Money};
use domain::percent::Percent;
use domain::pricing::{Buyer, Draft, DraftLine, Rules, price};
use domain::promotion::{
    BuyXGetY, Combination, Condition, Cut, DiscountBase, Goods, PercentOff, ProductQuantity,
    ProductSelector, ProductSet, Promotion, PromotionStatus, Reward, SpendTier, TieredSpend,
};
use domain::quantity::Quantity;
use domain::slug::Slug;
use domain::tax::TaxRate;
use domain::unit_price::PriceOrigin;
use uuid::Uuid;

const LINES: u128 = 50;
const PROMOTIONS: u128 = 200;

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::parse("EUR").unwrap())
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// A line of a product in one of ten categories.
fn line(key: u128) -> DraftLine {
    DraftLine {
        key: id(key),
        goods: Goods {
            product_id: id(key),
            variant_id: id(1_000 + key),
            category_ids: vec![id(2_000 + key % 10), id(3_000)],
            ..Goods::default()
        },
        unit_price: eur(1_999),
        origin: PriceOrigin::own(),
        compare_at: None,
        quantity: Quantity::try_new(3).unwrap(),
        tax_class: "standard".to_owned(),
        is_shippable: true,
    }
}

fn category(number: u128) -> ProductSelector {
    ProductSelector::of(ProductSet {
        category_ids: [id(2_000 + number % 10)].into(),
        ..ProductSet::default()
    })
}

/// What merchants run: percentages on categories, three for two, ladders, some out of reach.
fn reward(number: u128) -> Reward {
    let products = category(number);
    match number % 4 {
        0 | 1 => Reward::PercentOff(PercentOff {
            percent: Percent::parse("1").unwrap(),
            products: Some(products),
        }),
        2 => Reward::BuyXGetY(Box::new(BuyXGetY {
            buy: ProductQuantity {
                products: products.clone(),
                quantity: 2,
            },
            get: ProductQuantity {
                products,
                quantity: 1,
            },
            percent: Percent::parse("1").unwrap(),
            max_uses: None,
        })),
        _ => Reward::TieredSpend(TieredSpend {
            tiers: vec![SpendTier {
                min_subtotal: eur(30_000),
                cut: Cut::Amount(eur(5)),
            }],
            products: None,
            repeats: true,
        }),
    }
}

fn promotion(number: u128, group: Option<String>) -> Promotion {
    let least = if number.is_multiple_of(5) {
        10_000_000
    } else {
        1_000
    };
    Promotion {
        id: id(10_000 + number),
        version: 1,
        label: format!("Promotion {number}"),
        status: PromotionStatus::Active,
        starts_at: None,
        ends_at: None,
        conditions: vec![Condition::MinSubtotal(eur(least))],
        rewards: vec![reward(number)],
        priority: 0,
        base: DiscountBase::Running,
        applies_to_discounted: true,
        max_discount: None,
        min_payable: None,
        budget_left: None,
        uses_left: None,
        buyer_uses_left: None,
        combination: Combination {
            group,
            ..Combination::default()
        },
    }
}

/// The cart, and the rules with so many promotions that compete in groups of two.
fn case(competing: u128) -> (Draft, Rules) {
    let draft = Draft {
        channel: Slug::parse("shop").unwrap(),
        currency: eur(0).currency,
        tax_included: true,
        lines: (0..LINES).map(line).collect(),
        shipping: None,
        payment_method_id: None,
        destination: None,
        buyer: Buyer::default(),
        catalog: Vec::new(),
        gifts: Vec::new(),
        coupons: Vec::new(),
        points_wished: 0,
    };
    let group =
        |number: u128| (number <= competing).then(|| format!("group {}", number.div_ceil(2)));
    let rules = Rules {
        promotions: (1..=PROMOTIONS)
            .map(|number| promotion(number, group(number)))
            .collect(),
        tax_rates: vec![TaxRate {
            id: id(1),
            code: "de".to_owned(),
            name: "VAT".to_owned(),
            country: None,
            province: None,
            tax_class: "standard".to_owned(),
            rate: Percent::parse("19").unwrap(),
        }],
        ..Rules::default()
    };
    (draft, rules)
}

fn bench(criterion: &mut Criterion) {
    for (name, competing) in [
        ("all count", 0),
        ("one group competes", 2),
        ("four groups compete", 8),
    ] {
        let (draft, rules) = case(competing);
        criterion.bench_function(&format!("50 lines, 200 promotions, {name}"), |bencher| {
            bencher.iter(|| price(black_box(&draft), black_box(&rules), now()));
        });
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
