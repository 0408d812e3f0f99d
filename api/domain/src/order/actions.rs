//! What somebody may do to an order now.

use uuid::Uuid;

use super::approval::ApprovalSoFar;
use super::cancel::{
    BuyerCancellation, buyer_cancellation, buyer_units_cancellation, may_be_cancelled,
    may_lose_units,
};
use super::change::may_be_changed;
use super::fulfillment::{FulfillmentEvent, FulfillmentStatus};
use super::payment::{PaymentProvider, PaymentStatus};
use super::state::OrderStatus;
use crate::money::Money;
use crate::permission::Permission;
use crate::text_enum;

text_enum! {
    /// What one may do to an object now; each value names the mutation it allows.
    pub enum Action {
        /// Allows `orderPlace`.
        OrderPlace = "ORDER_PLACE",
        /// Allows `orderApprovalRespond`.
        OrderApprovalRespond = "ORDER_APPROVAL_RESPOND",
        /// Allows `orderConfirmationRespond`.
        OrderConfirmationRespond = "ORDER_CONFIRMATION_RESPOND",
        /// Allows `orderProposalRespond`.
        OrderProposalRespond = "ORDER_PROPOSAL_RESPOND",
        /// Allows `orderCancel`.
        OrderCancel = "ORDER_CANCEL",
        /// Allows `orderCancellationRequest`.
        OrderCancellationRequest = "ORDER_CANCELLATION_REQUEST",
        /// Allows `orderCancellationRespond`.
        OrderCancellationRespond = "ORDER_CANCELLATION_RESPOND",
        /// Allows `orderChangeCreate`.
        OrderChangeCreate = "ORDER_CHANGE_CREATE",
        /// Allows `orderChangeRespond`.
        OrderChangeRespond = "ORDER_CHANGE_RESPOND",
        /// Allows `orderReceive`.
        OrderReceive = "ORDER_RECEIVE",
        /// Allows `paymentStart`.
        PaymentStart = "PAYMENT_START",
        /// Allows `paymentCapture`.
        PaymentCapture = "PAYMENT_CAPTURE",
        /// Allows `paymentVoid`.
        PaymentVoid = "PAYMENT_VOID",
        /// Allows `refundCreate`.
        RefundCreate = "REFUND_CREATE",
        /// Allows `refundSettle`.
        RefundSettle = "REFUND_SETTLE",
        /// Allows `fulfillmentCreate`.
        FulfillmentCreate = "FULFILLMENT_CREATE",
        /// Allows `fulfillmentShip`.
        FulfillmentShip = "FULFILLMENT_SHIP",
        /// Allows `fulfillmentDeliver`.
        FulfillmentDeliver = "FULFILLMENT_DELIVER",
        /// Allows `fulfillmentCancel`.
        FulfillmentCancel = "FULFILLMENT_CANCEL",
        /// Allows `fulfillmentRelease`.
        FulfillmentRelease = "FULFILLMENT_RELEASE",
        /// Allows `fulfillmentHold`.
        FulfillmentHold = "FULFILLMENT_HOLD",
        /// Allows `fulfillmentPick`.
        FulfillmentPick = "FULFILLMENT_PICK",
        /// Allows `fulfillmentPack`.
        FulfillmentPack = "FULFILLMENT_PACK",
        /// Allows `fulfillmentSplit`.
        FulfillmentSplit = "FULFILLMENT_SPLIT",
        /// Allows `fulfillmentMove`.
        FulfillmentMove = "FULFILLMENT_MOVE",
        /// Allows `fulfillmentLose`.
        FulfillmentLose = "FULFILLMENT_LOSE",
        /// Allows `fulfillmentReturn`.
        FulfillmentReturn = "FULFILLMENT_RETURN",
        /// Allows `fulfillmentTrack`.
        FulfillmentTrack = "FULFILLMENT_TRACK",
        /// Allows `afterSaleRequest`.
        AfterSaleRequest = "AFTER_SALE_REQUEST",
        /// Allows `afterSaleRespond`.
        AfterSaleRespond = "AFTER_SALE_RESPOND",
        /// Allows `afterSaleShip`.
        AfterSaleShip = "AFTER_SALE_SHIP",
        /// Allows `afterSaleReceive`.
        AfterSaleReceive = "AFTER_SALE_RECEIVE",
        /// Allows `afterSaleInspect`.
        AfterSaleInspect = "AFTER_SALE_INSPECT",
        /// Allows `afterSaleRefund`.
        AfterSaleRefund = "AFTER_SALE_REFUND",
        /// Allows `afterSaleCancel`.
        AfterSaleCancel = "AFTER_SALE_CANCEL",
    }
}

