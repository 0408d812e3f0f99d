//! Keys: one that can only search, one that can only keep our indexes. The master key makes them and is used for nothing
//! else; they are kept in the data folder.

use std::sync::{Arc, PoisonError};

use meilisearch_sdk::client::Client;
use meilisearch_sdk::key::{Action, Key, KeyBuilder, KeysQuery};

use super::{Clients, IndexError, Meilisearch, call};
use crate::config::Secret;

/// Indexes the keys are good for.
const INDEXES: &str = "products_*";

/// A key we need.
struct Wanted {
    /// Name at the server, by which it is found again; changes when the rights change.
    name: &'static str,
    /// Name of its file in the data folder.
    secret: &'static str,
    actions: fn() -> Vec<Action>,
}

const SEARCH: Wanted = Wanted {
    name: "vitrine search 1",
    secret: "meilisearch-search-key",
    actions: || vec![Action::Search],
};

const DOCUMENTS: Wanted = Wanted {
    name: "vitrine documents 1",
    secret: "meilisearch-documents-key",
    actions: || {
        vec![
            Action::DocumentsAdd,
            Action::DocumentsDelete,
            Action::IndexesCreate,
            Action::IndexesGet,
            Action::IndexesDelete,
            Action::Unknown("indexes.swap".to_owned()),
            Action::SettingsUpdate,
            Action::TasksGet,
        ]
    },
};

impl Meilisearch {
    /// Makes sure there are clients: with the keys of the data folder, else with new ones.
    pub(super) async fn connect(&self) -> Result<(), IndexError> {
        if self.clients().is_ok() {
            return Ok(());
        }
        let Some(master_key) = &self.master_key else {
            // No keys and none to make them with: the server runs open, or says that it does not.
            return self.keep(None, None);
        };
        let master = self.client(Some(master_key))?;
        let known = call(master.get_keys_with(KeysQuery::new().with_limit(1_000)))
            .await?
            .results;
        let mut keys = Vec::with_capacity(2);
        for wanted in [SEARCH, DOCUMENTS] {
            let key = match known
                .iter()
                .find(|key| key.name.as_deref() == Some(wanted.name))
            {
                Some(key) => Secret::new(key.key.as_str()),
                None => Secret::new(make(&master, &wanted).await?.key),
            };
            self.data_dir
                .write_secret(wanted.secret, &key)
                .map_err(|error| IndexError::Server(error.to_string()))?;
            keys.push(key);
        }
        self.keep(keys.first(), keys.last())
    }

    /// Forgets keys the server no longer takes (it was wiped, or its master key changed), and makes others.
    pub(super) async fn reconnect(&self) -> Result<(), IndexError> {
        *self.clients.write().unwrap_or_else(PoisonError::into_inner) = None;
        for wanted in [SEARCH, DOCUMENTS] {
            self.data_dir
                .write_secret(wanted.secret, &Secret::default())
                .map_err(|error| IndexError::Server(error.to_string()))?;
        }
        self.connect().await
    }

    /// The clients, if keys were made before.
    pub(super) fn clients(&self) -> Result<Arc<Clients>, IndexError> {
        if let Some(clients) = &*self.clients.read().unwrap_or_else(PoisonError::into_inner) {
            return Ok(Arc::clone(clients));
        }
        let stored = |wanted: Wanted| {
            self.data_dir
                .secret(wanted.secret)
                .map_err(|error| IndexError::Server(error.to_string()))
        };
        let (Some(search), Some(documents)) = (stored(SEARCH)?, stored(DOCUMENTS)?) else {
            return Err(IndexError::Server("its keys are not made yet".to_owned()));
        };
        self.keep(Some(&search), Some(&documents))?;
        self.clients
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
            .ok_or(IndexError::Resting)
    }

    fn keep(&self, search: Option<&Secret>, documents: Option<&Secret>) -> Result<(), IndexError> {
        let clients = Clients {
            search: self.client(search)?,
            documents: self.client(documents)?,
        };
        *self.clients.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(clients));
        Ok(())
    }

    fn client(&self, key: Option<&Secret>) -> Result<Client, IndexError> {
        Ok(Client::new(self.url.as_str(), key.map(Secret::expose))?)
    }
}

async fn make(master: &Client, wanted: &Wanted) -> Result<Key, IndexError> {
    let mut key = KeyBuilder::new();
    key.with_name(wanted.name)
        .with_description("Made by Vitrine at its start.")
        .with_actions((wanted.actions)())
        .with_index(INDEXES);
    call(master.create_key(key)).await
}
