use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop, prop_assert, prop_assert_eq, proptest};
use uuid::Uuid;

use super::RefundStatus as R;
use super::TransferStatus as T;
use super::*;

fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

fn eur(minor: i64) -> Money {
    Money::new(minor, currency("EUR"))
}

fn step(id: u128, minor: i64) -> StepLeft {
    StepLeft {
        id: Uuid::from_u128(id),
        amount: eur(minor),
        included: false,
        is_points: false,
        is_tax: false,
    }
}

fn points(points: u32, whole_minor: i64) -> PointsShare {
    PointsShare {
        points,
        returned: 0,
        whole_minor,
        back_minor: 0,
    }
}

/// Three cups for 10.00, a coupon of 1.00 over them, 50 points for 0.50, tax of 19 % inside, shipping for 4.90: 33.40.
fn order() -> Refundable {
    Refundable {
        currency: currency("EUR"),
        lines: vec![LineLeft {
            id: Uuid::from_u128(1),
            units: 3,
            subtotal: eur(3000),
            steps: vec![
                step(11, -100),
                StepLeft {
                    is_points: true,
                    ..step(12, -50)
                },
                StepLeft {
                    included: true,
                    is_tax: true,
                    ..step(13, 455)
                },
            ],
            earns: true,
        }],
        shipping: vec![
            step(21, 490),
            StepLeft {
                included: true,
                is_tax: true,
                ..step(22, 78)
            },
        ],
        held: eur(3340),
        owed: eur(0),
        spent: points(50, 50),
        earned: points(28, 2850),
        bears_shipping: false,
    }
}

fn units(units: u32) -> RefundWish {
    RefundWish {
        lines: vec![(Uuid::from_u128(1), units)],
        shipping: None,
        extra: None,
    }
}

fn steps(plan: &RefundPlan) -> Vec<(RefundSource, i64)> {
    let pairs = plan.steps.iter();
    pairs.map(|step| (step.source, step.amount.minor)).collect()
}

fn from_step(id: u128) -> RefundSource {
    RefundSource::Step(Uuid::from_u128(id))
}

#[test]
fn a_unit_goes_back_with_its_share_of_every_step() {
    let plan = order().plan(&units(1)).unwrap();
    assert_eq!(plan.total, eur(950));
    assert_eq!(
        steps(&plan),
        [
            (from_step(11), -33),
            (from_step(12), -17),
            (from_step(13), 151)
        ]
    );
    assert_eq!(
        plan.lines,
        [RefundLine {
            id: Uuid::from_u128(1),
            units: 1,
            subtotal: eur(1000),
            tax: eur(151),
            total: eur(950),
            earns: true,
        }]
    );
    assert_eq!((plan.points_restored, plan.points_clawed_back), (17, 9));
    assert!(!plan.returns_all);
}

#[test]
fn all_units_with_shipping_and_goodwill_are_all_there_is() {
    let wish = RefundWish {
        shipping: Some(eur(400)),
        extra: Some(eur(90)),
        ..units(3)
    };
    let plan = order().plan(&wish).unwrap();
    assert_eq!(plan.total, eur(3340));
    assert_eq!((plan.points_restored, plan.points_clawed_back), (50, 28));
    assert_eq!(
        steps(&plan)[3..5],
        [(from_step(21), 400), (from_step(22), 63)]
    );
    assert_eq!(steps(&plan)[5..], [(RefundSource::Extra, 90)]);
    assert!(plan.returns_all);
    assert_eq!(order().plan_all().unwrap().total, eur(3340));
}

#[test]
fn no_more_goes_back_than_is_there() {
    let order = order();
    let wish = |shipping: Option<i64>, extra: Option<i64>, lines| RefundWish {
        lines,
        shipping: shipping.map(eur),
        extra: extra.map(eur),
    };
    assert_eq!(
        order.plan(&units(4)),
        Err(RefundError::TooManyUnits { index: 0, left: 3 })
    );
    let unknown = vec![(Uuid::from_u128(1), 1), (Uuid::from_u128(9), 1)];
    assert_eq!(
        order.plan(&wish(None, None, unknown)),
        Err(RefundError::UnknownLine { index: 1 })
    );
    assert_eq!(
        order.plan(&wish(Some(491), None, vec![])),
        Err(RefundError::ShippingTooHigh { left: eur(490) })
    );
    assert_eq!(
        order.plan(&wish(Some(490), Some(2851), vec![])),
        Err(RefundError::ExtraTooHigh { left: eur(2850) })
    );
    let spent = Refundable {
        held: eur(0),
        ..order
    };
    assert_eq!(spent.plan(&units(1)), Err(RefundError::NothingLeft));
}

