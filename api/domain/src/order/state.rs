//! Where a purchase stands, and what may happen to it next.

use crate::text_enum;
use crate::text_enum::TextEnum;

text_enum! {
    /// Where a purchase stands.
    pub enum OrderStatus {
        /// Written by staff, not placed.
        Draft = "DRAFT",
        /// Placed; waits for payment or the next step.
        Placed = "PLACED",
        /// Waits for an approver.
        AwaitingApproval = "AWAITING_APPROVAL",
        /// Received; the back office is checking.
        AwaitingConfirmation = "AWAITING_CONFIRMATION",
        /// The back office confirmed.
        Confirmed = "CONFIRMED",
        /// Delivered and done.
        Completed = "COMPLETED",
        /// Called off.
        Cancelled = "CANCELLED",
        /// Refused by an approver or the back office.
        Rejected = "REJECTED",
        /// Not paid in time.
        Expired = "EXPIRED",
    }
}

text_enum! {
    /// What may happen to an order.
    pub enum OrderEvent {
        /// A draft is placed.
        Placed = "PLACED",
        /// Somebody has to approve it first.
        ApprovalRequested = "APPROVAL_REQUESTED",
        /// Everybody who had to approved it.
        Approved = "APPROVED",
        /// Nothing is owed and the back office is asked.
        ConfirmationRequested = "CONFIRMATION_REQUESTED",
        /// Nothing is owed and nobody needs to be asked.
        ConfirmationNotNeeded = "CONFIRMATION_NOT_NEEDED",
        /// The back office can deliver.
        Confirmed = "CONFIRMED",
        /// An approver said no, or the back office cannot deliver.
        Rejected = "REJECTED",
        /// It is called off.
        Cancelled = "CANCELLED",
        /// It was not paid in time.
        Expired = "EXPIRED",
        /// It arrived.
        Completed = "COMPLETED",
    }
}

/// An event that cannot happen in this status.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an order in {from} cannot take {event}")]
pub struct TransitionError {
    /// The status it is in.
    pub from: OrderStatus,
    /// What was tried.
    pub event: OrderEvent,
    /// What could happen instead.
    pub allowed: Vec<OrderEvent>,
}

impl OrderStatus {
    /// The status after an event.
    ///
    /// # Errors
    /// [`TransitionError`] when the event cannot happen now.
    pub fn apply(self, event: OrderEvent) -> Result<Self, TransitionError> {
        self.after(event).ok_or_else(|| TransitionError {
            from: self,
            event,
            allowed: self.allowed(),
        })
    }

    /// Events that can happen now.
    #[must_use]
    pub fn allowed(self) -> Vec<OrderEvent> {
        OrderEvent::ALL
            .iter()
            .copied()
            .filter(|event| self.after(*event).is_some())
            .collect()
    }

    /// Whether nothing more can happen and nothing of the order was delivered: its stock, coupons and points are free again.
    #[must_use]
    pub fn is_called_off(self) -> bool {
        match self {
            Self::Cancelled | Self::Rejected | Self::Expired => true,
            Self::Draft
            | Self::Placed
            | Self::AwaitingApproval
            | Self::AwaitingConfirmation
            | Self::Confirmed
            | Self::Completed => false,
        }
    }

    /// Whether the purchase is made: confirmed and not called off.
    #[must_use]
    pub fn is_certain(self) -> bool {
        match self {
            Self::Confirmed | Self::Completed => true,
            Self::Draft
            | Self::Placed
            | Self::AwaitingApproval
            | Self::AwaitingConfirmation
            | Self::Cancelled
            | Self::Rejected
            | Self::Expired => false,
        }
    }

    /// Whether it is placed and not over: its goods are promised, or on their way.
    #[must_use]
    pub fn is_under_way(self) -> bool {
        match self {
            Self::Placed
            | Self::AwaitingApproval
            | Self::AwaitingConfirmation
            | Self::Confirmed => true,
            Self::Draft | Self::Completed | Self::Cancelled | Self::Rejected | Self::Expired => {
                false
            }
        }
    }

    /// Whether money may still be owed for what was placed; from then on the shop gives back, if anything, and only changes
    /// make something owed.
    #[must_use]
    pub fn awaits_money(self) -> bool {
        match self {
            Self::Draft | Self::Placed | Self::AwaitingApproval => true,
            Self::AwaitingConfirmation
            | Self::Confirmed
            | Self::Completed
            | Self::Cancelled
            | Self::Rejected
            | Self::Expired => false,
        }
    }

    /// Whether a payment counts now: one of the order until it is paid for, one for what changes added once it is certain.
    #[must_use]
    pub fn takes_payment(self, for_change: bool) -> bool {
        match self {
            Self::Placed => !for_change,
            Self::Confirmed => for_change,
            Self::Draft
            | Self::AwaitingApproval
            | Self::AwaitingConfirmation
            | Self::Completed
            | Self::Cancelled
            | Self::Rejected
            | Self::Expired => false,
        }
    }

