//! Staff write promotions. Placed orders keep the prices they had.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::Money;
use domain::id::{PromotionId, TypedId as _};
use domain::permission::Permission;
use domain::promotion::{
    Condition, DiscountBase, GroupMode, MAX_GROUP_NAME, MAX_GROUPS, PromotionChangeKind,
    PromotionClass, PromotionStage, PromotionStatus, Reward, validate, validate_stage,
};
use domain::text_enum::TextEnum as _;
use entity::channel;
use entity::column::{Json, Text};
use entity::promotion::{ActiveModel, Entity, Model};
use entity::promotion_use;
use sea_orm::{
    ActiveModelTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
};
use uuid::Uuid;

use super::error::PromotionError;
use super::history::{self, Doer};
use super::reference::check_references;
use super::{room, switch, timing};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::state::AppState;

/// Longest name or label, in characters.
const MAX_TEXT: usize = 200;

/// What to write: what is left out stays, `Some(None)` clears.
#[derive(Clone, Debug, Default)]
pub struct PromotionPatch {
    /// Name for staff.
    pub name: Option<String>,
    /// Text for buyers.
    pub label: Option<String>,
    /// Where it lowers prices; it stays what it was made.
    pub stage: Option<PromotionStage>,
    /// Whether it waits for a coupon.
    pub coupon_required: Option<bool>,
    /// When it starts.
    pub starts_at: Option<Option<DateTime<Utc>>>,
    /// When it ends.
    pub ends_at: Option<Option<DateTime<Utc>>>,
    /// All must hold.
    pub conditions: Option<Vec<Condition>>,
    /// What the buyer gets.
    pub rewards: Option<Vec<Reward>>,
    /// Lower numbers come first.
    pub priority: Option<i32>,
    /// Most it takes off one order.
    pub max_discount: Option<Option<Money>>,
    /// What must stay to pay of the goods.
    pub min_payable: Option<Option<Money>>,
    /// Group it belongs to.
    pub group: Option<Option<String>>,
    /// How its group is settled.
    pub group_mode: Option<GroupMode>,
    /// Whether it stops all later ones.
    pub exclusive: Option<bool>,
    /// Classes it tolerates beside it.
    pub combines_with: Option<BTreeSet<PromotionClass>>,
    /// Groups it tolerates whatever their class.
    pub combines_with_groups: Option<Vec<String>>,
    /// What its percentages are taken of.
    pub discount_base: Option<DiscountBase>,
    /// Whether goods at a reduced price count.
    pub applies_to_discounted: Option<bool>,
    /// Money it may give away in all.
    pub budget_amount: Option<Option<Money>>,
    /// Times it may be used in all.
    pub budget_uses: Option<Option<i32>>,
    /// Times one member may use it.
    pub uses_per_member: Option<Option<i32>>,
}

/// Creates a draft.
///
/// # Errors
/// The common refusals, and [`PromotionError::Rule`] for a rule that asks or gives nothing.
pub async fn create(
    app: &AppState,
    viewer: &Viewer,
    patch: PromotionPatch,
) -> Result<Model, PromotionError> {
    viewer.require(Permission::PromotionWrite)?;
    let promotion = draft(app, viewer, patch)?;
    let transaction = app.database.begin().await?;
    check_references(&transaction, &promotion).await?;
    let saved = promotion.into_active_model().insert(&transaction).await?;
    let doer = Doer::load(&transaction, viewer).await?;
    let kind = PromotionChangeKind::Created;
    history::record(&transaction, &saved, kind, doer, None, saved.created_at).await?;
    transaction.commit().await?;
    Ok(saved)
}

