//! A rule that lowers prices by itself or by coupon.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::promotion::{
    Condition, DiscountBase, GroupMode, PromotionClass, PromotionSettings, PromotionStage,
    PromotionStatus, Reward,
};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::{Json, Text};

/// A rule that lowers prices by itself or by coupon.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "promotion")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The channel.
    pub channel_id: Uuid,
    /// Name for staff.
    pub name: String,
    /// Text for buyers, in the channel's default language.
    pub label: String,
    /// Texts for buyers by language.
    pub label_translations: Json<BTreeMap<String, String>>,
    /// Where it stands.
    pub status: Text<PromotionStatus>,
    /// Where it lowers prices.
    pub stage: Text<PromotionStage>,
    /// Whether it waits for a coupon.
    pub coupon_required: bool,
    /// When it starts.
    pub starts_at: Option<DateTime<Utc>>,
    /// When it ends.
    pub ends_at: Option<DateTime<Utc>>,
    /// All must hold.
    pub conditions: Json<Vec<Condition>>,
    /// What the buyer gets.
    pub rewards: Json<Vec<Reward>>,
    /// Lower numbers come first.
    pub priority: i32,
    /// Most it takes off one order.
    pub max_discount_minor: Option<i64>,
    /// Group it belongs to.
    pub group_name: Option<String>,
    /// How its group is settled.
    pub group_mode: Text<GroupMode>,
    /// Whether it stops all later ones.
    pub exclusive: bool,
    /// Classes it tolerates beside it.
    pub combines_with: Json<BTreeSet<PromotionClass>>,
    /// Groups it tolerates whatever their class.
    pub combines_with_groups: Json<BTreeSet<String>>,
    /// What its percentages are taken of.
    pub discount_base: Text<DiscountBase>,
    /// Whether goods at a reduced price count.
    pub applies_to_discounted: bool,
    /// What must stay to pay of the goods.
    pub min_payable_minor: Option<i64>,
    /// Money it may give away in all.
    pub budget_minor: Option<i64>,
    /// Money it gave away; counted only where a budget is set.
    pub used_minor: i64,
    /// Times it may be used in all.
    pub budget_uses: Option<i32>,
    /// Times one buyer may use it.
    pub uses_per_member: Option<i32>,
    /// Times it was used; counted only where a budget is set.
    pub used_count: i32,
    /// Counts changes.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Tells what it is set to beside its label, conditions and rewards.
    #[must_use]
    pub fn settings(&self) -> PromotionSettings {
        PromotionSettings {
            name: self.name.clone(),
            coupon_required: self.coupon_required,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            priority: self.priority,
            group: self.group_name.clone(),
            group_mode: self.group_mode.0,
            exclusive: self.exclusive,
            combines_with: self.combines_with.0.clone(),
            combines_with_groups: self.combines_with_groups.0.clone(),
            discount_base: self.discount_base.0,
            applies_to_discounted: self.applies_to_discounted,
            max_discount_minor: self.max_discount_minor,
            min_payable_minor: self.min_payable_minor,
            budget_minor: self.budget_minor,
            budget_uses: self.budget_uses,
            uses_per_member: self.uses_per_member,
        }
    }
}
