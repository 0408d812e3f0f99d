//! The example of the page "How a price is made", priced by the engine.

use uuid::Uuid;

use super::{draft, entered, eur, line, now, percent, post, products, promotion, redeem, rules};
use crate::price_list::ListedPrice;
use crate::pricing::{
    Buyer, Draft, DraftLine, Rules, Simulation, TraceEffect, TraceStep, simulate,
};
use crate::promotion::{
    BuyXGetY, Condition, Cut, Missing, ProductQuantity, Promotion, Reward, SpendTier, TieredSpend,
};
use crate::unit_price::{Offers, PriceSourceKind};

const PAGE: &str = include_str!("../../../../../docs/how-a-price-is-made.md");

const TEAPOT: u128 = 1;
const CUP: u128 = 2;

/// Label, amount before and amount after of each row of the page's table.
fn table() -> Vec<[String; 3]> {
    PAGE.lines()
        .filter(|line| line.starts_with("| ") && line.contains(" EUR |"))
        .map(|line| {
            let mut cells = line.split('|').skip(1).map(|cell| cell.trim().to_owned());
            std::array::from_fn(|_| cells.next().unwrap())
        })
        .collect()
}

/// What a row of the table is called.
fn label(step: &TraceStep) -> String {
    match step.effect {
        TraceEffect::Priced(PriceSourceKind::Base, ..) => "Own price".to_owned(),
        TraceEffect::Priced(..)
        | TraceEffect::Changed
        | TraceEffect::Contained(_)
        | TraceEffect::EarnsMore
        | TraceEffect::Gives(_)
        | TraceEffect::Waits
        | TraceEffect::Refused(_) => step.label.clone(),
    }
}

fn named(id: u128, label: &str, reward: Reward) -> Promotion {
    Promotion {
        label: label.to_owned(),
        ..promotion(id, vec![reward])
    }
}

fn three_for_two() -> Reward {
    let cups = |quantity| ProductQuantity {
        products: products(&[CUP]),
        quantity,
    };
    Reward::BuyXGetY(Box::new(BuyXGetY {
        buy: cups(2),
        get: cups(1),
        percent: percent("100"),
        max_uses: None,
    }))
}

fn ladder() -> Reward {
    Reward::TieredSpend(TieredSpend {
        tiers: vec![SpendTier {
            min_subtotal: eur(5_000),
            cut: Cut::Amount(eur(500)),
        }],
        products: None,
        repeats: false,
    })
}

fn example() -> Simulation {
    let offers = Offers {
        listed: vec![ListedPrice {
            list_id: Uuid::nil(),
            list_version: 1,
            label: "Summer".to_owned(),
            is_for_tiers: false,
            is_for_members: false,
            priority: 0,
            min_quantity: 1,
            price: eur(2_000),
        }],
        ..Offers::default()
    };
    let unit = offers.unit_price(eur(2_400), None, 2);
    let teapots = DraftLine {
        origin: unit.origin(),
        compare_at: unit.before,
        ..line(TEAPOT, unit.price, 2)
    };
    let mut welcome = entered(
        "WELCOME10",
        promotion(9, vec![Reward::percent_off(percent("10"))]),
    );
    welcome.facts.as_mut().unwrap().label = "WELCOME10".to_owned();
    let mut parcel = post(490);
    parcel.name = "Parcel".to_owned();
    let draft = Draft {
        shipping: Some(parcel),
        buyer: Buyer {
            member_id: Some(Uuid::nil()),
            points_balance: 500,
            ..Buyer::default()
        },
        coupons: vec![welcome],
        points_wished: 300,
        ..draft(vec![teapots, line(CUP, eur(800), 3)])
    };
    let mut free = named(3, "Free shipping from 100", Reward::free_shipping());
    free.conditions = vec![Condition::MinSubtotal(eur(10_000))];
    let promotions = vec![
        named(1, "Three cups for two", three_for_two()),
        named(2, "5 off from 50", ladder()),
        free,
    ];
    let rules = Rules {
        redeem: redeem(),
        ..rules(promotions)
    };
    simulate(&draft, &rules, now()).unwrap()
}

#[test]
fn the_page_tells_what_the_engine_does() {
    let Simulation { priced, trace } = example();
    let steps: Vec<[String; 3]> = trace
        .iter()
        .map(|step| [label(step), step.before.to_string(), step.after.to_string()])
        .collect();
    assert_eq!(steps, table());
    assert_eq!((priced.subtotal, priced.total), (eur(6_400), eur(4_780)));
}

#[test]
fn the_words_of_the_page_are_true() {
    let Simulation { priced, trace } = example();
    let by_ladder: Vec<i64> = priced
        .adjustments
        .iter()
        .filter(|step| &*step.label == "5 off from 50")
        .map(|step| step.amount.minor)
        .collect();
    assert_eq!(by_ladder, [-357, -143]);
    let missing = trace.iter().find_map(|step| match step.effect {
        TraceEffect::Refused(refusal) => refusal.missing,
        TraceEffect::Priced(..)
        | TraceEffect::Changed
        | TraceEffect::Contained(_)
        | TraceEffect::EarnsMore
        | TraceEffect::Gives(_)
        | TraceEffect::Waits => None,
    });
    assert_eq!(missing, Some(Missing::Amount(eur(3_600))));
    let contained = trace
        .iter()
        .any(|step| step.effect == TraceEffect::Contained(eur(763)));
    assert!(contained);
}