/// Who asks what may be done.
#[derive(Clone, Copy)]
pub struct Asker<'a> {
    /// Whether the order is theirs.
    pub is_buyer: bool,
    /// The staff member who asks; none for buyers and programs.
    pub person: Option<Uuid>,
    /// What they may do beyond that.
    pub may: &'a dyn Fn(Permission) -> bool,
}

/// What an order's actions depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each fact is one of its own; no two of them make a state"
)]
pub struct OrderFacts {
    /// Where the purchase stands.
    pub status: OrderStatus,
    /// Whether money is owed.
    pub owes: bool,
    /// Whether money is owed and no payment is settling it.
    pub awaits_payment: bool,
    /// Whether money, or points spent, could be given back.
    pub has_refundable: bool,
    /// Whether units are in no parcel yet.
    pub has_open_units: bool,
    /// Whether a buyer's wish to cancel has no answer.
    pub has_open_cancellation: bool,
    /// Who is behind it and who approved it so far.
    pub approval: ApprovalSoFar,
    /// Whether the back office has to answer yet.
    pub has_open_question: bool,
    /// Whether the buyer has to answer a counter-proposal.
    pub has_open_proposal: bool,
    /// Whether an edit of it waits to be carried out or dropped.
    pub has_open_change: bool,
    /// Whether units were sent that no case is about, in time for the buyer to complain or not.
    pub has_claimable: bool,
    /// Whether some of them are in time.
    pub has_claimable_in_time: bool,
    /// The parcels.
    pub parcels: Vec<FulfillmentStatus>,
}

impl OrderFacts {
    /// Whether everything has left the house, so that the buyer can say it came.
    #[must_use]
    pub fn may_be_received(&self) -> bool {
        self.status == OrderStatus::Confirmed
            && !self.owes
            && !self.has_open_units
            && !self.parcels.iter().any(|parcel| parcel.is_waiting())
            && self.parcels.iter().any(|parcel| parcel.can_be_claimed())
    }

    /// What somebody may do to the order now.
    #[must_use]
    pub fn actions(&self, asker: Asker<'_>) -> Vec<Action> {
        let mut actions = Vec::new();
        let mut add = |action, holds: bool| {
            if holds {
                actions.push(action);
            }
        };
        let wish = buyer_cancellation(self.status, &self.parcels)
            .or_else(|| buyer_units_cancellation(self.status, &self.parcels, self.has_open_units));
        add(
            Action::OrderApprovalRespond,
            self.status == OrderStatus::AwaitingApproval
                && (asker.may)(Permission::OrderApprove)
                && self.approval.may_be_answered_by(asker.person),
        );
        add(
            Action::OrderConfirmationRespond,
            self.status == OrderStatus::AwaitingConfirmation
                && self.has_open_question
                && (asker.may)(Permission::OrderConfirm),
        );
        add(
            Action::OrderProposalRespond,
            asker.is_buyer
                && self.status == OrderStatus::AwaitingConfirmation
                && self.has_open_proposal,
        );
        let writes = (asker.may)(Permission::OrderWrite);
        add(
            Action::OrderPlace,
            writes && self.status == OrderStatus::Draft,
        );
        add(
            Action::OrderCancel,
            writes
                && (may_be_cancelled(self.status, &self.parcels)
                    || may_lose_units(self.status, self.has_open_units)),
        );
        add(
            Action::OrderCancellationRequest,
            asker.is_buyer
                && match wish {
                    Some(BuyerCancellation::AtOnce) => true,
                    Some(BuyerCancellation::OnRequest) => !self.has_open_cancellation,
                    None => false,
                },
        );
        add(
            Action::OrderCancellationRespond,
            writes && self.has_open_cancellation,
        );
        add(
            Action::OrderChangeCreate,
            writes && !self.has_open_change && may_be_changed(self.status, self.has_open_units),
        );
        add(Action::OrderChangeRespond, writes && self.has_open_change);
        add(
            Action::OrderReceive,
            asker.is_buyer && self.may_be_received(),
        );
        add(
            Action::PaymentStart,
            asker.is_buyer && self.status.can_be_paid() && self.awaits_payment,
        );
        add(
            Action::RefundCreate,
            self.has_refundable
                && !self.status.awaits_money()
                && (asker.may)(Permission::RefundWrite),
        );
        add(
            Action::FulfillmentCreate,
            self.status == OrderStatus::Confirmed
                && self.has_open_units
                && (asker.may)(Permission::FulfillmentWrite),
        );
        add(
            Action::AfterSaleRequest,
            (asker.is_buyer && self.has_claimable_in_time)
                || (self.has_claimable && (asker.may)(Permission::AfterSaleWrite)),
        );
        actions
    }
}

