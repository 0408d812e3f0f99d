//! Units of an order are assigned to a warehouse, to be picked and sent together.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::id::OrderId;
use domain::order::{FulfillmentStatus, OrderStatus};
use domain::permission::Permission;
use domain::stock::waits_until;
use entity::column::Text;
use entity::fulfillment::{ActiveModel, Column, Entity, Model};
use entity::{fulfillment_line, stock_allocation, warehouse};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::FulfillmentError;
use super::find;
use crate::auth::Viewer;
use crate::clock::Clock;
use crate::error::Error;
use crate::service::order::{facts, row, units};
use crate::service::{idempotency, payment, presale};
use crate::state::AppState;

/// A parcel to be packed.
#[derive(Clone, Debug, Serialize)]
pub struct CreateFulfillment {
    /// The order.
    pub order_id: Uuid,
    /// Where it leaves.
    pub warehouse_id: Uuid,
    /// It is not picked before this. What is in a presale waits for its own date, too.
    pub scheduled_at: Option<DateTime<Utc>>,
    /// Lines and units.
    pub lines: Vec<(Uuid, u32)>,
    /// Unique per request.
    pub idempotency_key: String,
}

#[derive(Serialize, Deserialize)]
struct Created {
    fulfillment_id: Uuid,
}

/// Opens a parcel.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] for no lines, a line twice or no units;
/// [`FulfillmentError::OrderNotReady`] unless the order is certain; [`FulfillmentError::Unpaid`];
/// [`FulfillmentError::QuantityTooHigh`]; [`FulfillmentError::InsufficientStock`].
pub async fn create(
    app: &AppState,
    viewer: &Viewer,
    command: CreateFulfillment,
) -> Result<Model, FulfillmentError> {
    viewer.require(Permission::FulfillmentWrite)?;
    if command.lines.is_empty() {
        return Err(Error::invalid(&["lines"], "a parcel has at least one line").into());
    }
    units::check(&command.lines)?;
    let created = app
        .database
        .retry(|| attempt(app, viewer, &command))
        .await?;
    app.wake.wake();
    Ok(created)
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &CreateFulfillment,
) -> Result<Model, FulfillmentError> {
    let transaction = app.database.begin().await?;
    let actor_key = viewer.idempotency_actor("");
    let request = idempotency::Request::try_new(
        &actor_key,
        "fulfillmentCreate",
        &command.idempotency_key,
        command,
    )?;
    let created = Created {
        fulfillment_id: app.clock.new_id(),
    };
    if let Some(first) = request.claim(&transaction, &app.clock, &created).await? {
        return find(&transaction, first.fulfillment_id).await;
    }
    let mut order = row::lock(&transaction, OrderId::from(command.order_id)).await?;
    if order.status.0 != OrderStatus::Confirmed {
        return Err(FulfillmentError::OrderNotReady);
    }
    if payment::query::was_charged_back(&transaction, order.id).await? {
        return Err(FulfillmentError::Unpaid);
    }
    check_units(&transaction, command).await?;
    check_promised(&transaction, command).await?;
    row::save(&transaction, &app.clock, &mut order).await?;
    let contents = command
        .lines
        .iter()
        .map(|(line_id, quantity)| {
            Ok((*line_id, i32::try_from(*quantity).map_err(Error::internal)?))
        })
        .collect::<Result<Vec<_>, Error>>()?;
    let place = (order.id, command.warehouse_id);
    let parcel = pack(
        &transaction,
        &app.clock,
        created.fulfillment_id,
        place,
        &contents,
        command.scheduled_at,
    )
    .await?;
    transaction.commit().await?;
    Ok(parcel)
}

