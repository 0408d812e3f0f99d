use async_graphql::{ID, InputObject};
use domain::id::{FulfillmentId, OrderId, TypedId, WarehouseId};
use uuid::Uuid;

use super::types::{FulfillmentHoldReason, TrackingInput};
use crate::error::{Error, Result};
use crate::graphql::input::id_in;
use crate::graphql::order::{OrderLineQuantityInput, units};
use crate::graphql::scalar::DateTime;
use crate::service::fulfillment::{
    Advance, AdvanceFulfillment, CancelFulfillment, CreateFulfillment, DeliverFulfillment,
    MoveFulfillment, ShipFulfillment, SplitFulfillment, TrackFulfillment, TrackingEvent,
};

/// Input of fulfillmentCreate.
#[derive(Clone, Debug, InputObject)]
pub struct FulfillmentCreateInput {
    /// The order.
    pub order_id: ID,
    /// Where it leaves.
    pub warehouse_id: ID,
    /// What is in it.
    pub lines: Vec<OrderLineQuantityInput>,
    /// It is not picked before this.
    pub scheduled_at: Option<DateTime>,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<FulfillmentCreateInput> for CreateFulfillment {
    type Error = Error;

    fn try_from(input: FulfillmentCreateInput) -> Result<Self> {
        Ok(Self {
            order_id: id_in::<OrderId>(&input.order_id, &["orderId"])?.uuid(),
            warehouse_id: id_in::<WarehouseId>(&input.warehouse_id, &["warehouseId"])?.uuid(),
            lines: units(input.lines)?,
            scheduled_at: input.scheduled_at.map(|instant| instant.0),
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of fulfillmentShip.
#[derive(Clone, Debug, InputObject)]
pub struct FulfillmentShipInput {
    /// The fulfilment.
    pub fulfillment_id: ID,
    /// Tracking.
    pub tracking: Option<TrackingInput>,
    /// Whether to mail the buyer.
    pub notify: bool,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<FulfillmentShipInput> for ShipFulfillment {
    type Error = Error;

    fn try_from(input: FulfillmentShipInput) -> Result<Self> {
        Ok(Self {
            fulfillment_id: parcel(&input.fulfillment_id)?,
            tracking: input.tracking.map(Into::into),
            notify: input.notify,
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of fulfillmentDeliver.
#[derive(Clone, Debug, InputObject)]
pub struct FulfillmentDeliverInput {
    /// The fulfilment.
    pub fulfillment_id: ID,
    /// When it arrived; now if left out.
    pub delivered_at: Option<DateTime>,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<FulfillmentDeliverInput> for DeliverFulfillment {
    type Error = Error;

    fn try_from(input: FulfillmentDeliverInput) -> Result<Self> {
        Ok(Self {
            fulfillment_id: parcel(&input.fulfillment_id)?,
            delivered_at: input.delivered_at.map(|instant| instant.0),
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of fulfillmentCancel.
#[derive(Clone, Debug, InputObject)]
pub struct FulfillmentCancelInput {
    /// The fulfilment.
    pub fulfillment_id: ID,
    /// Why.
    pub reason: String,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<FulfillmentCancelInput> for CancelFulfillment {
    type Error = Error;

    fn try_from(input: FulfillmentCancelInput) -> Result<Self> {
        Ok(Self {
            fulfillment_id: parcel(&input.fulfillment_id)?,
            reason: input.reason,
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of fulfillmentRelease.
#[derive(Clone, Debug, InputObject)]
pub struct FulfillmentReleaseInput {
    /// The fulfilment.
    pub fulfillment_id: ID,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<FulfillmentReleaseInput> for AdvanceFulfillment {
    type Error = Error;

    fn try_from(input: FulfillmentReleaseInput) -> Result<Self> {
        step(
            &input.fulfillment_id,
            Advance::Release,
            input.idempotency_key,
        )
    }
}

/// Input of fulfillmentPick.
#[derive(Clone, Debug, InputObject)]
pub struct FulfillmentPickInput {
    /// The fulfilment.
    pub fulfillment_id: ID,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<FulfillmentPickInput> for AdvanceFulfillment {
    type Error = Error;

    fn try_from(input: FulfillmentPickInput) -> Result<Self> {
        step(&input.fulfillment_id, Advance::Pick, input.idempotency_key)
    }
}

/// Input of fulfillmentPack.
#[derive(Clone, Debug, InputObject)]
pub struct FulfillmentPackInput {
    /// The fulfilment.
    pub fulfillment_id: ID,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<FulfillmentPackInput> for AdvanceFulfillment {
    type Error = Error;

    fn try_from(input: FulfillmentPackInput) -> Result<Self> {
        step(&input.fulfillment_id, Advance::Pack, input.idempotency_key)
    }
}

/// Input of fulfillmentLose.
#[derive(Clone, Debug, InputObject)]
pub struct FulfillmentLoseInput {
    /// The fulfilment.
    pub fulfillment_id: ID,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<FulfillmentLoseInput> for AdvanceFulfillment {
    type Error = Error;

    fn try_from(input: FulfillmentLoseInput) -> Result<Self> {
        step(&input.fulfillment_id, Advance::Lose, input.idempotency_key)
    }
}

/// Input of fulfillmentHold.
#[derive(Clone, Debug, InputObject)]
pub struct FulfillmentHoldInput {
    /// The fulfilment.
    pub fulfillment_id: ID,
    /// Why.
    pub reason: FulfillmentHoldReason,
    /// Words to that.
    pub note: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<FulfillmentHoldInput> for AdvanceFulfillment {
    type Error = Error;

    fn try_from(input: FulfillmentHoldInput) -> Result<Self> {
        let hold = Advance::Hold {
            reason: input.reason.into(),
            note: input.note,
        };
        step(&input.fulfillment_id, hold, input.idempotency_key)
    }
}

/// Input of fulfillmentReturn.
#[derive(Clone, Debug, InputObject)]
pub struct FulfillmentReturnInput {
    /// The fulfilment.
    pub fulfillment_id: ID,
    /// Whether its goods can be sold again: they go back to the stock they left from.
    pub restock: bool,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<FulfillmentReturnInput> for AdvanceFulfillment {
    type Error = Error;

    fn try_from(input: FulfillmentReturnInput) -> Result<Self> {
        let back = Advance::Return {
            restock: input.restock,
        };
        step(&input.fulfillment_id, back, input.idempotency_key)
    }
}

/// Input of fulfillmentSplit.
#[derive(Clone, Debug, InputObject)]
pub struct FulfillmentSplitInput {
    /// The fulfilment.
    pub fulfillment_id: ID,
    /// Units for a fulfilment of their own; something must stay.
    pub lines: Vec<OrderLineQuantityInput>,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<FulfillmentSplitInput> for SplitFulfillment {
    type Error = Error;

    fn try_from(input: FulfillmentSplitInput) -> Result<Self> {
        Ok(Self {
            fulfillment_id: parcel(&input.fulfillment_id)?,
            lines: units(input.lines)?,
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of fulfillmentMove.
#[derive(Clone, Debug, InputObject)]
pub struct FulfillmentMoveInput {
    /// The fulfilment.
    pub fulfillment_id: ID,
    /// Where it is to leave.
    pub warehouse_id: ID,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<FulfillmentMoveInput> for MoveFulfillment {
    type Error = Error;

    fn try_from(input: FulfillmentMoveInput) -> Result<Self> {
        Ok(Self {
            fulfillment_id: parcel(&input.fulfillment_id)?,
            warehouse_id: id_in::<WarehouseId>(&input.warehouse_id, &["warehouseId"])?.uuid(),
            idempotency_key: input.idempotency_key,
        })
    }
}

/// One thing a carrier told of a parcel.
#[derive(Clone, Debug, InputObject)]
pub struct TrackingEventInput {
    /// What happened.
    pub description: String,
    /// Where.
    pub location: Option<String>,
    /// When, by the carrier's clock.
    pub occurred_at: DateTime,
}

/// Input of fulfillmentTrack.
#[derive(Clone, Debug, InputObject)]
pub struct FulfillmentTrackInput {
    /// The fulfilment.
    pub fulfillment_id: ID,
    /// Up to 50 events, in any order.
    pub events: Vec<TrackingEventInput>,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<FulfillmentTrackInput> for TrackFulfillment {
    type Error = Error;

    fn try_from(input: FulfillmentTrackInput) -> Result<Self> {
        let event = |event: TrackingEventInput| TrackingEvent {
            description: event.description,
            location: event.location,
            occurred_at: event.occurred_at.0,
        };
        Ok(Self {
            fulfillment_id: parcel(&input.fulfillment_id)?,
            events: input.events.into_iter().map(event).collect(),
            idempotency_key: input.idempotency_key,
        })
    }
}

fn step(id: &ID, step: Advance, idempotency_key: String) -> Result<AdvanceFulfillment> {
    Ok(AdvanceFulfillment {
        fulfillment_id: parcel(id)?,
        step,
        idempotency_key,
    })
}

fn parcel(id: &ID) -> Result<Uuid> {
    id_in::<FulfillmentId>(id, &["fulfillmentId"]).map(TypedId::uuid)
}
