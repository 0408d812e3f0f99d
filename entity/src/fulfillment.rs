//! Units sent together from one warehouse.

use chrono::{DateTime, Utc};
use domain::order::fulfillment::{FulfillmentHoldReason, FulfillmentStatus};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Text;

/// Units sent together from one warehouse.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "fulfillment")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order.
    pub order_id: Uuid,
    /// Where it leaves.
    pub warehouse_id: Uuid,
    /// Where it stands.
    pub status: Text<FulfillmentStatus>,
    /// Who carries it.
    pub carrier: Option<String>,
    /// Number at the carrier.
    pub tracking_number: Option<String>,
    /// Page to follow it.
    pub tracking_url: Option<String>,
    /// Why it is held back.
    pub hold_reason: Option<Text<FulfillmentHoldReason>>,
    /// Words to that.
    pub hold_note: Option<String>,
    /// It is not picked before this: the date somebody chose, or the later one of a presale.
    pub scheduled_at: Option<DateTime<Utc>>,
    /// The date somebody chose for it.
    pub chosen_at: Option<DateTime<Utc>>,
    /// Whether goods that were brought back are in stock again.
    pub restocked: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it left.
    pub shipped_at: Option<DateTime<Utc>>,
    /// When it arrived.
    pub delivered_at: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}
