use async_graphql::{ID, InputObject};
use domain::id::{
    MemberId, OrderCancellationId, OrderConfirmationRequestId, OrderId, OrderLineId, TypedId,
    WarehouseId,
};
use uuid::Uuid;

use super::enums::{
    Decision, OrderCancellationReason, OrderConfirmationOutcome, OrderConfirmationStatus,
    OrderFulfillmentStatus, OrderPaymentStatus, OrderStatus,
};
use crate::error::{Error, Result};
use crate::graphql::after_sale::OrderReturnStatus;
use crate::graphql::input::{id_arg, id_in};
use crate::graphql::money::{DateTimeRangeInput, MoneyInput};
use crate::graphql::scalar::DateTime;
use crate::service::order::query;
use crate::service::order::{
    Basis, CancelOrder, CreateDraft, LineOffer, PlaceOrder, ReceiveOrder, RequestCancellation,
    RespondToApproval, RespondToCancellation, RespondToConfirmation, RespondToProposal,
};

/// Input of orderPlace.
#[derive(Clone, Debug, InputObject)]
pub struct OrderPlaceInput {
    /// The cart.
    pub cart_id: Option<ID>,
    /// Or a draft. Needs permission ORDER_WRITE.
    pub order_id: Option<ID>,
    /// Total the buyer saw; refused if changed.
    pub expected_total: MoneyInput,
    /// The cart's `payableTotal` the buyer saw; refused if changed. Needed when gift cards or store credit pay.
    pub expected_payable: Option<MoneyInput>,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<OrderPlaceInput> for PlaceOrder {
    type Error = Error;

    fn try_from(input: OrderPlaceInput) -> Result<Self> {
        let basis = match (input.cart_id, input.order_id) {
            (Some(cart), None) => Basis::Cart { cart_id: cart.0 },
            (None, Some(draft)) => Basis::Draft {
                order_id: order_id(&draft)?,
            },
            (Some(_), Some(_)) | (None, None) => {
                return Err(Error::invalid(&["cartId"], "name either a cart or a draft"));
            }
        };
        let read = |amount: MoneyInput, field: &str| {
            amount.try_into().map_err(|error: domain::MoneyError| {
                Error::invalid(&[field, "amount"], error.to_string())
            })
        };
        let payable = input.expected_payable;
        Ok(Self {
            basis,
            expected_total: read(input.expected_total, "expectedTotal")?,
            expected_payable: payable
                .map(|amount| read(amount, "expectedPayable"))
                .transpose()?,
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of orderApprovalRespond.
#[derive(Clone, Debug, InputObject)]
pub struct OrderApprovalRespondInput {
    /// The order.
    pub order_id: ID,
    /// Yes or no.
    pub decision: Decision,
    /// Why; needed to decline.
    pub reason: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<OrderApprovalRespondInput> for RespondToApproval {
    type Error = Error;

    fn try_from(input: OrderApprovalRespondInput) -> Result<Self> {
        Ok(Self {
            order_id: order_id(&input.order_id)?,
            decision: input.decision.into(),
            reason: input.reason,
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of orderDraftCreate.
#[derive(Clone, Debug, InputObject)]
pub struct OrderDraftCreateInput {
    /// The cart.
    pub cart_id: ID,
    /// The member it is for; a guest if left out.
    pub member_id: Option<ID>,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<OrderDraftCreateInput> for CreateDraft {
    type Error = Error;

    fn try_from(input: OrderDraftCreateInput) -> Result<Self> {
        let member = input.member_id.as_ref();
        let member = member.map(|id| id_in::<MemberId>(id, &["memberId"]));
        Ok(Self {
            cart_id: input.cart_id.0,
            member_id: member.transpose()?.map(TypedId::uuid),
            idempotency_key: input.idempotency_key,
        })
    }
}

/// What can be delivered of one line.
#[derive(Clone, Debug, InputObject)]
pub struct OrderConfirmationLineInput {
    /// The line.
    pub line_id: ID,
    /// Units, of what is offered instead if there is such a SKU.
    pub quantity: i32,
    /// When they can ship.
    pub promised_ship_at: Option<DateTime>,
    /// SKU offered instead, at the price of what was ordered.
    pub substitute_sku: Option<String>,
}

impl OrderConfirmationLineInput {
    fn read(self, index: usize) -> Result<LineOffer> {
        let place = index.to_string();
        let id: OrderLineId = id_in(&self.line_id, &["lines", &place, "lineId"])?;
        let quantity = u32::try_from(self.quantity).map_err(|_negative| {
            Error::invalid(&["lines", &place, "quantity"], "no unit or more")
        })?;
        Ok(LineOffer {
            line_id: id.uuid(),
            quantity,
            promised_ship_at: self.promised_ship_at.map(|instant| instant.0),
            substitute_sku: self.substitute_sku,
        })
    }
}

/// Input of orderConfirmationRespond.
#[derive(Clone, Debug, InputObject)]
pub struct OrderConfirmationRespondInput {
    /// The request.
    pub order_confirmation_request_id: ID,
    /// The answer.
    pub outcome: OrderConfirmationOutcome,
    /// What can be delivered of every line asked; needed for PARTIAL. A confirmation may name dates with it.
    pub lines: Option<Vec<OrderConfirmationLineInput>>,
    /// Key in the back office.
    pub external_ref: Option<String>,
    /// Why; needed to reject, and when staff answer for the system.
    pub reason: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<OrderConfirmationRespondInput> for RespondToConfirmation {
    type Error = Error;

    fn try_from(input: OrderConfirmationRespondInput) -> Result<Self> {
        let id: OrderConfirmationRequestId = id_in(
            &input.order_confirmation_request_id,
            &["orderConfirmationRequestId"],
        )?;
        let lines = input.lines.unwrap_or_default().into_iter().enumerate();
        Ok(Self {
            request_id: id.uuid(),
            outcome: input.outcome.into(),
            lines: lines
                .map(|(index, line)| line.read(index))
                .collect::<Result<_>>()?,
            external_ref: input.external_ref,
            reason: input.reason,
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of orderProposalRespond.
#[derive(Clone, Debug, InputObject)]
pub struct OrderProposalRespondInput {
    /// The order.
    pub order_id: ID,
    /// Yes or no.
    pub decision: Decision,
    /// A guest's key.
    pub order_token: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<OrderProposalRespondInput> for RespondToProposal {
    type Error = Error;

    fn try_from(input: OrderProposalRespondInput) -> Result<Self> {
        Ok(Self {
            order_id: order_id(&input.order_id)?,
            decision: input.decision.into(),
            order_token: input.order_token,
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of orderCancel.
#[derive(Clone, Debug, InputObject)]
pub struct OrderCancelInput {
    /// The order.
    pub order_id: ID,
    /// Units; all that is open if left out.
    pub lines: Option<Vec<OrderLineQuantityInput>>,
    /// Why.
    pub reason: OrderCancellationReason,
    /// Words to add.
    pub note: Option<String>,
    /// Whether units go back to stock.
    pub restock: bool,
    /// Whether money goes back at once.
    pub refund: bool,
    /// Whether to mail the buyer.
    pub notify: bool,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<OrderCancelInput> for CancelOrder {
    type Error = Error;

    fn try_from(input: OrderCancelInput) -> Result<Self> {
        Ok(Self {
            order_id: order_id(&input.order_id)?,
            lines: units(input.lines.unwrap_or_default())?,
            reason: input.reason.into(),
            note: input.note,
            restock: input.restock,
            refund: input.refund,
            notify: input.notify,
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of orderCancellationRequest.
#[derive(Clone, Debug, InputObject)]
pub struct OrderCancellationRequestInput {
    /// The order.
    pub order_id: ID,
    /// Units; all if left out.
    pub lines: Option<Vec<OrderLineQuantityInput>>,
    /// Why.
    pub note: Option<String>,
    /// A guest's key.
    pub order_token: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<OrderCancellationRequestInput> for RequestCancellation {
    type Error = Error;

    fn try_from(input: OrderCancellationRequestInput) -> Result<Self> {
        Ok(Self {
            order_id: order_id(&input.order_id)?,
            lines: units(input.lines.unwrap_or_default())?,
            note: input.note,
            order_token: input.order_token,
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of orderCancellationRespond.
#[derive(Clone, Debug, InputObject)]
pub struct OrderCancellationRespondInput {
    /// The request.
    pub order_cancellation_id: ID,
    /// Yes or no.
    pub decision: Decision,
    /// For the buyer.
    pub note: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<OrderCancellationRespondInput> for RespondToCancellation {
    type Error = Error;

    fn try_from(input: OrderCancellationRespondInput) -> Result<Self> {
        let id: OrderCancellationId =
            id_in(&input.order_cancellation_id, &["orderCancellationId"])?;
        Ok(Self {
            cancellation_id: id.uuid(),
            decision: input.decision.into(),
            note: input.note,
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of orderReceive.
#[derive(Clone, Debug, InputObject)]
pub struct OrderReceiveInput {
    /// The order.
    pub order_id: ID,
    /// A guest's key.
    pub order_token: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<OrderReceiveInput> for ReceiveOrder {
    type Error = Error;

    fn try_from(input: OrderReceiveInput) -> Result<Self> {
        Ok(Self {
            order_id: order_id(&input.order_id)?,
            order_token: input.order_token,
            idempotency_key: input.idempotency_key,
        })
    }
}

fn order_id(id: &ID) -> Result<uuid::Uuid> {
    id_in::<OrderId>(id, &["orderId"]).map(TypedId::uuid)
}

/// Narrows orders; all given parts must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct OrderFilter {
    /// Part of a number, name or e-mail.
    pub query: Option<String>,
    /// In these states.
    pub status: Option<Vec<OrderStatus>>,
    /// Money in these states.
    pub payment_status: Option<Vec<OrderPaymentStatus>>,
    /// Goods in these states.
    pub fulfillment_status: Option<Vec<OrderFulfillmentStatus>>,
    /// Returns in these states.
    pub return_status: Option<Vec<OrderReturnStatus>>,
    /// Placed in this span.
    pub placed_at: Option<DateTimeRangeInput>,
}

impl From<OrderFilter> for query::OrderFilter {
    fn from(input: OrderFilter) -> Self {
        let (from, until) = input
            .placed_at
            .map_or((None, None), |span| (span.from, span.until));
        Self {
            query: input.query,
            status: input
                .status
                .map(|statuses| statuses.into_iter().map(Into::into).collect()),
            payment_status: input
                .payment_status
                .map(|statuses| statuses.into_iter().map(Into::into).collect()),
            fulfillment_status: input
                .fulfillment_status
                .map(|statuses| statuses.into_iter().map(Into::into).collect()),
            return_status: input
                .return_status
                .map(|statuses| statuses.into_iter().map(Into::into).collect()),
            placed_from: from.map(|instant| instant.0),
            placed_until: until.map(|instant| instant.0),
        }
    }
}

/// Narrows confirmation requests.
#[derive(Clone, Debug, Default, InputObject)]
pub struct OrderConfirmationRequestFilter {
    /// In these states.
    pub status: Option<Vec<OrderConfirmationStatus>>,
    /// At these warehouses.
    pub warehouse_ids: Option<Vec<ID>>,
}

impl OrderConfirmationRequestFilter {
    /// Reads the ids.
    pub(super) fn read(self) -> async_graphql::Result<query::ConfirmationFilter> {
        let read = |ids: Vec<ID>| {
            ids.iter()
                .map(|id| id_arg::<WarehouseId>(id).map(TypedId::uuid))
                .collect()
        };
        Ok(query::ConfirmationFilter {
            status: self
                .status
                .map(|statuses| statuses.into_iter().map(Into::into).collect()),
            warehouse_ids: self.warehouse_ids.map(read).transpose()?,
        })
    }
}

/// So many units of a line.
#[derive(Clone, Debug, InputObject)]
pub struct OrderLineQuantityInput {
    /// The line.
    pub line_id: ID,
    /// Units.
    pub quantity: i32,
}

/// Reads lines and units.
///
/// # Errors
/// [`Error::Invalid`] for what is no line's id, or a negative number.
pub(in crate::graphql) fn units(lines: Vec<OrderLineQuantityInput>) -> Result<Vec<(Uuid, u32)>> {
    let read = |(index, line): (usize, OrderLineQuantityInput)| {
        let place = index.to_string();
        let id: OrderLineId = id_in(&line.line_id, &["lines", &place, "lineId"])?;
        let units = u32::try_from(line.quantity);
        let units = units.map_err(|_negative| {
            Error::invalid(&["lines", &place, "quantity"], "at least one unit")
        })?;
        Ok((id.uuid(), units))
    };
    lines.into_iter().enumerate().map(read).collect()
}
