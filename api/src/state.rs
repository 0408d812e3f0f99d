//! What the running shop consists of.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, RwLock};

use sea_orm::EntityTrait;

use crate::auth::{Access, Passwords, Throttle, Tokens};
use crate::clock::Clock;
use crate::config::Config;
use crate::database::Database;
use crate::error::{Error, Result};
use crate::job::worker::Wake;
use crate::mail::Mailer;
use crate::payment::Providers;
use crate::search::Search;
use crate::service::inventory::SoldOut;
use crate::service::order::{OrderNumbers, Rush, Together};
use crate::service::watch::Watcher;
use crate::webhook::Outbound;

/// The shop's parts, shared by all requests and jobs; cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

/// The parts themselves.
pub struct Parts {
    /// Settings read at start.
    pub config: Config,
    /// Connections.
    pub database: Database,
    /// Time and ids.
    pub clock: Clock,
    /// Sales channels by slug.
    pub channels: Channels,
    /// Way out for mails.
    pub mailer: Arc<dyn Mailer>,
    /// Wakes the worker after a commit.
    pub wake: Wake,
    /// Access tokens.
    pub tokens: Tokens,
    /// Password hashing.
    pub passwords: Passwords,
    /// Limits on tries.
    pub throttle: Throttle,
    /// Standing sessions and keys.
    pub access: Access,
    /// Payment providers.
    pub payments: Providers,
    /// Order numbers taken in advance.
    pub order_numbers: OrderNumbers,
    /// Orders that are written together.
    pub together: Together,
    /// Carts that are looked up together.
    pub rush: Rush,
    /// What stock was refused a moment ago.
    pub sold_out: SoldOut,
    /// Who watches what.
    pub watcher: Watcher,
    /// Calls to the addresses of others.
    pub outbound: Outbound,
    /// Search engines.
    pub search: Search,
}

impl AppState {
    /// Puts the parts together.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// The channels, kept in memory: every request names one, and they change rarely.
#[derive(Debug, Default)]
pub struct Channels {
    by_slug: RwLock<HashMap<String, Arc<entity::channel::Model>>>,
}

impl Channels {
    /// Reads all channels anew; called at start and after `shopUpdate`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn reload(&self, database: &Database) -> Result<()> {
        let rows = entity::channel::Entity::find().all(database.read()).await?;
        let by_slug = rows
            .into_iter()
            .map(|row| (row.slug.clone(), Arc::new(row)))
            .collect();
        *self
            .by_slug
            .write()
            .map_err(|_poisoned| Error::internal("channels lock is poisoned"))? = by_slug;
        Ok(())
    }

    /// Every channel.
    ///
    /// # Errors
    /// Only after a panic elsewhere.
    pub fn all(&self) -> Result<Vec<Arc<entity::channel::Model>>> {
        let channels = self
            .by_slug
            .read()
            .map_err(|_poisoned| Error::internal("channels lock is poisoned"))?;
        Ok(channels.values().cloned().collect())
    }

    /// The channel of a slug, or the default one for none.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown slug.
    pub fn find(&self, slug: Option<&str>) -> Result<Arc<entity::channel::Model>> {
        let channels = self
            .by_slug
            .read()
            .map_err(|_poisoned| Error::internal("channels lock is poisoned"))?;
        let found = match slug {
            Some(slug) => channels.get(slug),
            None => channels.values().find(|channel| channel.is_default),
        };
        found.cloned().ok_or(Error::NotFound("channel"))
    }

    /// The channel of an id.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown id.
    pub fn find_by_id(&self, id: uuid::Uuid) -> Result<Arc<entity::channel::Model>> {
        self.all()?
            .into_iter()
            .find(|channel| channel.id == id)
            .ok_or(Error::NotFound("channel"))
    }
}
