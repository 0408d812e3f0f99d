use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};

use super::*;
use crate::money::Currency;
use crate::order::refund::{LineLeft, PointsShare, StepLeft};
use crate::pricing::AdjustmentKind as Kind;

const CUPS: Uuid = Uuid::from_u128(1);
const LIDS: Uuid = Uuid::from_u128(2);
const NEW: Uuid = Uuid::from_u128(3);

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::parse("EUR").unwrap())
}

fn vat() -> StepTax {
    StepTax {
        rate: Percent::parse("19").unwrap(),
        label: "VAT".to_owned(),
        source_id: Some("tax_rate_1".to_owned()),
    }
}

fn tax(net_or_gross: i64, included: bool) -> i64 {
    let amount = eur(net_or_gross);
    let tax = if included {
        amount.included_tax(vat().rate)
    } else {
        amount.percent(vat().rate)
    };
    tax.unwrap().minor
}

fn step(id: u128, kind: Kind, minor: i64, line: Option<Uuid>, included: bool) -> CostStep {
    CostStep {
        id: Uuid::from_u128(id),
        kind,
        label: kind.to_string(),
        amount: eur(minor),
        included,
        source_id: None,
        line,
        surcharge: None,
    }
}

fn line(id: Uuid, units: u32) -> ChangeLine {
    ChangeLine {
        id,
        units: LineUnits {
            ordered: units,
            cancelled: 0,
            fulfilled: 0,
            assigned: 0,
        },
        rate: vat().rate,
        is_gift: false,
    }
}

/// Lines, each `(id, units, unit price, discount)`, and shipping for 4.90, all with 19 % tax; paid.
fn order(lines: &[(Uuid, u32, i64, i64)], included: bool) -> Changeable {
    let mut steps = Vec::new();
    for ((id, units, price, discount), place) in lines.iter().zip(1_u128..) {
        let paid = price * i64::from(*units) - discount;
        steps.push(step(
            place * 10,
            Kind::Promotion,
            -discount,
            Some(*id),
            false,
        ));
        steps.push(step(
            place * 10 + 1,
            Kind::Tax,
            tax(paid, included),
            Some(*id),
            included,
        ));
    }
    steps.push(step(90, Kind::Shipping, 490, None, false));
    steps.push(step(91, Kind::Tax, tax(490, included), None, included));
    let left = |line: Option<Uuid>| {
        let own = steps.iter().filter(|step| step.line == line);
        own.map(|step| StepLeft {
            id: step.id,
            amount: step.amount,
            included: step.included,
            is_points: false,
            is_tax: step.kind == Kind::Tax,
        })
        .collect::<Vec<_>>()
    };
    let points = PointsShare {
        points: 0,
        returned: 0,
        whole_minor: 0,
        back_minor: 0,
    };
    let subtotal = |units: u32, price: i64| eur(price * i64::from(units));
    let mut order = Changeable {
        status: OrderStatus::Confirmed,
        parcels: Vec::new(),
        tax_included: included,
        lines: lines
            .iter()
            .map(|(id, units, ..)| self::line(*id, *units))
            .collect(),
        left: Refundable {
            currency: eur(0).currency,
            lines: lines
                .iter()
                .map(|(id, units, price, _)| LineLeft {
                    id: *id,
                    units: *units,
                    subtotal: subtotal(*units, *price),
                    steps: left(Some(*id)),
                    earns: true,
                })
                .collect(),
            shipping: left(None),
            held: eur(0),
            owed: eur(0),
            spent: points,
            earned: points,
            bears_shipping: false,
        },
        steps,
    };
    let goods: i64 = order
        .left
        .lines
        .iter()
        .map(|line| line.subtotal.minor)
        .sum();
    order.left.held = OrderCost::of(eur(goods), order.steps.clone())
        .unwrap()
        .total;
    order
}

/// Three cups for 10.00 each less 3.00, and a lid for 5.00; tax inside.
fn cups() -> Changeable {
    order(&[(CUPS, 3, 1_000, 300), (LIDS, 1, 500, 0)], true)
}

