//! The search server: Meilisearch, with one index per language. The only room that knows its client.
//!
//! Every call has a deadline. After failures in a row searches leave the server alone for a moment, so that its stand-in
//! answers at once. `keys.rs` makes the narrow keys, `filter.rs` writes filters, `record.rs` documents and settings,
//! `upkeep.rs` builds indexes.

mod ask;
mod filter;
mod keys;
mod record;
mod upkeep;

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use meilisearch_sdk::client::Client;
use meilisearch_sdk::errors::{Error as ServerError, ErrorType};

pub use upkeep::Target;

use super::{Answer, CatalogIndex, IndexError, Question};
use crate::config::{MeiliConfig, Secret};
use crate::data_dir::DataDir;

/// Longest a search waits, so that the stand-in's answer still comes within 300 ms.
const SEARCH_DEADLINE: Duration = Duration::from_millis(250);
/// Longest any other single call waits.
const CALL_DEADLINE: Duration = Duration::from_secs(10);
/// Failures in a row after which the server is left alone.
const PATIENCE: u32 = 3;
/// How long it is left alone.
const REST: Duration = Duration::from_secs(2);

/// A Meilisearch server.
#[derive(Debug)]
pub struct Meilisearch {
    url: String,
    master_key: Option<Secret>,
    data_dir: DataDir,
    clients: RwLock<Option<Arc<Clients>>>,
    health: Mutex<Health>,
    /// Languages whose index was seen to exist with today's settings, since this process began.
    ready: Mutex<BTreeSet<String>>,
    /// Held while documents are sent, so that an older state never overtakes a newer one.
    pub(crate) sending: tokio::sync::Mutex<()>,
}

/// One client per key.
#[derive(Debug)]
struct Clients {
    search: Client,
    documents: Client,
}

#[derive(Debug, Default)]
struct Health {
    failures: u32,
    resting_until: Option<Instant>,
}

impl CatalogIndex for Meilisearch {
    fn find<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<Answer, IndexError>> {
        Box::pin(async move {
            if self.is_resting() {
                return Err(IndexError::Resting);
            }
            let answer = within(SEARCH_DEADLINE, self.ask(question)).await;
            self.note(answer.is_ok());
            answer
        })
    }
}

impl Meilisearch {
    /// A server by its configuration; nothing is called yet.
    #[must_use]
    pub fn new(config: &MeiliConfig, data_dir: &DataDir) -> Self {
        Self {
            url: config.url.as_str().trim_end_matches('/').to_owned(),
            master_key: config.master_key.clone(),
            data_dir: data_dir.clone(),
            clients: RwLock::default(),
            health: Mutex::default(),
            ready: Mutex::default(),
            sending: tokio::sync::Mutex::default(),
        }
    }

    /// Asks whether the server is there and takes our key.
    ///
    /// # Errors
    /// What is wrong with it.
    pub async fn check(&self) -> Result<(), IndexError> {
        self.connect().await?;
        let clients = self.clients()?;
        call(clients.documents.list_all_indexes()).await?;
        Ok(())
    }

    fn is_resting(&self) -> bool {
        let health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        health
            .resting_until
            .is_some_and(|until| Instant::now() < until)
    }

    fn note(&self, is_well: bool) {
        let mut health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        if is_well {
            *health = Health::default();
            return;
        }
        health.failures = health.failures.saturating_add(1);
        if health.failures >= PATIENCE {
            health.resting_until = Instant::now().checked_add(REST);
        }
    }
}

/// The index of a language.
fn index_uid(locale: &str) -> String {
    format!("products_{locale}")
}

/// Calls the server with a deadline.
async fn call<T>(
    request: impl Future<Output = Result<T, ServerError>> + Send,
) -> Result<T, IndexError> {
    within(CALL_DEADLINE, async {
        request.await.map_err(IndexError::from)
    })
    .await
}

async fn within<T>(
    deadline: Duration,
    work: impl Future<Output = Result<T, IndexError>> + Send,
) -> Result<T, IndexError> {
    match tokio::time::timeout(deadline, work).await {
        Ok(settled) => settled,
        Err(_elapsed) => Err(IndexError::Slow(deadline.as_millis())),
    }
}

impl From<ServerError> for IndexError {
    fn from(error: ServerError) -> Self {
        if let ServerError::Meilisearch(refusal) = &error
            && refusal.error_type == ErrorType::Auth
        {
            return Self::Denied(refusal.error_message.clone());
        }
        Self::Server(error.to_string())
    }
}
