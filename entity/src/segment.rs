//! Members described by a rule.

use chrono::{DateTime, Utc};
use domain::segment::Rule;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Json;

/// Members described by a rule.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "segment")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The channel whose orders and tiers count.
    pub channel_id: Uuid,
    /// Short code; unique in the channel.
    pub code: String,
    /// Name for staff.
    pub name: String,
    /// Who is in it.
    pub rule: Json<Rule>,
    /// Counts changes.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
