//! `/healthz`: the process answers. `/readyz`: the shop can sell, how far search lags behind, and whether stock agrees with its books.

use std::time::{Duration, Instant};

use poem::http::StatusCode;
use poem::web::Json;
use poem::{Endpoint, IntoResponse, Request, Response, handler};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::service::health::{self, Health};
use crate::state::AppState;

/// How long an answer is given again, so that probes cost the database nothing.
const KEPT: Duration = Duration::from_secs(1);

/// The process is alive.
#[handler]
pub(super) fn alive() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// Tells whether requests may be sent here.
pub(super) struct Readiness {
    app: AppState,
    known: Mutex<Option<(Instant, Health)>>,
}

impl Readiness {
    /// Watches a shop.
    pub(super) fn new(app: AppState) -> Self {
        Self {
            app,
            known: Mutex::new(None),
        }
    }

    async fn health(&self) -> Health {
        // Held while the database is asked: other probes wait for this answer and take it.
        let mut known = self.known.lock().await;
        if let Some((asked_at, health)) = known.as_ref()
            && asked_at.elapsed() < KEPT
        {
            return health.clone();
        }
        let health = health::check(&self.app).await;
        *known = Some((Instant::now(), health.clone()));
        health
    }
}

impl Endpoint for Readiness {
    type Output = Response;

    async fn call(&self, _request: Request) -> poem::Result<Response> {
        let health = self.health().await;
        let status = if health.is_ready() {
            StatusCode::OK
        } else {
            StatusCode::SERVICE_UNAVAILABLE
        };
        let body = json!({
            "status": if health.is_ready() { "ok" } else { "unready" },
            "database": if health.database { "ok" } else { "unreachable" },
            "pendingMigrations": health.pending_migrations,
            "search": { "lagSeconds": health.search_lag_seconds },
            "stock": { "driftTotal": health.stock_drift_total },
        });
        Ok(Json(body).with_status(status).into_response())
    }
}
