use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::{any, proptest};
use uuid::Uuid;

use super::{
    Claim, ClaimError, Coupon, CouponCode, CouponError, CouponStatus, CouponTemplate, InvalidCode,
    check, claim, lapses_after_return, lapses_at,
};

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

fn coupon() -> Coupon {
    Coupon {
        id: Uuid::nil(),
        status: CouponStatus::Available,
        member_id: None,
        usage_limit: Some(2),
        used_count: 1,
        uses_per_member: Some(1),
    }
}

#[test]
fn codes_have_one_spelling() {
    for (text, code) in [
        (" welcome10 ", "WELCOME10"),
        ("双十一-11", "双十一-11"),
        ("a_b", "A_B"),
    ] {
        assert_eq!(CouponCode::parse(text).unwrap().as_str(), code);
    }
    for text in ["", "ab", "a b c", "ÄÖÜ", "code!", &"A".repeat(41), "'; --"] {
        assert_eq!(CouponCode::parse(text), Err(InvalidCode), "{text}");
    }
}

#[test]
fn a_coupon_counts_only_for_whom_and_when_it_should() {
    let (ada, eve) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let second = TimeDelta::seconds(1);
    let open = CouponTemplate::default();
    let later = CouponTemplate {
        usable_from: Some(now() + second),
        ..open.clone()
    };
    let from_now = CouponTemplate {
        usable_from: Some(now()),
        expires_at: Some(now() + second),
        ..open.clone()
    };
    let over = CouponTemplate {
        expires_at: Some(now()),
        ..open.clone()
    };
    let owned = Coupon {
        member_id: Some(ada),
        ..coupon()
    };
    let used_up = Coupon {
        used_count: 2,
        ..coupon()
    };
    let endless = Coupon {
        usage_limit: None,
        used_count: u32::MAX,
        uses_per_member: None,
        ..coupon()
    };
    for (coupon, template, uses, buyer, expected) in [
        (coupon(), &open, 0, None, Ok(())),
        (coupon(), &from_now, 0, None, Ok(())),
        (coupon(), &later, 0, None, Err(CouponError::NotStarted)),
        (coupon(), &over, 0, None, Err(CouponError::Ended)),
        (
            coupon(),
            &open,
            1,
            Some(ada),
            Err(CouponError::MemberLimitReached),
        ),
        (used_up, &open, 0, None, Err(CouponError::Unusable)),
        (endless, &open, 9, None, Ok(())),
        (owned.clone(), &open, 0, Some(ada), Ok(())),
        (
            owned.clone(),
            &open,
            0,
            Some(eve),
            Err(CouponError::Unusable),
        ),
        (owned, &open, 0, None, Err(CouponError::LoginRequired)),
    ] {
        assert_eq!(
            check(&coupon, template, uses, buyer, now()),
            expected,
            "{coupon:?} {template:?}"
        );
    }
    for status in [
        CouponStatus::Locked,
        CouponStatus::Redeemed,
        CouponStatus::Revoked,
    ] {
        let coupon = Coupon { status, ..coupon() };
        assert_eq!(
            check(&coupon, &open, 0, None, now()),
            Err(CouponError::Unusable)
        );
    }
    let expired = Coupon {
        status: CouponStatus::Expired,
        ..coupon()
    };
    assert_eq!(
        check(&expired, &open, 0, None, now()),
        Err(CouponError::Ended)
    );
}

#[test]
fn a_coupon_lapses_with_its_template_or_before() {
    let (day, week) = (now() + TimeDelta::days(1), now() + TimeDelta::days(7));
    for (template_ends, days, expected) in [
        (None, None, None),
        (Some(week), None, Some(week)),
        (None, Some(1), Some(day)),
        (Some(week), Some(1), Some(day)),
        (Some(day), Some(7), Some(day)),
    ] {
        assert_eq!(lapses_at(template_ends, days, now()), expected);
    }
}

#[test]
fn a_coupon_that_comes_back_can_be_used_for_its_days_of_grace() {
    let days = |days| now() + TimeDelta::days(days);
    for (end, grace, expected) in [
        (None, 7, None),
        (Some(days(8)), 7, Some(days(8))),
        (Some(days(1)), 7, Some(days(7))),
        (Some(days(-1)), 7, Some(days(7))),
        (Some(days(1)), 0, Some(days(1))),
        (Some(days(-1)), 0, Some(days(-1))),
    ] {
        assert_eq!(lapses_after_return(end, grace, now()), expected);
    }
}

#[test]
fn time_shows_in_the_status_only_of_what_could_be_used() {
    let over = CouponTemplate {
        expires_at: Some(now()),
        ..CouponTemplate::default()
    };
    assert_eq!(coupon().status_at(&over, now()), CouponStatus::Expired);
    assert_eq!(
        coupon().status_at(&over, now() - TimeDelta::seconds(1)),
        CouponStatus::Available
    );
    let redeemed = Coupon {
        status: CouponStatus::Redeemed,
        ..coupon()
    };
    assert_eq!(redeemed.status_at(&over, now()), CouponStatus::Redeemed);
}

#[test]
fn a_fresh_coupon_for_one_use_or_one_of_a_kind_goes_into_a_wallet() {
    let (ada, eve) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let open = CouponTemplate::default();
    let over = CouponTemplate {
        expires_at: Some(now()),
        ..CouponTemplate::default()
    };
    let single = Coupon {
        usage_limit: Some(1),
        used_count: 0,
        ..coupon()
    };
    let of_ada = Coupon {
        member_id: Some(ada),
        ..single.clone()
    };
    let of_eve = Coupon {
        member_id: Some(eve),
        ..single.clone()
    };
    let revoked = Coupon {
        status: CouponStatus::Revoked,
        ..single.clone()
    };
    let withdrawn_from_all = Coupon {
        status: CouponStatus::Revoked,
        ..coupon()
    };
    let endless = Coupon {
        usage_limit: None,
        ..coupon()
    };
    let used_up = Coupon {
        used_count: 2,
        ..coupon()
    };
    let claimable = CouponTemplate {
        is_claimable: true,
        ..open.clone()
    };
    for (coupon, template, expected) in [
        (single.clone(), &claimable, Ok(Claim::Take)),
        (coupon(), &claimable, Ok(Claim::OneOfItsKind)),
        (endless.clone(), &claimable, Ok(Claim::OneOfItsKind)),
        (used_up, &claimable, Err(ClaimError::Unusable)),
        (endless.clone(), &over, Err(ClaimError::Unusable)),
        (single.clone(), &open, Ok(Claim::Take)),
        (single, &over, Err(ClaimError::Unusable)),
        (of_ada.clone(), &open, Ok(Claim::Held)),
        (of_ada, &over, Ok(Claim::Held)),
        (of_eve, &open, Err(ClaimError::Unusable)),
        (revoked, &open, Err(ClaimError::Unusable)),
        (withdrawn_from_all, &open, Err(ClaimError::Unusable)),
        (coupon(), &open, Err(ClaimError::Shared)),
        (endless, &open, Err(ClaimError::Shared)),
    ] {
        assert_eq!(
            claim(&coupon, template, ada, now()),
            expected,
            "{coupon:?} {template:?}"
        );
    }
}

proptest! {
    #[test]
    fn generated_codes_are_codes(random in any::<u64>()) {
        let code = CouponCode::generated(random);
        assert_eq!(code.as_str().len(), 12);
        assert_eq!(CouponCode::parse(code.as_str()), Ok(code));
    }
}
