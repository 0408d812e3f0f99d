use async_graphql::{ID, InputObject, MaybeUndefined};
use domain::id::{CouponTemplateId, MemberId, MemberTierId, PromotionId, TypedId as _};

use super::condition::{PromotionConditionInput, conditions, money};
use super::coupon::{CouponGrantTrigger, CouponStatus};
use super::reward::{PromotionRewardInput, rewards};
use super::types::{
    DiscountBase, PromotionClass, PromotionGroupMode, PromotionStage, PromotionStatus,
};
use crate::error::Error;
use crate::graphql::input::{id_in, patch};
use crate::graphql::money::MoneyInput;
use crate::graphql::order::Decision;
use crate::graphql::scalar::DateTime;
use crate::service::{coupon, promotion};

/// Narrows promotions.
#[derive(Clone, Debug, Default, InputObject)]
pub(super) struct PromotionFilter {
    /// Part of a name.
    pub query: Option<String>,
    /// In these states; in all but ARCHIVED if left out.
    pub status: Option<Vec<PromotionStatus>>,
}

impl From<PromotionFilter> for promotion::PromotionFilter {
    fn from(filter: PromotionFilter) -> Self {
        Self {
            query: filter.query,
            status: filter
                .status
                .unwrap_or_default()
                .into_iter()
                .map(Into::into)
                .collect(),
        }
    }
}

/// Narrows coupons.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CouponFilter {
    /// Made from this.
    coupon_template_id: Option<ID>,
    /// In this wallet.
    member_id: Option<ID>,
    /// With this code.
    code: Option<String>,
    /// In these states.
    status: Option<Vec<CouponStatus>>,
}

impl TryFrom<CouponFilter> for coupon::CouponFilter {
    type Error = Error;

    fn try_from(filter: CouponFilter) -> Result<Self, Error> {
        let template = filter.coupon_template_id.as_ref();
        let member = filter.member_id.as_ref();
        Ok(Self {
            template_id: template
                .map(|id| id_in::<CouponTemplateId>(id, &["filter", "couponTemplateId"]))
                .transpose()?,
            member_id: member
                .map(|id| id_in::<MemberId>(id, &["filter", "memberId"]))
                .transpose()?,
            code: filter.code,
            status: filter
                .status
                .unwrap_or_default()
                .into_iter()
                .map(Into::into)
                .collect(),
        })
    }
}

/// Writable fields of a promotion.
#[derive(Clone, Debug, InputObject)]
pub(super) struct PromotionInput {
    /// Name for staff; needed on create.
    pub name: Option<String>,
    /// Text for buyers; needed on create.
    pub label: Option<String>,
    /// Where it lowers prices, in carts if left out; stays as it was made. In the catalog there are no conditions and no
    /// limits, and rewards are percentOff, fixedOff per unit and fixedPrice.
    pub stage: Option<PromotionStage>,
    /// Whether it waits for a coupon.
    pub coupon_required: Option<bool>,
    /// When it starts.
    pub starts_at: MaybeUndefined<DateTime>,
    /// When it ends.
    pub ends_at: MaybeUndefined<DateTime>,
    /// All must hold.
    pub conditions: Option<Vec<PromotionConditionInput>>,
    /// What the buyer gets; needed on create.
    pub rewards: Option<Vec<PromotionRewardInput>>,
    /// Lower numbers come first.
    pub priority: Option<i32>,
    /// Promotions of one group compete.
    pub group: MaybeUndefined<String>,
    /// How its group is settled; the best for the buyer counts if left out.
    pub group_mode: Option<PromotionGroupMode>,
    /// Whether it stops all later ones.
    pub exclusive: Option<bool>,
    /// What it tolerates beside it; everything if left out on create.
    pub combines_with: Option<Vec<PromotionClass>>,
    /// Groups it tolerates beside it whatever their class.
    pub combines_with_groups: Option<Vec<String>>,
    /// What its percentages are taken of; what earlier discounts left if left out.
    pub discount_base: Option<DiscountBase>,
    /// Whether goods at a reduced price count towards its conditions and get its rewards; they do if left out.
    pub applies_to_discounted: Option<bool>,
    /// Most it takes off one order.
    pub max_discount: MaybeUndefined<MoneyInput>,
    /// What must stay to pay.
    pub min_payable: MaybeUndefined<MoneyInput>,
    /// Money it may give away in all.
    pub budget_amount: MaybeUndefined<MoneyInput>,
    /// Times it may be used in all.
    pub budget_uses: MaybeUndefined<i32>,
    /// Times one member may use it.
    pub uses_per_member: MaybeUndefined<i32>,
}