/// Writes a parcel of an order from a warehouse, with its lines and units. It waits for the date that was
/// chosen, and until all of it may leave.
///
/// # Errors
/// When a row cannot be written.
pub(crate) async fn pack(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    id: Uuid,
    (order_id, warehouse_id): (Uuid, Uuid),
    contents: &[(Uuid, i32)],
    chosen_at: Option<DateTime<Utc>>,
) -> Result<Model, Error> {
    let now = clock.db_now(transaction).await?;
    let lines = contents.iter().map(|(line_id, _)| *line_id);
    let ships_at = presale::latest(transaction, lines, now).await?;
    let scheduled_at = waits_until(chosen_at, ships_at, now);
    let status = match scheduled_at {
        Some(_) => FulfillmentStatus::Scheduled,
        None => FulfillmentStatus::Open,
    };
    let parcel = ActiveModel {
        id: Set(id),
        order_id: Set(order_id),
        warehouse_id: Set(warehouse_id),
        status: Set(Text(status)),
        carrier: Set(None),
        tracking_number: Set(None),
        tracking_url: Set(None),
        created_at: Set(clock.now()),
        shipped_at: Set(None),
        delivered_at: Set(None),
        hold_reason: Set(None),
        hold_note: Set(None),
        scheduled_at: Set(scheduled_at),
        chosen_at: Set(chosen_at),
        restocked: Set(false),
    };
    let parcel = parcel.insert(transaction).await?;
    let rows = contents
        .iter()
        .map(|(line_id, quantity)| fulfillment_line::ActiveModel {
            id: Set(clock.new_id()),
            fulfillment_id: Set(id),
            order_line_id: Set(*line_id),
            quantity: Set(*quantity),
        });
    fulfillment_line::Entity::insert_many(rows)
        .exec_without_returning(transaction)
        .await?;
    Ok(parcel)
}

/// The lines are the order's, and as many units of each are in no parcel yet.
async fn check_units(
    transaction: &DatabaseTransaction,
    command: &CreateFulfillment,
) -> Result<(), FulfillmentError> {
    let mut goods = facts::goods(transaction, &[command.order_id]).await?;
    let goods = goods.remove(&command.order_id).unwrap_or_default();
    for (index, (line_id, quantity)) in command.lines.iter().enumerate() {
        let units = goods.lines.get(line_id).ok_or_else(|| {
            Error::invalid(
                &["lines", &index.to_string(), "lineId"],
                "this is no line of the order",
            )
        })?;
        if *quantity > units.open() {
            return Err(FulfillmentError::QuantityTooHigh { index });
        }
    }
    Ok(())
}

/// The warehouse has promised these units to the order and put none of them into another parcel.
async fn check_promised(
    transaction: &DatabaseTransaction,
    command: &CreateFulfillment,
) -> Result<(), FulfillmentError> {
    let house = warehouse::Entity::find_by_id(command.warehouse_id)
        .one(transaction)
        .await?;
    if house.is_none() {
        return Err(Error::NotFound("warehouse").into());
    }
    let promises = stock_allocation::Entity::find()
        .filter(stock_allocation::Column::OrderId.eq(command.order_id))
        .filter(stock_allocation::Column::WarehouseId.eq(command.warehouse_id))
        .all(transaction)
        .await?;
    let mut left: HashMap<Uuid, i64> = HashMap::new();
    for promise in promises {
        *left.entry(promise.order_line_id).or_default() += i64::from(promise.quantity);
    }
    for (line_id, quantity) in units_in_open_parcels(transaction, command).await? {
        *left.entry(line_id).or_default() -= i64::from(quantity);
    }
    let is_enough = command.lines.iter().all(|(line_id, quantity)| {
        left.get(line_id).copied().unwrap_or_default() >= i64::from(*quantity)
    });
    if is_enough {
        Ok(())
    } else {
        Err(FulfillmentError::InsufficientStock)
    }
}

async fn units_in_open_parcels(
    transaction: &DatabaseTransaction,
    command: &CreateFulfillment,
) -> Result<Vec<(Uuid, i32)>, FulfillmentError> {
    let waiting = FulfillmentStatus::all_that(FulfillmentStatus::is_waiting);
    let open: Vec<Uuid> = Entity::find()
        .filter(Column::OrderId.eq(command.order_id))
        .filter(Column::WarehouseId.eq(command.warehouse_id))
        .filter(Column::Status.is_in(waiting.into_iter().map(Text)))
        .all(transaction)
        .await?
        .into_iter()
        .map(|parcel| parcel.id)
        .collect();
    let lines = fulfillment_line::Entity::find()
        .filter(fulfillment_line::Column::FulfillmentId.is_in(open))
        .all(transaction)
        .await?;
    Ok(lines
        .into_iter()
        .map(|line| (line.order_line_id, line.quantity))
        .collect())
}
