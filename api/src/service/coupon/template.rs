//! Staff write, change and stop what coupons are made from.
//!
//! Whoever makes a coupon holds the template's row in the weakest way (`find_open`), which hinders nobody but those who
//! change or stop it: so a stop is the last word.

use chrono::{DateTime, Utc};
use domain::coupon::{CouponGrantTrigger, Made, TemplateTerms};
use domain::id::{CouponTemplateId, MemberTierId, PromotionId, TypedId};
use domain::permission::Permission;
use entity::column::Text;
use entity::coupon_template::{ActiveModel, COLUMN, Entity, Model};
use entity::{coupon, job, member_tier, promotion};
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect,
    Select,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::codes;
use super::query::promotions_of;
use super::revoke::{self, Revocation};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::idempotency;
use crate::service::job::{Task, by_id, start};
use crate::service::promotion::PromotionError;
use crate::state::AppState;

/// What to write: what is left out stays, `Some(None)` clears.
#[derive(Clone, Debug, Default)]
pub struct TemplatePatch {
    /// Text for buyers.
    pub label: Option<String>,
    /// Its promotion.
    pub promotion_id: Option<PromotionId>,
    /// Whether members may claim it.
    pub claimable: Option<bool>,
    /// Usable from.
    pub usable_from: Option<Option<DateTime<Utc>>>,
    /// Usable until.
    pub expires_at: Option<Option<DateTime<Utc>>>,
    /// Days a coupon in a wallet can be used, if that ends sooner.
    pub valid_days: Option<Option<i32>>,
    /// When coupons are given by themselves.
    pub grant_on: Option<Option<CouponGrantTrigger>>,
    /// The tier that is meant.
    pub grant_tier_id: Option<Option<MemberTierId>>,
    /// Most one member may hold.
    pub per_member: Option<i32>,
    /// Coupons that may be issued.
    pub issue_limit: Option<Option<i32>>,
    /// Back after a cancelled order.
    pub restorable: Option<bool>,
    /// Days a coupon for one order can still be used at least when the order gives it back.
    pub grace_days: Option<i32>,
}

/// A template to stop.
#[derive(Clone, Debug, Serialize)]
pub struct StopTemplate {
    /// The template.
    pub template_id: Uuid,
    /// Why its coupons are withdrawn; they stay if left out.
    pub revoke_reason: Option<String>,
    /// Unique per request.
    #[serde(skip)]
    pub idempotency_key: String,
}

/// A template that was stopped.
#[derive(Clone, Debug)]
pub struct StoppedTemplate {
    /// The template.
    pub template: Model,
    /// The job that withdraws its coupons, if they are to go.
    pub job: Option<job::Model>,
}

#[derive(Serialize, Deserialize)]
struct Stopped {
    job_id: Option<Uuid>,
}

/// Creates what coupons are made from.
///
/// # Errors
/// [`PromotionError::Template`], and the common refusals of a missing permission or an unknown promotion or tier.
pub async fn create_template(
    app: &AppState,
    viewer: &Viewer,
    patch: TemplatePatch,
) -> Result<Model, PromotionError> {
    viewer.require(Permission::CouponWrite)?;
    let promotion_id = patch
        .promotion_id
        .ok_or_else(|| Error::invalid(&["couponTemplate", "promotionId"], "needed on create"))?;
    let fresh = TemplateTerms {
        label: String::new(),
        promotion_id: promotion_id.uuid(),
        is_claimable: false,
        usable_from: None,
        expires_at: None,
        valid_days: None,
        grant_on: None,
        grant_tier_id: None,
        per_member: 1,
        issue_limit: None,
        is_restorable: true,
        grace_days: 0,
    };
    let terms = patched(fresh, patch);
    terms.check()?;
    let transaction = app.database.begin().await?;
    check_promotion(&transaction, viewer, &terms).await?;
    check_tier(&transaction, viewer, &terms).await?;
    let now = app.clock.now();
    let row = ActiveModel {
        id: Set(app.clock.new_id()),
        granted_until: Set(None),
        issued_count: Set(0),
        stopped_at: Set(None),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
        ..written(terms)
    };
    let template = row.insert(&transaction).await?;
    transaction.commit().await?;
    Ok(template)
}

