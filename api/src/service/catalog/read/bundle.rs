//! The stock of bundles, as if each had levels of its own: what warehouses make of the components.

use std::collections::BTreeSet;

use domain::stock::{ComponentLevel, Goods, bundle_level};
use entity::{stock_level, warehouse};
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::Scope;
use super::variant::StockRow;
use crate::error::Result;
use crate::service::inventory;

/// Loads what each active warehouse makes of bundles.
///
/// # Errors
/// When the database cannot be read.
pub(super) async fn load_stock(scope: &Scope, bundles: &[Uuid]) -> Result<Vec<(Uuid, StockRow)>> {
    let connection = scope.connection();
    let goods = inventory::load_goods(connection, bundles.iter().copied()).await?;
    let components: BTreeSet<Uuid> = goods.values().flat_map(Goods::variants).collect();
    let house = stock_level::Entity::belongs_to(warehouse::Entity)
        .from(stock_level::Column::WarehouseId)
        .to(warehouse::Column::Id);
    let levels = stock_level::Entity::find()
        .join(JoinType::InnerJoin, house.into())
        .filter(warehouse::Column::Active.eq(true))
        .filter(stock_level::Column::VariantId.is_in(components))
        .all(connection)
        .await?;
    let houses: BTreeSet<Uuid> = levels.iter().map(|level| level.warehouse_id).collect();
    let now = scope.app.clock.now();
    let mut rows = Vec::new();
    for (bundle_id, goods) in &goods {
        for house in &houses {
            let part = |(variant_id, quantity): (Uuid, u32)| {
                let mut levels = levels.iter();
                let here = levels
                    .find(|level| level.variant_id == variant_id && level.warehouse_id == *house)?;
                Some(ComponentLevel {
                    counters: here.counters(),
                    expected_at: here.expected_at,
                    quantity,
                })
            };
            let parts: Option<Vec<ComponentLevel>> = goods.units(1).map(part).collect();
            if let Some(parts) = parts {
                let (counters, expected_at) = bundle_level(&parts, now);
                rows.push((*bundle_id, StockRow::new(counters, expected_at)));
            }
        }
    }
    Ok(rows)
}
