//! The whole shop beside a plain reference in memory: random carts, orders, payments, answers of the back office, parcels, returns,
//! refunds, counts of stock, a coupon, points and store credit. After each operation carts, orders, stock, coupon, points and
//! credit are what the reference says.
//!
//! A seed that ever failed is added to [`SEEDS`] and stays. The long run is
//! `cargo test -p tests --test it -- --ignored --nocapture model::long_run`: a hundred thousand operations of one seed, or
//! `MODEL_STEPS` of each of `MODEL_SEEDS` from `MODEL_SEED` on.

mod order;
mod reference;
mod shop;
mod world;

use std::ops::Range;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use tests::{Backend, TestApp, app, invariants};

use order::Order;
use reference::{Outcome, Reference};
use shop::{Shown, expected_cart};
use world::World;

/// Seeds of every run with their operations, each on a shop of its own. One that ever failed goes on until it did.
const SEEDS: [(u64, usize); 4] = [(1, 700), (2, 700), (20_261_123, 700), (7, 1_010)];
/// Operations for each seed of the long run, unless said otherwise.
const LONG_STEPS: usize = 100_000;
/// Times a seed looks at all orders and at the invariants.
const LOOKS: usize = 4;
/// Orders something happens to: the youngest ones.
const YOUNG: usize = 6;
/// Operations between two looks at both members, not only at the one whom an operation is about.
const BOTH_EVERY: usize = 8;
/// Coupons that are looked at each time: the youngest ones.
const KNOWN: usize = 3;
/// Who has more credit than this loses about as much: otherwise it would only grow in a long run.
const RICH: i64 = 20_000;
/// From so many operations on, a seed must have seen everything.
const VARIED: usize = 20_000;
/// From then on, so many states of money, goods and returns must have been seen.
const STATES: usize = 15;

/// What can happen. Orders are counted from the youngest back.
#[derive(Clone, Copy, Debug)]
enum Operation {
    Set {
        sku: usize,
        units: i32,
    },
    Adjust {
        sku: usize,
        units: i32,
    },
    GivePoints {
        member: usize,
        points: i64,
    },
    GiveCredit {
        member: usize,
        minor: i64,
    },
    Want {
        member: usize,
        sku: usize,
        units: i32,
    },
    OpenCoupon,
    EnterCoupon {
        member: usize,
    },
    TakeCouponOff {
        member: usize,
    },
    SpendPoints {
        member: usize,
        is_spent: bool,
    },
    UseCredit {
        member: usize,
        is_used: bool,
    },
    Place {
        member: usize,
    },
    Of {
        order: usize,
        deed: Deed,
    },
    Wait,
}

/// What can happen to an order.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Pay,
    Confirm,
    Reject,
    Send {
        sku: usize,
        units: i32,
    },
    Arrive,
    Receive,
    Cancel,
    Lose {
        sku: usize,
        units: i32,
    },
    ComeBack {
        sku: usize,
        units: i32,
        is_sellable: bool,
    },
    Refund {
        minor: i64,
    },
}

fn draw(random: &mut StdRng) -> Operation {
    let (member, sku) = (random.random_range(0..2), random.random_range(0..2));
    let is_wanted = random.random_ratio(2, 3);
    match random.random_range(0..61) {
        0..=2 => Operation::Set {
            sku,
            units: random.random_range(0..40),
        },
        3 | 4 => Operation::Adjust {
            sku,
            units: sign(random) * random.random_range(1..9),
        },
        5 => Operation::GivePoints {
            member,
            points: random.random_range(-99..200),
        },
        6 | 7 => Operation::GiveCredit {
            member,
            minor: random.random_range(-300..900),
        },
        8..=15 => Operation::Want {
            member,
            sku,
            units: random.random_range(0..6),
        },
        16 | 17 if is_wanted => Operation::EnterCoupon { member },
        16 | 17 => Operation::TakeCouponOff { member },
        18 | 19 => Operation::SpendPoints {
            member,
            is_spent: is_wanted,
        },
        20 | 21 => Operation::UseCredit {
            member,
            is_used: is_wanted,
        },
        22..=28 => Operation::Place { member },
        29 => Operation::Wait,
        30 => Operation::OpenCoupon,
        _ => Operation::Of {
            order: random.random_range(0..YOUNG),
            deed: draw_deed(random, sku),
        },
    }
}

fn draw_deed(random: &mut StdRng, sku: usize) -> Deed {
    let units = random.random_range(1..4);
    match random.random_range(0..31) {
        0..=6 => Deed::Pay,
        7..=11 => Deed::Confirm,
        12 => Deed::Reject,
        13..=19 => Deed::Send { sku, units },
        20 | 21 => Deed::Arrive,
        22..=24 => Deed::Receive,
        25 => Deed::Cancel,
        26 | 27 => Deed::Lose { sku, units },
        28 | 29 => Deed::ComeBack {
            sku,
            units,
            is_sellable: random.random_ratio(3, 4),
        },
        _ => Deed::Refund {
            minor: random.random_range(1..490),
        },
    }
}