#[test]
fn goodwill_of_before_is_taken_off_the_last_units() {
    let order = Refundable {
        held: eur(800),
        ..order()
    };
    let plan = order.plan(&units(1)).unwrap();
    assert_eq!(plan.total, eur(800));
    assert_eq!(
        steps(&plan).last(),
        Some(&(RefundSource::Short, -150)),
        "of 9.50 only 8.00 is left"
    );
    let plan = order.plan_all().unwrap();
    assert_eq!(
        (plan.total, steps(&plan).last()),
        (eur(800), Some(&(RefundSource::Short, -2540)))
    );
    let rich = Refundable {
        held: eur(4000),
        ..order
    };
    let plan = rich.plan_all().unwrap();
    assert_eq!(steps(&plan).last(), Some(&(RefundSource::Surplus, 660)));
}

#[test]
fn goods_that_cost_nothing_go_back_for_nothing() {
    let mut gift = order();
    gift.held = eur(0);
    gift.lines = vec![LineLeft {
        id: Uuid::from_u128(1),
        units: 1,
        subtotal: eur(0),
        steps: vec![],
        earns: true,
    }];
    let plan = gift.plan(&units(1)).unwrap();
    assert_eq!((plan.total, plan.steps.len()), (eur(0), 0));
}

#[test]
fn each_tender_gives_all_before_the_next_gives_anything() {
    let id = Uuid::from_u128;
    let tenders = [(id(1), eur(300)), (id(2), eur(0)), (id(3), eur(500))];
    assert_eq!(spread(eur(300), &tenders).unwrap(), [(id(1), eur(300))]);
    assert_eq!(
        spread(eur(400), &tenders).unwrap(),
        [(id(1), eur(300)), (id(3), eur(100))]
    );
    assert_eq!(spread(eur(0), &tenders).unwrap(), []);
}

#[test]
fn a_refund_stands_where_its_transfers_stand() {
    let cases: [(&[T], R); 6] = [
        (&[], R::Succeeded),
        (&[T::Succeeded, T::Succeeded], R::Succeeded),
        (&[T::Succeeded, T::Pending], R::Pending),
        (&[T::Failed, T::Pending], R::Pending),
        (&[T::Failed, T::Succeeded], R::PartiallySucceeded),
        (&[T::Failed, T::Failed], R::Failed),
    ];
    for (transfers, expected) in cases {
        assert_eq!(R::of(transfers, false), expected, "{transfers:?}");
    }
}

/// Takes a refund off what is left, as the next one finds it.
fn after(left: &Refundable, plan: &RefundPlan) -> Refundable {
    let taken = |id: Uuid| {
        let own = plan.steps.iter();
        own.filter(|step| step.source == RefundSource::Step(id))
            .map(|step| step.amount.minor)
            .sum::<i64>()
    };
    let mut next = left.clone();
    for line in &mut next.lines {
        for back in plan.lines.iter().filter(|back| back.id == line.id) {
            line.units -= back.units;
            line.subtotal.minor -= back.subtotal.minor;
        }
        for step in &mut line.steps {
            if step.is_points {
                next.spent.back_minor -= taken(step.id);
            }
            step.amount.minor -= taken(step.id);
        }
    }
    for step in &mut next.shipping {
        step.amount.minor -= taken(step.id);
    }
    next.held.minor -= plan.total.minor;
    next.spent.returned += plan.points_restored;
    next.earned.returned += plan.points_clawed_back;
    next.earned.back_minor += plan.lines.iter().map(|line| line.total.minor).sum::<i64>();
    next
}

fn line_total(line: &LineLeft) -> i64 {
    line.subtotal.minor + added(&line.steps, line.subtotal.currency).unwrap().minor
}