impl TryFrom<PromotionInput> for promotion::PromotionPatch {
    type Error = Error;

    fn try_from(input: PromotionInput) -> Result<Self, Error> {
        let amount = |amount: MaybeUndefined<MoneyInput>, field: &str| {
            patch(amount)
                .map(|amount| amount.map(|amount| money(amount, &[field])).transpose())
                .transpose()
        };
        Ok(Self {
            name: input.name,
            label: input.label,
            stage: input.stage.map(Into::into),
            coupon_required: input.coupon_required,
            starts_at: patch(input.starts_at).map(|at| at.map(|at| at.0)),
            ends_at: patch(input.ends_at).map(|at| at.map(|at| at.0)),
            conditions: input.conditions.map(conditions).transpose()?,
            rewards: input.rewards.map(rewards).transpose()?,
            priority: input.priority,
            max_discount: amount(input.max_discount, "maxDiscount")?,
            min_payable: amount(input.min_payable, "minPayable")?,
            budget_amount: amount(input.budget_amount, "budgetAmount")?,
            group: patch(input.group),
            group_mode: input.group_mode.map(Into::into),
            exclusive: input.exclusive,
            combines_with: input
                .combines_with
                .map(|classes| classes.into_iter().map(Into::into).collect()),
            combines_with_groups: input.combines_with_groups,
            discount_base: input.discount_base.map(Into::into),
            applies_to_discounted: input.applies_to_discounted,
            budget_uses: patch(input.budget_uses),
            uses_per_member: patch(input.uses_per_member),
        })
    }
}

/// Input of promotionCreate.
#[derive(Clone, Debug, InputObject)]
pub(super) struct PromotionCreateInput {
    /// The promotion.
    pub promotion: PromotionInput,
}

/// Input of promotionUpdate.
#[derive(Clone, Debug, InputObject)]
pub(super) struct PromotionUpdateInput {
    /// The promotion.
    pub promotion_id: ID,
    /// What to change.
    pub promotion: PromotionInput,
    /// Refused if outdated.
    pub expected_version: Option<i32>,
}

/// Input of promotionActivate.
#[derive(Clone, Debug, InputObject)]
pub(super) struct PromotionActivateInput {
    /// The promotion.
    pub promotion_id: ID,
}

/// Input of promotionPause.
#[derive(Clone, Debug, InputObject)]
pub(super) struct PromotionPauseInput {
    /// The promotion.
    pub promotion_id: ID,
}

/// Input of promotionArchive.
#[derive(Clone, Debug, InputObject)]
pub(super) struct PromotionArchiveInput {
    /// The promotion.
    pub promotion_id: ID,
}

/// Input of promotionApprovalRequest.
#[derive(Clone, Debug, InputObject)]
pub(super) struct PromotionApprovalRequestInput {
    /// The promotion.
    pub promotion_id: ID,
}

/// Input of promotionApprovalRespond.
#[derive(Clone, Debug, InputObject)]
pub(super) struct PromotionApprovalRespondInput {
    /// The promotion.
    pub promotion_id: ID,
    /// Your decision.
    pub decision: Decision,
    /// Why; needed to decline.
    pub reason: Option<String>,
    /// Version you read: the decision is about no other.
    pub expected_version: i32,
}

