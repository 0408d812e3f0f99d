//! A parcel nobody has touched becomes two, or is sent from another warehouse.

use domain::order::FulfillmentStatus;
use domain::order::fulfillment::split as decide;
use domain::permission::Permission;
use entity::fulfillment::{ActiveModel, Model};
use entity::{fulfillment_line, order_line, warehouse};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, ColumnTrait, DatabaseTransaction,
    EntityTrait, QueryFilter,
};
use serde::Serialize;
use uuid::Uuid;

use super::create::pack;
use super::error::FulfillmentError;
use super::lock::{Locked, Opened, follow, open, open_for};
use super::schedule::{self, contents};
use crate::auth::Viewer;
use crate::error::Error;
use crate::service::inventory::{self, Reroute};
use crate::service::order::history::{self, Happening};
use crate::service::order::units;
use crate::state::AppState;

/// Units to be taken into a parcel of their own.
#[derive(Clone, Debug, Serialize)]
pub struct SplitFulfillment {
    /// The parcel.
    pub fulfillment_id: Uuid,
    /// Lines of the order and units.
    pub lines: Vec<(Uuid, u32)>,
    /// Unique per request.
    pub idempotency_key: String,
}

/// A parcel to be sent from another warehouse.
#[derive(Clone, Debug, Serialize)]
pub struct MoveFulfillment {
    /// The parcel.
    pub fulfillment_id: Uuid,
    /// The other warehouse.
    pub warehouse_id: Uuid,
    /// Unique per request.
    pub idempotency_key: String,
}

/// Takes units out of a parcel into a new one that stands where the first does; answers the new one.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] for lines that are not in the parcel; [`FulfillmentError::QuantityTooHigh`];
/// [`FulfillmentError::NothingStays`]; [`FulfillmentError::Touched`] once somebody picks it.
pub async fn split(
    app: &AppState,
    viewer: &Viewer,
    command: SplitFulfillment,
) -> Result<Model, FulfillmentError> {
    viewer.require(Permission::FulfillmentWrite)?;
    if command.lines.is_empty() {
        return Err(Error::invalid(&["lines"], "a parcel has at least one line").into());
    }
    units::check(&command.lines)?;
    let parcel = app
        .database
        .retry(|| attempt_split(app, viewer, &command))
        .await?;
    app.wake.wake();
    Ok(parcel)
}

async fn attempt_split(
    app: &AppState,
    viewer: &Viewer,
    command: &SplitFulfillment,
) -> Result<Model, FulfillmentError> {
    let named = ("fulfillmentSplit", command.idempotency_key.as_str());
    let id = app.clock.new_id();
    let opened = open_for(app, viewer, command.fulfillment_id, named, command, id).await?;
    let mut locked = match opened {
        Opened::Before(parcel) => return Ok(*parcel),
        Opened::Now(locked) => locked,
    };
    check_untouched(&locked)?;
    let transaction = &locked.transaction;
    let rows = contents(transaction, locked.parcel.id).await?;
    let counted = rows
        .iter()
        .map(|row| Ok((row.order_line_id, count(row.quantity)?)))
        .collect::<Result<Vec<_>, Error>>()?;
    for (line, units) in decide(&counted, &command.lines)? {
        let row = rows.iter().find(|row| row.order_line_id == line);
        if let Some(row) = row {
            keep(transaction, row, units).await?;
        }
    }
    let taken = command
        .lines
        .iter()
        .map(|(line, units)| Ok((*line, i32::try_from(*units).map_err(Error::internal)?)))
        .collect::<Result<Vec<_>, Error>>()?;
    let first = locked.parcel.clone();
    let place = (first.order_id, first.warehouse_id);
    let parcel = pack(transaction, &app.clock, id, place, &taken, first.chosen_at).await?;
    let parcel = if first.status.0 == FulfillmentStatus::Scheduled {
        // What waited for the goods that are now in the other one need not wait any more.
        schedule::derive(transaction, &app.clock, &first).await?;
        parcel
    } else {
        let row = ActiveModel {
            id: Unchanged(id),
            status: Set(first.status),
            hold_reason: Set(first.hold_reason),
            hold_note: Set(first.hold_note),
            scheduled_at: Set(first.scheduled_at),
            ..Default::default()
        };
        row.update(transaction).await?
    };
    follow(app, &mut locked).await?;
    finish(app, viewer, *locked, Happening::ParcelSplit).await?;
    Ok(parcel)
}

