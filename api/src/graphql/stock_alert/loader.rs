//! Batches who waits for what.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Result};
use entity::stock_alert;
use uuid::Uuid;

use crate::error::Error;
use crate::graphql::context::{Batch, Reach};
use crate::graphql::error::top_level_shared;
use crate::service::stock_alert::{counts_by_variants, of_members};

/// What a member waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct AlertsOf(pub(super) Uuid);

impl Loader<AlertsOf> for Batch {
    type Value = Vec<stock_alert::Model>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[AlertsOf],
    ) -> std::result::Result<HashMap<AlertsOf, Self::Value>, Self::Error> {
        let members: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let found = of_members(&self.app, &self.viewer, &members).await;
        let found = found.map_err(Arc::new)?.into_iter();
        Ok(found.map(|(id, rows)| (AlertsOf(id), rows)).collect())
    }
}

/// How many wait for a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct WaitingFor(Uuid);

impl Loader<WaitingFor> for Batch {
    type Value = i64;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[WaitingFor],
    ) -> std::result::Result<HashMap<WaitingFor, Self::Value>, Self::Error> {
        let variants: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let found = counts_by_variants(&self.app, &self.viewer, &variants).await;
        let found = found.map_err(Arc::new)?.into_iter();
        Ok(found.map(|(id, buyers)| (WaitingFor(id), buyers)).collect())
    }
}

/// How many wait for a variant in the viewer's channel.
///
/// # Errors
/// A top-level error without `STOCK_READ`, or when the database does not answer.
pub(in crate::graphql) async fn waiting_for(ctx: &Context<'_>, variant_id: Uuid) -> Result<i32> {
    let found = ctx.loaders()?.load_one(WaitingFor(variant_id)).await;
    let buyers = found.map_err(|error| top_level_shared(&error))?;
    Ok(i32::try_from(buyers.unwrap_or_default()).unwrap_or(i32::MAX))
}
