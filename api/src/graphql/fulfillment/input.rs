use async_graphql::{ID, InputObject};
use domain::id::{FulfillmentId, OrderId, TypedId, WarehouseId};
use uuid::Uuid;

use super::types::TrackingInput;
use crate::error::{Error, Result};
use crate::graphql::input::id_in;
use crate::graphql::order::{OrderLineQuantityInput, units};
use crate::graphql::scalar::DateTime;
use crate::service::fulfillment::{
    CancelFulfillment, CreateFulfillment, DeliverFulfillment, ShipFulfillment,
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

fn parcel(id: &ID) -> Result<Uuid> {
    id_in::<FulfillmentId>(id, &["fulfillmentId"]).map(TypedId::uuid)
}
