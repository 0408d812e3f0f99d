//! Rules by which members earn points.

use domain::id::{PointsRuleId, TypedId as _};
use domain::permission::Permission;
use domain::points::{EarnRule, PointsExpiryPolicy, PointsTrigger, RuleTerms};
use domain::promotion::ProductSelector;
use entity::column::Text;
use entity::points_rule::{COLUMN, Column, Entity, Model};
use entity::{channel, member_tier, points_rule_version};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction,
    EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::error::PointsError;
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::promotion::unknown_in;
use crate::state::AppState;

/// Most rules saved at once, and most rules of a channel.
const MAX_RULES: usize = 50;
/// Longest key, in bytes.
const MAX_KEY: usize = 40;

/// A rule to save: what is left out stays, `Some(None)` clears.
#[derive(Clone, Debug)]
pub struct RuleInput {
    /// Key, unique in the channel.
    pub key: String,
    /// Text for members.
    pub label: Option<String>,
    /// What earns.
    pub trigger: Option<PointsTrigger>,
    /// Points for each unit of money, in parts per million.
    pub points_per_money_unit_ppm: Option<Option<i64>>,
    /// Points each time.
    pub fixed_points: Option<Option<i32>>,
    /// Most points a member earns by it in a day.
    pub max_per_day: Option<Option<i32>>,
    /// Days until points become usable.
    pub pending_days: Option<i32>,
    /// Which products count.
    pub products: Option<ProductSelector>,
    /// When points lapse; if left out, `expiry_days` alone says whether after days or never.
    pub expiry_policy: Option<PointsExpiryPolicy>,
    /// Days the policy counts.
    pub expiry_days: Option<Option<i32>>,
    /// Whether it is in force.
    pub active: Option<bool>,
}

/// A version of a rule.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    /// The rule. Keys are unique in a channel only.
    pub(super) id: Uuid,
    pub(super) key: String,
    pub(super) version: i32,
    pub(super) terms: RuleTerms,
}

impl Rule {
    /// A rule as it is now.
    pub(super) fn of(row: &Model) -> Self {
        Self {
            id: row.id,
            key: row.key.clone(),
            version: row.version,
            terms: row.into(),
        }
    }
}

/// Lists the channel's rules by key.
///
/// # Errors
/// Without permission `POINTS_READ`.
pub async fn rules(app: &AppState, viewer: &Viewer) -> Result<Vec<Model>> {
    viewer.require(Permission::PointsRead)?;
    let rows = Entity::find()
        .filter(COLUMN.channel_id.eq(viewer.channel.id))
        .order_by_asc(Column::Key)
        .all(app.database.read())
        .await?;
    Ok(rows)
}

/// Loads rules by id; unknown ones are left out.
///
/// # Errors
/// Without permission `POINTS_READ`.
pub async fn rules_by_ids(
    app: &AppState,
    viewer: &Viewer,
    ids: &[PointsRuleId],
) -> Result<Vec<Model>> {
    viewer.require(Permission::PointsRead)?;
    let ids = ids.iter().map(|id| id.uuid());
    Ok(Entity::find()
        .filter(COLUMN.id.is_in(ids))
        .all(app.database.read())
        .await?)
}

/// Creates or updates rules by key, all or none; in the order given.
///
/// # Errors
/// The common refusals of a missing permission or a bad value.
pub async fn upsert_rules(
    app: &AppState,
    viewer: &Viewer,
    inputs: Vec<RuleInput>,
) -> Result<Vec<Model>, PointsError> {
    viewer.require(Permission::PointsWrite)?;
    if inputs.len() > MAX_RULES {
        return Err(Error::invalid(
            &["pointsRules"],
            format!("at most {MAX_RULES} rules at once"),
        )
        .into());
    }
    app.database.retry(|| attempt(app, viewer, &inputs)).await
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    inputs: &[RuleInput],
) -> Result<Vec<Model>, PointsError> {
    let transaction = app.database.begin().await?;
    let mut saved = Vec::new();
    for (index, input) in inputs.iter().enumerate() {
        saved.push(save(&transaction, app, viewer, input, index).await?);
    }
    transaction.commit().await.map_err(Error::from)?;
    Ok(saved)
}

