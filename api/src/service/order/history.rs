//! What happened to an order: its timeline, and the messages that tell of it. Both are written with the change itself.

use chrono::NaiveDate;
use domain::Money;
use domain::account::ActorKind;
use domain::after_sale::AfterSaleStatus;
use domain::event::EventKind;
use domain::locale::Locale;
use domain::order::FulfillmentStatus;
use entity::column::Text;
use entity::order::Model;
use sea_orm::{ActiveValue::Set, DatabaseTransaction, EntityTrait};
use uuid::Uuid;

use super::announce::is_worth_a_mail;
use super::row;
use crate::clock::Clock;
use crate::error::Result;
use crate::job::{self, Job};
use crate::service::event;

/// Kind and id of whoever caused something.
pub(crate) type ActorRef = (ActorKind, Option<Uuid>);

/// The server acting by itself.
pub(crate) const SYSTEM: ActorRef = (ActorKind::System, None);
/// A payment provider.
pub(crate) const PROVIDER: ActorRef = (ActorKind::Provider, None);

/// One thing that happened.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Happening<'a> {
    /// Staff wrote a draft.
    Drafted,
    /// The order was placed.
    Placed,
    /// One of those who had to approved it.
    Approved,
    /// The back office was asked.
    ConfirmationRequested,
    /// The back office did not answer in time.
    ConfirmationOverdue,
    /// The buyer is asked whether something else will do.
    Proposed,
    /// Something else is sent for what was ordered; both by SKU.
    Substituted(&'a str, &'a str),
    /// The back office confirmed.
    Confirmed,
    /// The back office cannot deliver.
    Rejected,
    /// Goods of a presale leave from another day on, or at once.
    Rescheduled(Option<NaiveDate>),
    /// Staff wrote an edit of it.
    ChangeWritten,
    /// Staff dropped an edit of it.
    ChangeDropped,
    /// It was edited; the money that is owed now, if any.
    Changed(Option<Money>),
    /// The buyer asked to cancel.
    CancellationRequested,
    /// The order was called off.
    Cancelled,
    /// So many of its units were.
    UnitsCancelled(u32),
    /// It was not paid in time.
    Expired,
    /// It arrived.
    Completed,
    /// Money was promised.
    PaymentAuthorized(Money),
    /// The buyer pays later, on account.
    TakenOnAccount(Money),
    /// Money came.
    PaymentCaptured(Money),
    /// A payment failed, in the provider's words.
    PaymentFailed(Option<&'a str>),
    /// Money came that the order cannot take.
    PaymentOrphaned(Money),
    /// Money went back.
    RefundSucceeded(Money),
    /// Money could not be given back.
    RefundFailed(Money),
    /// An invoice or credit note was issued: its number.
    InvoiceIssued(&'a str),
    /// A parcel left; carrier and number, if known.
    Shipped(Option<(&'a str, &'a str)>),
    /// A parcel arrived.
    Delivered,
    /// A parcel was called off.
    ParcelCancelled(&'a str),
    /// A parcel stands elsewhere now.
    ParcelMoved(FulfillmentStatus),
    /// A parcel became two.
    ParcelSplit,
    /// A parcel is sent from another warehouse.
    ParcelRerouted,
    /// A return case was opened or moved on: its number, where it stands now, and words of the shop.
    AfterSale(&'a str, AfterSaleStatus, Option<&'a str>),
}

impl Happening<'_> {
    fn kind(self) -> EventKind {
        match self {
            Self::Placed => EventKind::OrderPlaced,
            Self::Approved => EventKind::OrderApproved,
            Self::ConfirmationRequested | Self::ConfirmationOverdue => {
                EventKind::OrderConfirmationRequested
            }
            Self::Proposed => EventKind::OrderProposed,
            Self::Drafted
            | Self::Substituted(..)
            | Self::ChangeWritten
            | Self::ChangeDropped
            | Self::Changed(_) => EventKind::OrderChanged,
            Self::Confirmed => EventKind::OrderConfirmed,
            Self::Rescheduled(_) => EventKind::OrderRescheduled,
            Self::Rejected => EventKind::OrderRejected,
            Self::CancellationRequested => EventKind::OrderCancellationRequested,
            Self::Cancelled | Self::UnitsCancelled(_) => EventKind::OrderCancelled,
            Self::Expired => EventKind::OrderExpired,
            Self::Completed => EventKind::OrderCompleted,
            Self::PaymentAuthorized(_) | Self::TakenOnAccount(_) => EventKind::PaymentAuthorized,
            Self::PaymentCaptured(_) => EventKind::PaymentCaptured,
            Self::PaymentFailed(_) => EventKind::PaymentFailed,
            Self::PaymentOrphaned(_) => EventKind::PaymentOrphaned,
            Self::RefundSucceeded(_) => EventKind::RefundSucceeded,
            Self::RefundFailed(_) => EventKind::RefundFailed,
            Self::InvoiceIssued(_) => EventKind::InvoiceIssued,
            Self::Shipped(_) => EventKind::FulfillmentShipped,
            Self::Delivered => EventKind::FulfillmentDelivered,
            Self::ParcelCancelled(_) => EventKind::FulfillmentCancelled,
            Self::ParcelMoved(_) | Self::ParcelSplit | Self::ParcelRerouted => {
                EventKind::FulfillmentChanged
            }
            Self::AfterSale(..) => EventKind::AfterSaleChanged,
        }
    }

    /// Whether the buyer sees it; the rest is the shop's own business.
    fn is_public(self) -> bool {
        match self {
            Self::Drafted
            | Self::ConfirmationOverdue
            | Self::ChangeWritten
            | Self::ChangeDropped
            | Self::RefundFailed(_)
            | Self::ParcelCancelled(_)
            | Self::ParcelSplit
            | Self::ParcelRerouted => false,
            Self::ParcelMoved(status) => status != FulfillmentStatus::OnHold,
            Self::Placed
            | Self::Approved
            | Self::ConfirmationRequested
            | Self::Proposed
            | Self::Substituted(..)
            | Self::Confirmed
            | Self::Rejected
            | Self::Rescheduled(_)
            | Self::Changed(_)
            | Self::CancellationRequested
            | Self::Cancelled
            | Self::UnitsCancelled(_)
            | Self::Expired
            | Self::Completed
            | Self::PaymentAuthorized(_)
            | Self::TakenOnAccount(_)
            | Self::PaymentCaptured(_)
            | Self::PaymentFailed(_)
            | Self::PaymentOrphaned(_)
            | Self::RefundSucceeded(_)
            | Self::InvoiceIssued(_)
            | Self::Shipped(_)
            | Self::Delivered
            | Self::AfterSale(..) => true,
        }
    }

    /// The sentence to show, in the buyer's language.
    fn sentence(self, locale: &Locale) -> String {
        if locale.is_chinese() {
            self.chinese()
        } else {
            self.english()
        }
    }

    fn english(self) -> String {
        match self {
            Self::Drafted => "A draft of the order was written.".to_owned(),
            Self::Placed => "We received the order.".to_owned(),
            Self::Approved => "The order was approved.".to_owned(),
            Self::ConfirmationRequested => "The order is being checked.".to_owned(),
            Self::ConfirmationOverdue => "The back office did not answer in time.".to_owned(),
            Self::Proposed => {
                "Not everything can be delivered as ordered; the buyer is asked.".to_owned()
            }
            Self::Substituted(ordered, sent) => format!("{sent} is sent instead of {ordered}."),
            Self::Confirmed => "The order is confirmed.".to_owned(),
            Self::Rejected => "The order cannot be delivered.".to_owned(),
            Self::Rescheduled(Some(day)) => {
                format!("Part of the order leaves from {day} on.")
            }
            Self::Rescheduled(None) => "No part of the order waits for a date any more.".to_owned(),
            Self::ChangeWritten => "An edit of the order was written.".to_owned(),
            Self::ChangeDropped => "An edit of the order was dropped.".to_owned(),
            Self::Changed(Some(owed)) => {
                format!("The order was changed; {} are to be paid.", text(owed))
            }
            Self::Changed(None) => "The order was changed.".to_owned(),
            Self::CancellationRequested => "The buyer asked to cancel the order.".to_owned(),
            Self::Cancelled => "The order was cancelled.".to_owned(),
            Self::UnitsCancelled(1) => "1 unit was cancelled.".to_owned(),
            Self::UnitsCancelled(units) => format!("{units} units were cancelled."),
            Self::Expired => "The order lapsed because it was not paid in time.".to_owned(),
            Self::Completed => "The order is complete.".to_owned(),
            Self::PaymentAuthorized(amount) => format!("The bank promised {}.", text(amount)),
            Self::TakenOnAccount(amount) => format!("{} stand on account.", text(amount)),
            Self::PaymentCaptured(amount) => format!("We received {}.", text(amount)),
            Self::PaymentFailed(Some(words)) => format!("A payment failed: {words}"),
            Self::PaymentFailed(None) => "A payment failed.".to_owned(),
            Self::PaymentOrphaned(amount) => format!(
                "{} arrived that this order cannot take; it goes back.",
                text(amount)
            ),
            Self::RefundSucceeded(amount) => format!("{} went back to the buyer.", text(amount)),
            Self::RefundFailed(amount) => format!("{} could not be given back.", text(amount)),
            Self::InvoiceIssued(number) => format!("{number} was issued."),
            Self::Shipped(Some((carrier, number))) => {
                format!("A parcel left with {carrier}, number {number}.")
            }
            Self::Shipped(None) => "A parcel left.".to_owned(),
            Self::Delivered => "A parcel arrived.".to_owned(),
            Self::ParcelCancelled(reason) => format!("A parcel was called off: {reason}"),
            Self::ParcelMoved(status) => format!("A parcel {}.", parcel_english(status)),
            Self::ParcelSplit => "A parcel was split.".to_owned(),
            Self::ParcelRerouted => "A parcel is sent from another warehouse.".to_owned(),
            Self::AfterSale(number, status, words) => {
                with_words(format!("Case {number}: {}.", case_english(status)), words)
            }
        }
    }

    fn chinese(self) -> String {
        match self {
            Self::Drafted => "已拟定订单草稿。".to_owned(),
            Self::Placed => "我们已收到订单。".to_owned(),
            Self::Approved => "订单已获批准。".to_owned(),
            Self::ConfirmationRequested => "订单正在核对中。".to_owned(),
            Self::ConfirmationOverdue => "后台未按时答复。".to_owned(),
            Self::Proposed => "部分商品无法按原订单发货，等待买家答复。".to_owned(),
            Self::Substituted(ordered, sent) => format!("以 {sent} 代替 {ordered} 发货。"),
            Self::Confirmed => "订单已确认。".to_owned(),
            Self::Rejected => "订单无法发货。".to_owned(),
            Self::Rescheduled(Some(day)) => format!("部分商品自 {day} 起发货。"),
            Self::Rescheduled(None) => "订单商品无需再等待发货日期。".to_owned(),
            Self::ChangeWritten => "已拟定订单更改。".to_owned(),
            Self::ChangeDropped => "已放弃订单更改。".to_owned(),
            Self::Changed(Some(owed)) => format!("订单已更改，需补付 {}。", text(owed)),
            Self::Changed(None) => "订单已更改。".to_owned(),
            Self::CancellationRequested => "买家申请取消订单。".to_owned(),
            Self::Cancelled => "订单已取消。".to_owned(),
            Self::UnitsCancelled(units) => format!("已取消 {units} 件商品。"),
            Self::Expired => "订单因未按时付款而失效。".to_owned(),
            Self::Completed => "订单已完成。".to_owned(),
            Self::PaymentAuthorized(amount) => format!("银行已授权 {}。", text(amount)),
            Self::TakenOnAccount(amount) => format!("{} 已记账，待后付款。", text(amount)),
            Self::PaymentCaptured(amount) => format!("我们已收到 {}。", text(amount)),
            Self::PaymentFailed(Some(words)) => format!("付款失败：{words}"),
            Self::PaymentFailed(None) => "付款失败。".to_owned(),
            Self::PaymentOrphaned(amount) => {
                format!("收到此订单无法接受的款项 {}，将退回。", text(amount))
            }
            Self::RefundSucceeded(amount) => format!("{} 已退回买家。", text(amount)),
            Self::RefundFailed(amount) => format!("{} 退款失败。", text(amount)),
            Self::InvoiceIssued(number) => format!("已开具 {number}。"),
            Self::Shipped(Some((carrier, number))) => {
                format!("包裹已由 {carrier} 发出，单号 {number}。")
            }
            Self::Shipped(None) => "包裹已发出。".to_owned(),
            Self::Delivered => "包裹已送达。".to_owned(),
            Self::ParcelCancelled(reason) => format!("包裹已取消：{reason}"),
            Self::ParcelMoved(status) => format!("包裹{}。", parcel_chinese(status)),
            Self::ParcelSplit => "包裹已拆分。".to_owned(),
            Self::ParcelRerouted => "包裹改由其他仓库发出。".to_owned(),
            Self::AfterSale(number, status, words) => with_words(
                format!("售后单 {number}：{}。", case_chinese(status)),
                words,
            ),
        }
    }
}

fn with_words(sentence: String, words: Option<&str>) -> String {
    match words {
        Some(words) => format!("{sentence} {words}"),
        None => sentence,
    }
}

fn parcel_english(status: FulfillmentStatus) -> &'static str {
    match status {
        FulfillmentStatus::Scheduled => "waits for its date",
        FulfillmentStatus::Open => "is to be picked",
        FulfillmentStatus::OnHold => "is held back",
        FulfillmentStatus::Picking => "is being picked",
        FulfillmentStatus::Packed => "is packed",
        FulfillmentStatus::Shipped => "left",
        FulfillmentStatus::Delivered => "arrived",
        FulfillmentStatus::Cancelled => "was called off",
        FulfillmentStatus::Lost => "was lost by the carrier",
        FulfillmentStatus::ReturnedToSender => "came back to the shop",
    }
}