    /// Whether the buyer can pay what is owed.
    #[must_use]
    pub fn can_be_paid(self) -> bool {
        self.takes_payment(false) || self.takes_payment(true)
    }

    fn after(self, event: OrderEvent) -> Option<Self> {
        match (self, event) {
            (Self::Draft, OrderEvent::Placed) | (Self::AwaitingApproval, OrderEvent::Approved) => {
                Some(Self::Placed)
            }
            (Self::Placed, OrderEvent::ApprovalRequested) => Some(Self::AwaitingApproval),
            (Self::Placed, OrderEvent::ConfirmationRequested) => Some(Self::AwaitingConfirmation),
            (Self::Placed, OrderEvent::ConfirmationNotNeeded)
            | (Self::AwaitingConfirmation, OrderEvent::Confirmed) => Some(Self::Confirmed),
            (Self::AwaitingApproval | Self::AwaitingConfirmation, OrderEvent::Rejected) => {
                Some(Self::Rejected)
            }
            (
                Self::Draft
                | Self::Placed
                | Self::AwaitingApproval
                | Self::AwaitingConfirmation
                | Self::Confirmed,
                OrderEvent::Cancelled,
            ) => Some(Self::Cancelled),
            (Self::Placed, OrderEvent::Expired) => Some(Self::Expired),
            (Self::Confirmed, OrderEvent::Completed) => Some(Self::Completed),
            (
                Self::Draft
                | Self::Placed
                | Self::AwaitingApproval
                | Self::AwaitingConfirmation
                | Self::Confirmed
                | Self::Completed
                | Self::Cancelled
                | Self::Rejected
                | Self::Expired,
                OrderEvent::Placed
                | OrderEvent::ApprovalRequested
                | OrderEvent::Approved
                | OrderEvent::ConfirmationRequested
                | OrderEvent::ConfirmationNotNeeded
                | OrderEvent::Confirmed
                | OrderEvent::Rejected
                | OrderEvent::Cancelled
                | OrderEvent::Expired
                | OrderEvent::Completed,
            ) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::OrderEvent as E;
    use super::OrderStatus as S;
    use super::*;

    #[test]
    fn every_pair_of_status_and_event_is_as_written() {
        // Columns: placed, approval requested, approved, requested, not needed, confirmed, rejected, cancelled, expired, completed.
        let table: [(S, [Option<S>; 10]); 9] = [
            (
                S::Draft,
                [
                    Some(S::Placed),
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    Some(S::Cancelled),
                    None,
                    None,
                ],
            ),
            (
                S::Placed,
                [
                    None,
                    Some(S::AwaitingApproval),
                    None,
                    Some(S::AwaitingConfirmation),
                    Some(S::Confirmed),
                    None,
                    None,
                    Some(S::Cancelled),
                    Some(S::Expired),
                    None,
                ],
            ),
            (
                S::AwaitingApproval,
                [
                    None,
                    None,
                    Some(S::Placed),
                    None,
                    None,
                    None,
                    Some(S::Rejected),
                    Some(S::Cancelled),
                    None,
                    None,
                ],
            ),
            (
                S::AwaitingConfirmation,
                [
                    None,
                    None,
                    None,
                    None,
                    None,
                    Some(S::Confirmed),
                    Some(S::Rejected),
                    Some(S::Cancelled),
                    None,
                    None,
                ],
            ),
            (
                S::Confirmed,
                [
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    Some(S::Cancelled),
                    None,
                    Some(S::Completed),
                ],
            ),
            (S::Completed, [None; 10]),
            (S::Cancelled, [None; 10]),
            (S::Rejected, [None; 10]),
            (S::Expired, [None; 10]),
        ];
        assert_eq!(table.len(), S::ALL.len());
        for (from, expectations) in table {
            for (event, expected) in E::ALL.iter().zip(expectations) {
                assert_eq!(from.apply(*event).ok(), expected, "{from} {event}");
            }
        }
    }

    #[test]
    fn a_refusal_tells_what_could_happen() {
        let error = S::AwaitingConfirmation.apply(E::Expired).unwrap_err();
        assert_eq!(error.allowed, [E::Confirmed, E::Rejected, E::Cancelled]);
    }

    #[test]
    fn what_changes_added_is_paid_once_the_order_is_certain() {
        for status in S::ALL {
            assert_eq!(
                status.takes_payment(false),
                *status == S::Placed,
                "{status}"
            );
            assert_eq!(
                status.takes_payment(true),
                *status == S::Confirmed,
                "{status}"
            );
        }
    }
}
