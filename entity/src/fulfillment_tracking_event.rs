//! What a carrier tells of a parcel. Rows are never changed.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// What a carrier tells of a parcel. Rows are never changed.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "fulfillment_tracking_event")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The parcel.
    pub fulfillment_id: Uuid,
    /// What happened.
    pub description: String,
    /// Where.
    pub location: Option<String>,
    /// When, by the carrier's clock.
    pub occurred_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
