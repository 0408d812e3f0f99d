//! Random operations on the ledger of gift cards and store credit beside a plain reference in memory: after each the two
//! agree, and the books balance.
//!
//! A seed that ever failed is added to [`SEEDS`] and stays. The long run is
//! `cargo test -p tests --test it -- --ignored credit::model`.

mod reference;
mod world;

use chrono::TimeDelta;
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
/// Operations between two looks at all holders and the trial balance.
const CHECK_EVERY: usize = 500;
/// Members of the model.
const MEMBERS: usize = 3;
/// Gift cards something happens to: the youngest ones.
const YOUNG: usize = 6;

/// Nothing, or why not.
type Outcome = Result<(), Refused>;

/// What can happen. Cards and orders are counted from the youngest back.
#[derive(Clone, Copy, Debug)]
enum Operation {
    Give {
        member: usize,
        minor: i64,
    },
    Issue {
        minor: i64,
        days: Option<i64>,
    },
    Adjust {
        card: usize,
        minor: i64,
    },
    Cancel {
        card: usize,
    },
    Order {
        member: usize,
        cards: [usize; 2],
        credit: i64,
        total: i64,
    },
    Capture {
        order: usize,
    },
    Release {
        order: usize,
    },
    GiveBack {
        order: usize,
        part: usize,
        minor: i64,
    },
    GiveCredit {
        order: usize,
        minor: i64,
    },
    Wait {
        days: i64,
    },
}

fn draw(random: &mut StdRng) -> Operation {
    let member = random.random_range(0..MEMBERS);
    let minor = random.random_range(1..100);
    let (card, order) = (random.random_range(0..YOUNG), random.random_range(0..9));
    match random.random_range(0..22) {
        0..=2 => Operation::Give { member, minor },
        3 | 4 => Operation::Give {
            member,
            minor: -minor,
        },
        5 | 6 => Operation::Issue {
            minor: minor * 2,
            days: (minor % 3 > 0).then_some(minor),
        },
        7 => Operation::Adjust { card, minor },
        8 => Operation::Adjust {
            card,
            minor: -minor,
        },
        9 if minor < 40 => Operation::Cancel { card },
        9..=13 => Operation::Order {
            member,
            cards: [card, random.random_range(0..YOUNG)],
            credit: random.random_range(0..60),
            total: minor * 2,
        },
        14 | 15 => Operation::Capture { order },
        16 => Operation::Release { order },
        17..=19 => Operation::GiveBack {
            order,
            part: random.random_range(0..3),
            minor,
        },
        20 => Operation::GiveCredit { order, minor },
        _ => Operation::Wait {
            days: random.random_range(1..9),
        },
    }
}

/// Runs one seed on the shop and on the reference.
async fn compare(app: &TestApp, world: &mut World, seed: u64) {
    let mut random = StdRng::seed_from_u64(seed);
    let members = world.open_members(app, MEMBERS).await;
    let mut reference = Reference::new(members);
    for step in 1..=STEPS {
        let operation = draw(&mut random);
        let place = || format!("seed {seed}, step {step}: {operation:?}");
        let (expected, done) = carry_out(app, world, &mut reference, operation).await;
        assert_eq!(done, expected, "{}", place());
        let holders = if step % CHECK_EVERY == 0 || step == STEPS {
            world.check_books(app).await;
            reference.all()
        } else {
            reference.young(MEMBERS, YOUNG)
        };
        let ids: Vec<_> = holders.iter().map(|holder| holder.id).collect();
        let balances: Vec<_> = holders
            .iter()
            .map(|holder| (holder.available, holder.held))
            .collect();
        assert_eq!(world.balances(app, &ids).await, balances, "{}", place());
    }
    assert!(reference.is_varied(), "seed {seed} tries every way");
}

async fn carry_out(
    app: &TestApp,
    world: &mut World,
    reference: &mut Reference,
    operation: Operation,
) -> (Outcome, Outcome) {
    let now = app.clock().now();
    match operation {
        Operation::Give { member, minor } => {
            let id = reference.member(member);
            (reference.give(id, minor), world.give(app, id, minor).await)
        }
        Operation::Issue { minor, days } => {
            let ends_at = days.map(|days| now + TimeDelta::days(days));
            let id = world.issue(app, minor, ends_at).await;
            reference.issue(id, minor, ends_at);
            (Ok(()), Ok(()))
        }
        Operation::Adjust { card, minor } => match reference.card(card) {
            Some(id) => (
                reference.adjust(id, minor, now),
                world.adjust(app, id, minor).await,
            ),
            None => (Ok(()), Ok(())),
        },
        Operation::Cancel { card } => match reference.card(card) {
            Some(id) => (reference.cancel(id), world.cancel(app, id).await),
            None => (Ok(()), Ok(())),
        },
        Operation::Order {
            member,
            cards,
            credit,
            total,
        } => {
            let member = reference.member(member);
            let cards = reference.cards(cards);
            let (order, parts) = world.order(app, member, &cards, credit, total).await;
            assert_eq!(
                parts,
                reference.order(order, member, (&cards, credit), total, now)
            );
            (Ok(()), Ok(()))
        }
        Operation::Capture { order } => {
            if let Some(id) = reference.order_id(order) {
                reference.capture(order);
                world.capture(app, id).await;
            }
            (Ok(()), Ok(()))
        }
        Operation::Release { order } => {
            if let Some(id) = reference.order_id(order) {
                reference.release(order, now);
                world.release(app, id).await;
            }
            (Ok(()), Ok(()))
        }
        Operation::GiveBack { order, part, minor } => {
            if let Some((id, holder, minor)) = reference.give_back(order, part, minor, now) {
                world.give_back(app, id, holder, minor).await;
            }
            (Ok(()), Ok(()))
        }
        Operation::GiveCredit { order, minor } => {
            if let Some(id) = reference.order_id(order) {
                reference.give_credit(order, minor);
                world.give_credit(app, id, minor).await;
            }
            (Ok(()), Ok(()))
        }
        Operation::Wait { days } => {
            app.clock().advance(TimeDelta::days(days));
            reference.wait(app.clock().now());
            world.wait(app).await;
            (Ok(()), Ok(()))
        }
    }
}

both! {
    async fn the_ledger_of_credit_does_what_a_plain_reference_does(app: TestApp) {
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
