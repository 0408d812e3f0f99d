//! Effects that follow a commit: outbox messages, the worker that carries them out, and timers.
//!
//! A use case pushes a [`Job`] in its own transaction; the worker claims it after the commit. Every consumer may see a
//! job more than once and must have its effect once.

mod cleanup;
mod consumers;
mod deliveries;
pub mod outbox;
pub mod timer;
pub mod worker;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use domain::event::OutboxStatus;
use entity::column::Text;
use entity::outbox_message::{ActiveModel, Column, Entity};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Clock;
use crate::error::{Error, Result};

/// What is to happen after a commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// A product, its prices, stock or places changed: the search index follows.
    ProductChanged {
        /// The product.
        product_id: Uuid,
    },
    /// A mail is to be sent.
    Mail(MailJob),
    /// Something happened to an order that its buyer or the back office must learn.
    OrderEvent {
        /// The order.
        order_id: Uuid,
        /// What happened.
        event: domain::event::EventKind,
        /// Whether the buyer is mailed, if it is worth a mail.
        notify: bool,
    },
    /// Something happened that programs may learn of: it gets its place in the feed.
    Event {
        /// What happened.
        event: crate::service::event::Told,
    },
    /// A member rose to a tier or fell from one.
    MemberTierChanged {
        /// The member.
        member_id: Uuid,
        /// The step.
        change_id: Uuid,
        /// Whether the member is mailed, if it is worth a mail.
        notify: bool,
    },
    /// Something happened to a member for which coupons may be given.
    CouponOccasion {
        /// The channel it happened in.
        channel_id: Uuid,
        /// The member.
        member_id: Uuid,
        /// What happened.
        occasion: domain::coupon::CouponOccasion,
    },
    /// The shop gave a member a coupon by itself.
    CouponGiven {
        /// The coupon.
        coupon_id: Uuid,
    },
    /// A payment is to be opened at its provider.
    PaymentOpen {
        /// The payment.
        payment_id: Uuid,
    },
    /// Promised money of an order that is certain is to be taken.
    PaymentCapture {
        /// The payment.
        payment_id: Uuid,
    },
    /// The money an order waited for was taken, or will not be.
    OrderResume {
        /// The order.
        order_id: Uuid,
    },
    /// Promised money of an order that was called off is to be let go.
    PaymentVoid {
        /// The payment.
        payment_id: Uuid,
    },
    /// The test provider is to send a message.
    TestPaymentMessage {
        /// The payment it is about.
        payment_id: Uuid,
        /// The message.
        message: crate::payment::ProviderMessage,
    },
    /// Money is to go back through its provider.
    RefundSend {
        /// The transfer; of before transfers had a table, the refund, whose id its transfer took over.
        #[serde(alias = "refund_id")]
        transfer_id: Uuid,
    },
    /// Somebody forgot a password; whether they have an account is looked up by the consumer (`service::session::mail_reset`).
    PasswordResetRequested {
        /// As asked, in lower case.
        email: String,
        /// Language tag.
        locale: String,
        /// When they asked.
        requested_at: DateTime<Utc>,
    },
    /// A job of the shop is to take its next step.
    JobStep {
        /// The job.
        job_id: Uuid,
        /// Rows done before.
        done: i32,
    },
    /// A promotion starts or ends about now.
    PromotionDue {
        /// The promotion.
        promotion_id: Uuid,
    },
    /// The money of an order changed that was billed: what was billed follows.
    InvoiceDue {
        /// The order.
        order_id: Uuid,
    },
    /// A stored provider message is to be processed.
    WebhookReceived {
        /// The inbox row.
        inbox_id: Uuid,
    },
}

/// A mail to render and send; holds what the text needs, in the receiver's language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mail", rename_all = "snake_case")]
pub enum MailJob {
    /// Confirms a new address; the token logs in.
    EmailVerify {
        /// Receiver.
        to: String,
        /// Language tag.
        locale: String,
        /// One-time token.
        token: String,
    },
    /// Somebody registered an address that has an account.
    AlreadyRegistered {
        /// Receiver.
        to: String,
        /// Language tag.
        locale: String,
    },
    /// A link to set a new password.
    PasswordReset {
        /// Receiver.
        to: String,
        /// Language tag.
        locale: String,
        /// One-time token.
        token: String,
    },
    /// An invitation to the console.
    StaffInvite {
        /// Receiver.
        to: String,
        /// Language tag.
        locale: String,
        /// One-time token.
        token: String,
    },
    /// A member reached a tier.
    TierReached {
        /// Receiver.
        to: String,
        /// Language tag.
        locale: String,
        /// The tier's name.
        tier: String,
    },
    /// The shop gave a member a coupon.
    CouponGiven {
        /// Receiver.
        to: String,
        /// Language tag.
        locale: String,
        /// What the coupon is good for.
        label: String,
        /// Code to enter.
        code: String,
        /// When it lapses, on the clock of the shop.
        until: Option<NaiveDateTime>,
    },
    /// Points of a member lapse soon.
    PointsLapse {
        /// Receiver.
        to: String,
        /// Language tag.
        locale: String,
        /// What lapses, the first to lapse first.
        lapses: Vec<Lapse>,
    },
    /// Something a buyer waits for can be had again.
    BackInStock {
        /// Receiver.
        to: String,
        /// Language tag.
        locale: String,
        /// Name of the product with the choices.
        goods: String,
    },
    /// News of an order.
    Order {
        /// Receiver.
        to: String,
        /// Language tag.
        locale: String,
        /// Number to show.
        number: String,
        /// What happened.
        event: domain::event::EventKind,
        /// Whether it happened to some units only.
        #[serde(default)]
        is_part: bool,
        /// The day from which on what was rescheduled leaves.
        #[serde(default)]
        leaves_on: Option<NaiveDate>,
    },
}

