//! Events on their way to the feed. What is told names no person: who may read the object asks for the rest.

use chrono::{DateTime, Utc};
use domain::coupon::CouponStatus;
use domain::event::{EventKind, EventSubject};
use domain::id::{CouponTemplateId, MemberId, MemberTierId, OrderId, PointsEntryId};
use domain::promotion::PromotionStatus;
use entity::{abandoned_cart, coupon, member_tier_change, order, points_transaction, promotion};
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

/// Tells that a member proved an address for the first time, in the transaction that wrote it down.
///
/// # Errors
/// When the row cannot be written.
pub(crate) async fn member_registered(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    channel_id: Uuid,
    member_id: Uuid,
) -> Result<()> {
    let told = Told {
        id: clock.new_id(),
        channel_id,
        kind: EventKind::MemberRegistered,
        subject: EventSubject::Member,
        subject_id: member_id,
        payload: json!({}),
        occurred_at: clock.now(),
    };
    push(transaction, clock, told).await
}

/// Tells of an entry in a member's ledger of points, in the transaction that wrote it; the event has the entry's identity.
///
/// # Errors
/// When the row cannot be written.
pub(crate) async fn points_changed(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    channel_id: Uuid,
    entry: &points_transaction::Model,
) -> Result<()> {
    let told = Told {
        id: entry.id,
        channel_id,
        kind: EventKind::PointsChanged,
        subject: EventSubject::Member,
        subject_id: entry.member_id,
        payload: json!({
            "pointsEntryId": PointsEntryId(entry.id).to_string(),
            "kind": entry.kind.0,
            "points": entry.points,
            "balance": entry.balance_after,
        }),
        occurred_at: entry.occurred_at,
    };
    push(transaction, clock, told).await
}

/// Coupons that came into members' wallets.
pub(crate) struct Issued<'a> {
    pub(crate) channel_id: Uuid,
    /// What they were made from.
    pub(crate) template_id: Uuid,
    /// Each coupon and whose it is.
    pub(crate) coupons: &'a [(Uuid, Uuid)],
}

/// Tells that coupons came into wallets, in the transaction that put them there.
///
/// # Errors
/// When the rows cannot be written.
pub(crate) async fn coupons_issued(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    issued: &Issued<'_>,
) -> Result<()> {
    let told = |(coupon_id, member_id): &(Uuid, Uuid)| Told {
        id: clock.new_id(),
        channel_id: issued.channel_id,
        kind: EventKind::CouponIssued,
        subject: EventSubject::Coupon,
        subject_id: *coupon_id,
        payload: json!({
            "couponTemplateId": CouponTemplateId(issued.template_id).to_string(),
            "status": CouponStatus::Available,
            "memberId": MemberId(*member_id).to_string(),
        }),
        occurred_at: clock.now(),
    };
    push_all(transaction, clock, issued.coupons.iter().map(told)).await
}

/// Tells that an order used coupons for good, in the transaction that made it certain.
///
/// # Errors
/// When the rows cannot be written.
pub(crate) async fn coupons_redeemed(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    order: &order::Model,
    coupons: &[coupon::Model],
) -> Result<()> {
    let told = |coupon: &coupon::Model| Told {
        id: clock.new_id(),
        channel_id: order.channel_id,
        kind: EventKind::CouponRedeemed,
        subject: EventSubject::Coupon,
        subject_id: coupon.id,
        payload: json!({
            "couponTemplateId": CouponTemplateId(coupon.template_id).to_string(),
            "status": coupon.status.0,
            "memberId": coupon.member_id.map(|id| MemberId(id).to_string()),
            "orderId": OrderId(order.id).to_string(),
        }),
        occurred_at: clock.now(),
    };
    push_all(transaction, clock, coupons.iter().map(told)).await
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

/// A cart that its buyer left, with the member it may belong to.
pub(crate) struct LeftCart {
    /// What is noted of it.
    pub(crate) row: abandoned_cart::Model,
    /// The member.
    pub(crate) member_id: Option<Uuid>,
}

/// Tells of carts that their buyers left, in the transaction that notes for how long. The cart's own id would be a key.
///
/// # Errors
/// When the rows cannot be written.
pub(crate) async fn carts_abandoned(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    carts: &[LeftCart],
) -> Result<()> {
    let told = |LeftCart { row, member_id }: &LeftCart| {
        let total = domain::Money::new(row.total_minor, row.currency.0);
        Told {
            id: clock.new_id(),
            channel_id: row.channel_id,
            kind: EventKind::CartAbandoned,
            subject: EventSubject::AbandonedCart,
            subject_id: row.id,
            payload: json!({
                "hours": row.told_hours,
                "leftAt": row.left_at,
                "memberId": member_id.map(|id| MemberId(id).to_string()),
                "total": { "amount": total.amount_text(), "currencyCode": total.currency.code() },
            }),
            occurred_at: clock.now(),
        }
    };
    push_all(transaction, clock, carts.iter().map(told)).await
}

async fn push(transaction: &DatabaseTransaction, clock: &Clock, event: Told) -> Result<()> {
    job::push(transaction, clock, &Job::Event { event }).await
}

async fn push_all(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    events: impl Iterator<Item = Told>,
) -> Result<()> {
    let jobs: Vec<Job> = events.map(|event| Job::Event { event }).collect();
    job::push_all(transaction, clock, &jobs).await
}