fn added(units: u32, price: i64) -> ChangeStep {
    ChangeStep::Add(Box::new(AddedLine {
        id: NEW,
        variant_id: NEW,
        product_id: NEW,
        sku: "NEW".to_owned(),
        product_name: String::new(),
        variant_name: String::new(),
        is_shippable: true,
        units,
        unit_price: eur(price),
        compare_at: None,
        tax: Some(vat()),
    }))
}

fn keep(line: Uuid, units: u32) -> ChangeStep {
    ChangeStep::Remove {
        line,
        sku: String::new(),
        units,
    }
}

fn price(line: Uuid, minor: i64) -> ChangeStep {
    ChangeStep::Price {
        line,
        sku: String::new(),
        unit_price: eur(minor),
        label: "Price set by the shop".to_owned(),
    }
}

fn fee(minor: i64) -> ChangeStep {
    ChangeStep::Surcharge {
        label: "Gift wrap".to_owned(),
        amount: eur(minor),
        tax: Some(vat()),
    }
}

fn ship(minor: i64, free_over: Option<i64>) -> ChangeStep {
    ChangeStep::Shipping(Box::new(NewShipping {
        id: NEW,
        source_id: "shipping_method_1".to_owned(),
        name: "Express".to_owned(),
        price: eur(minor),
        free_over: free_over.map(eur),
        tax: Some(vat()),
    }))
}

fn elsewhere() -> ChangeStep {
    ChangeStep::Address(Box::new(
        serde_json::from_value(serde_json::json!({
            "full_name": "A", "country_code": "DE", "city": "B", "street_line1": "C"
        }))
        .unwrap(),
    ))
}

fn plan(order: &Changeable, steps: &[ChangeStep]) -> Result<ChangePlan, ChangeError> {
    let mut next = 1_000_u128;
    order.plan(steps, &mut || {
        next += 1;
        Uuid::from_u128(next)
    })
}

#[test]
fn each_kind_of_step_costs_what_it_says() {
    let cases: [(ChangeStep, i64); 8] = [
        (added(2, 700), 1_400),
        (keep(CUPS, 2), -900),
        (keep(LIDS, 0), -500),
        (price(CUPS, 900), -300),
        (price(LIDS, 650), 150),
        (fee(250), 250),
        (ship(990, None), 500),
        (ship(990, Some(3_200)), -490),
    ];
    for (step, difference) in cases {
        let plan = plan(&cups(), std::slice::from_ref(&step)).unwrap();
        assert_eq!(plan.difference, eur(difference), "{step:?}");
    }
}

#[test]
fn steps_meet_in_one_difference() {
    let steps = [added(1, 1_300), keep(LIDS, 0), fee(100), ship(0, None)];
    let plan = plan(&cups(), &steps).unwrap();
    assert_eq!(plan.difference, eur(1_300 - 500 + 100 - 490));
    assert_eq!(plan.raised, eur(1_300 + 100 - 490));
    assert_eq!(plan.removed, [(LIDS, 1)]);
    assert_eq!(plan.after.shipping_total, eur(0));
    let taxed = |minor| tax(minor, true);
    assert_eq!(
        plan.after.tax_total,
        eur(taxed(2_700) + taxed(1_300) + taxed(100))
    );
}

#[test]
fn what_ships_for_free_is_judged_by_the_goods_that_stay_and_come() {
    let without = [keep(CUPS, 0), ship(600, Some(1_500))];
    assert_eq!(
        plan(&cups(), &without).unwrap().after.shipping_total,
        eur(600)
    );
    let with = [keep(CUPS, 0), added(1, 1_000), ship(600, Some(1_500))];
    assert_eq!(plan(&cups(), &with).unwrap().after.shipping_total, eur(0));
}

#[test]
fn a_price_is_set_again_from_the_one_set_before() {
    let mut order = cups();
    let first = plan(&order, &[price(LIDS, 400)]).unwrap();
    order.steps.extend(first.steps.iter().cloned());
    for step in &first.steps {
        order.left.lines[1].steps.push(StepLeft {
            id: step.id,
            amount: step.amount,
            included: step.included,
            is_points: false,
            is_tax: step.kind == Kind::Tax,
        });
    }
    assert_eq!(
        plan(&order, &[price(LIDS, 400)]),
        Err(ChangeError::Nothing { index: 0 })
    );
    let second = plan(&order, &[price(LIDS, 450)]).unwrap();
    assert_eq!(second.difference, eur(50));
    assert_eq!(
        second.after.tax_total,
        eur(tax(2_700, true) + tax(450, true) + tax(490, true))
    );
}

