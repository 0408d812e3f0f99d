use async_graphql::{ID, InputObject};
use domain::id::{
    AfterSaleId, AfterSaleLineId, OrderId, OrderLineId, ProductVariantId, TypedId, WarehouseId,
};
use uuid::Uuid;

use super::enums::{
    AfterSaleCondition, AfterSaleKind, AfterSaleReason, AfterSaleResolution, AfterSaleStatus,
};
use crate::error::{Error, Result};
use crate::graphql::catalog::MediaInput;
use crate::graphql::fulfillment::TrackingInput;
use crate::graphql::input::id_in;
use crate::graphql::money::MoneyInput;
use crate::graphql::order::Decision;
use crate::service::after_sale::query;
use crate::service::after_sale::{
    Arrived, CancelAfterSale, InspectAfterSale, Photo, ReceiveAfterSale, RefundAfterSale,
    RequestAfterSale, RespondToAfterSale, ShipAfterSale, WantedLine,
};

/// Units to return.
#[derive(Clone, Debug, InputObject)]
pub struct AfterSaleLineInput {
    /// The order line.
    pub order_line_id: ID,
    /// Units.
    pub quantity: i32,
    /// Wanted instead, for EXCHANGE: a variant of the same product; the same variant if left out.
    pub replacement_variant_id: Option<ID>,
}

/// What was found of one line.
#[derive(Clone, Debug, InputObject)]
pub struct AfterSaleFindingInput {
    /// The case's line.
    pub line_id: ID,
    /// Units arrived, or accepted.
    pub quantity: i32,
    /// Condition; needed to inspect. A line may be found in several.
    pub condition: Option<AfterSaleCondition>,
}

