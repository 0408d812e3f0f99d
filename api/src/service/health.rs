//! Whether the shop can sell now, for probes.

use crate::database;
use crate::service::{inventory, search};
use crate::state::AppState;

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// Whether the database answers.
    pub database: bool,
    /// Migrations that are not applied; null when the database does not tell.
    pub pending_migrations: Option<usize>,
    /// Age in seconds of the oldest change search does not know yet; 0 when it knows all, null when unknown.
    pub search_lag_seconds: Option<u64>,
    /// Counters of stock that the last check found to disagree with their books; null when unknown.
    pub stock_drift_total: Option<i32>,
}

impl Health {
    /// Whether requests may be sent here. A search index that lags behind does not stop a sale, nor
    /// does a counter that people have to look at.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.database && self.pending_migrations == Some(0)
    }
}

/// Asks the database.
pub async fn check(app: &AppState) -> Health {
    match database::migrate::pending(&app.database).await {
        Ok(pending) => Health {
            database: true,
            pending_migrations: Some(pending.len()),
            search_lag_seconds: search::lag(app).await.ok(),
            stock_drift_total: inventory::drift_total(app).await.ok().flatten(),
        },
        Err(error) => {
            tracing::warn!(%error, "the database is not ready");
            let answers = app.database.read().ping().await.is_ok();
            Health {
                database: answers,
                pending_migrations: None,
                search_lag_seconds: None,
                stock_drift_total: None,
            }
        }
    }
}
