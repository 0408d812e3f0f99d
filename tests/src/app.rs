//! The app under test: the shop's own parts over a fresh database, with a settable clock, captured mail and manual workers.

use std::{
    future::Future,
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use api::{
    clock::Clock,
    config::{Config, Sources},
    database::Database,
    state::AppState,
};
use futures_util::FutureExt;
use poem::{EndpointExt, Response, endpoint::BoxEndpoint};
use sea_orm::DatabaseConnection;
use tempfile::TempDir;

use crate::{
    account,
    client::Client,
    courier::InProcess,
    database::{self, Backend, TestDatabase},
    fingerprint, invariants,
    mailbox::Mailbox,
    postgres::Cluster,
};

/// Secret of the app's access tokens; long enough for the configuration to accept it.
const JWT_SECRET: &str = "a-secret-of-the-tests-that-is-long-enough";

/// Key of the test payment provider, with which tests sign its messages.
pub const TEST_PAYMENT_SECRET: &str = "the-test-payment-provider-signs-with-this";

/// A shop of its own for one test; cheap to clone.
#[derive(Clone)]
pub struct TestApp(Arc<Inner>);

struct Inner {
    state: AppState,
    endpoint: Arc<BoxEndpoint<'static, Response>>,
    mailbox: Mailbox,
    statements: Arc<AtomicUsize>,
    backend: Backend,
    url: String,
    dir: Arc<TempDir>,
}

/// What servers of one shop share.
struct Outside {
    url: String,
    dir: Arc<TempDir>,
    clock: Clock,
    mailbox: Mailbox,
}

/// Runs a scenario on a fresh app, checks the invariants and removes everything; called by [`crate::both!`].
///
/// # Panics
/// When the scenario does, or an invariant is broken.
pub fn run<F, Fut>(backend: Backend, scenario: F)
where
    F: FnOnce(TestApp) -> Fut,
    Fut: Future<Output = ()>,
{
    run_with(backend, &[], scenario);
}

/// The same with more settings, as in the environment (`[("VITRINE_MODE", "production")]`); they win over the harness's own.
///
/// # Panics
/// When the scenario does, or an invariant is broken.
pub fn run_with<F, Fut>(backend: Backend, settings: &[(&str, &str)], scenario: F)
where
    F: FnOnce(TestApp) -> Fut,
    Fut: Future<Output = ()>,
{
    block_on(async {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let database = TestDatabase::create(backend, dir.path()).await;
        let url = database.url().to_owned();
        let ended = play(backend, url, dir, settings, scenario).await;
        database.remove().await;
        if let Err(panic) = ended {
            std::panic::resume_unwind(panic);
        }
    });
}

/// The same on a PostgreSQL cluster of the scenario's own, which it may let crash.
///
/// # Panics
/// When the scenario does, or an invariant is broken.
pub fn run_on<F, Fut>(cluster: &Cluster, scenario: F)
where
    F: FnOnce(TestApp) -> Fut,
    Fut: Future<Output = ()>,
{
    block_on(async {
        let url = database::migrated(&cluster.server()).await;
        let dir = tempfile::tempdir().expect("a temporary folder");
        if let Err(panic) = play(Backend::Postgres, url, dir, &[], scenario).await {
            std::panic::resume_unwind(panic);
        }
    });
}

fn block_on(work: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(work);
}

/// Plays a scenario and checks the invariants.
async fn play<F, Fut>(
    backend: Backend,
    url: String,
    dir: TempDir,
    settings: &[(&str, &str)],
    scenario: F,
) -> std::thread::Result<()>
where
    F: FnOnce(TestApp) -> Fut,
    Fut: Future<Output = ()>,
{
    let world = Outside {
        url,
        dir: Arc::new(dir),
        clock: Clock::default(),
        mailbox: Mailbox::default(),
    };
    let app = TestApp::start(backend, world, settings).await;
    let ended = AssertUnwindSafe(async {
        scenario(app.clone()).await;
        invariants::check(app.connection()).await;
    })
    .catch_unwind()
    .await;
    app.state().database.close().await;
    ended
}

impl TestApp {
    /// A second server of the same shop, with more settings: it shares database, folder, clock and mailbox.
    pub async fn start_beside(&self, settings: &[(&str, &str)]) -> Self {
        let outside = Outside {
            url: self.0.url.clone(),
            dir: Arc::clone(&self.0.dir),
            clock: self.clock().clone(),
            mailbox: self.0.mailbox.clone(),
        };
        Self::start(self.0.backend, outside, settings).await
    }

    async fn start(backend: Backend, outside: Outside, settings: &[(&str, &str)]) -> Self {
        let Outside {
            url,
            dir,
            clock,
            mailbox,
        } = outside;
        let data_dir = dir.path().join("data");
        let defaults = [
            ("DATABASE_URL", url.as_str()),
            ("VITRINE_DATA_DIR", data_dir.to_str().expect("a UTF-8 path")),
            ("VITRINE_MODE", "development"),
            ("VITRINE_PUBLIC_URL", "http://shop.test"),
            ("VITRINE_JWT_SECRET", JWT_SECRET),
            ("VITRINE_TEST_PAYMENT_SECRET", TEST_PAYMENT_SECRET),
            ("VITRINE_DB_MAX_CONNECTIONS", "5"),
        ];
        let chosen = |name: &str| settings.iter().any(|(chosen, _)| *chosen == name);
        let pairs = defaults
            .into_iter()
            .filter(|(name, _)| !chosen(name))
            .chain(settings.iter().copied());
        let config =
            Config::load(&Sources::from_pairs(pairs)).expect("the harness's settings are accepted");
        let statements = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&statements);
        let mut connections = Database::open(&config).await.expect("the database opens");
        connections.observe(move |_statement| {
            counter.fetch_add(1, Ordering::Relaxed);
        });
        let state = api::start::assemble(config, connections, clock, Arc::new(mailbox.clone()))
            .await
            .expect("the parts fit together");
        let endpoint = Arc::new(
            api::http::site(state.clone())
                .expect("the site is built")
                .boxed(),
        );
        if let Some(provider) = state.payments.test() {
            provider.deliver_by(Arc::new(InProcess(Arc::clone(&endpoint))));
        }
        Self(Arc::new(Inner {
            state,
            endpoint,
            mailbox,
            statements,
            backend,
            url,
            dir,
        }))
    }

    /// The shop's parts, for what GraphQL does not reach.
    #[must_use]
    pub fn state(&self) -> &AppState {
        &self.0.state
    }

    /// The clock of this app alone; `advance` moves it.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0.state.clock
    }

    /// Which database it runs on.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.0.backend
    }

    /// A connection that may write, to arrange what no use case does and to look at rows.
    #[must_use]
    pub fn connection(&self) -> &DatabaseConnection {
        self.0.state.database.write()
    }

    /// Address of its database, for a server beside it.
    #[must_use]
    pub fn database_url(&self) -> &str {
        &self.0.url
    }

    /// The folder of this test; the app's data folder is `data` in it.
    #[must_use]
    pub fn dir(&self) -> &std::path::Path {
        self.0.dir.path()
    }

    /// Mails sent so far.
    #[must_use]
    pub fn mailbox(&self) -> &Mailbox {
        &self.0.mailbox
    }

    /// A client without credentials.
    #[must_use]
    pub fn guest(&self) -> Client {
        Client::new(Arc::clone(&self.0.endpoint))
    }

    /// A client logged in as the member of this e-mail, who is made at the first call.
    pub async fn as_member(&self, email: &str) -> Client {
        account::member(self, email).await
    }

    /// A client logged in as new staff with exactly these permissions.
    pub async fn as_staff(&self, permissions: &[&str]) -> Client {
        account::staff(self, permissions).await
    }

    /// A client logged in as new staff with every permission.
    pub async fn as_owner(&self) -> Client {
        account::owner(self).await
    }

    /// Carries out every job that is due, and the jobs those leave behind.
    ///
    /// # Panics
    /// When the outbox cannot be read.
    pub async fn run_outbox_until_idle(&self) -> usize {
        api::job::worker::run_until_idle(self.state())
            .await
            .expect("the outbox can be read")
    }

    /// Runs the timers that are due at the app's clock, then the jobs they leave behind.
    ///
    /// # Panics
    /// When the database does not answer.
    pub async fn run_timers(&self) {
        api::job::timer::install(self.state())
            .await
            .expect("timers can be written down");
        api::job::timer::run_due(self.state())
            .await
            .expect("timers can be run");
        self.run_outbox_until_idle().await;
    }

    /// How many SQL statements the work took, BEGIN and COMMIT apart.
    pub async fn count_statements<T>(&self, work: impl Future<Output = T>) -> (T, usize) {
        let before = self.0.statements.load(Ordering::Relaxed);
        let value = work.await;
        (value, self.0.statements.load(Ordering::Relaxed) - before)
    }

    /// A digest of every row that a refused request must leave as it was.
    pub async fn fingerprint(&self) -> String {
        fingerprint::take(self.connection()).await
    }
}