/// Changes a template. Coupons that were made keep their end and their limits.
///
/// # Errors
/// [`PromotionError::Template`], and the common refusals of a missing permission, of something unknown, or of a version
/// that is outdated.
pub async fn update_template(
    app: &AppState,
    viewer: &Viewer,
    id: CouponTemplateId,
    expected_version: Option<i32>,
    patch: TemplatePatch,
) -> Result<Model, PromotionError> {
    viewer.require(Permission::CouponWrite)?;
    let attempt = || async {
        let transaction = app.database.begin().await?;
        let template = lock(&transaction, viewer, id.uuid()).await?;
        if expected_version.is_some_and(|version| version != template.version) {
            return Err(Error::Conflict("coupon template").into());
        }
        let before = terms(&template);
        let after = patched(before.clone(), patch.clone());
        if after == before {
            return Ok(template);
        }
        let made = Made {
            any: is_any_made(&transaction, template.id).await?,
            issued: template.issued_count,
        };
        before.check_change(&after, made)?;
        if after.promotion_id != before.promotion_id {
            check_promotion(&transaction, viewer, &after).await?;
        }
        if after.grant_tier_id != before.grant_tier_id {
            check_tier(&transaction, viewer, &after).await?;
        }
        let granted_until = if before.is_given_otherwise(&after) {
            None
        } else {
            template.granted_until
        };
        let row = ActiveModel {
            id: Set(template.id),
            granted_until: Set(granted_until),
            version: Set(template.version.saturating_add(1)),
            updated_at: Set(app.clock.now()),
            ..written(after)
        };
        let template = row.update(&transaction).await?;
        transaction.commit().await?;
        Ok(template)
    };
    app.database.retry(attempt).await
}

/// Stops a template for good: no coupon is made from it any more. With a reason, a job withdraws those there are;
/// orders that use one keep it, and it is withdrawn if it comes back. A template that is stopped stays as it is.
///
/// # Errors
/// The common refusals of a missing permission, an unknown template, a bad reason or a reused key.
pub async fn stop_template(
    app: &AppState,
    viewer: &Viewer,
    command: StopTemplate,
) -> Result<StoppedTemplate, PromotionError> {
    viewer.require(Permission::CouponWrite)?;
    let reason = command.revoke_reason.as_deref();
    let reason = reason
        .map(|reason| revoke::check_reason(reason, "revokeReason"))
        .transpose()?;
    app.database
        .retry(|| stop(app, viewer, &command, reason))
        .await
}

async fn stop(
    app: &AppState,
    viewer: &Viewer,
    command: &StopTemplate,
    reason: Option<&str>,
) -> Result<StoppedTemplate, PromotionError> {
    let transaction = app.database.begin().await?;
    let actor = viewer.idempotency_actor("");
    let key = &command.idempotency_key;
    let request = idempotency::Request::try_new(&actor, "couponTemplateStop", key, command)?;
    let job_id = reason.map(|_| app.clock.new_id());
    let template = lock(&transaction, viewer, command.template_id).await?;
    let outcome = Stopped { job_id };
    if let Some(first) = request.claim(&transaction, &app.clock, &outcome).await? {
        let job = match first.job_id {
            Some(job_id) => Some(by_id(&transaction, job_id).await?),
            None => None,
        };
        return Ok(StoppedTemplate { template, job });
    }
    let template = if template.stopped_at.is_some() {
        template
    } else {
        let now = app.clock.now();
        let row = ActiveModel {
            id: Set(template.id),
            stopped_at: Set(Some(now)),
            version: Set(template.version.saturating_add(1)),
            updated_at: Set(now),
            ..Default::default()
        };
        row.update(&transaction).await?
    };
    let job = match (job_id, reason) {
        (Some(job_id), Some(reason)) => {
            let total = revoke::count_standing(&transaction, template.id).await?;
            let task = Task::CouponRevocation(Revocation {
                template_id: template.id,
                reason: reason.to_owned(),
            });
            Some(start(&transaction, app, viewer, job_id, &task, total).await?)
        }
        (Some(_) | None, _) => None,
    };
    transaction.commit().await?;
    Ok(StoppedTemplate { template, job })
}

/// Finds a template that coupons may still be made from, and keeps it from being changed or stopped until the transaction
/// ends.
///
/// # Errors
/// [`Error::NotFound`], and [`PromotionError::TemplateStopped`].
pub(super) async fn find_open(
    transaction: &DatabaseTransaction,
    viewer: &Viewer,
    id: Uuid,
) -> Result<Model, PromotionError> {
    let template = of_channel(viewer, id)
        .lock(LockType::KeyShare)
        .one(transaction)
        .await?
        .ok_or(Error::NotFound("coupon template"))?;
    if template.stopped_at.is_some() {
        return Err(PromotionError::TemplateStopped);
    }
    Ok(template)
}

/// Loads a template and keeps it as [`find_open`] does, for work that was begun; none once it was stopped.
pub(super) async fn still_open(
    transaction: &DatabaseTransaction,
    id: Uuid,
) -> Result<Option<Model>> {
    let template = Entity::find_by_id(id)
        .lock(LockType::KeyShare)
        .one(transaction)
        .await?
        .ok_or_else(|| Error::internal("a template of coupons is gone"))?;
    Ok(Some(template).filter(|template| template.stopped_at.is_none()))
}

