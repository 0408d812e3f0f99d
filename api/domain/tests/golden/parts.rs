//! Carts and rewards, short to write.

use chrono::TimeDelta;
use domain::pricing::{Draft, DraftLine};
use domain::promotion::{
    BuyXGetY, Combination, Condition, Cut, DiscountBase, EveryNth, PercentOff, ProductQuantity,
    ProductSelector, Promotion, Reward, SpendTier, TieredSpend,
};
use domain::unit_price::{FlashPrice, Offers};
use uuid::Uuid;

use super::shop::{draft, entered, eur, line, now, percent, post, products, promotion};

pub(super) fn lines(lines: &[(i64, u32)]) -> Vec<DraftLine> {
    (1_u128..)
        .zip(lines)
        .map(|(key, (minor, quantity))| line(key, eur(*minor), *quantity))
        .collect()
}

pub(super) fn cart(list: &[(i64, u32)]) -> Draft {
    draft(lines(list))
}

pub(super) fn without_first(mut draft: Draft) -> Draft {
    draft.lines.remove(0);
    draft
}

/// One unit at the price that its own and that of a flash sale come to.
pub(super) fn on_flash_sale(own: i64, flash: i64) -> Draft {
    let offers = Offers {
        flash: vec![FlashPrice {
            sale_id: Uuid::from_u128(618),
            sale_version: 1,
            entry_id: Uuid::from_u128(1),
            label: "618限时价".to_owned(),
            price: eur(flash),
            left: Some(1),
            ends_at: now() + TimeDelta::hours(1),
        }],
        ..Offers::default()
    };
    let price = offers.unit_price(eur(own), None, 1);
    let mut draft = cart(&[(price.price.minor, 1)]);
    let line = draft.lines.first_mut().unwrap();
    line.compare_at = price.before;
    line.origin = price.origin();
    draft
}

/// The first line reduced from twice its price.
pub(super) fn reduced(list: &[(i64, u32)]) -> Draft {
    let mut draft = cart(list);
    let first = draft.lines.first_mut().unwrap();
    first.compare_at = Some(eur(first.unit_price.minor * 2));
    draft
}

pub(super) fn shipped(list: &[(i64, u32)]) -> Draft {
    Draft {
        shipping: Some(post(600)),
        ..cart(list)
    }
}

pub(super) fn by_coupon(draft: Draft, promotion: Promotion) -> Draft {
    Draft {
        coupons: vec![entered("CODE", promotion)],
        ..draft
    }
}

pub(super) fn all() -> ProductSelector {
    ProductSelector::default()
}

pub(super) fn units(products: ProductSelector, quantity: u32) -> ProductQuantity {
    ProductQuantity { products, quantity }
}

pub(super) fn percent_off(text: &str, keys: &[u128]) -> Reward {
    Reward::PercentOff(PercentOff {
        percent: percent(text),
        products: Some(products(keys)),
    })
}

pub(super) fn bundle(buy: ProductQuantity, get: ProductQuantity, off: &str) -> Reward {
    Reward::BuyXGetY(Box::new(BuyXGetY {
        buy,
        get,
        percent: percent(off),
        max_uses: None,
    }))
}

pub(super) fn nth(nth: u32, off: &str) -> Reward {
    Reward::EveryNth(EveryNth {
        products: all(),
        nth,
        percent: percent(off),
        max_uses: None,
    })
}

/// 满减: from each amount on, so much off.
pub(super) fn ladder(steps: &[(i64, i64)], repeats: bool) -> Reward {
    Reward::TieredSpend(TieredSpend {
        tiers: steps
            .iter()
            .map(|(least, off)| SpendTier {
                min_subtotal: eur(*least),
                cut: Cut::Amount(eur(*off)),
            })
            .collect(),
        products: None,
        repeats,
    })
}

pub(super) fn one(reward: Reward) -> Promotion {
    promotion(1, vec![reward])
}

pub(super) fn two(first: Reward, second: Reward) -> Vec<Promotion> {
    vec![promotion(1, vec![first]), promotion(2, vec![second])]
}

pub(super) fn on_base(promotion: Promotion) -> Promotion {
    Promotion {
        base: DiscountBase::Base,
        ..promotion
    }
}

pub(super) fn best(promotions: Vec<Promotion>) -> Vec<Promotion> {
    promotions
        .into_iter()
        .map(|promotion| Promotion {
            combination: Combination {
                group: Some("618".to_owned()),
                ..Combination::default()
            },
            ..promotion
        })
        .collect()
}

pub(super) fn asking(condition: Condition, promotion: Promotion) -> Promotion {
    Promotion {
        conditions: vec![condition],
        ..promotion
    }
}