/// Input of afterSaleRequest.
#[derive(Clone, Debug, InputObject)]
pub struct AfterSaleRequestInput {
    /// The order.
    pub order_id: ID,
    /// What is wanted.
    pub kind: AfterSaleKind,
    /// Why.
    pub reason: AfterSaleReason,
    /// Units.
    pub lines: Vec<AfterSaleLineInput>,
    /// Words to add.
    pub note: Option<String>,
    /// Photos, at most 9, at https addresses.
    pub photos: Option<Vec<MediaInput>>,
    /// A guest's key.
    pub order_token: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<AfterSaleRequestInput> for RequestAfterSale {
    type Error = Error;

    fn try_from(input: AfterSaleRequestInput) -> Result<Self> {
        let line = |(index, line): (usize, AfterSaleLineInput)| {
            let place = index.to_string();
            let field = |name| ["lines", place.as_str(), name];
            let variant = line.replacement_variant_id;
            let variant = variant.map(|id| {
                id_in::<ProductVariantId>(&id, &field("replacementVariantId")).map(TypedId::uuid)
            });
            let line_id: OrderLineId = id_in(&line.order_line_id, &field("orderLineId"))?;
            Ok(WantedLine {
                order_line_id: line_id.uuid(),
                quantity: units(line.quantity, &field("quantity"))?,
                replacement_variant_id: variant.transpose()?,
            })
        };
        let photo = |photo: MediaInput| Photo {
            url: photo.url.0,
            alt: photo.alt,
        };
        Ok(Self {
            order_id: id_in::<OrderId>(&input.order_id, &["orderId"])?.uuid(),
            kind: input.kind.into(),
            reason: input.reason.into(),
            lines: input
                .lines
                .into_iter()
                .enumerate()
                .map(line)
                .collect::<Result<_>>()?,
            note: input.note,
            photos: input
                .photos
                .unwrap_or_default()
                .into_iter()
                .map(photo)
                .collect(),
            order_token: input.order_token,
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of afterSaleRespond.
#[derive(Clone, Debug, InputObject)]
pub struct AfterSaleRespondInput {
    /// The case.
    pub after_sale_id: ID,
    /// Yes or no.
    pub decision: Decision,
    /// Words to the buyer; needed to decline.
    pub answer: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<AfterSaleRespondInput> for RespondToAfterSale {
    type Error = Error;

    fn try_from(input: AfterSaleRespondInput) -> Result<Self> {
        Ok(Self {
            after_sale_id: case(&input.after_sale_id)?,
            decision: input.decision.into(),
            answer: input.answer,
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of afterSaleShip.
#[derive(Clone, Debug, InputObject)]
pub struct AfterSaleShipInput {
    /// The case.
    pub after_sale_id: ID,
    /// How to follow it.
    pub tracking: TrackingInput,
    /// A guest's key.
    pub order_token: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<AfterSaleShipInput> for ShipAfterSale {
    type Error = Error;

    fn try_from(input: AfterSaleShipInput) -> Result<Self> {
        Ok(Self {
            after_sale_id: case(&input.after_sale_id)?,
            tracking: input.tracking.into(),
            order_token: input.order_token,
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of afterSaleReceive.
#[derive(Clone, Debug, InputObject)]
pub struct AfterSaleReceiveInput {
    /// The case.
    pub after_sale_id: ID,
    /// What arrived.
    pub lines: Vec<AfterSaleFindingInput>,
    /// Where it arrived.
    pub warehouse_id: ID,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<AfterSaleReceiveInput> for ReceiveAfterSale {
    type Error = Error;

    fn try_from(input: AfterSaleReceiveInput) -> Result<Self> {
        let line = |(index, line): (usize, AfterSaleFindingInput)| {
            let (line_id, quantity) = finding(index, &line)?;
            Ok(Arrived {
                line_id,
                quantity,
                condition: line.condition.map(Into::into),
            })
        };
        Ok(Self {
            after_sale_id: case(&input.after_sale_id)?,
            lines: input
                .lines
                .into_iter()
                .enumerate()
                .map(line)
                .collect::<Result<_>>()?,
            warehouse_id: id_in::<WarehouseId>(&input.warehouse_id, &["warehouseId"])?.uuid(),
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of afterSaleInspect.
#[derive(Clone, Debug, InputObject)]
pub struct AfterSaleInspectInput {
    /// The case.
    pub after_sale_id: ID,
    /// What is accepted.
    pub lines: Vec<AfterSaleFindingInput>,
    /// How it is made good; if left out, an exchange or claim is with other goods, everything else with money.
    pub resolution: Option<AfterSaleResolution>,
    /// Words to the buyer, such as why something goes back.
    pub answer: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<AfterSaleInspectInput> for InspectAfterSale {
    type Error = Error;

    fn try_from(input: AfterSaleInspectInput) -> Result<Self> {
        let line = |(index, line): (usize, AfterSaleFindingInput)| {
            let (line_id, quantity) = finding(index, &line)?;
            let condition = line.condition.ok_or_else(|| {
                let field = ["lines", &index.to_string(), "condition"];
                Error::invalid(&field, "say in which condition")
            })?;
            Ok((line_id, quantity, condition.into()))
        };
        Ok(Self {
            after_sale_id: case(&input.after_sale_id)?,
            findings: input
                .lines
                .into_iter()
                .enumerate()
                .map(line)
                .collect::<Result<_>>()?,
            resolution: input.resolution.map(Into::into),
            answer: input.answer,
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of afterSaleRefund.
#[derive(Clone, Debug, InputObject)]
pub struct AfterSaleRefundInput {
    /// The case.
    pub after_sale_id: ID,
    /// Total you saw; refused if changed.
    pub expected_total: MoneyInput,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<AfterSaleRefundInput> for RefundAfterSale {
    type Error = Error;

    fn try_from(input: AfterSaleRefundInput) -> Result<Self> {
        let total = input.expected_total.try_into();
        let total = total.map_err(|error: domain::MoneyError| {
            Error::invalid(&["expectedTotal", "amount"], error.to_string())
        });
        Ok(Self {
            after_sale_id: case(&input.after_sale_id)?,
            expected_total: total?,
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of afterSaleCancel.
#[derive(Clone, Debug, InputObject)]
pub struct AfterSaleCancelInput {
    /// The case.
    pub after_sale_id: ID,
    /// A guest's key.
    pub order_token: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<AfterSaleCancelInput> for CancelAfterSale {
    type Error = Error;

    fn try_from(input: AfterSaleCancelInput) -> Result<Self> {
        Ok(Self {
            after_sale_id: case(&input.after_sale_id)?,
            order_token: input.order_token,
            idempotency_key: input.idempotency_key,
        })
    }
}

fn case(id: &ID) -> Result<Uuid> {
    id_in::<AfterSaleId>(id, &["afterSaleId"]).map(TypedId::uuid)
}

fn finding(index: usize, line: &AfterSaleFindingInput) -> Result<(Uuid, u32)> {
    let place = index.to_string();
    let id: AfterSaleLineId = id_in(&line.line_id, &["lines", &place, "lineId"])?;
    Ok((
        id.uuid(),
        units(line.quantity, &["lines", &place, "quantity"])?,
    ))
}

fn units(quantity: i32, field: &[&str]) -> Result<u32> {
    u32::try_from(quantity).map_err(|_negative| Error::invalid(field, "not below 0"))
}

/// Narrows cases.
#[derive(Clone, Debug, Default, InputObject)]
pub struct AfterSaleFilter {
    /// Part of a number.
    pub query: Option<String>,
    /// Of these kinds.
    pub kind: Option<Vec<AfterSaleKind>>,
    /// In these states.
    pub status: Option<Vec<AfterSaleStatus>>,
}

impl From<AfterSaleFilter> for query::AfterSaleFilter {
    fn from(input: AfterSaleFilter) -> Self {
        Self {
            query: input.query,
            kind: input
                .kind
                .map(|kinds| kinds.into_iter().map(Into::into).collect()),
            status: input
                .status
                .map(|statuses| statuses.into_iter().map(Into::into).collect()),
        }
    }
}
