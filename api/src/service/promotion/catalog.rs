//! Promotions of the catalog, as the prices of variants need them: a few statements whatever the number of variants, and
//! none without such promotions.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::past_price::PastCut;
use domain::promotion::{
    Goods, InForce, ProductSelector, PromotionStage, PromotionStep, Reduction, Reward, UnitCut,
    WrittenRule, cuts, in_force,
};
use entity::column::Text;
use entity::promotion::{COLUMN, Column, Entity, Model};
use entity::{product, product_variant, promotion_change};
use sea_orm::sea_query::{Expr, Query, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, JoinType, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
};
use uuid::Uuid;

use super::goods::fill_groups;
use super::query::is_in_status;
use crate::error::Result;
use crate::service::price_list::Audience;
use crate::service::rows::padded;

/// Whether a channel has any promotion of the catalog that may run, as a column of another query: so that nobody asks
/// further where there is none.
pub(in crate::service) fn catalog_exists(channel_id: Uuid) -> SimpleExpr {
    let promotions = Query::select()
        .expr(Expr::cust("1"))
        .from(Entity)
        .and_where(Expr::col((Entity, Column::ChannelId)).eq(channel_id))
        .and_where(Expr::cust(
            "promotion.stage = 'CATALOG' AND promotion.status IN ('ACTIVE', 'SCHEDULED')",
        ))
        .to_owned();
    Expr::exists(promotions)
}

/// Loads what promotions of the catalog do to variants, by variant.
pub(in crate::service) async fn reductions<C: ConnectionTrait>(
    connection: &C,
    audience: &Audience,
    variant_ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Reduction>>> {
    let running = is_in_status(domain::promotion::PromotionStatus::Active, audience.now);
    let promotions = Entity::find()
        .filter(COLUMN.channel_id.eq(audience.channel_id))
        .filter(COLUMN.stage.eq(Text(PromotionStage::Catalog)))
        .filter(running)
        .all(connection)
        .await?;
    reductions_by(connection, &promotions, variant_ids).await
}

/// Loads what these promotions of the catalog do to variants, by variant, whether they run or not.
pub(in crate::service) async fn reductions_by<C: ConnectionTrait>(
    connection: &C,
    promotions: &[Model],
    variant_ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Reduction>>> {
    if promotions.is_empty() {
        return Ok(HashMap::new());
    }
    let rewards = promotions.iter().flat_map(|promotion| &promotion.rewards.0);
    let goods = load_goods(connection, variant_ids, rewards).await?;
    Ok(goods
        .into_iter()
        .map(|goods| {
            let reductions = promotions.iter().flat_map(|promotion| {
                cuts(&promotion.rewards.0, &goods).map(|cut| Reduction {
                    promotion_id: promotion.id,
                    promotion_version: promotion.version,
                    label: promotion.label.clone(),
                    priority: promotion.priority,
                    cut,
                })
            });
            (goods.variant_id, reductions.collect())
        })
        .collect())
}

/// Loads what promotions of the catalog did to variants since an instant, by variant. Which products a rule was about is
/// judged by what they have in common now.
pub(in crate::service) async fn past_cuts<C: ConnectionTrait>(
    connection: &C,
    channel_id: Uuid,
    variant_ids: &[Uuid],
    since: DateTime<Utc>,
) -> Result<HashMap<Uuid, Vec<PastCut>>> {
    let of_catalog = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(COLUMN.channel_id.eq(channel_id))
        .filter(COLUMN.stage.eq(Text(PromotionStage::Catalog)))
        .filter(Column::EndsAt.is_null().or(Column::EndsAt.gt(since)))
        .into_query();
    let changes = promotion_change::Entity::find()
        .filter(promotion_change::Column::PromotionId.in_subquery(of_catalog))
        .order_by_asc(promotion_change::Column::PromotionId)
        .order_by_asc(promotion_change::Column::CreatedAt)
        .order_by_asc(promotion_change::Column::Version)
        .all(connection)
        .await?;
    let spans: Vec<InForce<'_>> = changes
        .chunk_by(|one, next| one.promotion_id == next.promotion_id)
        .flat_map(|changes| in_force(&changes.iter().map(step).collect::<Vec<_>>()))
        .filter(|span| span.until.is_none_or(|until| since < until))
        .collect();
    if spans.is_empty() {
        return Ok(HashMap::new());
    }
    let rewards = spans.iter().flat_map(|span| span.rewards);
    let goods = load_goods(connection, variant_ids, rewards).await?;
    Ok(goods
        .into_iter()
        .map(|goods| {
            let past = spans.iter().flat_map(|span| {
                cuts(span.rewards, &goods).map(|cut| PastCut {
                    cut,
                    from: span.from,
                    until: span.until,
                })
            });
            (goods.variant_id, past.collect())
        })
        .collect())
}

fn step(change: &promotion_change::Model) -> PromotionStep<'_> {
    let settings = change.settings.as_ref();
    PromotionStep {
        kind: change.kind.0,
        at: change.created_at,
        rule: change.rewards.as_ref().map(|rewards| WrittenRule {
            rewards: &rewards.0,
            starts_at: settings.and_then(|settings| settings.0.starts_at),
            ends_at: settings.and_then(|settings| settings.0.ends_at),
        }),
    }
}

async fn load_goods<C: ConnectionTrait>(
    connection: &C,
    variant_ids: &[Uuid],
    mut rewards: impl Iterator<Item = &Reward>,
) -> Result<Vec<Goods>> {
    let of_product = product_variant::Entity::belongs_to(product::Entity)
        .from(product_variant::Column::ProductId)
        .to(product::Column::Id);
    let rows: Vec<(Uuid, Uuid, Option<String>)> = product_variant::Entity::find()
        .select_only()
        .columns([
            product_variant::Column::Id,
            product_variant::Column::ProductId,
        ])
        .column(product::Column::Brand)
        .join(JoinType::InnerJoin, of_product.into())
        .filter(product_variant::Column::Id.is_in(padded(variant_ids)))
        .into_tuple()
        .all(connection)
        .await?;
    let mut goods: Vec<Goods> = rows
        .into_iter()
        .map(|(variant_id, product_id, brand)| Goods {
            product_id,
            variant_id,
            brand,
            ..Goods::default()
        })
        .collect();
    let names_groups = |reward: &Reward| {
        let products = UnitCut::of(reward).and_then(|(_, products)| products);
        products.is_some_and(ProductSelector::names_groups)
    };
    if rewards.any(names_groups) {
        fill_groups(connection, &mut goods).await?;
    }
    Ok(goods)
}
