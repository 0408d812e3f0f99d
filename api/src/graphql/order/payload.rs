use async_graphql::SimpleObject;

use super::change::OrderChange;
use super::confirmation::{OrderCancellation, OrderConfirmationRequest};
use super::error::OrderUserError;
use super::types::Order;
use crate::graphql::cart::CartProblem;
use crate::graphql::limits::meter::Listed;
use crate::graphql::payload::payloads;

/// Result of orderPlace.
#[derive(Debug, SimpleObject)]
pub(super) struct OrderPlacePayload {
    /// Null if refused.
    pub order: Option<Order>,
    /// A guest's key, shown once.
    pub order_token: Option<String>,
    /// What stops it.
    pub problems: Option<Listed<CartProblem>>,
    /// Why it was refused.
    pub user_errors: Vec<OrderUserError>,
}

payloads! {
    OrderUserError;

    /// Result of orderApprovalRespond.
    OrderApprovalRespondPayload { order: Order }

    /// Result of orderDraftCreate.
    OrderDraftCreatePayload { order: Order }

    /// Result of orderConfirmationRespond.
    OrderConfirmationRespondPayload { order_confirmation_request: OrderConfirmationRequest }

    /// Result of orderProposalRespond.
    OrderProposalRespondPayload { order: Order }

    /// Result of orderCancel.
    OrderCancelPayload { order_cancellation: OrderCancellation }

    /// Result of orderCancellationRequest.
    OrderCancellationRequestPayload { order_cancellation: OrderCancellation }

    /// Result of orderCancellationRespond.
    OrderCancellationRespondPayload { order_cancellation: OrderCancellation }

    /// Result of orderChangeCreate.
    OrderChangeCreatePayload { order_change: OrderChange }

    /// Result of orderChangeRespond.
    OrderChangeRespondPayload { order_change: OrderChange }

    /// Result of orderReceive.
    OrderReceivePayload { order: Order }
}