fn parcel_chinese(status: FulfillmentStatus) -> &'static str {
    match status {
        FulfillmentStatus::Scheduled => "等待预定日期",
        FulfillmentStatus::Open => "待拣货",
        FulfillmentStatus::OnHold => "已暂停处理",
        FulfillmentStatus::Picking => "正在拣货",
        FulfillmentStatus::Packed => "已打包",
        FulfillmentStatus::Shipped => "已发出",
        FulfillmentStatus::Delivered => "已送达",
        FulfillmentStatus::Cancelled => "已取消",
        FulfillmentStatus::Lost => "被承运商丢失",
        FulfillmentStatus::ReturnedToSender => "已退回商家",
    }
}

fn case_english(status: AfterSaleStatus) -> &'static str {
    match status {
        AfterSaleStatus::Requested => "asked for",
        AfterSaleStatus::Approved => "approved",
        AfterSaleStatus::Declined => "declined",
        AfterSaleStatus::InTransit => "the goods are on their way back",
        AfterSaleStatus::Received => "the goods arrived",
        AfterSaleStatus::Inspected => "the goods were examined",
        AfterSaleStatus::Refunded => "paid out",
        AfterSaleStatus::ReplacementSent => "other goods were sent",
        AfterSaleStatus::PartiallyAccepted => "accepted in part",
        AfterSaleStatus::SentBack => "not accepted; the goods go back to the buyer",
        AfterSaleStatus::Cancelled => "dropped",
    }
}

