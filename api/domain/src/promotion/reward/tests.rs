use super::{FixedOff, PercentOff, Reward};
use crate::money::{Currency, Money};
use crate::percent::Percent;
use crate::promotion::{Condition, ProductSelector, PromotionClass};
use crate::slug::Slug;

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::parse("EUR").unwrap())
}

#[test]
fn rules_are_stored_under_their_names() {
    let ten = Percent::parse("10").unwrap();
    let rewards = vec![
        Reward::percent_off(ten),
        Reward::FixedOff(FixedOff {
            amount: eur(5),
            products: Some(ProductSelector::default()),
            per_unit: true,
        }),
        Reward::free_shipping(),
    ];
    let json = serde_json::to_string(&rewards).unwrap();
    assert_eq!(
        json,
        r#"[{"percent_off":{"percent":100000}},{"fixed_off":{"amount":{"minor":5,"currency":"EUR"},"products":{},"per_unit":true}},{"free_shipping":{}}]"#
    );
    assert_eq!(serde_json::from_str::<Vec<Reward>>(&json).unwrap(), rewards);
    let conditions = vec![
        Condition::MinSubtotal(eur(5000)),
        Condition::Channels([Slug::parse("shop").unwrap()].into()),
        Condition::Currencies([eur(0).currency].into()),
        Condition::AnyOf(vec![Condition::FirstOrder]),
    ];
    let json = serde_json::to_string(&conditions).unwrap();
    assert_eq!(
        json,
        r#"[{"min_subtotal":{"minor":5000,"currency":"EUR"}},{"channels":["shop"]},{"currencies":["EUR"]},{"any_of":["first_order"]}]"#
    );
    assert_eq!(
        serde_json::from_str::<Vec<Condition>>(&json).unwrap(),
        conditions
    );
}

#[test]
fn rules_of_earlier_releases_are_still_read() {
    let json = r#"[{"percent_off":75000},{"fixed_off":{"minor":500,"currency":"EUR"}},{"free_shipping":{"max_price":{"minor":490,"currency":"EUR"}}}]"#;
    let [percent_off, fixed_off, free_shipping] =
        serde_json::from_str::<[Reward; 3]>(json).unwrap();
    assert_eq!(
        percent_off,
        Reward::PercentOff(PercentOff {
            percent: Percent::parse("7.5").unwrap(),
            products: None
        })
    );
    assert_eq!(fixed_off, Reward::fixed_off(eur(500)));
    assert!(
        matches!(free_shipping, Reward::FreeShipping(reward) if reward.max_price == Some(eur(490)) && reward.shipping_method_ids.is_empty())
    );
}

#[test]
fn naming_products_makes_a_reward_one_on_lines() {
    let ten = Percent::parse("10").unwrap();
    let on_lines = PercentOff {
        percent: ten,
        products: Some(ProductSelector::default()),
    };
    for (reward, class) in [
        (Reward::percent_off(ten), PromotionClass::Order),
        (Reward::PercentOff(on_lines), PromotionClass::Line),
        (Reward::fixed_off(eur(1)), PromotionClass::Order),
        (Reward::free_shipping(), PromotionClass::Shipping),
    ] {
        assert_eq!(reward.class(), class, "{reward:?}");
    }
}