/// Points that lapse together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lapse {
    /// How many.
    pub points: i64,
    /// When, on the clock of the shop.
    pub at: NaiveDateTime,
}

impl Job {
    /// Kind and id of the object the job is about: jobs of one subject run in the order they were committed.
    #[must_use]
    pub fn subject(&self, fallback: Uuid) -> (&'static str, Uuid) {
        match self {
            Self::ProductChanged { product_id } => ("product", *product_id),
            Self::Mail(_) | Self::PasswordResetRequested { .. } => ("mail", fallback),
            Self::OrderEvent { order_id, .. } => ("order", *order_id),
            Self::Event { event } => ("event", event.subject_id),
            Self::MemberTierChanged { member_id, .. } => ("member", *member_id),
            // Occasions do not wait for each other, nor for mails.
            Self::CouponOccasion { .. } => ("coupon_occasion", fallback),
            Self::OrderResume { order_id } => ("order_resume", *order_id),
            Self::CouponGiven { coupon_id } => ("coupon", *coupon_id),
            Self::PaymentOpen { payment_id }
            | Self::PaymentCapture { payment_id }
            | Self::PaymentVoid { payment_id }
            | Self::TestPaymentMessage { payment_id, .. } => ("payment", *payment_id),
            Self::RefundSend { transfer_id } => ("refund_transfer", *transfer_id),
            Self::JobStep { job_id, .. } => ("job", *job_id),
            Self::PromotionDue { promotion_id } => ("promotion", *promotion_id),
            Self::InvoiceDue { order_id } => ("invoice", *order_id),
            Self::WebhookReceived { inbox_id } => ("webhook", *inbox_id),
        }
    }
}

/// Writes a job in the caller's transaction, due at once.
///
/// # Errors
/// When the row cannot be written.
pub async fn push(transaction: &DatabaseTransaction, clock: &Clock, job: &Job) -> Result<()> {
    push_at(transaction, clock, job, clock.now()).await
}

/// Writes jobs in the caller's transaction with one statement, due at once.
///
/// # Errors
/// When the rows cannot be written.
pub async fn push_all(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    jobs: &[Job],
) -> Result<()> {
    if jobs.is_empty() {
        return Ok(());
    }
    let now = clock.now();
    let rows = jobs
        .iter()
        .map(|job| row(clock, job, now))
        .collect::<Result<Vec<_>>>()?;
    Entity::insert_many(rows)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// Writes a job in the caller's transaction, due at an instant.
///
/// # Errors
/// When the row cannot be written.
pub async fn push_at(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    job: &Job,
    due_at: DateTime<Utc>,
) -> Result<()> {
    let row = row(clock, job, due_at)?;
    Entity::insert(row)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// Has the job that waits for its next attempt, about the subject of this one, carried out at once. Answers whether there is
/// one.
///
/// # Errors
/// When the row cannot be written.
pub async fn hasten(transaction: &DatabaseTransaction, clock: &Clock, job: &Job) -> Result<bool> {
    let (subject_kind, subject_id) = job.subject(Uuid::nil());
    let hastened = Entity::update_many()
        .col_expr(Column::NextAttemptAt, Expr::value(clock.now()))
        .filter(Column::SubjectKind.eq(subject_kind))
        .filter(Column::SubjectId.eq(subject_id))
        .filter(Column::Status.eq(Text(OutboxStatus::Pending)))
        .exec(transaction)
        .await?;
    Ok(hastened.rows_affected > 0)
}

fn row(clock: &Clock, job: &Job, due_at: DateTime<Utc>) -> Result<ActiveModel> {
    let id = clock.new_id();
    let (subject_kind, subject_id) = job.subject(id);
    let payload = serde_json::to_value(job).map_err(Error::internal)?;
    let kind = payload
        .get("kind")
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default()
        .to_owned();
    Ok(ActiveModel {
        id: Set(id),
        kind: Set(kind),
        subject_kind: Set(subject_kind.to_owned()),
        subject_id: Set(subject_id),
        payload: Set(payload.into()),
        status: Set(OutboxStatus::Pending.into()),
        attempts: Set(0),
        next_attempt_at: Set(due_at),
        leased_until: Set(None),
        last_error: Set(None),
        created_at: Set(clock.now()),
        done_at: Set(None),
    })
}