async fn save(
    transaction: &DatabaseTransaction,
    app: &AppState,
    viewer: &Viewer,
    input: &RuleInput,
    index: usize,
) -> Result<Model> {
    let key = input.key.trim();
    let is_key = !key.is_empty()
        && key.len() <= MAX_KEY
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if !is_key {
        return Err(refuse(
            index,
            "key",
            "a key has letters, digits, dashes and underscores",
        ));
    }
    let now = app.clock.now();
    let found = Entity::find()
        .filter(COLUMN.channel_id.eq(viewer.channel.id))
        .filter(COLUMN.key.eq(key))
        .lock_exclusive()
        .one(transaction)
        .await?;
    let is_new = found.is_none();
    let mut rule = match found {
        Some(rule) => rule,
        None => Model {
            id: app.clock.new_id(),
            channel_id: viewer.channel.id,
            key: key.to_owned(),
            label: input
                .label
                .clone()
                .ok_or_else(|| refuse(index, "label", "a new rule needs a label"))?,
            trigger: Text(trigger(input, index)?),
            points_per_money_unit_ppm: None,
            fixed_points: None,
            max_per_day: None,
            pending_days: pending_days(&viewer.channel, trigger(input, index)?),
            expiry_days: None,
            active: true,
            version: 0,
            created_at: now,
            updated_at: now,
            products: ProductSelector::default().into(),
            expiry_policy: Text(PointsExpiryPolicy::Never),
            birthdays_until: None,
        },
    };
    change(&mut rule, input);
    RuleTerms::from(&rule)
        .check()
        .map_err(|error| refuse(index, error.field, error.message))?;
    let products = &rule.products;
    if let Some(unknown) = unknown_in(transaction, viewer.channel.id, products).await? {
        let message = format!("names a {unknown} that does not exist");
        return Err(refuse(index, "products", &message));
    }
    rule.version += 1;
    rule.updated_at = now;
    let row = rule.into_active_model();
    let row = if is_new { row } else { row.reset_all() };
    let saved = if is_new {
        row.insert(transaction).await?
    } else {
        row.update(transaction).await?
    };
    let (actor_kind, actor_id) = viewer.actor();
    let version = points_rule_version::ActiveModel {
        rule_id: Set(saved.id),
        version: Set(saved.version),
        label: Set(saved.label.clone()),
        trigger: Set(saved.trigger),
        points_per_money_unit_ppm: Set(saved.points_per_money_unit_ppm),
        fixed_points: Set(saved.fixed_points),
        products: Set(saved.products.clone()),
        max_per_day: Set(saved.max_per_day),
        pending_days: Set(saved.pending_days),
        expiry_policy: Set(saved.expiry_policy),
        expiry_days: Set(saved.expiry_days),
        active: Set(saved.active),
        actor_kind: Set(Text(actor_kind)),
        actor_id: Set(actor_id),
        created_at: Set(now),
    };
    points_rule_version::Entity::insert(version)
        .exec_without_returning(transaction)
        .await?;
    Ok(saved)
}

/// Gives the versions of many rules at once, newest first, for a loader; the caller has checked who may see them.
///
/// # Errors
/// When the database does not answer.
pub async fn versions_by_rules(
    app: &AppState,
    rule_ids: &[Uuid],
) -> Result<Vec<points_rule_version::Model>> {
    let column = points_rule_version::COLUMN;
    Ok(points_rule_version::Entity::find()
        .filter(column.rule_id.is_in(rule_ids.iter().copied()))
        .order_by_desc(points_rule_version::Column::Version)
        .all(app.database.read())
        .await?)
}

fn trigger(input: &RuleInput, index: usize) -> Result<PointsTrigger> {
    input
        .trigger
        .ok_or_else(|| refuse(index, "trigger", "a new rule needs a trigger"))
}

