//! The server dies at each commit and each call of a provider, on every way an order's money and goods take. Asking again with
//! the same key and the work it left behind bring each step to its one end, without anybody's help.
//!
//! Nothing in the server helps: commits are counted on the wire to PostgreSQL, and by SQLite's own hook in the test's server
//! process; calls on the wire to the stand-in for Stripe.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tests::{Backend, TestApp, both};

use crate::plan::Plan;
use crate::proxy::Proxy;
use crate::server::Server;
use crate::step::{Stage, Step, Subject};
use crate::trap::{Loss, Trap};

/// How the wire protocol says that a transaction is to be committed.
const COMMIT: &[u8] = b"Q\0\0\0\x0bCOMMIT\0";
/// Within this time after the answer a step has done whatever it does.
const AFTERMATH: Duration = Duration::from_millis(1_500);
/// Longest time until everything a dead server had begun is at its end.
const RECOVERY: Duration = Duration::from_secs(30);

/// What is counted.
#[derive(Clone, Copy, Debug)]
enum Point {
    Commit(Loss),
    Call(Loss),
}

/// Where the server dies.
struct Traps {
    commits: Arc<Trap>,
    calls: Arc<Trap>,
}

impl Traps {
    fn set(&self, server: &Server, backend: Backend, point: Point, number: usize) {
        match (point, backend) {
            (Point::Commit(_), Backend::Sqlite) => server.die_at_commit(number),
            (Point::Commit(loss), Backend::Postgres) => self.commits.set(number, loss),
            (Point::Call(loss), _) => self.calls.set(number, loss),
        }
    }

    /// Waits until one springs.
    async fn sprung(&self, server: &mut Server) {
        while !self.commits.is_sprung() && !self.calls.is_sprung() && !server.has_died() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    fn disarm(&self, server: &Server) {
        self.commits.disarm();
        self.calls.disarm();
        server.live_on();
    }
}

/// The points a step may have. SQLite dies before a commit only: what follows one and is lost, the next commit or call tells.
fn points(step: Step, backend: Backend) -> Vec<Point> {
    let mut points = vec![Point::Commit(Loss::Request)];
    if backend == Backend::Postgres {
        points.push(Point::Commit(Loss::Answer));
    }
    if step.calls() {
        points.extend([Loss::Request, Loss::Answer].map(Point::Call));
    }
    points
}

both! {
    async fn a_server_that_dies_anywhere_leaves_nothing_half_done(app: TestApp) {
        let rounds = Plan::read().rounds;
        let backend = app.backend();
        let mut stage = Stage::set(&app).await;
        let mut waiting: Vec<(Point, usize, Subject)> = Vec::new();
        for step in Step::ALL {
            for point in points(step, backend) {
                for number in 1..=rounds {
                    waiting.push((point, number, stage.prepare(step).await));
                }
            }
        }
        let traps = Traps { commits: Arc::default(), calls: Arc::default() };
        let stripe_port = port(stage.stripe.url());
        let calls = Proxy::trapped(stripe_port, Arc::clone(&traps.calls), |bytes| bytes.starts_with(b"POST /v1/")).await;
        let stripe_url = format!("http://127.0.0.1:{}", calls.port);
        let settings = [
            ("VITRINE_STRIPE_SECRET_KEY", tests::stripe::SECRET_KEY),
            ("VITRINE_STRIPE_PUBLISHABLE_KEY", tests::stripe::PUBLISHABLE_KEY),
            ("VITRINE_STRIPE_WEBHOOK_SECRETS", tests::stripe::WEBHOOK_SECRET),
            ("VITRINE_STRIPE_URL", &stripe_url),
        ];
        let url = through_proxy(&app, &traps).await;
        let mut server = Server::start_with(&app, &url, &settings).await;
        stage.port = server.port;

        let (mut done, mut deaths) = (Vec::new(), 0);
        for (point, number, mut subject) in waiting {
            traps.set(&server, backend, point, number);
            let dies = {
                let step = async {
                    stage.take(&mut subject).await;
                    tokio::time::sleep(AFTERMATH).await;
                };
                tokio::select! {
                    () = traps.sprung(&mut server) => true,
                    () = step => false,
                }
            };
            traps.disarm(&server);
            if dies {
                deaths += 1;
                server.kill_and_restart().await;
            }
            let told = stage.take(&mut subject).await;
            assert!(dies || number > 1, "{:?} has no {point:?}", subject.step);
            done.push((point, number, subject, told));
        }
        println!("the server died {deaths} times in {} steps", done.len());
        let began = Instant::now();
        for (point, number, subject, _) in &done {
            let end = subject.step.end();
            loop {
                stage.deliver().await;
                let state = stage.state(subject).await;
                if state == end {
                    break;
                }
                let place = || format!("{:?}, {point:?} {number}: {state:?}", subject.step);
                assert!(began.elapsed() < RECOVERY, "{}", place());
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        println!("everything was at its end {:?} after the last death", began.elapsed());
        for (_, _, subject, told) in &mut done {
            assert_eq!(stage.take(subject).await, *told, "asking again tells the same");
        }
        check_provider(&stage, &done.iter().map(|(_, _, subject, _)| subject.step).collect::<Vec<_>>());
        server.stop().await;
    }
}

/// The provider took and gave back exactly once what the shop says.
fn check_provider(stage: &Stage, steps: &[Step]) {
    let count = |is_one: fn(Step) -> bool| steps.iter().filter(|step| is_one(**step)).count();
    let intents = stage.stripe.intents();
    let taken = intents
        .iter()
        .filter(|intent| intent["amount_received"] == 1_490);
    let paid = count(|step| step.end()[3] == "14.90");
    assert_eq!(taken.count(), paid, "captures");
    assert_eq!(
        intents.len(),
        count(|step| step != Step::Place),
        "one intent for each payment"
    );
    let refunds = stage.stripe.refunds();
    let of = |amount: u32| {
        refunds
            .iter()
            .filter(|refund| refund["amount"] == amount)
            .count()
    };
    let expected = (
        count(|step| step == Step::Refund),
        count(|step| step == Step::Cancel),
    );
    assert_eq!((of(490), of(1_490)), expected, "refunds: {refunds:?}");
    assert_eq!(refunds.len(), expected.0 + expected.1);
}

/// The database's address; PostgreSQL's leads over a wire on which commits are counted.
async fn through_proxy(app: &TestApp, traps: &Traps) -> String {
    let url = app.database_url();
    if app.backend() == Backend::Sqlite {
        return url.to_owned();
    }
    let target = port(url);
    let counts = |bytes: &[u8]| bytes.ends_with(COMMIT);
    let proxy = Proxy::trapped(target, Arc::clone(&traps.commits), counts).await;
    url.replace(&format!(":{target}"), &format!(":{}", proxy.port))
}

/// The port in an address.
fn port(url: &str) -> u16 {
    let (_, behind) = url.rsplit_once(':').expect("a port");
    let digits = behind.split('/').next().unwrap_or_default();
    digits.parse().expect("a port")
}
