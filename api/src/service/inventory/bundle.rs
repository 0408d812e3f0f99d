//! What variants and the lines of orders are made of.

use std::collections::{BTreeMap, HashMap};

use domain::stock::{Component, Goods};
use entity::{bundle_component, order_line_component};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::promise::Want;
use crate::error::{Error, Result};

/// Loads the goods of those variants that are bundles; all others are made of themselves.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn load_goods<C: ConnectionTrait>(
    connection: &C,
    variant_ids: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Goods>> {
    use bundle_component::Column;
    let rows: Vec<(Uuid, Uuid, i32)> = bundle_component::Entity::find()
        .select_only()
        .columns([Column::BundleId, Column::ComponentId, Column::Quantity])
        .filter(Column::BundleId.is_in(variant_ids))
        .order_by_asc(Column::BundleId)
        .order_by_asc(Column::Position)
        .into_tuple()
        .all(connection)
        .await?;
    let mut goods: HashMap<Uuid, Vec<Component>> = HashMap::new();
    for (bundle_id, variant_id, quantity) in rows {
        let components = goods.entry(bundle_id).or_default();
        components.push(component(variant_id, quantity)?);
    }
    let bundles = goods.into_iter();
    Ok(bundles
        .map(|(bundle_id, components)| (bundle_id, Goods::Bundle(components)))
        .collect())
}

/// What lines of an order want: their ids, variants and units, with what the variants are made of now.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn wants<C: ConnectionTrait>(
    connection: &C,
    lines: &[(Uuid, Uuid, u32)],
) -> Result<Vec<Want>> {
    let variants = lines.iter().map(|(_, variant_id, _)| *variant_id);
    let goods = load_goods(connection, variants).await?;
    let want = |(line_id, variant_id, quantity): &(Uuid, Uuid, u32)| {
        let single = || Goods::Single(*variant_id);
        Want {
            variant_id: *variant_id,
            goods: goods.get(variant_id).cloned().unwrap_or_else(single),
            line_id: *line_id,
            quantity: *quantity,
        }
    };
    Ok(lines.iter().map(want).collect())
}

/// What the lines of an order are made of.
pub(super) struct LineGoods(HashMap<Uuid, Vec<Component>>);

impl LineGoods {
    /// Loads what lines were made of when they were ordered.
    pub(super) async fn load<C: ConnectionTrait>(
        connection: &C,
        lines: impl IntoIterator<Item = Uuid>,
    ) -> Result<Self> {
        let rows = order_line_component::Entity::find()
            .filter(order_line_component::Column::OrderLineId.is_in(lines))
            .all(connection)
            .await?;
        let mut goods: HashMap<Uuid, Vec<Component>> = HashMap::new();
        for row in rows {
            let components = goods.entry(row.order_line_id).or_default();
            components.push(component(row.variant_id, row.quantity)?);
        }
        Ok(Self(goods))
    }

    /// The variants that units of a line take, by variant: the order in which all writers lock.
    pub(super) fn units(
        &self,
        line_id: Uuid,
        variant_id: Uuid,
        quantity: i32,
    ) -> Result<BTreeMap<Uuid, i32>> {
        let Some(components) = self.0.get(&line_id) else {
            return Ok(BTreeMap::from([(variant_id, quantity)]));
        };
        let units = |part: &Component| {
            let each = i32::try_from(part.quantity).ok()?;
            Some((part.variant_id, each.checked_mul(quantity)?))
        };
        let units: Option<_> = components.iter().map(units).collect();
        units.ok_or_else(|| Error::internal("more units than can be counted"))
    }
}

fn component(variant_id: Uuid, quantity: i32) -> Result<Component> {
    Ok(Component {
        variant_id,
        quantity: u32::try_from(quantity).map_err(Error::internal)?,
    })
}