/// What a payment's actions depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaymentFacts {
    /// Who carries it out.
    pub provider: PaymentProvider,
    /// Where the order stands.
    pub order_status: OrderStatus,
    /// Whether it pays what changes added.
    pub for_change: bool,
    /// Where the payment stands.
    pub status: PaymentStatus,
    /// What was asked for.
    pub amount: Money,
    /// What came.
    pub captured: Money,
    /// What is promised and not taken.
    pub open_authorization: Money,
}

impl PaymentFacts {
    /// Whether all of it has to be taken at once: what a change costs, and where what is not taken is let go of.
    #[must_use]
    pub fn is_taken_whole(self) -> bool {
        match self.provider {
            PaymentProvider::Stripe | PaymentProvider::Alipay | PaymentProvider::WechatPay => true,
            PaymentProvider::Test => self.for_change,
            PaymentProvider::Manual | PaymentProvider::OnAccount => false,
        }
    }

    /// Whether staff may take the money, or say that it came.
    #[must_use]
    pub fn may_be_captured(self) -> bool {
        self.is_awaited()
            && self.is_open()
            && self.captured.minor < self.amount.minor
            && self.is_up_to_staff()
    }

    /// Whether staff may drop it: a promise, or a transfer that never came.
    #[must_use]
    pub fn may_be_voided(self) -> bool {
        self.is_open() && self.captured.is_zero() && self.is_up_to_staff()
    }

    /// Whether the order waits for this money: for any, or for what it was promised.
    fn is_awaited(self) -> bool {
        self.order_status.takes_payment(self.for_change)
            || self.order_status == OrderStatus::AwaitingConfirmation
                && self.open_authorization.is_positive()
    }

    fn is_up_to_staff(self) -> bool {
        self.provider.is_by_hand() || self.open_authorization.is_positive()
    }

    fn is_open(self) -> bool {
        match self.status {
            PaymentStatus::Created
            | PaymentStatus::ActionRequired
            | PaymentStatus::Processing
            | PaymentStatus::Succeeded => true,
            PaymentStatus::Failed | PaymentStatus::Cancelled | PaymentStatus::Expired => false,
        }
    }

    /// What somebody may do to the payment now.
    #[must_use]
    pub fn actions(self, asker: Asker<'_>) -> Vec<Action> {
        let writes = (asker.may)(Permission::PaymentWrite);
        [
            (Action::PaymentCapture, self.may_be_captured()),
            (Action::PaymentVoid, self.may_be_voided()),
        ]
        .into_iter()
        .filter_map(|(action, holds)| (writes && holds).then_some(action))
        .collect()
    }
}

/// What somebody may do to a parcel now.
#[must_use]
pub fn fulfillment_actions(status: FulfillmentStatus, asker: Asker<'_>) -> Vec<Action> {
    if !(asker.may)(Permission::FulfillmentWrite) {
        return Vec::new();
    }
    let can = |event| status.apply(event).is_ok();
    [
        (Action::FulfillmentRelease, can(FulfillmentEvent::Released)),
        (Action::FulfillmentHold, can(FulfillmentEvent::Held)),
        (Action::FulfillmentPick, can(FulfillmentEvent::Picked)),
        (Action::FulfillmentPack, can(FulfillmentEvent::Packed)),
        (Action::FulfillmentSplit, status.is_untouched()),
        (Action::FulfillmentMove, status.is_untouched()),
        (Action::FulfillmentShip, can(FulfillmentEvent::Shipped)),
        (Action::FulfillmentDeliver, can(FulfillmentEvent::Delivered)),
        (Action::FulfillmentCancel, can(FulfillmentEvent::Cancelled)),
        (Action::FulfillmentLose, can(FulfillmentEvent::Lost)),
        (Action::FulfillmentReturn, can(FulfillmentEvent::Returned)),
        (Action::FulfillmentTrack, status.has_left()),
    ]
    .into_iter()
    .filter_map(|(action, holds)| holds.then_some(action))
    .collect()
}

#[cfg(test)]
mod tests;