fn case_chinese(status: AfterSaleStatus) -> &'static str {
    match status {
        AfterSaleStatus::Requested => "已申请",
        AfterSaleStatus::Approved => "已同意",
        AfterSaleStatus::Declined => "已拒绝",
        AfterSaleStatus::InTransit => "退货运输中",
        AfterSaleStatus::Received => "退货已签收",
        AfterSaleStatus::Inspected => "退货已验收",
        AfterSaleStatus::Refunded => "已退款",
        AfterSaleStatus::ReplacementSent => "换货已发出",
        AfterSaleStatus::PartiallyAccepted => "部分受理",
        AfterSaleStatus::SentBack => "验收未通过，商品将退回买家",
        AfterSaleStatus::Cancelled => "已撤销",
    }
}

fn text(amount: Money) -> String {
    format!("{} {}", amount.currency.code(), amount.amount_text())
}

/// Writes what happened into the timeline and the outbox; the buyer gets mail of what is worth one.
///
/// # Errors
/// When a row cannot be written.
pub(crate) async fn record(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    order: &Model,
    actor: ActorRef,
    happenings: &[Happening<'_>],
) -> Result<()> {
    write(transaction, clock, order, actor, happenings, true).await
}

/// The same without mail to the buyer.
///
/// # Errors
/// When a row cannot be written.
pub(crate) async fn record_quietly(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    order: &Model,
    actor: ActorRef,
    happenings: &[Happening<'_>],
) -> Result<()> {
    write(transaction, clock, order, actor, happenings, false).await
}

async fn write(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    order: &Model,
    actor: ActorRef,
    happenings: &[Happening<'_>],
    notify: bool,
) -> Result<()> {
    let told = tell(clock, order, actor, happenings, notify);
    if told.entries.is_empty() {
        return Ok(());
    }
    entity::order_event::Entity::insert_many(told.entries)
        .exec_without_returning(transaction)
        .await?;
    job::push_all(transaction, clock, &told.jobs).await
}

/// What is written of something that happened.
#[derive(Clone, Debug)]
pub(super) struct Told {
    /// Entries of the timeline.
    pub(super) entries: Vec<entity::order_event::ActiveModel>,
    /// Messages of the outbox.
    pub(super) jobs: Vec<Job>,
}

/// Puts what happened into words.
pub(super) fn tell(
    clock: &Clock,
    order: &Model,
    actor: ActorRef,
    happenings: &[Happening<'_>],
    notify: bool,
) -> Told {
    let locale = row::locale(order);
    let now = clock.now();
    let mut entries = Vec::with_capacity(happenings.len());
    let mut jobs = Vec::with_capacity(2 * happenings.len());
    for happening in happenings {
        // One id for the entry of the timeline and for what programs are told.
        let (id, kind) = (clock.new_id(), happening.kind());
        entries.push(entity::order_event::ActiveModel {
            id: Set(id),
            order_id: Set(order.id),
            kind: Set(Text(kind)),
            message: Set(happening.sentence(&locale)),
            actor_kind: Set(Text(actor.0)),
            actor_id: Set(actor.1),
            is_public: Set(happening.is_public()),
            occurred_at: Set(now),
        });
        jobs.push(Job::Event {
            event: event::of_order(id, order, kind, now),
        });
        if notify && is_worth_a_mail(kind) {
            jobs.push(Job::OrderEvent {
                order_id: order.id,
                event: kind,
                notify,
            });
        }
    }
    Told { entries, jobs }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_name_amounts_and_parcels_in_both_languages() {
        let amount = Money::new(1_230, domain::Currency::parse("EUR").unwrap());
        let (en, zh) = (
            Locale::parse("en").unwrap(),
            Locale::parse("zh-Hans").unwrap(),
        );
        assert_eq!(
            Happening::PaymentCaptured(amount).sentence(&en),
            "We received EUR 12.30."
        );
        assert_eq!(
            Happening::PaymentCaptured(amount).sentence(&zh),
            "我们已收到 EUR 12.30。"
        );
        assert_eq!(
            Happening::Shipped(Some(("DHL", "1"))).sentence(&en),
            "A parcel left with DHL, number 1."
        );
        let declined = Happening::AfterSale("A1-1", AfterSaleStatus::Declined, Some("Worn."));
        assert_eq!(declined.sentence(&en), "Case A1-1: declined. Worn.");
        assert_eq!(declined.sentence(&zh), "售后单 A1-1：已拒绝。 Worn.");
        assert!(!Happening::RefundFailed(amount).is_public());
    }
}
