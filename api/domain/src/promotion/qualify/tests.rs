use std::collections::BTreeSet;
use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{Circumstances, Counted, MemberFacts};
use crate::address::CountryCode;
use crate::money::{Currency, Money};
use crate::promotion::{
    Combination, Condition, DiscountBase, EvaluationReason, Goods, HourSpan, ProductAmount,
    ProductQuantity, ProductSelector, ProductSet, Promotion, PromotionStatus, Refusal, Reward,
};
use crate::slug::Slug;
use crate::time_zone::{TimeZone, Weekday};

static SHOP: LazyLock<Slug> = LazyLock::new(|| slug("shop"));
const SEGMENT: Uuid = Uuid::nil();
const TRANSFER: Uuid = Uuid::from_u128(90);
const CARD: Uuid = Uuid::from_u128(91);

fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

fn in_channels(slugs: &[&str]) -> Condition {
    Condition::Channels(slugs.iter().map(|text| slug(text)).collect())
}

fn in_currencies(codes: &[&str]) -> Condition {
    let currencies = codes.iter().map(|code| Currency::parse(code).unwrap());
    Condition::Currencies(currencies.collect())
}

fn paid_by(ids: &[Uuid]) -> Condition {
    Condition::PaymentMethods(ids.iter().copied().collect())
}

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::parse("EUR").unwrap())
}

fn germany() -> CountryCode {
    CountryCode::parse("DE").unwrap()
}

fn promotion(conditions: Vec<Condition>) -> Promotion {
    Promotion {
        id: Uuid::nil(),
        version: 1,
        label: "Sale".to_owned(),
        status: PromotionStatus::Active,
        starts_at: Some(now()),
        ends_at: Some(now() + TimeDelta::hours(1)),
        conditions,
        rewards: vec![Reward::free_shipping()],
        priority: 0,
        base: DiscountBase::Running,
        applies_to_discounted: true,
        max_discount: None,
        min_payable: None,
        budget_left: Some(eur(1)),
        uses_left: Some(1),
        buyer_uses_left: Some(1),
        combination: Combination::default(),
    }
}

fn goods(product: u128) -> Goods {
    Goods {
        product_id: Uuid::from_u128(product),
        ..Goods::default()
    }
}

/// A cup for 10.00 and three plates for 30.00 together, the plates reduced.
fn lines(goods: &[Goods; 2]) -> [Counted<'_>; 2] {
    let [cup, plate] = goods;
    [
        Counted {
            goods: cup,
            amount: eur(1_000),
            units: 1,
            is_reduced: false,
            is_for_members: false,
        },
        Counted {
            goods: plate,
            amount: eur(3_000),
            units: 3,
            is_reduced: true,
            is_for_members: false,
        },
    ]
}