impl TryFrom<PromotionApprovalRespondInput> for promotion::AnswerPromotion {
    type Error = Error;

    fn try_from(input: PromotionApprovalRespondInput) -> Result<Self, Error> {
        Ok(Self {
            id: id_in(&input.promotion_id, &["promotionId"])?,
            decision: input.decision.into(),
            reason: input.reason,
            expected_version: input.expected_version,
        })
    }
}

/// Writable fields of a template.
#[derive(Clone, Debug, InputObject)]
pub(super) struct CouponTemplateInput {
    /// Text for buyers; needed on create.
    pub label: Option<String>,
    /// Its promotion; needed on create, and stays once coupons were made.
    pub promotion_id: Option<ID>,
    /// Whether members may claim it.
    pub claimable: Option<bool>,
    /// Usable from; comes no later once coupons were made.
    pub usable_from: MaybeUndefined<DateTime>,
    /// Usable until; coupons keep the end they were made with.
    pub expires_at: MaybeUndefined<DateTime>,
    /// Days a coupon in a wallet can be used, if that ends before `expiresAt`.
    pub valid_days: MaybeUndefined<i32>,
    /// When coupons are given by themselves, one for each occasion; null if they are not.
    pub grant_on: MaybeUndefined<CouponGrantTrigger>,
    /// The tier that is meant: needed for EACH_MONTH, null for any with TIER_REACHED, null with the others.
    pub grant_tier_id: MaybeUndefined<ID>,
    /// Most one member may hold; what is given by itself is not held back by it.
    pub per_member: Option<i32>,
    /// Coupons that may be issued; a limit is not added once coupons were made.
    pub issue_limit: MaybeUndefined<i32>,
    /// Back after a cancelled order.
    pub restorable: Option<bool>,
    /// Days a coupon for one order can still be used at least when the order gives it back, 0 to 365; 0 if left out on create:
    /// then it keeps its end.
    pub grace_days: Option<i32>,
}

impl TryFrom<CouponTemplateInput> for coupon::TemplatePatch {
    type Error = Error;

    fn try_from(input: CouponTemplateInput) -> Result<Self, Error> {
        let promotion = input.promotion_id.as_ref();
        let tier = |id: ID| id_in::<MemberTierId>(&id, &["couponTemplate", "grantTierId"]);
        Ok(Self {
            label: input.label,
            promotion_id: promotion
                .map(|id| id_in::<PromotionId>(id, &["couponTemplate", "promotionId"]))
                .transpose()?,
            claimable: input.claimable,
            usable_from: patch(input.usable_from).map(|at| at.map(|at| at.0)),
            expires_at: patch(input.expires_at).map(|at| at.map(|at| at.0)),
            valid_days: patch(input.valid_days),
            grant_on: patch(input.grant_on).map(|trigger| trigger.map(Into::into)),
            grant_tier_id: patch(input.grant_tier_id)
                .map(|id| id.map(tier).transpose())
                .transpose()?,
            per_member: input.per_member,
            issue_limit: patch(input.issue_limit),
            restorable: input.restorable,
            grace_days: input.grace_days,
        })
    }
}

/// Input of couponTemplateCreate.
#[derive(Clone, Debug, InputObject)]
pub(super) struct CouponTemplateCreateInput {
    /// The template.
    pub coupon_template: CouponTemplateInput,
}

/// Input of couponTemplateUpdate.
#[derive(Clone, Debug, InputObject)]
pub(super) struct CouponTemplateUpdateInput {
    /// The template.
    pub coupon_template_id: ID,
    /// What to change.
    pub coupon_template: CouponTemplateInput,
    /// Refused if outdated.
    pub expected_version: Option<i32>,
}

