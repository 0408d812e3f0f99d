//! What a resolver can reach: the app, the viewer and the request's loaders.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::Context;
use async_graphql::dataloader::{DataLoader, HashMapCache};
use async_graphql::runtime::{TokioSpawner, TokioTimer};

use super::error::Code;
use crate::auth::Viewer;
use crate::state::AppState;

/// The one loader of a request. Each area implements `Loader` for it with keys of its own, in its `loader.rs`.
pub struct Batch {
    /// The shop.
    pub app: AppState,
    /// Who asks.
    pub viewer: Arc<Viewer>,
}

/// Batches and remembers what a request loads.
pub type Loaders = DataLoader<Batch, HashMapCache>;

/// Makes a request's loaders.
#[must_use]
pub fn loaders(app: AppState, viewer: Arc<Viewer>) -> Loaders {
    // No delay: a spawned batch starts after all resolvers that are ready have asked.
    DataLoader::with_cache(
        Batch { app, viewer },
        TokioSpawner::current(),
        TokioTimer::default(),
        HashMapCache::default(),
    )
    .delay(Duration::ZERO)
}

/// Shortcuts to the request's data. The HTTP edge puts all three in place: `AppState`, `Arc<Viewer>` and [`Loaders`].
pub trait Reach {
    /// The shop.
    ///
    /// # Errors
    /// Only when the edge forgot it.
    fn app(&self) -> async_graphql::Result<&AppState>;
    /// Who asks.
    ///
    /// # Errors
    /// Only when the edge forgot it.
    fn viewer(&self) -> async_graphql::Result<&Viewer>;
    /// The request's loaders.
    ///
    /// # Errors
    /// Only when the edge forgot them.
    fn loaders(&self) -> async_graphql::Result<&Loaders>;
}

impl Reach for Context<'_> {
    fn app(&self) -> async_graphql::Result<&AppState> {
        self.data_opt::<AppState>()
            .ok_or_else(|| Code::InternalServerError.error("no app in the request"))
    }

    fn viewer(&self) -> async_graphql::Result<&Viewer> {
        self.data_opt::<Arc<Viewer>>()
            .map(AsRef::as_ref)
            .ok_or_else(|| Code::InternalServerError.error("no viewer in the request"))
    }

    fn loaders(&self) -> async_graphql::Result<&Loaders> {
        self.data_opt::<Loaders>()
            .ok_or_else(|| Code::InternalServerError.error("no loaders in the request"))
    }
}
