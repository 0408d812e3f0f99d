//! A promotion in a line of words.

use domain::money::Money;
use domain::promotion::{
    BuyXGetY, Condition, Cut, DiscountBase, ProductQuantity, ProductSelector, Promotion, Reward,
    TieredSpend,
};

use super::text::number;

/// Tells what a promotion asks for and gives.
pub(super) fn offer(promotion: &Promotion) -> String {
    let mut words: Vec<String> = promotion.rewards.iter().map(reward).collect();
    words.extend(promotion.conditions.iter().map(condition));
    if promotion.base == DiscountBase::Base {
        words.push("of the full price".to_owned());
    }
    if !promotion.applies_to_discounted {
        words.push("not on reduced goods".to_owned());
    }
    let amount = |name: &str, money: Option<Money>| {
        money.map(|money| format!("{name} {}", money.amount_text()))
    };
    words.extend(amount("at most", promotion.max_discount));
    words.extend(amount("leaving at least", promotion.min_payable));
    if let Some(group) = promotion.combination.contest() {
        words.push(format!("the best of group {group}"));
    }
    format!("{}: {}", number(promotion.id), words.join(", "))
}

fn reward(reward: &Reward) -> String {
    match reward {
        Reward::PercentOff(it) => format!("{} % off {}", it.percent, chosen(it.products.as_ref())),
        Reward::FixedOff(it) if it.per_unit => {
            let goods = chosen(it.products.as_ref());
            format!("{} off each unit of {goods}", it.amount.amount_text())
        }
        Reward::FixedOff(it) => {
            format!(
                "{} off {}",
                it.amount.amount_text(),
                chosen(it.products.as_ref())
            )
        }
        Reward::FixedPrice(it) => {
            format!(
                "{} for each of {}",
                it.price.amount_text(),
                named(&it.products)
            )
        }
        Reward::BuyXGetY(it) => bundle(it),
        Reward::EveryNth(it) => {
            format!(
                "every {}th of {} {} % off",
                it.nth,
                named(&it.products),
                it.percent
            )
        }
        Reward::TieredSpend(it) => ladder(it),
        Reward::FreeShipping(it) if it.shipping_method_ids.is_empty() => "free shipping".to_owned(),
        Reward::FreeShipping(_) => "free shipping by some carriers".to_owned(),
        Reward::ShippingOff(it) => format!("{} off shipping", cut(it.cut)),
        Reward::Gift(it) => format!("{} units for free", it.quantity),
        Reward::PointsMultiplier(it) => format!("{} thousandths of the points", it.thousandths),
    }
}

fn bundle(it: &BuyXGetY) -> String {
    format!(
        "buy {}, get {} {} % off",
        units(&it.buy),
        units(&it.get),
        it.percent
    )
}

fn ladder(it: &TieredSpend) -> String {
    let each = if it.repeats { "every" } else { "from" };
    let steps: Vec<String> = it
        .tiers
        .iter()
        .map(|tier| {
            format!(
                "{} off {each} {}",
                cut(tier.cut),
                tier.min_subtotal.amount_text()
            )
        })
        .collect();
    steps.join(" or ")
}

fn condition(condition: &Condition) -> String {
    match condition {
        Condition::MinSubtotal(least) => format!("if {} is spent", least.amount_text()),
        Condition::Products(it) => format!("if there are {}", units(it)),
        Condition::ProductsSubtotal(it) => {
            format!(
                "if {} is spent on {}",
                it.amount.amount_text(),
                named(&it.products)
            )
        }
        Condition::MinQuantity(_)
        | Condition::FirstOrder
        | Condition::Channels(_)
        | Condition::Currencies(_)
        | Condition::CountryCodes(_)
        | Condition::MemberTiers(_)
        | Condition::Segments(_)
        | Condition::PaymentMethods(_)
        | Condition::CouponEntered
        | Condition::Weekdays(_)
        | Condition::Hours(_)
        | Condition::AnyOf(_) => panic!("{condition:?} is in no case"),
    }
}

fn cut(cut: Cut) -> String {
    match cut {
        Cut::Percent(percent) => format!("{percent} %"),
        Cut::Amount(amount) => amount.amount_text(),
    }
}

fn units(it: &ProductQuantity) -> String {
    format!("{} of {}", it.quantity, named(&it.products))
}

fn chosen(products: Option<&ProductSelector>) -> String {
    products.map_or("the order".to_owned(), named)
}

fn named(products: &ProductSelector) -> String {
    let ids: Vec<String> = products
        .only
        .product_ids
        .iter()
        .map(|id| number(*id).to_string())
        .collect();
    match ids.join(" and ").as_str() {
        "" => "any".to_owned(),
        ids => format!("line {ids}"),
    }
}
