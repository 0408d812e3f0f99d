//! Staff write what coupons are made from.

use chrono::{DateTime, Utc};
use domain::coupon::CouponGrantTrigger;
use domain::id::{MemberTierId, PromotionId, TypedId};
use domain::permission::Permission;
use entity::column::Text;
use entity::coupon_template::{ActiveModel, Model};
use entity::{member_tier, promotion};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, QueryFilter};

use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::promotion::PromotionError;
use crate::state::AppState;

/// Longest label, in characters.
const MAX_LABEL: usize = 200;

/// Longest life of a coupon in a wallet, in days.
const MAX_DAYS: i32 = 3_650;

/// What a new template holds.
#[derive(Clone, Debug, Default)]
pub struct TemplatePatch {
    /// Text for buyers.
    pub label: Option<String>,
    /// Its promotion.
    pub promotion_id: Option<PromotionId>,
    /// Whether members may claim it.
    pub claimable: Option<bool>,
    /// Usable from.
    pub usable_from: Option<DateTime<Utc>>,
    /// Usable until.
    pub expires_at: Option<DateTime<Utc>>,
    /// Days a coupon in a wallet can be used, if that ends sooner.
    pub valid_days: Option<i32>,
    /// When coupons are given by themselves.
    pub grant_on: Option<CouponGrantTrigger>,
    /// The tier that is meant.
    pub grant_tier_id: Option<MemberTierId>,
    /// Most one member may hold.
    pub per_member: Option<i32>,
    /// Coupons that may be issued.
    pub issue_limit: Option<i32>,
    /// Back after a cancelled order.
    pub restorable: Option<bool>,
}

/// Creates what coupons are made from.
///
/// # Errors
/// The common refusals of a missing permission, an unknown promotion or a bad value.
pub async fn create_template(
    app: &AppState,
    viewer: &Viewer,
    patch: TemplatePatch,
) -> Result<Model, PromotionError> {
    viewer.require(Permission::CouponWrite)?;
    let label = patch.label.as_deref().map(str::trim).unwrap_or_default();
    if label.is_empty() || label.chars().count() > MAX_LABEL {
        return Err(refuse("label", format!("needed, 1 to {MAX_LABEL} characters")).into());
    }
    let promotion_id = patch
        .promotion_id
        .ok_or_else(|| refuse("promotionId", "needed on create"))?;
    if matches!((patch.usable_from, patch.expires_at), (Some(start), Some(end)) if end <= start) {
        return Err(refuse("expiresAt", "must be after `usableFrom`").into());
    }
    CouponGrantTrigger::check(patch.grant_on, patch.grant_tier_id.is_some())
        .map_err(|error| refuse("grantTierId", error.to_string()))?;
    if patch.valid_days.is_some_and(|days| days > MAX_DAYS) {
        return Err(refuse("validDays", format!("at most {MAX_DAYS}")).into());
    }
    for (field, count) in [
        ("validDays", patch.valid_days),
        ("perMember", patch.per_member),
        ("issueLimit", patch.issue_limit),
    ] {
        if count.is_some_and(|count| count <= 0) {
            return Err(refuse(field, "must be more than 0").into());
        }
    }
    let transaction = app.database.begin().await?;
    let promotion = promotion::Entity::find_by_id(promotion_id.uuid())
        .filter(promotion::COLUMN.channel_id.eq(viewer.channel.id))
        .one(&transaction)
        .await?
        .ok_or(Error::NotFound("promotion"))?;
    if !promotion.coupon_required {
        return Err(refuse(
            "promotionId",
            "this promotion needs no coupon: set its `couponRequired`",
        )
        .into());
    }
    if let Some(tier_id) = patch.grant_tier_id {
        member_tier::Entity::find_by_id(tier_id.uuid())
            .filter(member_tier::COLUMN.channel_id.eq(viewer.channel.id))
            .one(&transaction)
            .await?
            .ok_or(Error::NotFound("member tier"))?;
    }
    let now = app.clock.now();
    let row = ActiveModel {
        id: Set(app.clock.new_id()),
        promotion_id: Set(promotion.id),
        label: Set(label.to_owned()),
        claimable: Set(patch.claimable.unwrap_or(false)),
        usable_from: Set(patch.usable_from),
        expires_at: Set(patch.expires_at),
        valid_days: Set(patch.valid_days),
        grant_on: Set(patch.grant_on.map(Text)),
        grant_tier_id: Set(patch.grant_tier_id.map(TypedId::uuid)),
        granted_until: Set(None),
        per_member: Set(patch.per_member.unwrap_or(1)),
        issue_limit: Set(patch.issue_limit),
        issued_count: Set(0),
        restorable: Set(patch.restorable.unwrap_or(true)),
        created_at: Set(now),
        updated_at: Set(now),
    };
    let template = row.insert(&transaction).await?;
    transaction.commit().await?;
    Ok(template)
}

fn refuse(field: &str, message: impl Into<String>) -> Error {
    Error::invalid(&["couponTemplate", field], message)
}
