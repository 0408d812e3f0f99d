//! Something a provider told about money of no payment the shop knows; people find its place.

use chrono::{DateTime, Utc};
use domain::account::ActorKind;
use domain::settlement::UnmatchedStatus;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::{CurrencyCode, Json, Text};

/// Something a provider told about money of no payment the shop knows; people find its place.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "unmatched_payment")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who told.
    pub provider: String,
    /// The payment's key there.
    pub provider_ref: String,
    /// The provider's key of what happened; unique there.
    pub event_id: String,
    /// What was told.
    pub message: Json<serde_json::Value>,
    /// How much money.
    pub amount_minor: i64,
    /// Its currency.
    pub currency: CurrencyCode,
    /// Where it stands.
    pub status: Text<UnmatchedStatus>,
    /// The order it belongs to, once found.
    pub order_id: Option<Uuid>,
    /// Why it belongs to none.
    pub note: Option<String>,
    /// Kind of who dealt with it.
    pub actor_kind: Option<Text<ActorKind>>,
    /// Who dealt with it.
    pub actor_id: Option<Uuid>,
    /// When it happened, by the provider's clock.
    pub occurred_at: DateTime<Utc>,
    /// When it was put aside.
    pub created_at: DateTime<Utc>,
    /// When it was dealt with.
    pub closed_at: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}
