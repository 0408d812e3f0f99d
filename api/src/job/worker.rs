//! The worker: one task per consumer, so that a slow mail server never delays a payment.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::outbox::{self, Claim, Claimed};
use super::{Job, consumers, deliveries, timer};
use crate::error::{Error, Result};
use crate::service::webhook;
use crate::state::AppState;

/// Longest time between two looks at the outbox; a commit in this process wakes the worker at once.
const POLL: Duration = Duration::from_millis(500);
/// Longest time one message may take.
const DEADLINE: Duration = Duration::from_secs(45);
/// Time between two renewals of a lease; several fit into one, so that nobody else starts a message meanwhile.
const RENEWAL: Duration = Duration::from_secs(5);
/// Messages carried out side by side.
const SIDE_BY_SIDE: usize = 8;

/// Carries out one job; the id is the message's, the same at every attempt.
pub type Each = Arc<dyn Fn(AppState, Uuid, Job) -> BoxFuture<'static, Result<()>> + Send + Sync>;
/// Carries out several jobs at once.
pub type Batch = Arc<dyn Fn(AppState, Vec<Job>) -> BoxFuture<'static, Result<()>> + Send + Sync>;

/// How a consumer takes its jobs.
#[derive(Clone)]
pub enum Run {
    /// One by one, in the order of each subject.
    Each(Each),
    /// Several together.
    Batch {
        /// What is done with them.
        run: Batch,
        /// Most jobs.
        at_most: u32,
        /// Whether those of one subject come in their order, hence in batches of their own; consumers that read the present
        /// state anyway have no need of it.
        is_ordered: bool,
    },
}

/// Who carries out jobs of some kinds.
#[derive(Clone)]
pub struct Consumer {
    /// Kinds of jobs, as in the table.
    pub kinds: &'static [&'static str],
    /// What it does.
    pub run: Run,
}

/// Wakes the worker after a commit; a wake-up while a consumer is busy is not lost.
#[derive(Debug, Default)]
pub struct Wake(watch::Sender<()>);

impl Wake {
    /// Tells that something was committed that may have left jobs behind.
    pub fn wake(&self) {
        self.0.send_replace(());
    }
}

/// The running tasks.
#[derive(Debug)]
pub struct Worker {
    app: Handle,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
    held: Held,
}

/// Keeps `Debug` of the worker short.
struct Handle(AppState);

impl std::fmt::Debug for Handle {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("AppState")
    }
}

/// Messages being carried out, to be handed back when the process stops.
type Held = Arc<Mutex<Vec<Claimed>>>;

impl Worker {
    /// Starts a task per consumer, one for deliveries to webhooks and one for the timers.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the timers cannot be written down.
    pub async fn start(app: AppState) -> Result<Self> {
        timer::install(&app).await?;
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let held = Held::default();
        for consumer in consumers::all() {
            tasks.spawn(consume_until(
                app.clone(),
                consumer,
                stopped.clone(),
                Arc::clone(&held),
            ));
        }
        let woken = app.wake.0.subscribe();
        tasks.spawn(deliveries::send_until(
            app.clone(),
            stopped.clone(),
            woken,
            POLL,
        ));
        tasks.spawn(timers_until(app.clone(), stopped));
        Ok(Self {
            app: Handle(app),
            stop,
            tasks,
            held,
        })
    }

    /// Stops claiming, waits for what is under way, and hands back what does not end in time.
    pub async fn stop(mut self, grace: Duration) {
        self.stop.send_replace(true);
        let finished = tokio::time::timeout(grace, async {
            while self.tasks.join_next().await.is_some() {}
        })
        .await;
        if finished.is_err() {
            self.tasks.shutdown().await;
        }
        let held = std::mem::take(&mut *self.held.lock().unwrap_or_else(PoisonError::into_inner));
        if let Err(error) = outbox::hand_back(&self.app.0, &held).await {
            tracing::warn!(error = %error, "leases are left to run out");
        }
    }
}

async fn consume_until(
    app: AppState,
    consumer: Consumer,
    mut stopped: watch::Receiver<bool>,
    held: Held,
) {
    let mut woken = app.wake.0.subscribe();
    while !*stopped.borrow() {
        match round(&app, &consumer, &held).await {
            Ok(0) => {
                tokio::select! {
                    _ = woken.changed() => {}
                    () = pause(&mut stopped) => {}
                }
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(error = %error, "the outbox cannot be read");
                pause(&mut stopped).await;
            }
        }
    }
}

async fn timers_until(app: AppState, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        if let Err(error) = timer::run_due(&app).await {
            tracing::warn!(error = %error, "timers cannot be read");
        }
        pause(&mut stopped).await;
    }
}

async fn pause(stopped: &mut watch::Receiver<bool>) {
    tokio::select! {
        () = tokio::time::sleep(POLL) => {}
        _ = stopped.changed() => {}
    }
}

/// Carries out all jobs that are due, those they leave behind, and deliveries to webhooks, until none is; for tests and the
/// command line.
///
/// # Errors
/// [`Error::Unavailable`] when the outbox cannot be read. Failures of jobs are written into their rows.
pub async fn run_until_idle(app: &AppState) -> Result<usize> {
    let consumers = consumers::all();
    let mut total = 0;
    loop {
        let jobs = run_with_until_idle(app, &consumers).await?;
        let sent = webhook::deliver_due(app).await?;
        total += jobs + sent;
        if sent == 0 {
            return Ok(total);
        }
    }
}

