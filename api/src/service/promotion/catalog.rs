//! Promotions of the catalog, as the prices of variants need them: a few statements whatever the number of variants, and
//! none without such promotions.

use std::collections::HashMap;

use domain::promotion::{Goods, ProductSelector, PromotionStage, Reduction, UnitCut, cuts};
use entity::column::Text;
use entity::promotion::{COLUMN, Column, Entity, Model};
use entity::{product, product_variant};
use sea_orm::sea_query::{Expr, Query, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, JoinType, QueryFilter, QuerySelect,
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
    let goods = load_goods(connection, variant_ids, promotions).await?;
    Ok(goods
        .into_iter()
        .map(|(variant_id, goods)| {
            let reductions = promotions.iter().flat_map(|promotion| {
                cuts(&promotion.rewards.0, &goods).map(|cut| Reduction {
                    promotion_id: promotion.id,
                    promotion_version: promotion.version,
                    label: promotion.label.clone(),
                    priority: promotion.priority,
                    cut,
                })
            });
            (variant_id, reductions.collect())
        })
        .collect())
}

async fn load_goods<C: ConnectionTrait>(
    connection: &C,
    variant_ids: &[Uuid],
    promotions: &[Model],
) -> Result<HashMap<Uuid, Goods>> {
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
    let mut goods = rows
        .into_iter()
        .map(|(variant_id, product_id, brand)| {
            let goods = Goods {
                product_id,
                variant_id,
                brand,
                ..Goods::default()
            };
            (variant_id, goods)
        })
        .collect();
    let rewards = promotions.iter().flat_map(|promotion| &promotion.rewards.0);
    let names_groups = rewards
        .filter_map(|reward| UnitCut::of(reward)?.1)
        .any(ProductSelector::names_groups);
    if names_groups {
        fill_groups(connection, &mut goods).await?;
    }
    Ok(goods)
}
