use async_graphql::{Context, Object, Result};
use domain::promotion;

use super::types::{DiscountBase, PromotionClass, PromotionGroupMode, money};
use crate::graphql::money::Money;
use crate::graphql::scalar::DateTime;

/// What a version of a promotion was set to beside its label, conditions and rewards.
pub(super) struct PromotionSettings(pub(super) promotion::PromotionSettings);

/// What a version of a promotion was set to beside its label, conditions and rewards.
#[Object]
impl PromotionSettings {
    /// Name for staff.
    fn name(&self) -> &str {
        &self.0.name
    }

    /// Whether it waited for a coupon.
    fn coupon_required(&self) -> bool {
        self.0.coupon_required
    }

    /// When it was to start.
    fn starts_at(&self) -> Option<DateTime> {
        self.0.starts_at.map(DateTime)
    }

    /// When it was to end.
    fn ends_at(&self) -> Option<DateTime> {
        self.0.ends_at.map(DateTime)
    }

    /// Lower numbers came first.
    fn priority(&self) -> i32 {
        self.0.priority
    }

    /// Group it belonged to.
    fn group(&self) -> Option<&str> {
        self.0.group.as_deref()
    }

    /// How its group was settled.
    fn group_mode(&self) -> PromotionGroupMode {
        self.0.group_mode.into()
    }

    /// Whether it stopped all later ones.
    fn exclusive(&self) -> bool {
        self.0.exclusive
    }

    /// What it tolerated beside it.
    fn combines_with(&self) -> Vec<PromotionClass> {
        let classes = self.0.combines_with.iter().copied();
        classes.map(Into::into).collect()
    }

    /// Groups it tolerated beside it whatever their class.
    fn combines_with_groups(&self) -> Vec<&str> {
        let groups = self.0.combines_with_groups.iter();
        groups.map(String::as_str).collect()
    }

    /// What its percentages were taken of.
    fn discount_base(&self) -> DiscountBase {
        self.0.discount_base.into()
    }

    /// Whether goods at a reduced price counted towards its conditions and got its rewards.
    fn applies_to_discounted(&self) -> bool {
        self.0.applies_to_discounted
    }

    /// Most it took off one order.
    fn max_discount(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        money(ctx, self.0.max_discount_minor)
    }

    /// What had to stay to pay.
    fn min_payable(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        money(ctx, self.0.min_payable_minor)
    }

    /// Money it might give away in all.
    fn budget_amount(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        money(ctx, self.0.budget_minor)
    }

    /// Times it might be used in all.
    fn budget_uses(&self) -> Option<i32> {
        self.0.budget_uses
    }

    /// Times one member might use it.
    fn uses_per_member(&self) -> Option<i32> {
        self.0.uses_per_member
    }
}