#[test]
fn the_tax_on_a_surcharge_is_not_taken_for_the_tax_on_shipping() {
    let mut order = cups();
    let first = plan(&order, &[fee(1_190)]).unwrap();
    order.steps.extend(first.steps);
    let second = plan(&order, &[ship(0, None)]).unwrap();
    assert_eq!(second.difference, eur(-490));
    let back: i64 = second
        .steps
        .iter()
        .filter(|step| step.included)
        .map(|step| step.amount.minor)
        .sum();
    assert_eq!(back, -tax(490, true));
}

#[test]
fn what_cannot_be_changed_is_refused() {
    let mut sent = cups();
    sent.lines[0].units.fulfilled = 2;
    let mut packed = cups();
    packed.lines[1].units.assigned = 1;
    packed.parcels = vec![FulfillmentStatus::Open];
    let mut begun = cups();
    begun.parcels = vec![FulfillmentStatus::Cancelled, FulfillmentStatus::Picking];
    let mut gift = cups();
    gift.lines[1].is_gift = true;
    let unknown = Uuid::from_u128(77);
    let cases = [
        (cups(), vec![], ChangeError::StepCount),
        (cups(), vec![fee(0)], ChangeError::Nothing { index: 0 }),
        (cups(), vec![fee(1); MAX_STEPS + 1], ChangeError::StepCount),
        (
            cups(),
            vec![keep(unknown, 0)],
            ChangeError::UnknownLine { index: 0 },
        ),
        (
            cups(),
            vec![price(unknown, 1)],
            ChangeError::UnknownLine { index: 0 },
        ),
        (
            cups(),
            vec![fee(1), keep(CUPS, 3)],
            ChangeError::Nothing { index: 1 },
        ),
        (
            cups(),
            vec![keep(CUPS, 1), price(CUPS, 1)],
            ChangeError::Twice { index: 1 },
        ),
        (
            cups(),
            vec![added(1, 1), added(2, 1)],
            ChangeError::Twice { index: 1 },
        ),
        (
            cups(),
            vec![ship(1, None), ship(2, None)],
            ChangeError::Twice { index: 1 },
        ),
        (
            cups(),
            vec![price(CUPS, 99)],
            ChangeError::BelowZero { index: 0 },
        ),
        (
            cups(),
            vec![keep(CUPS, 0), keep(LIDS, 0)],
            ChangeError::NothingLeft,
        ),
        (
            sent.clone(),
            vec![keep(CUPS, 1)],
            ChangeError::NotOpen { index: 0, open: 1 },
        ),
        (
            sent,
            vec![price(CUPS, 900)],
            ChangeError::NotOpen { index: 0, open: 1 },
        ),
        (
            packed.clone(),
            vec![keep(LIDS, 0)],
            ChangeError::NotOpen { index: 0, open: 0 },
        ),
        (
            begun.clone(),
            vec![elsewhere()],
            ChangeError::Picked { index: 0 },
        ),
        (begun, vec![ship(1, None)], ChangeError::Picked { index: 0 }),
        (gift, vec![price(LIDS, 1)], ChangeError::Gift { index: 0 }),
    ];
    for (order, steps, error) in cases {
        assert_eq!(plan(&order, &steps), Err(error), "{steps:?}");
    }
    // A parcel nobody has touched does not stand in the way of another address.
    assert_eq!(plan(&packed, &[elsewhere()]).unwrap().difference, eur(0));
}

#[test]
fn only_a_confirmed_order_with_open_units_can_be_changed() {
    use crate::text_enum::TextEnum;
    for status in OrderStatus::ALL {
        let mut order = cups();
        order.status = *status;
        let is_allowed = plan(&order, &[fee(1)]).is_ok();
        assert_eq!(is_allowed, *status == OrderStatus::Confirmed, "{status}");
    }
    let mut gone = cups();
    for line in &mut gone.lines {
        line.units.fulfilled = line.units.ordered;
    }
    assert_eq!(plan(&gone, &[fee(1)]), Err(ChangeError::NotNow));
}

