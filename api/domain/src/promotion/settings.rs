//! What a promotion was set to, kept for good with each version of it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::combination::{DiscountBase, GroupMode, PromotionClass};

/// What a version of a promotion was set to beside its label, conditions and rewards. Amounts are minor units of the
/// channel's currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionSettings {
    /// Name for staff.
    pub name: String,
    /// Whether it waited for a coupon.
    pub coupon_required: bool,
    /// When it was to start.
    pub starts_at: Option<DateTime<Utc>>,
    /// When it was to end.
    pub ends_at: Option<DateTime<Utc>>,
    /// Lower numbers came first.
    pub priority: i32,
    /// Group it belonged to.
    pub group: Option<String>,
    /// How its group was settled.
    pub group_mode: GroupMode,
    /// Whether it stopped all later ones.
    pub exclusive: bool,
    /// Classes it tolerated.
    pub combines_with: BTreeSet<PromotionClass>,
    /// Groups it tolerated.
    pub combines_with_groups: BTreeSet<String>,
    /// What its percentages were taken of.
    pub discount_base: DiscountBase,
    /// Whether goods at a reduced price counted.
    pub applies_to_discounted: bool,
    /// Most it took off one order.
    pub max_discount_minor: Option<i64>,
    /// What had to stay to pay of the goods.
    pub min_payable_minor: Option<i64>,
    /// Money it might give away in all.
    pub budget_minor: Option<i64>,
    /// Times it might be used in all.
    pub budget_uses: Option<i32>,
    /// Times one buyer might use it.
    pub uses_per_member: Option<i32>,
}