fn sign(random: &mut StdRng) -> i32 {
    if random.random_ratio(1, 2) { 1 } else { -1 }
}

/// Carries an operation out on both sides: what should come of it, and what did.
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
        Operation::Adjust { sku, units } => (
            reference.set(sku, reference.on_hand[sku] + units),
            world.adjust(app, sku, units).await,
        ),
        Operation::GivePoints { points: 0, .. } | Operation::GiveCredit { minor: 0, .. } => {
            (Ok(()), Ok(()))
        }
        Operation::GivePoints { member, points } => (
            reference.give_points(member, points),
            world.give_points(app, member, points).await,
        ),
        Operation::GiveCredit { member, minor } => {
            let is_rich = reference.credit[member].balance > RICH;
            let minor = if is_rich { minor - RICH } else { minor };
            (
                reference.give_credit(member, minor),
                world.give_credit(app, member, minor).await,
            )
        }
        Operation::Want { member, sku, units } => (
            reference.want(member, sku, units),
            world.want(member, sku, units).await,
        ),
        Operation::OpenCoupon => {
            reference.open_coupon();
            world.open_coupon(app).await;
            (Ok(()), Ok(()))
        }
        Operation::EnterCoupon { member } => (
            reference.enter_coupon(member),
            world.enter_coupon(app, member).await,
        ),
        Operation::TakeCouponOff { member } => {
            reference.take_coupon_off(member);
            (Ok(()), world.take_coupon_off(member).await)
        }
        Operation::SpendPoints { member, is_spent } => (
            reference.spend_points(member, is_spent),
            world.spend_points(member, is_spent).await,
        ),
        Operation::UseCredit { member, is_used } => {
            reference.use_credit(member, is_used);
            (Ok(()), world.use_credit(member, is_used).await)
        }
        Operation::Place { member } => (reference.place(member), world.place(app, member).await),
        Operation::Of { order, deed } => match reference.find(order) {
            Some(order) => do_to(app, world, reference, (order, deed)).await,
            None => (Ok(()), Ok(())),
        },
        Operation::Wait => {
            reference.wait();
            world.wait(app).await;
            (Ok(()), Ok(()))
        }
    }
}

async fn do_to(
    app: &TestApp,
    world: &World,
    reference: &mut Reference,
    (order, deed): (usize, Deed),
) -> (Outcome, Outcome) {
    let member = reference.orders[order].member;
    match deed {
        Deed::Pay => (reference.pay(order), world.pay(app, order, member).await),
        Deed::Confirm | Deed::Reject if !reference.is_asked_about(order) => (Ok(()), Ok(())),
        Deed::Confirm => {
            reference.confirm(order);
            world.respond(app, order, "CONFIRMED").await;
            (Ok(()), Ok(()))
        }
        Deed::Reject => {
            reference.reject(order);
            world.respond(app, order, "REJECTED").await;
            (Ok(()), Ok(()))
        }
        Deed::Send { sku, units } => (
            reference.send(order, sku, units),
            world.send(app, order, sku, units).await,
        ),
        Deed::Arrive => (reference.arrive(order), world.arrive(app, order).await),
        Deed::Receive => (
            reference.receive(order),
            world.receive(app, order, member).await,
        ),
        Deed::Cancel => {
            let expected = reference.may_cancel(order);
            let given = world.lose(app, order, None).await;
            if let (Ok(lost), Ok(given)) = (expected, given) {
                reference.lose(order, lost, given);
            }
            (expected.map(|_| ()), given.map(|_| ()))
        }
        Deed::Lose { sku, units } => {
            let expected = reference.may_lose(order, of(sku, units));
            let given = world.lose(app, order, Some((sku, units))).await;
            if let (Ok(()), Ok(given)) = (expected, given) {
                reference.lose(order, of(sku, units), given);
            }
            (expected, given.map(|_| ()))
        }
        Deed::ComeBack {
            sku,
            units,
            is_sellable,
        } => {
            let expected = reference.may_come_back(order, of(sku, units));
            let what = (sku, units);
            let given = world.come_back(app, order, member, what, is_sellable).await;
            if let (Ok(()), Ok(given)) = (expected, given) {
                reference.come_back(order, of(sku, units), is_sellable, given);
            }
            (expected, given.map(|_| ()))
        }
        Deed::Refund { minor } => (
            reference.refund(order, minor),
            world.refund(app, order, minor).await,
        ),
    }
}

