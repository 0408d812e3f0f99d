use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use domain::id::{CouponId, CouponTemplateId, MemberId, MemberTierId, PromotionId};
use domain::permission::Permission;
use entity::coupon_template;

use super::error::PromotionUserError;
use super::loader::{CountsByTemplate, OwnerById, PromotionById};
use super::types::Promotion;
use crate::error::Error;
use crate::graphql::connection::connection;
use crate::graphql::context::Reach;
use crate::graphql::error::{Outcome, top_level, top_level_shared};
use crate::graphql::job::Job;
use crate::graphql::member::Member;
use crate::graphql::order::Order;
use crate::graphql::scalar::DateTime;
use crate::service::coupon::{CouponCounts, CouponView, StoppedTemplate};

/// Life of a coupon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::coupon::CouponStatus")]
pub enum CouponStatus {
    /// Can be used.
    Available,
    /// Held by an order not confirmed yet.
    Locked,
    /// Used.
    Redeemed,
    /// Too late.
    Expired,
    /// Withdrawn by staff.
    Revoked,
}

/// When coupons are given by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::coupon::CouponGrantTrigger")]
pub enum CouponGrantTrigger {
    /// When a member has proven their address.
    Registration,
    /// On a member's birthday, once a year.
    Birthday,
    /// When a member rises to a tier, once for each tier.
    TierReached,
    /// When a member's order is completed.
    OrderCompleted,
    /// Once in each month, to everybody who stands in a tier when it begins.
    EachMonth,
}

/// What coupons are made from; usable while its promotion runs.
#[derive(Clone)]
pub struct CouponTemplate(pub coupon_template::Model);

/// What coupons are made from; usable while its promotion runs.
#[Object]
impl CouponTemplate {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        CouponTemplateId(self.0.id).to_string().into()
    }

    /// Text for buyers.
    fn label(&self) -> &str {
        &self.0.label
    }

    /// What it grants. Needs permission PROMOTION_READ.
    async fn promotion(&self, ctx: &Context<'_>) -> Option<Result<Promotion>> {
        let promotion = async {
            require(ctx, Permission::PromotionRead)?;
            let key = PromotionById(PromotionId(self.0.promotion_id));
            let row = ctx
                .loaders()?
                .load_one(key)
                .await
                .map_err(|error| top_level_shared(&error))?;
            Ok(row.map(|row| Promotion(row.as_ref().clone())))
        };
        promotion.await.transpose()
    }

    /// Whether members may claim it.
    fn claimable(&self) -> bool {
        self.0.claimable
    }

    /// Usable from.
    fn usable_from(&self) -> Option<DateTime> {
        self.0.usable_from.map(DateTime)
    }

    /// Usable until.
    fn expires_at(&self) -> Option<DateTime> {
        self.0.expires_at.map(DateTime)
    }

    /// Days a coupon in a wallet can be used, if that ends before `expiresAt`.
    fn valid_days(&self) -> Option<i32> {
        self.0.valid_days
    }

    /// When coupons are given by themselves, one for each occasion; null if they are not.
    fn grant_on(&self) -> Option<CouponGrantTrigger> {
        self.0.grant_on.map(|trigger| trigger.0.into())
    }

    /// The tier that is meant; null for any.
    fn grant_tier_id(&self) -> Option<ID> {
        let id = self.0.grant_tier_id?;
        Some(MemberTierId(id).to_string().into())
    }

    /// Most one member may hold; what is given by itself is not held back by it.
    fn per_member(&self) -> i32 {
        self.0.per_member
    }

    /// Back after a cancelled order.
    fn restorable(&self) -> bool {
        self.0.restorable
    }

    /// Days a coupon for one order can still be used at least when the order gives it back; 0 if it keeps its end.
    fn grace_days(&self) -> i32 {
        self.0.grace_days
    }

    /// When it was stopped: no coupon is made from it any more; null while it goes on.
    fn stopped_at(&self) -> Option<DateTime> {
        self.0.stopped_at.map(DateTime)
    }

    /// Counts changes.
    fn version(&self) -> i32 {
        self.0.version
    }

    /// Coupons that may be issued. Needs permission COUPON_READ.
    fn issue_limit(&self, ctx: &Context<'_>) -> Option<Result<i32>> {
        match require(ctx, Permission::CouponRead) {
            Ok(()) => self.0.issue_limit.map(Ok),
            Err(error) => Some(Err(error)),
        }
    }

    /// Coupons issued. Needs permission COUPON_READ.
    async fn issued_count(&self, ctx: &Context<'_>) -> Option<Result<i32>> {
        Some(self.counts(ctx).await.map(|counts| counts.issued))
    }

    /// Coupons redeemed. Needs permission COUPON_READ.
    async fn redeemed_count(&self, ctx: &Context<'_>) -> Option<Result<i32>> {
        Some(self.counts(ctx).await.map(|counts| counts.redeemed))
    }
}