/// Days until points of a new rule become usable when nobody says otherwise: what an order earns waits as long as its goods may
/// be sent back.
fn pending_days(channel: &channel::Model, trigger: PointsTrigger) -> i32 {
    match trigger {
        PointsTrigger::Order => i32::from(channel.after_sale_policy.0.return_days),
        PointsTrigger::Registration
        | PointsTrigger::Review
        | PointsTrigger::Referral
        | PointsTrigger::Birthday
        | PointsTrigger::Custom => 0,
    }
}

fn change(rule: &mut Model, input: &RuleInput) {
    if let Some(label) = &input.label {
        label.trim().clone_into(&mut rule.label);
    }
    if let Some(trigger) = input.trigger {
        rule.trigger = Text(trigger);
    }
    if let Some(ppm) = input.points_per_money_unit_ppm {
        rule.points_per_money_unit_ppm = ppm;
    }
    if let Some(points) = input.fixed_points {
        rule.fixed_points = points;
    }
    if let Some(points) = input.max_per_day {
        rule.max_per_day = points;
    }
    if let Some(days) = input.pending_days {
        rule.pending_days = days;
    }
    if let Some(products) = &input.products {
        rule.products = products.clone().into();
    }
    if let Some(days) = input.expiry_days {
        rule.expiry_days = days;
        rule.expiry_policy = Text(match (days, rule.expiry_policy.0) {
            (Some(_), PointsExpiryPolicy::Never) => PointsExpiryPolicy::AfterDays,
            (None, PointsExpiryPolicy::AfterDays) => PointsExpiryPolicy::Never,
            (_, policy) => policy,
        });
    }
    if let Some(policy) = input.expiry_policy {
        rule.expiry_policy = Text(policy);
        if policy == PointsExpiryPolicy::Never && input.expiry_days.is_none() {
            rule.expiry_days = None;
        }
    }
    if let Some(active) = input.active {
        rule.active = active;
    }
}

fn refuse(index: usize, field: &str, message: &str) -> Error {
    Error::invalid(&["pointsRules", &index.to_string(), field], message)
}

/// Loads the rules in force for a trigger, by key.
pub(super) async fn active_rules<C: ConnectionTrait>(
    connection: &C,
    channel_id: Uuid,
    trigger: PointsTrigger,
) -> Result<Vec<Model>> {
    let rows = Entity::find()
        .filter(COLUMN.channel_id.eq(channel_id))
        .filter(COLUMN.trigger.eq(Text(trigger)))
        .filter(COLUMN.active.eq(true))
        .order_by_asc(Column::Key)
        .all(connection)
        .await?;
    Ok(rows)
}

/// Loads the rules by which orders earn points, for the price of a cart of a member of a tier.
pub(crate) async fn active_order_rules<C: ConnectionTrait>(
    connection: &C,
    channel_id: Uuid,
    tier: Option<&member_tier::Model>,
) -> Result<Vec<EarnRule>> {
    let thousandths = tier.map_or(1_000, |tier| tier.points_multiplier_thousandths);
    let thousandths = u32::try_from(thousandths).map_err(Error::internal)?;
    let rows = active_rules(connection, channel_id, PointsTrigger::Order).await?;
    rows.iter()
        .map(|row| Ok(earn_rule(row)?.multiplied(thousandths)))
        .collect()
}

fn earn_rule(row: &Model) -> Result<EarnRule> {
    Ok(EarnRule {
        id: row.id,
        version: row.version,
        products: row.products.0.clone(),
        points_per_unit_ppm: u64::try_from(row.points_per_money_unit_ppm.unwrap_or_default())
            .map_err(Error::internal)?,
        fixed_points: u32::try_from(row.fixed_points.unwrap_or_default())
            .map_err(Error::internal)?,
        max_per_day: row
            .max_per_day
            .map(u32::try_from)
            .transpose()
            .map_err(Error::internal)?,
    })
}
