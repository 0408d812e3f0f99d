//! Events on their way to the feed. What is told names no person: who may read the object asks for the rest.

use chrono::{DateTime, Utc};
use domain::event::{EventKind, EventSubject};
use domain::id::MemberTierId;
use domain::promotion::PromotionStatus;
use entity::{member_tier_change, order, promotion};
use sea_orm::DatabaseTransaction;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::clock::Clock;
use crate::error::Result;
use crate::job::{self, Job};

/// Something that happened, as the transaction that did it saw it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Identity, the same wherever it is told.
    pub id: Uuid,
    /// The channel.
    pub channel_id: Uuid,
    /// What happened.
    pub kind: EventKind,
    /// Kind of the object it happened to.
    pub subject: EventSubject,
    /// The object it happened to.
    pub subject_id: Uuid,
    /// The object then.
    pub payload: Value,
    /// When.
    pub occurred_at: DateTime<Utc>,
}

/// What is told of an order; it goes into the outbox with the rest of its change.
pub(crate) fn of_order(
    id: Uuid,
    order: &order::Model,
    kind: EventKind,
    now: DateTime<Utc>,
) -> Told {
    let total = domain::Money::new(order.total_minor, order.currency.0);
    Told {
        id,
        channel_id: order.channel_id,
        kind,
        subject: EventSubject::Order,
        subject_id: order.id,
        payload: json!({
            "number": order.number,
            "status": order.status.0,
            "paymentStatus": order.payment_status.0,
            "fulfillmentStatus": order.fulfillment_status.0,
            "returnStatus": order.return_status.0,
            "total": { "amount": total.amount_text(), "currencyCode": total.currency.code() },
        }),
        occurred_at: now,
    }
}

/// Tells that a member changed tier, in the transaction that wrote the step.
///
/// # Errors
/// When the row cannot be written.
pub(crate) async fn member_tier_changed(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    change: &member_tier_change::Model,
) -> Result<()> {
    let tier = |id: Option<Uuid>| id.map(|id| MemberTierId(id).to_string());
    let told = Told {
        id: change.id,
        channel_id: change.channel_id,
        kind: EventKind::MemberTierChanged,
        subject: EventSubject::Member,
        subject_id: change.member_id,
        payload: json!({
            "fromTierId": tier(change.from_tier_id),
            "toTierId": tier(change.to_tier_id),
            "reason": change.reason.0,
        }),
        occurred_at: change.occurred_at,
    };
    push(transaction, clock, told).await
}

/// Tells where a promotion stands now, in the transaction that moved it, if that is what others follow: that it runs, that it
/// was stopped for now, or that it is over.
///
/// # Errors
/// When the row cannot be written.
pub(crate) async fn promotion_moved(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    promotion: &promotion::Model,
) -> Result<()> {
    match promotion.status.0 {
        PromotionStatus::Active | PromotionStatus::Paused | PromotionStatus::Ended => {}
        PromotionStatus::Draft
        | PromotionStatus::PendingApproval
        | PromotionStatus::Scheduled
        | PromotionStatus::Archived => return Ok(()),
    }
    let told = Told {
        id: clock.new_id(),
        channel_id: promotion.channel_id,
        kind: EventKind::PromotionChanged,
        subject: EventSubject::Promotion,
        subject_id: promotion.id,
        payload: json!({ "name": promotion.name, "status": promotion.status.0 }),
        occurred_at: clock.now(),
    };
    push(transaction, clock, told).await
}

async fn push(transaction: &DatabaseTransaction, clock: &Clock, event: Told) -> Result<()> {
    job::push(transaction, clock, &Job::Event { event }).await
}
