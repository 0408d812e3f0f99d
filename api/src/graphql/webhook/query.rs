use async_graphql::{Context, Object, Result};

use super::types::Webhook;
use crate::graphql::context::Reach;
use crate::graphql::error::top_level;
use crate::graphql::limits::meter::Metered;
use crate::service::webhook;

/// Queries about webhooks.
#[derive(Default)]
pub struct WebhookQuery;

#[Object]
impl WebhookQuery {
    /// Addresses that get events. Needs permission WEBHOOK_READ.
    async fn webhooks(&self, ctx: &Context<'_>) -> Option<Result<Vec<Webhook>>> {
        let webhooks = async {
            let rows = webhook::list(ctx.app()?, ctx.viewer()?)
                .await
                .map_err(|error| top_level(&error))?;
            ctx.meter(rows.len())?;
            Ok(rows.into_iter().map(Webhook).collect())
        };
        Some(webhooks.await)
    }
}