#[test]
fn what_is_raised_is_owed_and_what_is_lowered_frees_it_first() {
    for (owed, raised, then, surplus) in [
        (0, 300, 300, 0),
        (200, 300, 500, 0),
        (200, -150, 50, 0),
        (200, -200, 0, 0),
        (200, -350, 0, 150),
    ] {
        let balance = balance(eur(owed), eur(raised)).unwrap();
        assert_eq!((balance.owed, balance.surplus), (eur(then), eur(surplus)));
    }
}

/// An order, and steps that may all be taken: some lines lose units, some cost something else, something comes.
fn changes() -> impl Strategy<Value = (Changeable, Vec<ChangeStep>)> {
    let one = || {
        (
            1..=7_u32,
            0..=99_999_i64,
            0..=100_i64,
            0..=2_u8,
            0..=7_u32,
            0..=199_999_i64,
        )
    };
    (
        vec(one(), 1..=3),
        any::<bool>(),
        (1..=5_u32, 0..=99_999_i64),
        1..=9_999_i64,
        (0..=9_999_i64, any::<bool>()),
    )
        .prop_map(
            |(lines, included, (units, new), surcharge, (shipping, ships))| {
                let mut steps = vec![added(units, new), fee(surcharge)];
                let mut rows = Vec::new();
                for ((units, price, discount, what, fewer, other), place) in
                    lines.into_iter().zip(50_u128..)
                {
                    let id = Uuid::from_u128(place);
                    rows.push((id, units, price, price * i64::from(units) * discount / 100));
                    match what {
                        0 if fewer < units => steps.push(keep(id, fewer)),
                        1 if other > price => steps.push(self::price(id, other)),
                        _ => {}
                    }
                }
                if ships {
                    steps.push(ship(shipping, None));
                }
                (order(&rows, included), steps)
            },
        )
}

proptest! {
    #[test]
    fn what_is_shown_is_what_is_moved((order, steps) in changes(), owed in 0..=50_000_i64) {
        let mut order = order;
        order.left.owed = eur(owed);
        let plan = plan(&order, &steps).unwrap();
        let sum = |cost: &OrderCost| {
            let added = cost.steps.iter().filter(|step| !step.included);
            cost.subtotal.minor + added.map(|step| step.amount.minor).sum::<i64>()
        };
        prop_assert_eq!(sum(&plan.before), plan.before.total.minor);
        prop_assert_eq!(sum(&plan.after), plan.after.total.minor);
        prop_assert_eq!(plan.after.total.minor - plan.before.total.minor, plan.difference.minor);

        // Carried out: the order is raised, then its units go.
        let balance = balance(order.left.owed, plan.raised).unwrap();
        order.left.owed = balance.owed;
        order.left.held.minor -= balance.surplus.minor;
        let back = order.left.plan_units(&plan.removed).unwrap();
        let (set_off, money) = back.map_or((0, 0), |back| (back.set_off.minor, back.total.minor));
        let owed_more = balance.owed.minor - set_off - owed;
        prop_assert_eq!(owed_more - balance.surplus.minor - money, plan.difference.minor);
        prop_assert!(balance.owed.minor >= set_off);
        prop_assert!(balance.surplus.minor == 0 || set_off == 0);

        // The tax of every line that stays is the tax of what is paid for it.
        for gain in plan.lines.iter().filter(|gain| gain.id != NEW) {
            let of_line = |kind: fn(Kind) -> bool| -> i64 {
                let own = plan.after.steps.iter().filter(|step| step.line == Some(gain.id) && kind(step.kind));
                own.map(|step| step.amount.minor).sum()
            };
            let left = order.left.lines.iter().find(|line| line.id == gain.id).unwrap();
            let paid = left.subtotal.minor + of_line(|kind| kind != Kind::Tax);
            prop_assert_eq!(of_line(|kind| kind == Kind::Tax), tax(paid, order.tax_included));
        }
    }
}
