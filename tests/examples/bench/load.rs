//! A closed loop: each connection sends its next request when it has its answer.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::counter::Counter;
use crate::scenario::Scenario;
use tests::connection::Connection;

/// Rounds prepared where a round uses something up; the run ends early when they are done.
const PREPARED: u64 = 8_000;

/// What a run shows.
pub(crate) struct Figures {
    pub(crate) rounds: u64,
    pub(crate) seconds: f64,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
    pub(crate) instructions: Option<u64>,
}

impl Figures {
    pub(crate) fn per_second(&self) -> f64 {
        self.rounds as f64 / self.seconds
    }

    pub(crate) fn instructions_each(&self) -> Option<u64> {
        self.instructions.map(|all| all / self.rounds.max(1))
    }
}

/// Runs a scenario against a server: first to warm it, then to measure.
pub(crate) async fn run(
    scenario: &Arc<dyn Scenario>,
    port: u16,
    pid: u32,
    connections: usize,
    length: Duration,
) -> io::Result<Figures> {
    scenario
        .prepare(&mut Connection::open(port).await?, PREPARED)
        .await?;
    drive(scenario, port, connections, length / 4).await?;
    let counter = Counter::start(pid);
    let began = Instant::now();
    let mut latencies = drive(scenario, port, connections, length).await?;
    let seconds = began.elapsed().as_secs_f64();
    let instructions = counter.stop();
    latencies.sort_unstable();
    let at = |share: usize| {
        latencies
            .get(latencies.len() * share / 100)
            .copied()
            .unwrap_or_default()
    };
    Ok(Figures {
        rounds: latencies.len() as u64,
        seconds,
        p50: at(50),
        p99: at(99),
        instructions,
    })
}

async fn drive(
    scenario: &Arc<dyn Scenario>,
    port: u16,
    connections: usize,
    length: Duration,
) -> io::Result<Vec<Duration>> {
    static ROUND: AtomicU64 = AtomicU64::new(0);
    let end = Instant::now() + length;
    let clients = (0..connections).map(|_| {
        let scenario = Arc::clone(scenario);
        tokio::spawn(async move {
            let mut connection = Connection::open(port).await?;
            let mut latencies = Vec::new();
            while Instant::now() < end && scenario.has_more() {
                let round = ROUND.fetch_add(1, Ordering::Relaxed);
                let began = Instant::now();
                scenario.round(&mut connection, round).await?;
                latencies.push(began.elapsed());
            }
            Ok::<_, io::Error>(latencies)
        })
    });
    let clients: Vec<_> = clients.collect();
    let mut all = Vec::new();
    for client in clients {
        all.extend(client.await.map_err(io::Error::other)??);
    }
    Ok(all)
}
