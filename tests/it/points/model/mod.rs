//! Random operations on the ledger beside a plain reference in memory: after each the two agree, and the books balance.
//!
//! A seed that ever failed is added to [`SEEDS`] and stays. The long run is
//! `cargo test -p tests --test it -- --ignored points::model`.

mod reference;
mod world;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use tests::{TestApp, both};

use reference::{Reference, Refused};
use world::World;

/// Seeds of every run, each with [`STEPS`] operations.
const SEEDS: [u64; 1] = [20_261_122];
/// Seeds of the long run: a hundred thousand operations.
const LONG_SEEDS: std::ops::Range<u64> = 0..20;
/// Operations for each seed.
const STEPS: usize = 5_000;
/// Operations between two looks at all lots and the trial balance.
const CHECK_EVERY: usize = 250;
/// Members of the model.
const MEMBERS: usize = 3;

/// What can happen.
#[derive(Clone, Copy, Debug)]
enum Operation {
    Give { member: usize, points: u32 },
    Take { member: usize, points: u32 },
    Report { member: usize, later: bool },
    Complete { member: usize, now: u32, later: u32 },
    Hold { member: usize, points: u32 },
    Capture { order: usize },
    Release { order: usize },
    GiveBack { order: usize, points: u32 },
    Refund { order: usize, minor: i64 },
    Wait { days: i64 },
}

fn draw(random: &mut StdRng, orders: usize) -> Operation {
    let member = random.random_range(0..MEMBERS);
    let points = random.random_range(1..100);
    // Mostly young orders: old ones are settled.
    let order = orders.saturating_sub(random.random_range(1..12));
    match random.random_range(0..19) {
        0 | 1 => Operation::Give { member, points },
        2 | 3 => Operation::Take { member, points },
        4..=6 => Operation::Report {
            member,
            later: points % 2 == 0,
        },
        7 | 8 => Operation::Complete {
            member,
            now: points,
            later: random.random_range(0..50),
        },
        9..=11 => Operation::Hold { member, points },
        12 | 13 => Operation::Capture { order },
        14 => Operation::Release { order },
        15 => Operation::GiveBack { order, points },
        16 | 17 => Operation::Refund {
            order,
            minor: random.random_range(1..700),
        },
        _ => Operation::Wait {
            days: random.random_range(1..3),
        },
    }
}

/// Runs one seed on the shop and on the reference.
async fn compare(app: &TestApp, world: &mut World, seed: u64) {
    let mut random = StdRng::seed_from_u64(seed);
    let mut reference = Reference::new(world.open_members(app, MEMBERS).await);
    for step in 1..=STEPS {
        let operation = draw(&mut random, reference.orders());
        let now = app.clock().now();
        let (expected, done) = match operation {
            Operation::Give { member, points } => {
                reference.give(member, points);
                let given = i64::from(points);
                (Ok(()), world.adjust(app, reference.id(member), given).await)
            }
            Operation::Take { member, points } => (
                reference.take(member, points, now),
                world
                    .adjust(app, reference.id(member), -i64::from(points))
                    .await,
            ),
            Operation::Report { member, later } => {
                reference.report(member, later, now);
                (Ok(()), world.report(app, reference.id(member), later).await)
            }
            Operation::Hold { member, points } => {
                let order = world.order(app, reference.id(member)).await;
                (
                    reference.hold(member, order, points, now),
                    world.hold(app, order, reference.id(member), points).await,
                )
            }
            Operation::Complete { .. }
            | Operation::Capture { .. }
            | Operation::Release { .. }
            | Operation::GiveBack { .. }
            | Operation::Refund { .. }
            | Operation::Wait { .. } => {
                settle(app, world, &mut reference, operation).await;
                (Ok(()), Ok(()))
            }
        };
        let place = || format!("seed {seed}, step {step}: {operation:?}");
        assert_eq!(done, expected, "{}", place());
        assert_eq!(
            world.balances(app, reference.ids()).await,
            reference.balances(),
            "{}",
            place()
        );
        if step % CHECK_EVERY == 0 || step == STEPS {
            assert_eq!(
                world.lots(app, reference.ids()).await,
                reference.lots(),
                "{}",
                place()
            );
            world.check_books(app).await;
        }
    }
}

/// Carries out an operation that cannot be refused.
async fn settle(app: &TestApp, world: &mut World, reference: &mut Reference, operation: Operation) {
    match operation {
        Operation::Complete {
            member,
            now: soon,
            later,
        } => {
            let order = world.order(app, reference.id(member)).await;
            reference.complete(member, order, (soon, later), app.clock().now());
            world.complete(app, order, (soon, later)).await;
        }
        Operation::Capture { order } => {
            if let Some(id) = reference.order_id(order) {
                reference.capture(order);
                world.capture(app, id).await;
            }
        }
        Operation::Release { order } => {
            if let Some(id) = reference.order_id(order) {
                reference.release(order);
                world.release(app, id).await;
            }
        }
        Operation::GiveBack { order, points } => {
            if let Some(id) = reference.order_id(order) {
                reference.give_back(order, i64::from(points));
                world.give_back(app, id, points).await;
            }
        }
        Operation::Refund { order, minor } => {
            if let Some((id, earned, before)) = reference.refundable(order) {
                reference.refund(order, minor);
                world.refund(app, id, earned, (before, minor)).await;
            }
        }
        Operation::Wait { days } => {
            app.clock().advance(chrono::TimeDelta::days(days));
            reference.wait(app.clock().now());
            world.wait(app).await;
        }
        Operation::Give { .. }
        | Operation::Take { .. }
        | Operation::Report { .. }
        | Operation::Hold { .. } => {}
    }
}

/// Nothing, or why not.
type Outcome = Result<(), Refused>;

both! {
    async fn the_ledger_does_what_a_plain_reference_does(app: TestApp) {
        let mut world = World::open(&app).await;
        for seed in SEEDS {
            compare(&app, &mut world, seed).await;
        }
    }
}

mod long {
    use super::{LONG_SEEDS, World, compare};
    use tests::{Backend, TestApp, app::run};

    async fn scenario(app: TestApp) {
        let mut world = World::open(&app).await;
        for seed in LONG_SEEDS {
            compare(&app, &mut world, seed).await;
        }
    }

    #[test]
    #[ignore = "the long run, by hand"]
    fn sqlite() {
        run(Backend::Sqlite, scenario);
    }

    #[test]
    #[ignore = "the long run, by hand"]
    fn postgres() {
        run(Backend::Postgres, scenario);
    }
}
