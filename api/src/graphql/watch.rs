//! What the answers of a subscription show that may change.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{Context, Result};
use futures_util::stream::{self, Stream};

use super::error::Code;
use crate::service::watch::Thing;
pub use crate::service::watch::Watching;

/// What the resolvers of a subscription noted; clones share it.
#[derive(Clone, Debug, Default)]
pub struct WatchList(Arc<Mutex<BTreeSet<Thing>>>);

impl WatchList {
    /// What was noted.
    #[must_use]
    pub fn things(&self) -> BTreeSet<Thing> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Answers a subscription with what there is now, and has it answered anew whenever one of these things changes.
///
/// # Errors
/// Only when the edge forgot the list.
pub(super) fn now_and_later<T: Send>(
    ctx: &Context<'_>,
    things: impl IntoIterator<Item = Thing>,
    now: Vec<T>,
) -> Result<impl Stream<Item = T> + Send> {
    let list = ctx
        .data_opt::<WatchList>()
        .ok_or_else(|| Code::InternalServerError.error("nothing can be watched here"))?;
    let mut noted = list.0.lock().unwrap_or_else(PoisonError::into_inner);
    noted.extend(things);
    drop(noted);
    Ok(stream::iter(now))
}
