//! Search: finding products, completing queries, and keeping the indexes.
//!
//! The engines are in `search`; which one answers, and that a hit is what the database says it is, is decided here.
//! Writes: `keep.rs` (documents of changed products), `send.rs` (documents to the search server), `reindex.rs`.

mod find;
mod keep;
mod reindex;
mod send;
mod state;
mod suggest;

pub use find::{Facet, FacetLabel, Find, Found, Hit, find};
pub use keep::products_changed;
pub use reindex::{Progress, reindex};
pub use send::send_pending;
pub use state::{IndexState, index_state, lag};
pub use suggest::{Suggest, Suggestions, suggest};

use crate::search::Languages;
use crate::state::AppState;

/// Languages of all channels.
fn languages(app: &AppState) -> crate::error::Result<Languages> {
    Ok(Languages::of(&app.channels.all()?))
}

/// Channels whose prices and publications are in the index, in the order they were made.
fn channel_ids(app: &AppState) -> crate::error::Result<Vec<uuid::Uuid>> {
    let mut ids: Vec<uuid::Uuid> = app
        .channels
        .all()?
        .iter()
        .map(|channel| channel.id)
        .collect();
    ids.sort_unstable();
    Ok(ids)
}