/// Input of couponTemplateStop.
#[derive(Clone, Debug, InputObject)]
pub(super) struct CouponTemplateStopInput {
    /// The template.
    pub coupon_template_id: ID,
    /// Why its coupons are withdrawn too; they stay if left out.
    pub revoke_reason: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<CouponTemplateStopInput> for coupon::StopTemplate {
    type Error = Error;

    fn try_from(input: CouponTemplateStopInput) -> Result<Self, Error> {
        let template = &input.coupon_template_id;
        Ok(Self {
            template_id: id_in::<CouponTemplateId>(template, &["couponTemplateId"])?.uuid(),
            revoke_reason: input.revoke_reason,
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of couponCreate.
#[derive(Clone, Debug, InputObject)]
pub(super) struct CouponCreateInput {
    /// Template to make it from.
    pub coupon_template_id: ID,
    /// Code such as WELCOME10.
    pub code: Option<String>,
    /// Or members to give it to, up to 500.
    pub member_ids: Option<Vec<ID>>,
    /// Times it may be used; without limit if left out.
    pub usage_limit: Option<i32>,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<CouponCreateInput> for coupon::CreateCoupons {
    type Error = Error;

    fn try_from(input: CouponCreateInput) -> Result<Self, Error> {
        let members = input.member_ids.unwrap_or_default();
        let member_ids = members
            .iter()
            .enumerate()
            .map(
                |(index, id)| Ok(id_in::<MemberId>(id, &["memberIds", &index.to_string()])?.uuid()),
            )
            .collect::<Result<_, Error>>()?;
        Ok(Self {
            template_id: id_in::<CouponTemplateId>(
                &input.coupon_template_id,
                &["couponTemplateId"],
            )?
            .uuid(),
            code: input.code,
            member_ids,
            usage_limit: input.usage_limit,
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of couponClaim.
#[derive(Clone, Debug, InputObject)]
pub(super) struct CouponClaimInput {
    /// One of `couponTemplates`.
    pub coupon_template_id: Option<ID>,
    /// Or a code.
    pub code: Option<String>,
    /// Unique per request: a repeat gets the first coupon again.
    pub idempotency_key: Option<String>,
}

impl TryFrom<CouponClaimInput> for coupon::ClaimCoupon {
    type Error = Error;

    fn try_from(input: CouponClaimInput) -> Result<Self, Error> {
        let template = input.coupon_template_id.as_ref();
        Ok(Self {
            template_id: template
                .map(|id| {
                    id_in::<CouponTemplateId>(id, &["couponTemplateId"]).map(CouponTemplateId::uuid)
                })
                .transpose()?,
            code: input.code,
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of couponCodesGenerate.
#[derive(Clone, Debug, InputObject)]
pub(super) struct CouponCodesGenerateInput {
    /// What to make.
    pub coupon_template_id: ID,
    /// Up to 100,000.
    pub count: i32,
    /// Start of every code, up to 20 characters.
    pub prefix: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<CouponCodesGenerateInput> for coupon::GenerateCodes {
    type Error = Error;

    fn try_from(input: CouponCodesGenerateInput) -> Result<Self, Error> {
        let template = &input.coupon_template_id;
        Ok(Self {
            template_id: id_in::<CouponTemplateId>(template, &["couponTemplateId"])?.uuid(),
            count: input.count,
            prefix: input.prefix,
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of couponCodesExport.
#[derive(Clone, Debug, InputObject)]
pub(super) struct CouponCodesExportInput {
    /// Which coupons.
    pub filter: CouponFilter,
}

impl TryFrom<CouponCodesExportInput> for coupon::CouponFilter {
    type Error = Error;

    fn try_from(input: CouponCodesExportInput) -> Result<Self, Error> {
        input.filter.try_into()
    }
}

/// Input of couponRevoke.
#[derive(Clone, Debug, InputObject)]
pub(super) struct CouponRevokeInput {
    /// The coupon.
    pub coupon_id: ID,
    /// Why.
    pub reason: String,
}
