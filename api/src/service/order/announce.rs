//! Tells the buyer by mail what happened to an order; runs after the commit.

use domain::event::EventKind;
use entity::order::Entity;
use sea_orm::EntityTrait;
use uuid::Uuid;

use crate::error::Result;
use crate::job::MailJob;
use crate::mail;
use crate::service::presale;
use crate::state::AppState;

/// Mails the buyer, if what happened is worth a mail and there is an address. `message_id` is the outbox message's: a
/// repeated attempt sends the same mail.
///
/// # Errors
/// When the mail cannot be handed over; it is tried again.
pub async fn announce(
    app: &AppState,
    message_id: Uuid,
    order_id: Uuid,
    event: EventKind,
) -> Result<()> {
    if !is_worth_a_mail(event) {
        return Ok(());
    }
    let Some(order) = Entity::find_by_id(order_id)
        .one(app.database.read())
        .await?
    else {
        return Ok(());
    };
    let leaves_on = if event == EventKind::OrderRescheduled {
        presale::day(app, app.database.read(), &order).await?
    } else {
        None
    };
    let Some(to) = order.email else {
        return Ok(());
    };
    let mail = MailJob::Order {
        to,
        locale: order.locale,
        number: order.number,
        event,
        is_part: event == EventKind::OrderCancelled
            && order.status.0 != domain::order::OrderStatus::Cancelled,
        leaves_on,
    };
    mail::deliver(app, message_id, &mail).await
}

/// Whether a buyer wants to be told of this at once.
pub(super) fn is_worth_a_mail(event: EventKind) -> bool {
    match event {
        EventKind::OrderPlaced
        | EventKind::OrderApproved
        | EventKind::OrderProposed
        | EventKind::OrderConfirmed
        | EventKind::OrderRejected
        | EventKind::OrderChanged
        | EventKind::OrderRescheduled
        | EventKind::OrderCancelled
        | EventKind::OrderExpired
        | EventKind::RefundSucceeded
        | EventKind::FulfillmentShipped
        | EventKind::AfterSaleChanged => true,
        EventKind::CartAbandoned
        | EventKind::MemberRegistered
        | EventKind::MemberTierChanged
        | EventKind::PointsChanged
        | EventKind::PromotionChanged
        | EventKind::CouponIssued
        | EventKind::CouponRedeemed
        | EventKind::OrderConfirmationRequested
        | EventKind::OrderCancellationRequested
        | EventKind::OrderCompleted
        | EventKind::PaymentAuthorized
        | EventKind::PaymentCaptured
        | EventKind::PaymentFailed
        | EventKind::PaymentOrphaned
        | EventKind::RefundFailed
        | EventKind::InvoiceIssued
        | EventKind::FulfillmentDelivered
        | EventKind::FulfillmentCancelled
        | EventKind::FulfillmentChanged => false,
    }
}
