//! What a resolver can reach: the app, the viewer and the request's loaders.

use std::sync::{Arc, OnceLock};

use async_graphql::Context;
use async_graphql::dataloader::{DataLoader, HashMapCache};

use super::batches::{Batches, NoPause};
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

/// What resolvers of a request reach; the HTTP edge puts it in place.
pub struct Reached {
    app: AppState,
    viewer: Arc<Viewer>,
    batches: Batches,
    loaders: OnceLock<Loaders>,
}

impl Reached {
    /// For a request of a viewer, whose execution drives the batches.
    #[must_use]
    pub fn new(app: AppState, viewer: Arc<Viewer>, batches: Batches) -> Self {
        Self {
            app,
            viewer,
            batches,
            loaders: OnceLock::new(),
        }
    }

    fn loaders(&self) -> &Loaders {
        self.loaders.get_or_init(|| {
            let batch = Batch {
                app: self.app.clone(),
                viewer: Arc::clone(&self.viewer),
            };
            DataLoader::with_cache(
                batch,
                self.batches.clone(),
                NoPause,
                HashMapCache::default(),
            )
        })
    }
}

/// Shortcuts to what a request's resolvers reach.
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
        reached(self).map(|reached| &reached.app)
    }

    fn viewer(&self) -> async_graphql::Result<&Viewer> {
        reached(self).map(|reached| reached.viewer.as_ref())
    }

    fn loaders(&self) -> async_graphql::Result<&Loaders> {
        reached(self).map(Reached::loaders)
    }
}

fn reached<'a>(ctx: &'a Context<'_>) -> async_graphql::Result<&'a Reached> {
    ctx.data_opt::<Reached>()
        .ok_or_else(|| Code::InternalServerError.error("nothing is in reach of the request"))
}
