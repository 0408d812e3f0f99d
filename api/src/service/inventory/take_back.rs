//! Goods that came back and can be sold again.

use std::collections::BTreeMap;

use domain::account::ActorKind;
use domain::stock::StockMovementKind;
use entity::stock_level::{ActiveModel, Column, Entity};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, DatabaseTransaction, EntityTrait, ExprTrait};
use uuid::Uuid;

use super::bundle::LineGoods;
use super::scarce::tell_search;
use super::settle::{Movement, write_movements};
use crate::clock::Clock;
use crate::error::Result;

/// Units that arrived at a warehouse.
#[derive(Clone, Debug)]
pub(crate) struct Returned {
    /// The order they were sold with.
    pub(crate) order_id: Uuid,
    /// The warehouse.
    pub(crate) warehouse_id: Uuid,
    /// Lines of the order, their variants, and units.
    pub(crate) units: Vec<(Uuid, Uuid, i32)>,
}

/// Puts units that came back on the shelf, also where the warehouse never had the variant.
///
/// # Errors
/// When a row cannot be written.
pub(crate) async fn take_back(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    returned: &Returned,
    actor: (ActorKind, Option<Uuid>),
) -> Result<()> {
    // By variant: the order in which all writers lock.
    let mut units: BTreeMap<Uuid, i32> = BTreeMap::new();
    let lines = returned.units.iter().map(|(line_id, _, _)| *line_id);
    let goods = LineGoods::load(transaction, lines).await?;
    let arrived = returned.units.iter().filter(|(_, _, units)| *units > 0);
    for (line_id, variant_id, quantity) in arrived {
        for (variant_id, quantity) in goods.units(*line_id, *variant_id, *quantity)? {
            *units.entry(variant_id).or_default() += quantity;
        }
    }
    if units.is_empty() {
        return Ok(());
    }
    let mut movements = Vec::with_capacity(units.len());
    for (variant_id, quantity) in &units {
        shelve(
            transaction,
            clock,
            *variant_id,
            returned.warehouse_id,
            *quantity,
        )
        .await?;
        movements.push(Movement {
            variant_id: *variant_id,
            warehouse_id: returned.warehouse_id,
            kind: StockMovementKind::Return,
            on_hand_delta: *quantity,
            allocated_delta: 0,
            reason: None,
        });
    }
    write_movements(transaction, clock, returned.order_id, movements, actor).await?;
    tell_search(transaction, clock, units.into_keys()).await
}

async fn shelve(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    variant_id: Uuid,
    warehouse_id: Uuid,
    quantity: i32,
) -> Result<()> {
    let row = ActiveModel {
        id: Set(clock.new_id()),
        variant_id: Set(variant_id),
        warehouse_id: Set(warehouse_id),
        on_hand: Set(quantity),
        allocated: Set(0),
        reserved: Set(0),
        incoming: Set(0),
        safety: Set(0),
        backorder_limit: Set(0),
        expected_at: Set(None),
        source_version: Set(None),
        imported_on_hand: Set(None),
        updated_at: Set(clock.now()),
    };
    let grown = OnConflict::columns([Column::VariantId, Column::WarehouseId])
        .value(
            Column::OnHand,
            Expr::col((Entity, Column::OnHand)).add(quantity),
        )
        .value(Column::UpdatedAt, Expr::value(clock.now()))
        .to_owned();
    Entity::insert(row)
        .on_conflict(grown)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}
