//! Promotions: rules that lower prices by themselves or by coupon. Their effect on a price is in `pricing`.

mod catalog;
mod combination;
mod condition;
mod evaluation;
mod in_force;
mod lifecycle;
mod qualify;
mod reward;
mod room;
mod selector;
mod settings;
mod validate;

pub use catalog::{PromotionStage, Reduction, UnitCut, cuts};
pub use combination::{
    Combination, DiscountBase, GroupMode, MAX_GROUP_NAME, MAX_GROUPS, PromotionClass,
};
pub use condition::{Condition, HourSpan, ProductAmount};
pub use evaluation::{Evaluation, EvaluationReason, Missing, Outcome, Refusal};
pub use in_force::{InForce, PromotionStep, WrittenRule, in_force};
pub use lifecycle::{
    ApprovalPolicy, LifecycleError, PromotionChangeKind, PromotionStatus, authors,
};
pub use qualify::{Admission, Circumstances, Counted, MemberFacts, idleness};
pub use reward::{
    BuyXGetY, Cut, EveryNth, FixedOff, FixedPrice, FreeShipping, Gift, PercentOff,
    PointsMultiplier, Reward, ShippingOff, SpendTier, TieredSpend,
};
pub use room::{MAX_RUNNING, MAX_WAYS, RoomError, check_room, ways};
pub use selector::{Goods, MAX_SELECTED, ProductQuantity, ProductSelector, ProductSet};
pub use settings::PromotionSettings;
pub use validate::{
    MAX_CONDITIONS, MAX_POINTS_FACTOR, MAX_REWARDS, MAX_TIERS, PartError, RuleError, validate,
    validate_stage,
};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::money::Money;

/// A promotion as the price computation needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promotion {
    /// Row of the promotion.
    pub id: Uuid,
    /// Version of its rule.
    pub version: i32,
    /// Text for buyers, in their language.
    pub label: String,
    /// Where it stands, apart from time.
    pub status: PromotionStatus,
    /// When it starts.
    pub starts_at: Option<DateTime<Utc>>,
    /// When it ends.
    pub ends_at: Option<DateTime<Utc>>,
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// What the buyer gets.
    pub rewards: Vec<Reward>,
    /// Lower numbers come first.
    pub priority: i32,
    /// What its percentages are taken of.
    pub base: DiscountBase,
    /// Whether goods at a reduced price count towards its conditions and get its rewards.
    pub applies_to_discounted: bool,
    /// Most it takes off one order.
    pub max_discount: Option<Money>,
    /// What it and all later promotions leave of the goods.
    pub min_payable: Option<Money>,
    /// Money left to give away in all, `None` without limit.
    pub budget_left: Option<Money>,
    /// Uses left in all, `None` without limit.
    pub uses_left: Option<u32>,
    /// Uses left for this buyer, `None` without limit.
    pub buyer_uses_left: Option<u32>,
    /// What it tolerates beside it.
    pub combination: Combination,
}

impl Promotion {
    /// Gives the status with time taken into account.
    #[must_use]
    pub fn status_at(&self, now: DateTime<Utc>) -> PromotionStatus {
        self.status.at(self.starts_at, self.ends_at, now)
    }

    /// Whether its rule asks for categories, collections or labels of products.
    #[must_use]
    pub fn names_groups(&self) -> bool {
        let by_conditions = self.conditions.iter().flat_map(Condition::selectors);
        let by_rewards = self.rewards.iter().flat_map(Reward::selectors);
        by_conditions
            .chain(by_rewards)
            .any(ProductSelector::names_groups)
    }

    /// Whether orders that use it are counted: its uses or what it gives away are limited, or it is for a first order.
    #[must_use]
    pub fn is_counted(&self) -> bool {
        let mut parts = self.conditions.iter().flat_map(Condition::parts);
        self.budget_left.is_some()
            || self.uses_left.is_some()
            || self.buyer_uses_left.is_some()
            || parts.any(|part| *part == Condition::FirstOrder)
    }

    /// Whether its rule asks for the weekday or the hour.
    #[must_use]
    pub fn watches_the_clock(&self) -> bool {
        self.conditions.iter().any(Condition::watches_the_clock)
    }

    /// Gives the class of an automatic promotion: the first that one of its rewards belongs to.
    #[must_use]
    pub fn class(&self) -> PromotionClass {
        self.rewards
            .iter()
            .map(Reward::class)
            .min()
            .unwrap_or(PromotionClass::Order)
    }
}