/// Loads a template to change it: waits for those who make coupons of it now, and lets others wait.
async fn lock(transaction: &DatabaseTransaction, viewer: &Viewer, id: Uuid) -> Result<Model> {
    of_channel(viewer, id)
        .lock_exclusive()
        .one(transaction)
        .await?
        .ok_or(Error::NotFound("coupon template"))
}

fn of_channel(viewer: &Viewer, id: Uuid) -> Select<Entity> {
    let promotions = promotions_of(viewer.channel.id);
    Entity::find_by_id(id).filter(COLUMN.promotion_id.in_subquery(promotions))
}

/// Whether coupons were made, or are about to be.
async fn is_any_made(transaction: &DatabaseTransaction, template_id: Uuid) -> Result<bool> {
    let found: Option<Uuid> = coupon::Entity::find()
        .select_only()
        .column(coupon::Column::Id)
        .filter(coupon::COLUMN.template_id.eq(template_id))
        .limit(1)
        .into_tuple()
        .one(transaction)
        .await?;
    Ok(found.is_some() || codes::are_queued(transaction, template_id).await?)
}

async fn check_promotion(
    transaction: &DatabaseTransaction,
    viewer: &Viewer,
    terms: &TemplateTerms,
) -> Result<()> {
    let promotion = promotion::Entity::find_by_id(terms.promotion_id)
        .filter(promotion::COLUMN.channel_id.eq(viewer.channel.id))
        .one(transaction)
        .await?
        .ok_or(Error::NotFound("promotion"))?;
    if promotion.coupon_required {
        return Ok(());
    }
    Err(Error::invalid(
        &["couponTemplate", "promotionId"],
        "this promotion needs no coupon: set its `couponRequired`",
    ))
}

async fn check_tier(
    transaction: &DatabaseTransaction,
    viewer: &Viewer,
    terms: &TemplateTerms,
) -> Result<()> {
    let Some(tier_id) = terms.grant_tier_id else {
        return Ok(());
    };
    member_tier::Entity::find_by_id(tier_id)
        .filter(member_tier::COLUMN.channel_id.eq(viewer.channel.id))
        .one(transaction)
        .await?
        .ok_or(Error::NotFound("member tier"))?;
    Ok(())
}

fn terms(template: &Model) -> TemplateTerms {
    TemplateTerms {
        label: template.label.clone(),
        promotion_id: template.promotion_id,
        is_claimable: template.claimable,
        usable_from: template.usable_from,
        expires_at: template.expires_at,
        valid_days: template.valid_days,
        grant_on: template.grant_on.map(|trigger| trigger.0),
        grant_tier_id: template.grant_tier_id,
        per_member: template.per_member,
        issue_limit: template.issue_limit,
        is_restorable: template.restorable,
        grace_days: template.grace_days,
    }
}

fn patched(terms: TemplateTerms, patch: TemplatePatch) -> TemplateTerms {
    let promotion_id = patch.promotion_id.map(TypedId::uuid);
    let grant_tier_id = patch.grant_tier_id.map(|id| id.map(TypedId::uuid));
    TemplateTerms {
        label: patch
            .label
            .map_or(terms.label, |label| label.trim().to_owned()),
        promotion_id: promotion_id.unwrap_or(terms.promotion_id),
        is_claimable: patch.claimable.unwrap_or(terms.is_claimable),
        usable_from: patch.usable_from.unwrap_or(terms.usable_from),
        expires_at: patch.expires_at.unwrap_or(terms.expires_at),
        valid_days: patch.valid_days.unwrap_or(terms.valid_days),
        grant_on: patch.grant_on.unwrap_or(terms.grant_on),
        grant_tier_id: grant_tier_id.unwrap_or(terms.grant_tier_id),
        per_member: patch.per_member.unwrap_or(terms.per_member),
        issue_limit: patch.issue_limit.unwrap_or(terms.issue_limit),
        is_restorable: patch.restorable.unwrap_or(terms.is_restorable),
        grace_days: patch.grace_days.unwrap_or(terms.grace_days),
    }
}

/// The columns that hold terms.
fn written(terms: TemplateTerms) -> ActiveModel {
    ActiveModel {
        label: Set(terms.label),
        promotion_id: Set(terms.promotion_id),
        claimable: Set(terms.is_claimable),
        usable_from: Set(terms.usable_from),
        expires_at: Set(terms.expires_at),
        valid_days: Set(terms.valid_days),
        grant_on: Set(terms.grant_on.map(Text)),
        grant_tier_id: Set(terms.grant_tier_id),
        per_member: Set(terms.per_member),
        issue_limit: Set(terms.issue_limit),
        restorable: Set(terms.is_restorable),
        grace_days: Set(terms.grace_days),
        ..Default::default()
    }
}
