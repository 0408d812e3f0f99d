//! The whole shop beside a plain reference in memory: random orders, payments, parcels, returns, refunds, counts of stock, coupons
//! and points. After each operation stock, money, coupons, points and the states of the order are what the reference says.
//!
//! A run that fails is made as short as can be and kept in `proptest-regressions`. `MODEL_STEPS` says how many operations
//! a run has and `MODEL_RUNS` how many runs there are; the long one is
//! `MODEL_STEPS=100000 MODEL_RUNS=1 cargo test -p tests --test it -- model::`.

mod reference;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

use proptest::prelude::{Strategy, any};
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use proptest::{collection, prop_oneof};
use tests::plan::number;
use tests::{Backend, TestApp, app};

use reference::{Outcome, Reference, Wish};
use world::World;

/// Operations of a run, unless said otherwise.
const STEPS: usize = 250;
/// Runs, unless said otherwise.
const RUNS: u32 = 1;
/// Tries to make a run that fails shorter.
const SHORTENINGS: u32 = 200;
/// Orders something happens to: the youngest ones.
const YOUNG: usize = 6;
/// From so many operations on, a run must have seen everything.
const VARIED: usize = 2_000;

/// What can happen. Orders are counted from the youngest back.
#[derive(Clone, Copy, Debug)]
enum Operation {
    Set { sku: usize, units: i32 },
    Adjust { sku: usize, units: i32 },
    Give { member: usize, points: i64 },
    Place(Wish),
    Pay { order: usize },
    Confirm { order: usize },
    Send { order: usize },
    Receive { order: usize },
    ComeBack { order: usize },
    Cancel { order: usize },
    Refund { order: usize, minor: i64 },
    Wait,
}

fn operation() -> impl Strategy<Value = Operation> {
    let wish = (0..2_usize, 0..4_i32, 0..4_i32, any::<bool>(), any::<bool>());
    let wish = wish.prop_filter_map(
        "a cart of nothing",
        |(member, first, second, coupon, points)| {
            let units = [first, second];
            (first + second > 0).then_some(Wish {
                member,
                units,
                coupon,
                points,
            })
        },
    );
    prop_oneof![
        2 => (0..2_usize, 0..40_i32).prop_map(|(sku, units)| Operation::Set { sku, units }),
        2 => (0..2_usize, prop_oneof![-9..0_i32, 1..9_i32]).prop_map(|(sku, units)| Operation::Adjust { sku, units }),
        2 => (0..2_usize, prop_oneof![-99..0_i64, 1..200_i64]).prop_map(|(member, points)| Operation::Give { member, points }),
        8 => wish.prop_map(Operation::Place),
        8 => (0..YOUNG).prop_map(|order| Operation::Pay { order }),
        7 => (0..YOUNG).prop_map(|order| Operation::Confirm { order }),
        6 => (0..YOUNG).prop_map(|order| Operation::Send { order }),
        5 => (0..YOUNG).prop_map(|order| Operation::Receive { order }),
        5 => (0..YOUNG).prop_map(|order| Operation::ComeBack { order }),
        2 => (0..YOUNG).prop_map(|order| Operation::Cancel { order }),
        2 => (0..YOUNG, 1..490_i64).prop_map(|(order, minor)| Operation::Refund { order, minor }),
        1 => proptest::strategy::Just(Operation::Wait),
    ]
}

/// Carries an operation out on both sides: what should come of it, and what did. The order it is about, if any, is shown.
async fn carry_out(
    app: &TestApp,
    world: &mut World,
    reference: &mut Reference,
    operation: Operation,
) -> (Outcome, Outcome) {
    match operation {
        Operation::Set { sku, units } => {
            (reference.set(sku, units), world.set(app, sku, units).await)
        }
        Operation::Adjust { sku, units } => {
            let after = reference.on_hand[sku] + units;
            (
                reference.set(sku, after),
                world.adjust(app, sku, units).await,
            )
        }
        Operation::Give { member, points } => (
            reference.give(member, points),
            world.give(app, member, points).await,
        ),
        Operation::Place(wish) => (reference.place(wish), world.place(app, wish).await),
        Operation::Wait => {
            reference.wait();
            world.wait(app).await;
            (Ok(()), Ok(()))
        }
        Operation::Pay { order }
        | Operation::Confirm { order }
        | Operation::Send { order }
        | Operation::Receive { order }
        | Operation::ComeBack { order }
        | Operation::Cancel { order }
        | Operation::Refund { order, .. } => match reference.find(order) {
            Some(order) => carry_out_on(app, world, reference, (operation, order)).await,
            None => (Ok(()), Ok(())),
        },
    }
}

