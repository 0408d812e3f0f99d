use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use entity::{fulfillment, fulfillment_line, fulfillment_tracking_event};
use uuid::Uuid;

use crate::error::Error;
use crate::graphql::context::Batch;
use crate::graphql::order::{grouped, ids};
use crate::service::fulfillment::query;

/// Key of an order's parcels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct FulfillmentsOf(pub(super) Uuid);

/// Key of what is in a parcel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ContentsOf(pub(super) Uuid);

/// Key of what a carrier told of a parcel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct TrackingEventsOf(pub(super) Uuid);

impl Loader<TrackingEventsOf> for Batch {
    type Value = Arc<Vec<fulfillment_tracking_event::Model>>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[TrackingEventsOf],
    ) -> Result<HashMap<TrackingEventsOf, Self::Value>, Arc<Error>> {
        let rows = query::tracking_events_by_fulfillment_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(grouped(rows, |row| TrackingEventsOf(row.fulfillment_id)))
    }
}

impl Loader<FulfillmentsOf> for Batch {
    type Value = Arc<Vec<fulfillment::Model>>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[FulfillmentsOf],
    ) -> Result<HashMap<FulfillmentsOf, Self::Value>, Arc<Error>> {
        let rows = query::by_order_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(grouped(rows, |row| FulfillmentsOf(row.order_id)))
    }
}

impl Loader<ContentsOf> for Batch {
    type Value = Arc<Vec<fulfillment_line::Model>>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[ContentsOf],
    ) -> Result<HashMap<ContentsOf, Self::Value>, Arc<Error>> {
        let rows = query::lines_by_fulfillment_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(grouped(rows, |row| ContentsOf(row.fulfillment_id)))
    }
}