/// Makes the row of a draft; nothing is written.
pub(super) fn draft(
    app: &AppState,
    viewer: &Viewer,
    patch: PromotionPatch,
) -> Result<Model, PromotionError> {
    for (field, is_given) in [
        ("name", patch.name.is_some()),
        ("label", patch.label.is_some()),
        ("rewards", patch.rewards.is_some()),
    ] {
        if !is_given {
            return Err(Error::invalid(&["promotion", field], "needed on create").into());
        }
    }
    let now = app.clock.now();
    let mut promotion = Model {
        id: app.clock.new_id(),
        channel_id: viewer.channel.id,
        name: String::new(),
        label: String::new(),
        label_translations: Json(BTreeMap::new()),
        status: Text(PromotionStatus::Draft),
        stage: Text(patch.stage.unwrap_or(PromotionStage::Cart)),
        coupon_required: false,
        starts_at: None,
        ends_at: None,
        conditions: Json(Vec::new()),
        rewards: Json(Vec::new()),
        priority: 0,
        max_discount_minor: None,
        group_name: None,
        group_mode: Text(GroupMode::BestOf),
        exclusive: false,
        combines_with: Json(PromotionClass::ALL.iter().copied().collect()),
        combines_with_groups: Json(BTreeSet::new()),
        discount_base: Text(DiscountBase::Running),
        applies_to_discounted: true,
        min_payable_minor: None,
        budget_minor: None,
        used_minor: 0,
        budget_uses: None,
        uses_per_member: None,
        used_count: 0,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    apply(&mut promotion, patch, &viewer.channel)?;
    Ok(promotion)
}

/// Changes a promotion: a new version of it. Where a second person must agree, it is a draft again.
///
/// # Errors
/// The common refusals, [`PromotionError::Rule`] for a rule that asks or gives nothing, and
/// [`PromotionError::Lifecycle`] for what is over, or runs where a second person must agree, and
/// [`PromotionError::Room`] for one that runs and comes into a group with too many others.
pub async fn update(
    app: &AppState,
    viewer: &Viewer,
    id: PromotionId,
    expected_version: Option<i32>,
    patch: PromotionPatch,
) -> Result<Model, PromotionError> {
    viewer.require(Permission::PromotionWrite)?;
    app.database
        .retry(|| {
            let patch = patch.clone();
            async move {
                let transaction = app.database.begin().await?;
                let mut promotion = lock(&transaction, viewer, id).await?;
                if expected_version.is_some_and(|version| version != promotion.version) {
                    return Err(Error::Conflict("promotion").into());
                }
                if promotion.budget_uses.is_none() || promotion.budget_minor.is_none() {
                    // Uses are counted only under a limit: one set now starts from what orders hold.
                    (promotion.used_count, promotion.used_minor) =
                        count_live(&transaction, promotion.id).await?;
                }
                let now = app.clock.now();
                let claim = room::claim(&promotion);
                let at = |row: &Model, status: PromotionStatus| {
                    status.at(row.starts_at, row.ends_at, now)
                };
                let status =
                    at(&promotion, promotion.status.0).change(switch::policy(&viewer.channel))?;
                apply(&mut promotion, patch, &viewer.channel)?;
                promotion.status = Text(at(&promotion, status));
                check_references(&transaction, &promotion).await?;
                if room::claim(&promotion) != claim {
                    room::ensure(&transaction, &promotion, now).await?;
                }
                let saved = save(&transaction, app, promotion).await?;
                let doer = Doer::load(&transaction, viewer).await?;
                let kind = PromotionChangeKind::Updated;
                history::record(&transaction, &saved, kind, doer, None, saved.updated_at).await?;
                timing::plan(&transaction, app, &saved).await?;
                transaction.commit().await?;
                Ok(saved)
            }
        })
        .await
}

/// Counts the uses orders hold, and what they take off.
async fn count_live(transaction: &DatabaseTransaction, promotion_id: Uuid) -> Result<(i32, i64)> {
    let live: Vec<i64> = promotion_use::Entity::find()
        .select_only()
        .column(promotion_use::Column::DiscountMinor)
        .filter(promotion_use::COLUMN.promotion_id.eq(promotion_id))
        .filter(promotion_use::COLUMN.released_at.is_null())
        .into_tuple()
        .all(transaction)
        .await?;
    let count = i32::try_from(live.len()).map_err(Error::internal)?;
    let sum = live.into_iter().fold(0, i64::saturating_sub);
    Ok((count, sum))
}

/// Loads a promotion of the channel and keeps others from changing it.
pub(super) async fn lock(
    transaction: &DatabaseTransaction,
    viewer: &Viewer,
    id: PromotionId,
) -> Result<Model> {
    Entity::find_by_id(id.uuid())
        .filter(entity::promotion::COLUMN.channel_id.eq(viewer.channel.id))
        .lock_exclusive()
        .one(transaction)
        .await?
        .ok_or(Error::NotFound("promotion"))
}

/// Writes a changed promotion and counts the change.
pub(super) async fn save(
    transaction: &DatabaseTransaction,
    app: &AppState,
    mut promotion: Model,
) -> Result<Model> {
    promotion.version = promotion.version.saturating_add(1);
    promotion.updated_at = app.clock.now();
    let row: ActiveModel = promotion.into();
    Ok(row.reset_all().update(transaction).await?)
}

fn apply(
    promotion: &mut Model,
    patch: PromotionPatch,
    channel: &channel::Model,
) -> Result<(), PromotionError> {
    if let Some(name) = patch.name {
        promotion.name = text("name", &name)?;
    }
    if let Some(label) = patch.label {
        promotion.label = text("label", &label)?;
    }
    if patch.stage.is_some_and(|stage| stage != promotion.stage.0) {
        return Err(Error::invalid(&["promotion", "stage"], "cannot be changed").into());
    }
    promotion.coupon_required = patch.coupon_required.unwrap_or(promotion.coupon_required);
    promotion.starts_at = patch.starts_at.unwrap_or(promotion.starts_at);
    promotion.ends_at = patch.ends_at.unwrap_or(promotion.ends_at);
    promotion.priority = patch.priority.unwrap_or(promotion.priority);
    if let Some(conditions) = patch.conditions {
        promotion.conditions = Json(conditions);
    }
    if let Some(rewards) = patch.rewards {
        promotion.rewards = Json(rewards);
    }
    if let Some(most) = patch.max_discount {
        promotion.max_discount_minor = most
            .map(|most| amount("maxDiscount", most, channel))
            .transpose()?;
    }
    if let Some(least) = patch.min_payable {
        promotion.min_payable_minor = least
            .map(|least| amount("minPayable", least, channel))
            .transpose()?;
    }
    if let Some(most) = patch.budget_amount {
        promotion.budget_minor = most
            .map(|most| amount("budgetAmount", most, channel))
            .transpose()?;
    }
    if let Some(group) = patch.group {
        promotion.group_name = group.map(|group| group_name("group", &group)).transpose()?;
    }
    promotion.group_mode = patch.group_mode.map_or(promotion.group_mode, Text);
    promotion.exclusive = patch.exclusive.unwrap_or(promotion.exclusive);
    if let Some(classes) = patch.combines_with {
        promotion.combines_with = Json(classes);
    }
    if let Some(groups) = patch.combines_with_groups {
        promotion.combines_with_groups = Json(group_names(&groups)?);
    }
    promotion.discount_base = patch.discount_base.map_or(promotion.discount_base, Text);
    promotion.applies_to_discounted = patch
        .applies_to_discounted
        .unwrap_or(promotion.applies_to_discounted);
    if let Some(most) = patch.budget_uses {
        promotion.budget_uses = most.map(|most| count("budgetUses", most)).transpose()?;
    }
    if let Some(most) = patch.uses_per_member {
        promotion.uses_per_member = most.map(|most| count("usesPerMember", most)).transpose()?;
    }
    if matches!((promotion.starts_at, promotion.ends_at), (Some(start), Some(end)) if end <= start)
    {
        return Err(Error::invalid(&["promotion", "endsAt"], "must be after `startsAt`").into());
    }
    if promotion
        .budget_uses
        .is_some_and(|most| most < promotion.used_count)
    {
        let message = format!("must not be below the {} uses so far", promotion.used_count);
        return Err(Error::invalid(&["promotion", "budgetUses"], message).into());
    }
    if promotion
        .budget_minor
        .is_some_and(|most| most < promotion.used_minor)
    {
        let given = Money::new(promotion.used_minor, channel.currency.0);
        let message = format!("must not be below the {given} given so far");
        return Err(Error::invalid(&["promotion", "budgetAmount"], message).into());
    }
    validate(
        &promotion.conditions,
        &promotion.rewards,
        channel.currency.0,
    )?;
    validate_stage(&promotion.conditions, &promotion.rewards, promotion.stage.0)?;
    match promotion.stage.0 {
        PromotionStage::Cart => Ok(()),
        PromotionStage::Catalog => Ok(refuse_limits(promotion)?),
    }
}

/// In the catalog nothing is used up or combined: the lowest price counts for everybody.
fn refuse_limits(promotion: &Model) -> Result<()> {
    let set = [
        ("couponRequired", promotion.coupon_required),
        ("group", promotion.group_name.is_some()),
        ("exclusive", promotion.exclusive),
        ("maxDiscount", promotion.max_discount_minor.is_some()),
        ("minPayable", promotion.min_payable_minor.is_some()),
        ("budgetAmount", promotion.budget_minor.is_some()),
        ("budgetUses", promotion.budget_uses.is_some()),
        ("usesPerMember", promotion.uses_per_member.is_some()),
    ];
    match set.into_iter().find(|(_, is_set)| *is_set) {
        None => Ok(()),
        Some((field, _)) => Err(Error::invalid(
            &["promotion", field],
            "is nothing for a promotion of the catalog",
        )),
    }
}

fn text(field: &str, text: &str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MAX_TEXT {
        return Err(Error::invalid(
            &["promotion", field],
            format!("has 1 to {MAX_TEXT} characters"),
        ));
    }
    Ok(text.to_owned())
}

fn group_name(field: &str, name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > MAX_GROUP_NAME {
        let message = format!("the name of a group has 1 to {MAX_GROUP_NAME} characters");
        return Err(Error::invalid(&["promotion", field], message));
    }
    Ok(name.to_owned())
}

fn group_names(names: &[String]) -> Result<BTreeSet<String>> {
    let field = "combinesWithGroups";
    if names.len() > MAX_GROUPS {
        let message = format!("names at most {MAX_GROUPS} groups");
        return Err(Error::invalid(&["promotion", field], message));
    }
    names.iter().map(|name| group_name(field, name)).collect()
}

fn amount(field: &str, money: Money, channel: &channel::Model) -> Result<i64> {
    if money.currency != channel.currency.0 || !money.is_positive() {
        let message = format!("an amount above 0 in {}", channel.currency.0);
        return Err(Error::invalid(&["promotion", field], message));
    }
    Ok(money.minor)
}

fn count(field: &str, count: i32) -> Result<i32> {
    if count > 0 {
        Ok(count)
    } else {
        Err(Error::invalid(&["promotion", field], "must be more than 0"))
    }
}