/// The same with other consumers, and without deliveries.
///
/// # Errors
/// As [`run_until_idle`].
pub async fn run_with_until_idle(app: &AppState, consumers: &[Consumer]) -> Result<usize> {
    let held = Held::default();
    let mut total = 0;
    loop {
        let mut taken = 0;
        for consumer in consumers {
            taken += round(app, consumer, &held).await?;
        }
        if taken == 0 {
            return Ok(total);
        }
        total += taken;
    }
}

/// One claim and what follows; answers how many messages were taken.
async fn round(app: &AppState, consumer: &Consumer, held: &Held) -> Result<usize> {
    let (is_ordered, at_most) = match &consumer.run {
        Run::Each(_) => (true, u32::try_from(SIDE_BY_SIDE).unwrap_or(1)),
        Run::Batch {
            at_most,
            is_ordered,
            ..
        } => (*is_ordered, *at_most),
    };
    let claimed = outbox::claim(
        app,
        Claim {
            kinds: consumer.kinds,
            is_ordered,
            at_most,
        },
    )
    .await?;
    let taken = claimed.len();
    hold(held, &claimed);
    let settled = async {
        match &consumer.run {
            Run::Each(run) => run_each(app, run, &claimed).await,
            Run::Batch { run, .. } => run_batch(app, run, &claimed).await,
        }
    };
    let settled = holding(app, &claimed, settled).await;
    let kept = settle(app, &claimed, settled).await;
    let_go(held, &claimed);
    kept.map(|()| taken)
}

/// Carries work out while the leases of its messages are renewed.
pub(super) async fn holding<T>(
    app: &AppState,
    messages: &[Claimed],
    work: impl Future<Output = T>,
) -> T {
    tokio::select! {
        done = work => done,
        never = renew_for_ever(app, messages) => match never {},
    }
}

async fn renew_for_ever(app: &AppState, messages: &[Claimed]) -> Infallible {
    loop {
        tokio::time::sleep(RENEWAL).await;
        if let Err(error) = outbox::renew(app, messages).await {
            tracing::warn!(error = %error, "leases are not renewed");
        }
    }
}

fn hold(held: &Held, claimed: &[Claimed]) {
    held.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .extend_from_slice(claimed);
}

fn let_go(held: &Held, claimed: &[Claimed]) {
    let ended = |message: &Claimed| claimed.iter().any(|other| other.id == message.id);
    held.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .retain(|message| !ended(message));
}

async fn run_each(app: &AppState, run: &Each, claimed: &[Claimed]) -> Vec<Result<()>> {
    let attempt = |message: &Claimed| match parse(message) {
        Ok(job) => guarded(run(app.clone(), message.id, job)).boxed(),
        Err(error) => futures_util::future::ready(Err(error)).boxed(),
    };
    let attempts: Vec<BoxFuture<'static, Result<()>>> = claimed.iter().map(attempt).collect();
    // `buffered` keeps the order, so that results line up with the messages.
    stream::iter(attempts)
        .buffered(SIDE_BY_SIDE)
        .collect()
        .await
}

/// First attempts go together; what failed before goes alone, so that one poison message does not hold up the others.
async fn run_batch(app: &AppState, run: &Batch, claimed: &[Claimed]) -> Vec<Result<()>> {
    let mut results: Vec<Option<Result<()>>> = Vec::with_capacity(claimed.len());
    let mut together = Vec::new();
    for message in claimed {
        match parse(message) {
            Ok(job) if message.attempts == 1 => {
                together.push(job);
                results.push(None);
            }
            Ok(job) => results.push(Some(guarded(run(app.clone(), vec![job])).await)),
            Err(error) => results.push(Some(Err(error))),
        }
    }
    let outcome = if together.is_empty() {
        Ok(())
    } else {
        guarded(run(app.clone(), together)).await
    };
    let shared = || match &outcome {
        Ok(()) => Ok(()),
        Err(Error::Unavailable(what)) => Err(Error::Unavailable(what)),
        Err(error) => Err(Error::internal(error.to_string())),
    };
    results
        .into_iter()
        .map(|result| result.unwrap_or_else(shared))
        .collect()
}

fn parse(message: &Claimed) -> Result<Job> {
    serde_json::from_value(message.payload.clone()).map_err(Error::internal)
}

/// Runs with a deadline, and turns a panic into a failure of this work alone.
pub(super) async fn guarded(work: BoxFuture<'_, Result<()>>) -> Result<()> {
    match tokio::time::timeout(DEADLINE, AssertUnwindSafe(work).catch_unwind()).await {
        Ok(Ok(result)) => result,
        Ok(Err(_panic)) => Err(Error::internal("it panicked")),
        Err(_elapsed) => Err(Error::internal("it took too long")),
    }
}

async fn settle(app: &AppState, claimed: &[Claimed], results: Vec<Result<()>>) -> Result<()> {
    let mut done = Vec::with_capacity(claimed.len());
    for (message, result) in claimed.iter().zip(results) {
        match result {
            Ok(()) => done.push(message.id),
            Err(error) => outbox::fail(app, message, &error).await?,
        }
    }
    outbox::complete(app, &done).await
}
