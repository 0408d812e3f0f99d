//! What happened to a promotion; rows are never changed.

use chrono::{DateTime, Utc};
use domain::account::ActorKind;
use domain::promotion::{Condition, PromotionChangeKind, PromotionSettings, Reward};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::{Json, Text};

/// What happened to a promotion.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "promotion_change")]
pub struct Model {
    /// The promotion.
    #[sea_orm(primary_key, auto_increment = false)]
    pub promotion_id: Uuid,
    /// Its version from then on; what time does leaves it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    /// What happened; a part of the key, too.
    pub kind: Text<PromotionChangeKind>,
    /// Kind of who did it.
    pub actor_kind: Text<ActorKind>,
    /// Who did it.
    pub actor_id: Option<Uuid>,
    /// The staff member who did it or made the key that did.
    pub person_id: Option<Uuid>,
    /// Why, where a reason was given.
    pub reason: Option<String>,
    /// Text for buyers from then on; null unless the rule was written.
    pub label: Option<String>,
    /// Conditions from then on; null unless the rule was written.
    pub conditions: Option<Json<Vec<Condition>>>,
    /// Rewards from then on; null unless the rule was written.
    pub rewards: Option<Json<Vec<Reward>>>,
    /// What else it was set to from then on; null unless the rule was written, and before this was kept.
    pub settings: Option<Json<PromotionSettings>>,
    /// When.
    pub created_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