async fn keep(
    transaction: &DatabaseTransaction,
    row: &fulfillment_line::Model,
    units: u32,
) -> Result<(), FulfillmentError> {
    if units == 0 {
        fulfillment_line::Entity::delete_by_id(row.id)
            .exec(transaction)
            .await?;
        return Ok(());
    }
    let kept = fulfillment_line::ActiveModel {
        id: Unchanged(row.id),
        quantity: Set(i32::try_from(units).map_err(Error::internal)?),
        ..Default::default()
    };
    kept.update(transaction).await?;
    Ok(())
}

/// Sends a parcel from another warehouse; the promises of its units go with it.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] for the warehouse it is in; [`FulfillmentError::Touched`] once somebody picks it;
/// [`FulfillmentError::InsufficientStock`] when the other warehouse has too few units.
pub async fn reroute(
    app: &AppState,
    viewer: &Viewer,
    command: MoveFulfillment,
) -> Result<Model, FulfillmentError> {
    viewer.require(Permission::FulfillmentWrite)?;
    let moved = app
        .database
        .retry(|| attempt_reroute(app, viewer, &command))
        .await?;
    app.wake.wake();
    Ok(moved)
}

async fn attempt_reroute(
    app: &AppState,
    viewer: &Viewer,
    command: &MoveFulfillment,
) -> Result<Model, FulfillmentError> {
    let named = ("fulfillmentMove", command.idempotency_key.as_str());
    let mut locked = match open(app, viewer, command.fulfillment_id, named, command).await? {
        Opened::Before(parcel) => return Ok(*parcel),
        Opened::Now(locked) => locked,
    };
    check_untouched(&locked)?;
    if locked.parcel.warehouse_id == command.warehouse_id {
        return Err(Error::invalid(&["warehouseId"], "it leaves there already").into());
    }
    let transaction = &locked.transaction;
    let house = warehouse::Entity::find_by_id(command.warehouse_id)
        .one(transaction)
        .await?;
    if !house.is_some_and(|house| house.active) {
        return Err(Error::NotFound("warehouse").into());
    }
    let contents = contents(transaction, locked.parcel.id).await?;
    let lines = order_line::Entity::find()
        .filter(order_line::Column::OrderId.eq(locked.order.id))
        .all(transaction)
        .await?;
    let units = contents.iter().filter_map(|content| {
        let line = lines.iter().find(|line| line.id == content.order_line_id)?;
        Some((line.id, line.variant_id, content.quantity))
    });
    let reroute = Reroute {
        order_id: locked.order.id,
        from: locked.parcel.warehouse_id,
        to: command.warehouse_id,
        units: units.collect(),
    };
    let row = ActiveModel {
        id: Unchanged(locked.parcel.id),
        warehouse_id: Set(command.warehouse_id),
        ..Default::default()
    };
    let parcel = row.update(transaction).await?;
    follow(app, &mut locked).await?;
    inventory::reroute(&locked.transaction, &app.clock, &reroute, viewer.actor()).await?;
    finish(app, viewer, *locked, Happening::ParcelRerouted).await?;
    Ok(parcel)
}

fn check_untouched(locked: &Locked) -> Result<(), FulfillmentError> {
    let status: FulfillmentStatus = locked.parcel.status.0;
    if status.is_untouched() {
        Ok(())
    } else {
        Err(FulfillmentError::Touched(status))
    }
}

fn count(quantity: i32) -> Result<u32, Error> {
    u32::try_from(quantity).map_err(Error::internal)
}

async fn finish(
    app: &AppState,
    viewer: &Viewer,
    locked: Locked,
    happened: Happening<'_>,
) -> Result<(), FulfillmentError> {
    history::record(
        &locked.transaction,
        &app.clock,
        &locked.order,
        viewer.actor(),
        &[happened],
    )
    .await?;
    locked.transaction.commit().await?;
    Ok(())
}
