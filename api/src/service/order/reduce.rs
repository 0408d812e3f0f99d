//! Units of an order are called off: they are counted as cancelled, and what they cost goes back.

use std::collections::HashMap;

use domain::order::{FulfillmentStatus, OrderCancellationReason, RequestStatus};
use domain::stock::{WarehouseStock, plan_allocation};
use entity::column::Text;
use entity::order::Model as Order;
use entity::{
    fulfillment, fulfillment_line, order_cancellation, order_cancellation_line, order_line,
    stock_allocation,
};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, ExprTrait,
    QueryFilter, QueryOrder,
};
use uuid::Uuid;

use super::error::OrderError;
use super::facts;
use super::history::ActorRef;
use crate::error::{Error, Result};
use crate::service::inventory::Unwanted;
use crate::service::payment;
use crate::state::AppState;

/// Units of an order that are called off.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reduction<'a> {
    /// Lines and units, none of them in a parcel.
    pub(super) units: &'a [(Uuid, u32)],
    /// Whether something may take their place.
    pub(super) is_exchange: bool,
    /// The cancellation, written down already.
    pub(super) cancellation_id: Uuid,
    /// Whether money goes back at once.
    pub(super) refund: bool,
}

/// Units the shop calls off by itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct CalledOff<'a> {
    /// Lines and units, none of them in a parcel.
    pub(super) units: &'a [(Uuid, u32)],
    /// Why.
    pub(super) reason: OrderCancellationReason,
    /// Words to add.
    pub(super) note: Option<&'a str>,
}

/// Writes down that units are called off, takes them out of a locked order, and gives back what they cost. The caller saves
/// its row, and gives the stock back last.
///
/// # Errors
/// When a row cannot be written.
pub(super) async fn call_off(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &mut Order,
    called_off: CalledOff<'_>,
    (actor_kind, actor_id): ActorRef,
) -> Result<(), OrderError> {
    let units = called_off.units;
    if units.is_empty() {
        return Ok(());
    }
    let now = app.clock.now();
    let row = order_cancellation::ActiveModel {
        id: Set(app.clock.new_id()),
        order_id: Set(order.id),
        status: Set(Text(RequestStatus::Accepted)),
        reason: Set(Text(called_off.reason)),
        note: Set(called_off.note.map(str::to_owned)),
        restock: Set(true),
        refund: Set(true),
        notify: Set(false),
        actor_kind: Set(Text(actor_kind)),
        actor_id: Set(actor_id),
        created_at: Set(now),
        responded_at: Set(Some(now)),
    };
    let cancellation_id = row.insert(transaction).await?.id;
    write_lines(transaction, cancellation_id, units).await?;
    let reduction = Reduction {
        units,
        is_exchange: true,
        cancellation_id,
        refund: true,
    };
    reduce(app, transaction, order, reduction, (actor_kind, actor_id)).await
}

/// Takes units out of a locked order. The caller saves its row, and gives the stock back last.
///
/// # Errors
/// When a row cannot be written.
pub(super) async fn reduce(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &mut Order,
    reduction: Reduction<'_>,
    actor: ActorRef,
) -> Result<(), OrderError> {
    for (line_id, units) in reduction.units {
        let units = i32::try_from(*units).map_err(Error::internal)?;
        order_line::Entity::update_many()
            .col_expr(
                order_line::Column::CancelledQuantity,
                Expr::col(order_line::Column::CancelledQuantity).add(units),
            )
            .filter(order_line::Column::Id.eq(*line_id))
            .filter(order_line::Column::OrderId.eq(order.id))
            .exec(transaction)
            .await?;
    }
    if reduction.refund {
        let called_off = payment::CalledOff {
            units: reduction.units,
            is_exchange: reduction.is_exchange,
            cancellation_id: reduction.cancellation_id,
            actor,
        };
        payment::give_units_back(app, transaction, order, called_off).await?;
    }
    facts::bring_goods_in_line(transaction, &app.clock, order).await?;
    Ok(())
}

/// Writes down which units a cancellation is about.
///
/// # Errors
/// When a row cannot be written.
pub(super) async fn write_lines(
    transaction: &DatabaseTransaction,
    cancellation_id: Uuid,
    units: &[(Uuid, u32)],
) -> Result<()> {
    let rows = units
        .iter()
        .map(|(line_id, units)| {
            Ok(order_cancellation_line::ActiveModel {
                cancellation_id: Set(cancellation_id),
                order_line_id: Set(*line_id),
                quantity: Set(i32::try_from(*units).map_err(Error::internal)?),
            })
        })
        .collect::<Result<Vec<_>>>()?;
    if !rows.is_empty() {
        order_cancellation_line::Entity::insert_many(rows)
            .exec_without_returning(transaction)
            .await?;
    }
    Ok(())
}

/// Units in all lines.
pub(super) fn sum(units: &[(Uuid, u32)]) -> u32 {
    units
        .iter()
        .fold(0, |sum, (_, units)| sum.saturating_add(*units))
}

/// Finds the warehouses that promised units which are in no parcel: one for each line if it has them all.
///
/// # Errors
/// [`OrderError::InsufficientStock`] when so many were not promised.
pub(super) async fn promised(
    transaction: &DatabaseTransaction,
    order_id: Uuid,
    units: &[(Uuid, u32)],
) -> Result<Vec<Unwanted>, OrderError> {
    let mut free = free_promises(transaction, order_id).await?;
    let mut unwanted = Vec::with_capacity(units.len());
    for (line_id, units) in units {
        let houses = free.entry(*line_id).or_default();
        let plan = plan_allocation(houses, *units).ok_or(OrderError::InsufficientStock)?;
        for (warehouse_id, units) in plan {
            unwanted.push(Unwanted {
                line_id: *line_id,
                warehouse_id,
                quantity: i32::try_from(units).map_err(Error::internal)?,
            });
        }
    }
    Ok(unwanted)
}

/// What warehouses promised to the lines of an order that is in no parcel yet.
async fn free_promises(
    transaction: &DatabaseTransaction,
    order_id: Uuid,
) -> Result<HashMap<Uuid, Vec<WarehouseStock>>> {
    let promises = stock_allocation::Entity::find()
        .filter(stock_allocation::Column::OrderId.eq(order_id))
        .order_by_asc(stock_allocation::Column::WarehouseId)
        .all(transaction)
        .await?;
    let waiting = FulfillmentStatus::all_that(FulfillmentStatus::is_waiting);
    let parcels = fulfillment::Entity::find()
        .filter(fulfillment::Column::OrderId.eq(order_id))
        .filter(fulfillment::Column::Status.is_in(waiting.into_iter().map(Text)))
        .all(transaction)
        .await?;
    let houses: HashMap<Uuid, Uuid> = parcels
        .iter()
        .map(|parcel| (parcel.id, parcel.warehouse_id))
        .collect();
    let packed = fulfillment_line::Entity::find()
        .filter(fulfillment_line::Column::FulfillmentId.is_in(houses.keys().copied()))
        .all(transaction)
        .await?;
    let mut free: HashMap<Uuid, Vec<WarehouseStock>> = HashMap::new();
    for promise in promises {
        let here = packed.iter().filter(|line| {
            line.order_line_id == promise.order_line_id
                && houses.get(&line.fulfillment_id) == Some(&promise.warehouse_id)
        });
        let packed: i32 = here.map(|line| line.quantity).sum();
        let stocks = free.entry(promise.order_line_id).or_default();
        stocks.push(WarehouseStock {
            warehouse_id: promise.warehouse_id,
            available: u32::try_from(promise.quantity - packed).unwrap_or_default(),
        });
    }
    Ok(free)
}
