//! Keeping indexes: settings before documents, whole documents in batches, and the swap that puts a rebuilt index in place.

use std::sync::PoisonError;
use std::time::Duration;

use meilisearch_sdk::client::{Client, SwapIndexes};
use meilisearch_sdk::errors::Error as ServerError;
use meilisearch_sdk::task_info::TaskInfo;
use meilisearch_sdk::tasks::Task;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{IndexError, Meilisearch, call, index_uid, within};
use crate::search::document::Document;
use crate::search::meilisearch::record::{field, record, settings};

/// Longest we wait for the server to carry out a task of a rebuild.
const TASK_DEADLINE: Duration = Duration::from_mins(2);
/// Longest we wait for documents to be found, well below the lease of the timer that sends them.
const LIVE_DEADLINE: Duration = Duration::from_secs(25);
/// How often we ask whether it has.
const TASK_POLL: Duration = Duration::from_millis(25);

/// Where documents are sent.
#[derive(Clone, Copy, Debug)]
pub enum Target<'a> {
    /// The index searches ask.
    Live,
    /// One being built aside, by its generation.
    Aside(&'a str),
}

impl Target<'_> {
    fn uid(self, locale: &str) -> String {
        match self {
            Self::Live => index_uid(locale),
            Self::Aside(generation) => format!("{}__{generation}", index_uid(locale)),
        }
    }
}

impl Meilisearch {
    /// Makes sure the live index of a language is there with today's settings. True when it was not there: then it is
    /// empty now, and nothing that was sent before counts.
    ///
    /// # Errors
    /// When the server fails.
    pub async fn ensure(&self, locale: &str, channels: &[Uuid]) -> Result<bool, IndexError> {
        self.connect().await?;
        let is_new = match self.ensure_index(locale, channels).await {
            Err(IndexError::Denied(_)) => {
                self.reconnect().await?;
                self.ensure_index(locale, channels).await?
            }
            settled => settled?,
        };
        self.ready
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(locale.to_owned());
        Ok(is_new)
    }

    /// Whether the live index of a language was there with today's settings when it was last looked at.
    #[must_use]
    pub fn is_ready(&self, locale: &str) -> bool {
        let ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        ready.contains(locale)
    }

    /// Has the next upkeep look at the live index of a language again: it seems to be gone.
    pub(super) fn doubt(&self, locale: &str) {
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        ready.remove(locale);
    }

    async fn ensure_index(&self, locale: &str, channels: &[Uuid]) -> Result<bool, IndexError> {
        let clients = self.clients()?;
        let uid = index_uid(locale);
        let indexes = call(clients.documents.list_all_indexes_with(
            meilisearch_sdk::indexes::IndexesQuery::new(&clients.documents).with_limit(1_000),
        ))
        .await?;
        let is_new = !indexes.results.iter().any(|index| index.uid == uid);
        if !is_new && self.is_ready(locale) {
            return Ok(false);
        }
        self.make(&clients.documents, &uid, locale, channels, is_new)
            .await?;
        Ok(is_new)
    }

    /// Makes an empty index aside, with its settings.
    ///
    /// # Errors
    /// When the server fails.
    pub async fn begin_aside(
        &self,
        locale: &str,
        generation: &str,
        channels: &[Uuid],
    ) -> Result<(), IndexError> {
        let clients = self.clients()?;
        self.make(
            &clients.documents,
            &Target::Aside(generation).uid(locale),
            locale,
            channels,
            true,
        )
        .await
    }

    /// Sends whole documents of one language and waits until they can be found.
    ///
    /// # Errors
    /// When the server fails or refuses them; some may be in place.
    pub async fn put(
        &self,
        locale: &str,
        target: Target<'_>,
        documents: &[Document],
    ) -> Result<(), IndexError> {
        if documents.is_empty() {
            return Ok(());
        }
        let clients = self.clients()?;
        let records: Vec<Map<String, Value>> = documents.iter().map(record).collect();
        let index = clients.documents.index(target.uid(locale));
        let task = call(index.add_or_replace(&records, Some(field::ID))).await?;
        let deadline = match target {
            Target::Live => LIVE_DEADLINE,
            Target::Aside(_) => TASK_DEADLINE,
        };
        let settled = finish(&clients.documents, task, deadline).await;
        if settled.is_err() {
            // The index may be gone: look again before the next batch.
            self.doubt(locale);
        } else {
            self.note(true);
        }
        settled
    }

    /// Puts the index built aside in the place of the live one, without a moment in between, and drops the old one.
    ///
    /// # Errors
    /// When the server fails; the live index is then still one of the two, whole.
    pub async fn swap(&self, locale: &str, generation: &str) -> Result<(), IndexError> {
        let clients = self.clients()?;
        let aside = Target::Aside(generation).uid(locale);
        let pair = SwapIndexes {
            indexes: (index_uid(locale), aside.clone()),
            rename: None,
        };
        let rebuilt = created_at(&clients.documents, &aside).await?;
        call(clients.documents.swap_indexes([&pair])).await?;
        // A task of two indexes is hidden from keys bound to some of them; but an index keeps its birthday when it moves.
        within(TASK_DEADLINE, async {
            while created_at(&clients.documents, &index_uid(locale)).await? != rebuilt {
                tokio::time::sleep(TASK_POLL).await;
            }
            Ok(())
        })
        .await?;
        let task = call(clients.documents.delete_index(aside)).await?;
        finish(&clients.documents, task, TASK_DEADLINE).await
    }

    /// Drops what earlier rebuilds left behind when they were cut off.
    ///
    /// # Errors
    /// When the server fails.
    pub async fn drop_leftovers(&self, locale: &str) -> Result<(), IndexError> {
        let clients = self.clients()?;
        let prefix = format!("{}__", index_uid(locale));
        let indexes = call(clients.documents.list_all_indexes_with(
            meilisearch_sdk::indexes::IndexesQuery::new(&clients.documents).with_limit(1_000),
        ))
        .await?;
        for index in indexes
            .results
            .iter()
            .filter(|index| index.uid.starts_with(&prefix))
        {
            let task = call(clients.documents.delete_index(&index.uid)).await?;
            finish(&clients.documents, task, TASK_DEADLINE).await?;
        }
        Ok(())
    }

    async fn make(
        &self,
        client: &Client,
        uid: &str,
        locale: &str,
        channels: &[Uuid],
        is_new: bool,
    ) -> Result<(), IndexError> {
        if is_new {
            let task = call(client.create_index(uid, Some(field::ID))).await?;
            finish(client, task, TASK_DEADLINE).await?;
        }
        let task = call(client.index(uid).set_settings(&settings(locale, channels))).await?;
        finish(client, task, TASK_DEADLINE).await
    }
}

/// When an index was made, as the server writes it.
async fn created_at(client: &Client, uid: &str) -> Result<Value, IndexError> {
    let mut index = call(client.get_raw_index(uid)).await?;
    Ok(index
        .get_mut("createdAt")
        .map(Value::take)
        .unwrap_or_default())
}

/// Waits until a task is carried out.
async fn finish(client: &Client, task: TaskInfo, deadline: Duration) -> Result<(), IndexError> {
    let waiting = async {
        Ok(client
            .wait_for_task(task, Some(TASK_POLL), Some(deadline))
            .await?)
    };
    match within(deadline, waiting).await? {
        Task::Succeeded { .. } => Ok(()),
        Task::Failed { content } => Err(IndexError::from(ServerError::from(content.error))),
        Task::Enqueued { .. } | Task::Processing { .. } => {
            Err(IndexError::Slow(deadline.as_millis()))
        }
    }
}