fn circumstances<'a>(lines: &'a [Counted<'a>]) -> Circumstances<'a> {
    Circumstances {
        channel: &SHOP,
        currency: eur(0).currency,
        lines,
        destination: Some(germany()),
        payment_method_id: Some(TRANSFER),
        member: Some(MemberFacts {
            is_first_order: true,
            tier_id: Some(Uuid::from_u128(7)),
            segment_ids: &[SEGMENT],
        }),
        local: TimeZone::UTC.local(now()),
        has_coupon: false,
        now: now(),
    }
}

fn product(product: u128) -> ProductSelector {
    ProductSelector::of(ProductSet {
        product_ids: BTreeSet::from([Uuid::from_u128(product)]),
        ..ProductSet::default()
    })
}

fn units(id: u128, quantity: u32) -> Condition {
    Condition::Products(ProductQuantity {
        products: product(id),
        quantity,
    })
}

fn tiers(id: u128) -> Condition {
    Condition::MemberTiers(BTreeSet::from([Uuid::from_u128(id)]))
}

fn segments() -> Condition {
    Condition::Segments(BTreeSet::from([SEGMENT]))
}

fn worth(id: u128, minor: i64) -> Condition {
    Condition::ProductsSubtotal(ProductAmount {
        products: product(id),
        amount: eur(minor),
    })
}

#[test]
fn each_condition_holds_or_says_what_is_missing() {
    let goods = [goods(1), goods(2)];
    let lines = lines(&goods);
    let unmatched = Refusal {
        reason: EvaluationReason::NoMatchingProduct,
        ..Refusal::take(1)
    };
    for (condition, expected) in [
        (Condition::MinSubtotal(eur(4_000)), Ok(())),
        (
            Condition::MinSubtotal(eur(5_000)),
            Err(Refusal::spend(eur(1_000))),
        ),
        (Condition::MinQuantity(4), Ok(())),
        (Condition::MinQuantity(5), Err(Refusal::take(1))),
        (units(2, 3), Ok(())),
        (units(2, 5), Err(Refusal::take(2))),
        (units(3, 1), Err(unmatched)),
        (worth(2, 3_000), Ok(())),
        (worth(1, 3_000), Err(Refusal::spend(eur(2_000)))),
        (Condition::FirstOrder, Ok(())),
        (Condition::CountryCodes(vec![germany()]), Ok(())),
        (in_channels(&["outlet", "shop"]), Ok(())),
        (
            in_channels(&["outlet"]),
            Err(EvaluationReason::ChannelMismatch.into()),
        ),
        (in_currencies(&["EUR", "JPY"]), Ok(())),
        (
            in_currencies(&["JPY"]),
            Err(EvaluationReason::CurrencyMismatch.into()),
        ),
        (
            Condition::AnyOf(vec![in_channels(&["outlet"]), in_currencies(&["EUR"])]),
            Ok(()),
        ),
        (
            Condition::AnyOf(vec![in_channels(&["outlet"]), in_currencies(&["JPY"])]),
            Err(EvaluationReason::ChannelMismatch.into()),
        ),
        (
            Condition::CouponEntered,
            Err(EvaluationReason::CouponMissing.into()),
        ),
        (
            Condition::AnyOf(vec![Condition::CouponEntered, Condition::FirstOrder]),
            Ok(()),
        ),
        (
            Condition::AnyOf(vec![Condition::CouponEntered, units(1, 2)]),
            Err(Refusal::take(1)),
        ),
    ] {
        let promotion = promotion(vec![condition]);
        let verdict = promotion.qualify(&circumstances(&lines)).unwrap();
        assert_eq!(verdict, expected, "{:?}", promotion.conditions);
    }
}

#[test]
fn who_buys_and_where_to_can_be_asked_for() {
    let stranger = Circumstances {
        member: None,
        destination: None,
        has_coupon: true,
        ..circumstances(&[])
    };
    let regular = Circumstances {
        member: Some(MemberFacts {
            is_first_order: false,
            tier_id: None,
            segment_ids: &[],
        }),
        ..stranger
    };
    for (condition, circumstances, reason) in [
        (
            Condition::FirstOrder,
            regular,
            Some(EvaluationReason::NotFirstOrder),
        ),
        (
            Condition::FirstOrder,
            stranger,
            Some(EvaluationReason::LoginRequired),
        ),
        (
            Condition::CountryCodes(vec![germany()]),
            stranger,
            Some(EvaluationReason::CountryMismatch),
        ),
        (tiers(7), stranger, Some(EvaluationReason::LoginRequired)),
        (tiers(7), regular, Some(EvaluationReason::TierMismatch)),
        (tiers(7), circumstances(&[]), None),
        (
            tiers(8),
            circumstances(&[]),
            Some(EvaluationReason::TierMismatch),
        ),
        (segments(), regular, Some(EvaluationReason::SegmentMismatch)),
        (segments(), circumstances(&[]), None),
        (Condition::CouponEntered, stranger, None),
        (paid_by(&[TRANSFER]), stranger, None),
        (
            paid_by(&[CARD]),
            stranger,
            Some(EvaluationReason::PaymentMethodMismatch),
        ),
    ] {
        let verdict = promotion(vec![condition]).qualify(&circumstances).unwrap();
        assert_eq!(verdict.err().map(|refusal| refusal.reason), reason);
    }
}

#[test]
fn a_buyer_is_bound_to_ways_to_pay_that_alone_make_it_count() {
    let bound = |conditions| promotion(conditions).bound_to(&circumstances(&[])).unwrap();
    let set = |ids: &[Uuid]| Some(ids.iter().copied().collect::<BTreeSet<Uuid>>());
    assert_eq!(bound(vec![Condition::FirstOrder]), None);
    let both = || paid_by(&[TRANSFER, CARD]);
    assert_eq!(bound(vec![both()]), set(&[TRANSFER, CARD]));
    assert_eq!(bound(vec![both(), paid_by(&[TRANSFER])]), set(&[TRANSFER]));
    // Whoever buys for the first time need not pay so.
    let either = |other| Condition::AnyOf(vec![both(), other]);
    assert_eq!(bound(vec![either(Condition::FirstOrder)]), None);
    assert_eq!(
        bound(vec![either(Condition::CouponEntered)]),
        set(&[TRANSFER, CARD])
    );
}

#[test]
fn the_clock_on_the_wall_decides() {
    // A Friday, midnight in UTC.
    let days = |days: &[Weekday]| Condition::Weekdays(days.iter().copied().collect());
    let hours = |from, until| Condition::Hours(HourSpan { from, until });
    for (condition, zone, holds) in [
        (days(&[Weekday::Friday, Weekday::Sunday]), "UTC", true),
        (days(&[Weekday::Friday]), "America/New_York", false),
        (days(&[Weekday::Thursday]), "America/New_York", true),
        (hours(0, 1), "UTC", true),
        (hours(22, 1), "UTC", true),
        (hours(1, 24), "UTC", false),
        (hours(8, 9), "Asia/Shanghai", true),
        (hours(9, 8), "Asia/Shanghai", false),
    ] {
        let circumstances = Circumstances {
            local: TimeZone::parse(zone).unwrap().local(now()),
            ..circumstances(&[])
        };
        let promotion = promotion(vec![condition]);
        let verdict = promotion.qualify(&circumstances).unwrap();
        let reason = verdict.err().map(|refusal| refusal.reason);
        let expected = (!holds).then_some(EvaluationReason::NotNow);
        assert_eq!(reason, expected, "{:?} {zone}", promotion.conditions);
        assert!(promotion.watches_the_clock());
    }
}

#[test]
fn reduced_goods_can_be_left_out_of_account() {
    let goods = [goods(1), goods(2)];
    let lines = lines(&goods);
    let unmatched = Refusal {
        reason: EvaluationReason::NoMatchingProduct,
        ..Refusal::take(1)
    };
    for (condition, refusal) in [
        (
            Condition::MinSubtotal(eur(4_000)),
            Refusal::spend(eur(3_000)),
        ),
        (Condition::MinQuantity(2), Refusal::take(1)),
        (units(2, 1), unmatched),
    ] {
        let promotion = Promotion {
            applies_to_discounted: false,
            ..promotion(vec![condition])
        };
        let verdict = promotion.qualify(&circumstances(&lines)).unwrap();
        assert_eq!(verdict, Err(refusal), "{:?}", promotion.conditions);
    }
}

#[test]
fn what_is_not_running_or_used_up_does_not_count() {
    let reason = |change: fn(&mut Promotion)| {
        let mut promotion = promotion(vec![]);
        change(&mut promotion);
        promotion
            .qualify(&circumstances(&[]))
            .unwrap()
            .map_err(|refusal| refusal.reason)
    };
    assert_eq!(reason(|_| {}), Ok(()));
    assert_eq!(reason(|p| p.status = PromotionStatus::Scheduled), Ok(()));
    assert_eq!(
        reason(|p| p.starts_at = Some(now() + TimeDelta::seconds(1))),
        Err(EvaluationReason::NotStarted)
    );
    assert_eq!(
        reason(|p| p.ends_at = Some(now())),
        Err(EvaluationReason::Ended)
    );
    assert_eq!(
        reason(|p| p.status = PromotionStatus::Paused),
        Err(EvaluationReason::Ended)
    );
    assert_eq!(
        reason(|p| p.status = PromotionStatus::Draft),
        Err(EvaluationReason::CouponInvalid)
    );
    assert_eq!(
        reason(|p| p.uses_left = Some(0)),
        Err(EvaluationReason::BudgetExhausted)
    );
    assert_eq!(
        reason(|p| p.budget_left = Some(eur(0))),
        Err(EvaluationReason::BudgetExhausted)
    );
    assert_eq!(
        reason(|p| p.buyer_uses_left = Some(0)),
        Err(EvaluationReason::MemberLimitReached)
    );
}