impl CouponTemplate {
    async fn counts(&self, ctx: &Context<'_>) -> Result<CouponCounts> {
        require(ctx, Permission::CouponRead)?;
        let key = CountsByTemplate(CouponTemplateId(self.0.id));
        let counts = ctx.loaders()?.load_one(key).await;
        Ok(counts
            .map_err(|error| top_level_shared(&error))?
            .unwrap_or_default())
    }
}

connection!(
    CouponTemplateConnection,
    CouponTemplateEdge,
    CouponTemplate,
    "The template."
);

/// Result of couponTemplateStop.
#[derive(SimpleObject)]
pub(super) struct CouponTemplateStopPayload {
    /// Null if refused.
    coupon_template: Option<CouponTemplate>,
    /// The job that withdraws its coupons; null if they stay, or if refused.
    job: Option<Job>,
    /// Why it was refused.
    user_errors: Vec<PromotionUserError>,
}

impl CouponTemplateStopPayload {
    /// Shows what became of the request.
    pub(super) fn new(outcome: Outcome<StoppedTemplate, PromotionUserError>) -> Self {
        let (coupon_template, job) = outcome.value.map_or((None, None), |stopped| {
            (Some(CouponTemplate(stopped.template)), stopped.job.map(Job))
        });
        Self {
            coupon_template,
            job,
            user_errors: outcome.user_errors,
        }
    }
}

/// A code, or a grant in a member's wallet.
#[derive(Clone)]
pub struct Coupon(pub CouponView);

/// A code, or a grant in a member's wallet.
#[Object]
impl Coupon {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        CouponId(self.0.coupon.id).to_string().into()
    }

    /// Code to enter; null if you may not see it.
    fn code(&self) -> Option<&str> {
        self.0.coupon.code.as_deref()
    }

    /// Where it stands.
    fn status(&self) -> CouponStatus {
        self.0.status.into()
    }

    /// What it was made from.
    fn template(&self) -> CouponTemplate {
        CouponTemplate(self.0.template.clone())
    }

    /// Whose wallet it is in, null for open codes.
    async fn member(&self, ctx: &Context<'_>) -> Option<Result<Member>> {
        let member_id = self.0.coupon.member_id?;
        let member = async {
            let key = OwnerById(MemberId(member_id));
            let row = ctx
                .loaders()?
                .load_one(key)
                .await
                .map_err(|error| top_level_shared(&error))?;
            Ok(row.map(|row| Member(row.as_ref().clone())))
        };
        member.await.transpose()
    }

    /// Times it may be used, null without limit.
    fn usage_limit(&self) -> Option<i32> {
        self.0.coupon.usage_limit
    }

    /// Times it was used.
    fn used_count(&self) -> Result<i32> {
        i32::try_from(self.0.used_count).map_err(|error| top_level(&Error::internal(error)))
    }

    /// Usable from.
    fn usable_from(&self) -> Option<DateTime> {
        self.0.template.usable_from.map(DateTime)
    }

    /// Usable until.
    fn expires_at(&self) -> Option<DateTime> {
        self.0.coupon.expires_at.map(DateTime)
    }

    /// Order that locks or used it.
    async fn order(&self, ctx: &Context<'_>) -> Option<Result<Order>> {
        Order::find(ctx, self.0.order_id?).await.transpose()
    }

    /// When it was made.
    fn created_at(&self) -> DateTime {
        DateTime(self.0.coupon.created_at)
    }
}

connection!(CouponConnection, CouponEdge, Coupon, "The coupon.");

fn require(ctx: &Context<'_>, permission: Permission) -> Result<()> {
    ctx.viewer()?
        .require(permission)
        .map_err(|error| top_level(&error))
}