async fn carry_out_on(
    app: &TestApp,
    world: &mut World,
    reference: &mut Reference,
    (operation, order): (Operation, usize),
) -> (Outcome, Outcome) {
    let member = reference.orders[order].wish.member;
    match operation {
        Operation::Pay { .. } => (reference.pay(order), world.pay(app, order, member).await),
        Operation::Confirm { .. } => {
            let expected = reference.confirm(order);
            if expected.is_ok() {
                world.confirm(app, order).await;
            }
            (expected, expected)
        }
        Operation::Send { .. } => (reference.send(order), world.send(app, order).await),
        Operation::Receive { .. } => (
            reference.receive(order),
            world.receive(app, order, member).await,
        ),
        Operation::ComeBack { .. } => {
            if let Some(sku) = reference.returnable(order) {
                let given = world.come_back(app, order, member).await;
                reference.come_back(order, sku, given);
            }
            (Ok(()), Ok(()))
        }
        Operation::Cancel { .. } => (reference.cancel(order), world.cancel(app, order).await),
        Operation::Refund { minor, .. } => (
            reference.refund(order, minor),
            world.refund(app, order, minor).await,
        ),
        Operation::Set { .. }
        | Operation::Adjust { .. }
        | Operation::Give { .. }
        | Operation::Place(_)
        | Operation::Wait => unreachable!("it is about no order"),
    }
}

/// Whether the two agree about orders, from the oldest of these on.
async fn compare_orders(world: &World, reference: &Reference, from: usize, place: &str) {
    for (number, order) in reference.orders.iter().enumerate().skip(from) {
        let expected = (
            order.axes().map(str::to_owned),
            [order.total, order.paid, order.refunded],
        );
        assert_eq!(world.show(number).await, expected, "{place}: {order:?}");
    }
}

/// Plays operations on the shop and on the reference.
async fn play(app: TestApp, operations: Vec<Operation>) {
    let mut world = World::open(&app).await;
    let mut reference = Reference::default();
    for (step, operation) in operations.iter().enumerate() {
        let place = format!("step {step}, {operation:?}");
        let (expected, done) = carry_out(&app, &mut world, &mut reference, *operation).await;
        assert_eq!(done, expected, "{place}");
        reference.note(expected, YOUNG);
        let stock = (reference.on_hand, reference.allocated);
        assert_eq!(world.stock(&app).await, stock, "{place}");
        assert_eq!(world.coupons(&app).await, reference.coupons, "{place}");
        let purses = [world.purse(0).await, world.purse(1).await];
        assert_eq!(purses, reference.purses, "{place}");
        let young = reference.orders.len().saturating_sub(YOUNG);
        compare_orders(&world, &reference, young, &place).await;
    }
    compare_orders(&world, &reference, 0, "the end").await;
    assert!(
        operations.len() < VARIED || reference.is_varied(),
        "everything happens"
    );
}

/// Runs random operations, each run on a shop of its own; one that fails is shortened and told.
fn run(backend: Backend) {
    let steps = number("MODEL_STEPS").unwrap_or(STEPS);
    let mut runner = TestRunner::new(Config {
        cases: number("MODEL_RUNS").unwrap_or(RUNS),
        max_shrink_iters: SHORTENINGS,
        source_file: Some(file!()),
        ..Config::default()
    });
    let operations = collection::vec(operation(), steps);
    let verdict = runner.run(&operations, |operations| {
        let run = || app::run(backend, |app| play(app, operations));
        catch_unwind(AssertUnwindSafe(run)).map_err(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            TestCaseError::fail(text.unwrap_or_else(|| "it panicked".to_owned()))
        })
    });
    if let Err(error) = verdict {
        panic!("{error}");
    }
}

mod the_shop_does_what_a_plain_reference_does {
    use super::{Backend, run};

    #[test]
    fn sqlite() {
        run(Backend::Sqlite);
    }

    #[test]
    #[cfg_attr(
        not(postgres),
        ignore = "PostgreSQL: not run (no server programs, no TEST_DATABASE_URL)"
    )]
    fn postgres() {
        run(Backend::Postgres);
    }
}