/// A line whose discounts and points never take more than it costs; tax inside or on top.
fn line(id: u128) -> impl Strategy<Value = LineLeft> {
    let discounts = vec(0_i64..=100, 0..4);
    (
        1..=7_u32,
        0..=100_000_i64,
        discounts,
        0..=9_999_i64,
        any::<bool>(),
    )
        .prop_map(move |(units, price, discounts, tax, included)| {
            let subtotal = price * i64::from(units);
            let most = i64::try_from(discounts.len().max(1)).unwrap() * 100;
            let mut steps: Vec<StepLeft> = discounts
                .iter()
                .zip(1_u128..)
                .map(|(share, place)| StepLeft {
                    is_points: place == 1,
                    ..step(id * 100 + place, -(subtotal * share / most))
                })
                .collect();
            steps.push(StepLeft {
                included,
                is_tax: true,
                ..step(id * 100, tax)
            });
            LineLeft {
                id: Uuid::from_u128(id),
                units,
                subtotal: eur(subtotal),
                steps,
                earns: true,
            }
        })
}

fn orders() -> impl Strategy<Value = Refundable> {
    let codes = prop::sample::select(vec!["JPY", "EUR", "KWD"]);
    (
        codes,
        line(1),
        line(2),
        line(3),
        0..=5_000_i64,
        0..=5_000_u32,
    )
        .prop_map(|(code, one, two, three, shipping, earned)| {
            let mut order = Refundable {
                currency: currency(code),
                lines: vec![one, two, three],
                shipping: vec![step(9, shipping)],
                held: eur(0),
                owed: eur(0),
                spent: points(0, 0),
                earned: points(earned, 0),
                bears_shipping: false,
            };
            let goods: i64 = order.lines.iter().map(line_total).sum();
            let saved: i64 = order
                .lines
                .iter()
                .flat_map(|line| &line.steps)
                .filter(|step| step.is_points)
                .map(|step| -step.amount.minor)
                .sum();
            order.held.minor = goods + shipping;
            order.earned.whole_minor = goods;
            order.spent = points(u32::try_from(saved).unwrap(), saved);
            for line in &mut order.lines {
                line.subtotal.currency = order.currency;
                for step in &mut line.steps {
                    step.amount.currency = order.currency;
                }
            }
            order.shipping[0].amount.currency = order.currency;
            order.held.currency = order.currency;
            order.owed.currency = order.currency;
            order
        })
}

/// Which unit of which line goes back next, in any order.
fn ways() -> impl Strategy<Value = Vec<(u128, u32)>> {
    let all: Vec<(u128, u32)> = (1..=3)
        .flat_map(|line| [(line, 1), (line, 2), (line, 7)])
        .collect();
    Just(all).prop_shuffle()
}

proptest! {
    #[test]
    fn whatever_the_steps_between_the_parts_add_up_to_what_was_paid(order in orders(), way in ways()) {
        let paid = order.held.minor;
        let mut left = order.clone();
        for (id, wanted) in way {
            let place = left.lines.iter().position(|line| line.id == Uuid::from_u128(id)).unwrap();
            let before = left.lines[place].clone();
            let units = wanted.min(before.units);
            let wish = RefundWish { lines: vec![(before.id, units)], shipping: None, extra: None };
            if units == 0 {
                continue;
            }
            let plan = left.plan(&wish);
            let Ok(plan) = plan else {
                prop_assert_eq!(plan, Err(RefundError::NothingLeft));
                prop_assert_eq!(left.held.minor, 0);
                return Ok(());
            };
            prop_assert!(!plan.total.is_negative());
            let share = i128::from(line_total(&before)) * i128::from(units) / i128::from(before.units);
            prop_assert_eq!(i128::from(plan.total.minor), share);
            for part in &plan.steps {
                let RefundSource::Step(id) = part.source else { panic!("no other steps") };
                let whole = before.steps.iter().find(|step| step.id == id).unwrap().amount.minor;
                prop_assert!(part.amount.minor.signum() == whole.signum() && part.amount.minor.abs() <= whole.abs());
            }
            left = after(&left, &plan);
        }
        prop_assert_eq!(left.lines.iter().map(|line| line.units).sum::<u32>(), 0);
        prop_assert!(left.lines.iter().all(|line| line_total(line) == 0 && line.subtotal.minor == 0));
        prop_assert!(left.lines.iter().flat_map(|line| &line.steps).all(|step| step.amount.is_zero()));
        prop_assert_eq!(left.spent.returned, order.spent.points);
        let goods = order.earned.whole_minor;
        prop_assert_eq!(left.earned.returned, if goods > 0 { order.earned.points } else { 0 });
        let rest = left.plan_all().unwrap();
        prop_assert_eq!(rest.total.minor, paid - goods);
        prop_assert_eq!(rest.total, left.held);
    }

    #[test]
    fn shares_are_exact_however_large(minor in any::<i64>(), other in any::<i64>(), count in 0..=u32::MAX, more in 0..=u32::MAX) {
        let (count, of) = (u64::from(count), u64::from(count) + u64::from(more));
        let parts = [(eur(minor), false), (eur(other), false), (eur(minor), true)];
        let shares = share(&parts, count, of).unwrap();
        let whole = (i128::from(minor) + i128::from(other)) * i128::from(count);
        let sum = i128::from(shares[0].minor) + i128::from(shares[1].minor);
        prop_assert_eq!(sum, whole.div_euclid(i128::from(of.max(1))));
        for (share, part) in shares.iter().zip(&parts) {
            prop_assert!(share.minor.unsigned_abs() <= part.0.minor.unsigned_abs());
        }
    }
}

