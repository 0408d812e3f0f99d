//! Promotions as the price of a cart needs them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::Money;
use domain::locale::Locale;
use domain::promotion::{Combination, Promotion, PromotionStage, PromotionStatus};
use entity::channel;
use entity::column::Text;
use entity::promotion::{COLUMN, Column, Entity, Model};
use entity::promotion_use;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use crate::error::{Error, Result};

/// Loads the promotions of a channel that run by themselves at an instant.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn load_automatic<C: ConnectionTrait>(
    connection: &C,
    channel: &channel::Model,
    locale: &Locale,
    buyer_key: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Vec<Promotion>> {
    let activated = [PromotionStatus::Active, PromotionStatus::Scheduled].map(Text);
    let rows = Entity::find()
        .filter(COLUMN.channel_id.eq(channel.id))
        .filter(COLUMN.coupon_required.eq(false))
        .filter(COLUMN.stage.eq(Text(PromotionStage::Cart)))
        .filter(COLUMN.status.is_in(activated))
        // What is announced for later is nobody's business yet; what is over is not worth a word.
        .filter(
            Condition::any()
                .add(COLUMN.starts_at.is_null())
                .add(COLUMN.starts_at.lte(now)),
        )
        .filter(
            Condition::any()
                .add(COLUMN.ends_at.is_null())
                .add(COLUMN.ends_at.gt(now)),
        )
        .order_by_asc(Column::Priority)
        .all(connection)
        .await?;
    to_domain(connection, channel, locale, buyer_key, rows).await
}

/// Loads promotions by id, whatever their status, for the coupons that lead to them.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn by_ids_for_pricing<C: ConnectionTrait>(
    connection: &C,
    channel: &channel::Model,
    locale: &Locale,
    buyer_key: Option<&str>,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, Promotion>> {
    let rows = Entity::find()
        .filter(COLUMN.channel_id.eq(channel.id))
        .filter(COLUMN.id.is_in(ids))
        .all(connection)
        .await?;
    let promotions = to_domain(connection, channel, locale, buyer_key, rows).await?;
    Ok(promotions
        .into_iter()
        .map(|promotion| (promotion.id, promotion))
        .collect())
}

async fn to_domain<C: ConnectionTrait>(
    connection: &C,
    channel: &channel::Model,
    locale: &Locale,
    buyer_key: Option<&str>,
    rows: Vec<Model>,
) -> Result<Vec<Promotion>> {
    let limited: Vec<Uuid> = rows
        .iter()
        .filter(|row| row.uses_per_member.is_some())
        .map(|row| row.id)
        .collect();
    let uses = match buyer_key {
        Some(buyer_key) if !limited.is_empty() => {
            uses_by_buyer(connection, buyer_key, limited).await?
        }
        Some(_) | None => HashMap::new(),
    };
    rows.into_iter()
        .map(|row| {
            let by_buyer = uses.get(&row.id).copied().unwrap_or_default();
            promotion(row, channel, locale, by_buyer)
        })
        .collect()
}

async fn uses_by_buyer<C: ConnectionTrait>(
    connection: &C,
    buyer_key: &str,
    promotion_ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, u32>> {
    let column = promotion_use::COLUMN;
    let rows: Vec<Uuid> = promotion_use::Entity::find()
        .select_only()
        .column(promotion_use::Column::PromotionId)
        .filter(column.buyer_key.eq(buyer_key))
        .filter(column.promotion_id.is_in(promotion_ids))
        .filter(column.released_at.is_null())
        .into_tuple()
        .all(connection)
        .await?;
    let mut uses: HashMap<Uuid, u32> = HashMap::new();
    for id in rows {
        *uses.entry(id).or_default() += 1;
    }
    Ok(uses)
}

/// Reads a row as the domain's promotion, for a buyer who used it so often.
pub(super) fn promotion(
    row: Model,
    channel: &channel::Model,
    locale: &Locale,
    used_by_buyer: u32,
) -> Result<Promotion> {
    let unsigned = |value: i32| u32::try_from(value).map_err(Error::internal);
    let money = |minor| Money::new(minor, channel.currency.0);
    let used = unsigned(row.used_count)?;
    let label = row
        .label_translations
        .get(locale.as_str())
        .unwrap_or(&row.label)
        .clone();
    Ok(Promotion {
        id: row.id,
        version: row.version,
        label,
        status: row.status.0,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        priority: row.priority,
        base: row.discount_base.0,
        applies_to_discounted: row.applies_to_discounted,
        max_discount: row.max_discount_minor.map(money),
        min_payable: row.min_payable_minor.map(money),
        budget_left: row
            .budget_minor
            .map(|most| money(most.saturating_sub(row.used_minor))),
        uses_left: row
            .budget_uses
            .map(|most| Ok::<_, Error>(unsigned(most)?.saturating_sub(used)))
            .transpose()?,
        buyer_uses_left: row
            .uses_per_member
            .map(|most| Ok::<_, Error>(unsigned(most)?.saturating_sub(used_by_buyer)))
            .transpose()?,
        combination: Combination {
            group: row.group_name,
            group_mode: row.group_mode.0,
            is_exclusive: row.exclusive,
            combines_with: row.combines_with.0,
            combines_with_groups: row.combines_with_groups.0,
        },
        conditions: row.conditions.0,
        rewards: row.rewards.0,
    })
}
