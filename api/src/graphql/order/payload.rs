use async_graphql::SimpleObject;

use super::confirmation::{OrderCancellation, OrderConfirmationRequest};
use super::error::OrderUserError;
use super::types::Order;
use crate::graphql::cart::CartProblem;
use crate::graphql::error::Outcome;
use crate::graphql::limits::meter::Listed;

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

/// Result of orderConfirmationRespond.
#[derive(Debug, SimpleObject)]
pub(super) struct OrderConfirmationRespondPayload {
    /// Null if refused.
    pub(super) order_confirmation_request: Option<OrderConfirmationRequest>,
    /// Why it was refused.
    pub(super) user_errors: Vec<OrderUserError>,
}

impl OrderConfirmationRespondPayload {
    /// Shows what became of the request.
    pub(super) fn new<T>(
        outcome: Outcome<T, OrderUserError>,
        wrap: impl FnOnce(T) -> OrderConfirmationRequest,
    ) -> Self {
        Self {
            order_confirmation_request: outcome.value.map(wrap),
            user_errors: outcome.user_errors,
        }
    }
}

/// Result of orderCancel.
#[derive(Debug, SimpleObject)]
pub(super) struct OrderCancelPayload {
    /// Null if refused.
    pub(super) order_cancellation: Option<OrderCancellation>,
    /// Why it was refused.
    pub(super) user_errors: Vec<OrderUserError>,
}

impl OrderCancelPayload {
    /// Shows what became of the request.
    pub(super) fn new<T>(
        outcome: Outcome<T, OrderUserError>,
        wrap: impl FnOnce(T) -> OrderCancellation,
    ) -> Self {
        Self {
            order_cancellation: outcome.value.map(wrap),
            user_errors: outcome.user_errors,
        }
    }
}

/// Result of orderCancellationRequest.
#[derive(Debug, SimpleObject)]
pub(super) struct OrderCancellationRequestPayload {
    /// Null if refused.
    pub(super) order_cancellation: Option<OrderCancellation>,
    /// Why it was refused.
    pub(super) user_errors: Vec<OrderUserError>,
}

impl OrderCancellationRequestPayload {
    /// Shows what became of the request.
    pub(super) fn new<T>(
        outcome: Outcome<T, OrderUserError>,
        wrap: impl FnOnce(T) -> OrderCancellation,
    ) -> Self {
        Self {
            order_cancellation: outcome.value.map(wrap),
            user_errors: outcome.user_errors,
        }
    }
}

/// Result of orderCancellationRespond.
#[derive(Debug, SimpleObject)]
pub(super) struct OrderCancellationRespondPayload {
    /// Null if refused.
    pub(super) order_cancellation: Option<OrderCancellation>,
    /// Why it was refused.
    pub(super) user_errors: Vec<OrderUserError>,
}

impl OrderCancellationRespondPayload {
    /// Shows what became of the request.
    pub(super) fn new<T>(
        outcome: Outcome<T, OrderUserError>,
        wrap: impl FnOnce(T) -> OrderCancellation,
    ) -> Self {
        Self {
            order_cancellation: outcome.value.map(wrap),
            user_errors: outcome.user_errors,
        }
    }
}

/// Result of orderReceive.
#[derive(Debug, SimpleObject)]
pub(super) struct OrderReceivePayload {
    /// Null if refused.
    pub(super) order: Option<Order>,
    /// Why it was refused.
    pub(super) user_errors: Vec<OrderUserError>,
}

impl OrderReceivePayload {
    /// Shows what became of the request.
    pub(super) fn new<T>(
        outcome: Outcome<T, OrderUserError>,
        wrap: impl FnOnce(T) -> Order,
    ) -> Self {
        Self {
            order: outcome.value.map(wrap),
            user_errors: outcome.user_errors,
        }
    }
}