/// The member an operation is about.
fn whose(reference: &Reference, operation: Operation) -> Option<usize> {
    match operation {
        Operation::Set { .. }
        | Operation::Adjust { .. }
        | Operation::OpenCoupon
        | Operation::Wait => None,
        Operation::GivePoints { member, .. }
        | Operation::GiveCredit { member, .. }
        | Operation::Want { member, .. }
        | Operation::EnterCoupon { member }
        | Operation::TakeCouponOff { member }
        | Operation::SpendPoints { member, .. }
        | Operation::UseCredit { member, .. }
        | Operation::Place { member } => Some(member),
        Operation::Of { order, .. } => {
            let order = reference.find(order)?;
            Some(reference.orders[order].member)
        }
    }
}

/// Units of one kind of goods.
fn of(sku: usize, units: i32) -> [i32; 2] {
    [0, 1].map(|other| if other == sku { units } else { 0 })
}

/// Looks at everything the two could disagree about but older orders.
async fn compare(app: &TestApp, world: &World, reference: &Reference, members: Range<usize>) {
    let stock = (reference.on_hand, reference.allocated);
    assert_eq!(world.stock(app).await, stock, "stock");
    let used = reference.coupons.iter().map(|uses| uses[0] + uses[1]);
    let used: Vec<usize> = used.rev().take(KNOWN).collect();
    let coupons = world.coupons(app, KNOWN).await;
    assert_eq!(coupons, used, "uses of coupons");
    for member in members {
        let purses = [reference.points[member], reference.credit[member]];
        let (shown_purses, mut shown) = world.show_member(member).await;
        assert_eq!(shown_purses, purses, "points and credit of {member}");
        let cart = &reference.carts[member];
        let (total, _, _, credit) = reference.cost(member);
        let mut expected = expected_cart(cart, (total, credit));
        if cart.is_empty() {
            // Whether an empty cart is shipped is no question.
            (shown.2, shown.3, expected.2, expected.3) = (0, 0, 0, 0);
        }
        assert_eq!(shown, expected, "cart of {member}: {cart:?}");
    }
    let young = world.show_youngest(YOUNG).await;
    let expected = reference.orders.iter().rev().take(YOUNG);
    assert_eq!(young.len(), expected.len(), "orders");
    for (shown, order) in young.iter().zip(expected) {
        assert_eq!(*shown, expected_order(order), "{order:?}");
    }
}

fn expected_order(order: &Order) -> Shown {
    Shown {
        axes: order.axes().map(str::to_owned),
        money: [
            order.total,
            order.paid,
            order.refunded,
            order.tendered,
            order.credited,
        ],
        units: [order.units, order.cancelled, order.sent, order.back],
    }
}

/// Where a seed is; told when anything fails there.
struct Place(String);

impl Drop for Place {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("at {}", self.0);
        }
    }
}

/// Plays the operations of a seed on the shop and on the reference.
async fn play(app: TestApp, seed: u64, steps: usize) {
    let mut random = StdRng::seed_from_u64(seed);
    let mut world = World::open(&app).await;
    let mut reference = Reference::default();
    reference.open_coupon();
    let mut looked = 0;
    for step in 1..=steps {
        let operation = draw(&mut random);
        let _place = Place(format!("seed {seed}, step {step}, {operation:?}"));
        let (expected, done) = carry_out(&app, &mut world, &mut reference, operation).await;
        assert_eq!(done, expected);
        reference.note(expected, YOUNG);
        let members = match whose(&reference, operation) {
            Some(member) if step % BOTH_EVERY > 0 => member..member + 1,
            Some(_) | None => 0..2,
        };
        compare(&app, &world, &reference, members).await;
        if step % (steps / LOOKS).max(1) == 0 {
            for (number, order) in reference.orders.iter().enumerate().skip(looked) {
                let shown = world.show(number).await;
                assert_eq!(shown, expected_order(order), "{order:?}");
            }
            looked = reference.orders.len().saturating_sub(YOUNG);
            invariants::check(app.connection()).await;
        }
    }
    if steps >= VARIED {
        assert_eq!(reference.missing(), None, "everything happens");
        let states = reference.states();
        assert!(states >= STATES, "only {states} states were seen");
    }
}

/// Runs the seeds of every run.
fn run(backend: Backend) {
    for (seed, steps) in SEEDS {
        app::run(backend, |app| play(app, seed, steps));
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

mod long_run {
    use tests::plan::number;

    use super::{Backend, LONG_STEPS, app, play};

    fn run(backend: Backend) {
        let first = number("MODEL_SEED").unwrap_or(0_u64);
        let seeds = number("MODEL_SEEDS").unwrap_or(1_u64);
        let steps = number("MODEL_STEPS").unwrap_or(LONG_STEPS);
        for seed in first..first + seeds {
            app::run(backend, |app| play(app, seed, steps));
        }
    }

    #[test]
    #[ignore = "the long run, by hand"]
    fn sqlite() {
        run(Backend::Sqlite);
    }

    #[test]
    #[ignore = "the long run, by hand"]
    fn postgres() {
        run(Backend::Postgres);
    }
}
