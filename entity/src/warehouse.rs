//! A place that holds stock.

use chrono::{DateTime, Utc};
use domain::address::Address;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Json;

/// A place that holds stock.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "warehouse")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Short code; unique.
    pub code: String,
    /// Name to show.
    pub name: String,
    /// Where it is.
    pub address: Option<Json<Address>>,
    /// Lower numbers ship first.
    pub priority: i32,
    /// Whether buyers may collect here.
    pub pickup: bool,
    /// Whether it ships.
    pub active: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
