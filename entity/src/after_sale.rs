//! A return, exchange or claim.

use chrono::{DateTime, Utc};
use domain::after_sale::{AfterSaleKind, AfterSaleReason, AfterSaleResolution, AfterSaleStatus};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Text;

/// A return, exchange or claim.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "after_sale")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order.
    pub order_id: Uuid,
    /// Number to show: the order's, and how many cases it had before.
    pub number: String,
    /// What is wanted.
    pub kind: Text<AfterSaleKind>,
    /// Where it stands.
    pub status: Text<AfterSaleStatus>,
    /// Why.
    pub reason: Text<AfterSaleReason>,
    /// Words of the buyer.
    pub note: Option<String>,
    /// Words of the shop.
    pub answer: Option<String>,
    /// How it is made good, once that is decided.
    pub resolution: Option<Text<AfterSaleResolution>>,
    /// Where the goods arrived.
    pub warehouse_id: Option<Uuid>,
    /// Who carries the goods back.
    pub carrier: Option<String>,
    /// Number at the carrier.
    pub tracking_number: Option<String>,
    /// Page to follow them.
    pub tracking_url: Option<String>,
    /// The refund it led to.
    pub refund_id: Option<Uuid>,
    /// The order of what is sent instead.
    pub replacement_order_id: Option<Uuid>,
    /// The goods must be sent before this.
    pub return_before: Option<DateTime<Utc>>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