#[test]
fn units_called_off_go_back_as_far_as_they_and_the_money_are_there() {
    let line = Uuid::from_u128(1);
    let plan = order().plan_units(&[(line, 2)]).unwrap();
    assert_eq!(plan, Some(order().plan(&units(2)).unwrap()));
    let mut left = order();
    left.lines[0].units = 1;
    left.held = eur(0);
    let plan = left.plan_units(&[(line, 3)]).unwrap().unwrap();
    assert_eq!((plan.lines[0].units, plan.total), (1, eur(0)));
    assert_eq!(
        steps(&plan).last(),
        Some(&(RefundSource::Short, -plan.lines[0].total.minor))
    );
    left.lines[0].units = 0;
    assert_eq!(left.plan_units(&[(line, 3)]), Ok(None));
    let unknown = [(line, 1), (Uuid::from_u128(9), 1)];
    assert_eq!(
        order().plan_units(&unknown),
        Err(RefundError::UnknownLine { index: 1 })
    );
}

#[test]
fn shipping_goes_with_the_last_units_called_off_once_the_rest_came_back_for_the_shops_fault() {
    let (last, all) = ([(Uuid::from_u128(1), 1)], [(Uuid::from_u128(1), 3)]);
    let mut left = order();
    let shipping = left.shipping.iter().filter(|step| !step.included);
    let shipping: i64 = shipping.map(|step| step.amount.minor).sum();
    let total =
        |left: &Refundable, units| left.plan_called_off(units).unwrap().unwrap().total.minor;
    let goods = [total(&left, &last), total(&left, &all)];
    left.bears_shipping = true;
    assert!(shipping > 0);
    assert_eq!(total(&left, &last), goods[0], "others are left");
    assert_eq!(total(&left, &all), goods[1] + shipping);
    let exchanged = left.plan_units(&all).unwrap().unwrap();
    assert_eq!(
        exchanged.total.minor, goods[1],
        "something takes their place"
    );
    assert!(exchanged.returns_all);
}

#[test]
fn what_is_owed_is_set_off_before_money_moves() {
    let line = (Uuid::from_u128(1), 3);
    let mut changed = order();
    changed.owed = eur(350);
    let plan = changed.plan_units(&[line]).unwrap().unwrap();
    assert_eq!((plan.set_off, plan.total), (eur(350), eur(2_500)));
    assert_eq!(steps(&plan).last(), Some(&(RefundSource::SetOff, -350)));
    changed.owed = eur(3_000);
    let plan = changed.plan_units(&[line]).unwrap().unwrap();
    assert_eq!((plan.set_off, plan.total), (eur(2_850), eur(0)));
    changed.held = eur(0);
    let plan = changed.plan(&units(3)).unwrap();
    assert_eq!((plan.set_off, plan.total), (eur(2_850), eur(0)));
    assert_eq!(R::of(&[T::Failed], true), R::PartiallySucceeded);
    assert_eq!(R::of(&[], true), R::Succeeded);
}

#[test]
fn goods_that_earned_nothing_take_no_points_back() {
    let mut changed = order();
    changed.lines[0].earns = false;
    let plan = changed.plan_units(&[(Uuid::from_u128(1), 3)]).unwrap();
    assert_eq!(plan.unwrap().points_clawed_back, 0);
}
