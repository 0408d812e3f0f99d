//! What becomes of transfers: providers tell, or staff where money moves by hand.

use domain::Money;
use domain::id::{RefundId, TypedId};
use domain::order::{OrderStatus, PaymentEventKind, RefundStatus, TransferStatus, TransferWay};
use domain::permission::Permission;
use entity::column::Text;
use entity::order::Model as Order;
use entity::refund::{ActiveModel, Column, Entity, Model};
use entity::refund_transfer;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, ColumnTrait, DatabaseTransaction,
    EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::super::error::PaymentError;
use super::super::ledger::{self, Books};
use super::super::record::record;
use super::{effect, facts};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::payment::ProviderMessage;
use crate::service::{idempotency, invoice, tier};
use crate::state::AppState;

/// What an event about one of our refunds means, as its transfer stands: what is told to have failed after it had gone back
/// comes back to the shop; what is told to have gone back after it had failed is old news.
///
/// # Errors
/// When the database cannot be read.
pub(in crate::service::payment) async fn as_it_stands(
    transaction: &DatabaseTransaction,
    event: &ProviderMessage,
) -> Result<Option<PaymentEventKind>> {
    let (PaymentEventKind::Refunded | PaymentEventKind::RefundFailed, Some(id)) =
        (event.kind, event.refund_id)
    else {
        return Ok(Some(event.kind));
    };
    let transfer = refund_transfer::Entity::find_by_id(id)
        .one(transaction)
        .await?;
    // Both words are about one refund at the provider when they end in its key.
    let key = |words: &str| words.rsplit_once(':').map(|(_, key)| key.to_owned());
    let told_of_it = transfer.filter(|transfer| {
        let before = transfer.provider_ref.as_deref().and_then(key);
        before.is_some() && before == key(&event.event_id)
    });
    Ok(match (event.kind, told_of_it.map(|row| row.status.0)) {
        (PaymentEventKind::RefundFailed, Some(TransferStatus::Succeeded)) => {
            Some(PaymentEventKind::RefundReversed)
        }
        (PaymentEventKind::Refunded, Some(TransferStatus::Failed)) => None,
        (kind, _) => Some(kind),
    })
}

/// Takes the provider's word about money of a locked order that went back or did not: by the transfer's id, or the oldest
/// of the amount when the provider does not echo ids.
///
/// # Errors
/// When a row cannot be written.
pub(in crate::service::payment) async fn told(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &Order,
    payment_id: Uuid,
    event: &ProviderMessage,
    status: TransferStatus,
) -> Result<()> {
    let column = refund_transfer::COLUMN;
    let succeeded = Text(TransferStatus::Succeeded);
    let mut query = refund_transfer::Entity::find()
        .filter(column.payment_id.eq(payment_id))
        .filter(column.amount_minor.eq(event.amount.minor))
        .filter(if event.kind == PaymentEventKind::RefundReversed {
            column.status.eq(succeeded)
        } else {
            column.status.ne(succeeded)
        });
    if let Some(id) = event.refund_id {
        query = query.filter(column.id.eq(id));
    }
    let oldest = query.order_by_asc(refund_transfer::Column::Id);
    let Some(transfer) = oldest.one(transaction).await? else {
        tracing::warn!(payment.id = %payment_id, "the provider told of a refund nobody asked for");
        return Ok(());
    };
    let arrived_at = match status {
        TransferStatus::Succeeded => Some(event.occurred_at.min(app.clock.now())),
        TransferStatus::Pending | TransferStatus::Failed => None,
    };
    let row = refund_transfer::ActiveModel {
        id: Unchanged(transfer.id),
        status: Set(Text(status)),
        provider_ref: Set(Some(event.event_id.clone())),
        settled_at: Set(arrived_at),
        ..Default::default()
    };
    row.update(transaction).await?;
    bring_in_line(app, transaction, order, transfer.refund_id).await
}

/// Brings a refund in line with its transfers; points and coupons follow the first money that went back.
async fn bring_in_line(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &Order,
    id: Uuid,
) -> Result<()> {
    let refund = Entity::find_by_id(id).one(transaction).await?;
    let refund = refund.ok_or_else(|| Error::internal("a transfer without its refund"))?;
    let transfers = transfers(transaction, id).await?;
    let stands: Vec<TransferStatus> = transfers.iter().map(|row| row.status.0).collect();
    let status = RefundStatus::of(&stands, refund.set_off_minor > 0);
    if status == refund.status.0 {
        return Ok(());
    }
    let last_at = transfers.iter().filter_map(|row| row.settled_at).max();
    let row = ActiveModel {
        id: Unchanged(refund.id),
        status: Set(Text(status)),
        settled_at: Set(last_at
            .filter(|_| status.took_effect())
            .or(refund.settled_at)),
        ..Default::default()
    };
    row.update(transaction).await?;
    // Once only, also for what came back to the shop and is given back again.
    let is_first = !refund.status.0.took_effect() && refund.settled_at.is_none();
    if status.took_effect() && is_first {
        effect::follow(app, transaction, order, &refund).await?;
    }
    if let (OrderStatus::Completed, Some(member_id)) = (order.status.0, order.member_id) {
        tier::review_soon(transaction, app, member_id).await?;
    }
    invoice::follow_soon(transaction, app, order.id).await
}

async fn transfers(
    transaction: &DatabaseTransaction,
    refund_id: Uuid,
) -> Result<Vec<refund_transfer::Model>> {
    Ok(refund_transfer::Entity::find()
        .filter(refund_transfer::Column::RefundId.eq(refund_id))
        .order_by_asc(refund_transfer::Column::Id)
        .all(transaction)
        .await?)
}

/// Staff's word that they gave money back by hand.
#[derive(Clone, Debug, Serialize)]
pub struct SettleRefund {
    /// The refund.
    pub refund_id: Uuid,
    /// Unique per request.
    pub idempotency_key: String,
}

#[derive(Serialize, Deserialize)]
struct Settled {
    refund_id: Uuid,
}

/// Marks a refund as given back by hand: what is waiting of a payment by hand, and what a provider failed to carry out.
///
/// # Errors
/// [`Error::NotFound`]; [`PaymentError::NotNow`] when it arrived before, is with its provider, or its money or units went
/// back another way meanwhile.
pub async fn settle_refund(
    app: &AppState,
    viewer: &Viewer,
    command: SettleRefund,
) -> Result<Model, PaymentError> {
    viewer.require(Permission::RefundWrite)?;
    let settled = app
        .database
        .retry(|| attempt(app, viewer, &command))
        .await?;
    app.wake.wake();
    Ok(settled)
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &SettleRefund,
) -> Result<Model, PaymentError> {
    let transaction = app.database.begin().await?;
    let actor_key = viewer.idempotency_actor("");
    let request = idempotency::Request::try_new(
        &actor_key,
        "refundSettle",
        &command.idempotency_key,
        command,
    )?;
    let outcome = Settled {
        refund_id: command.refund_id,
    };
    if let Some(first) = request.claim(&transaction, &app.clock, &outcome).await? {
        return find(&transaction, first.refund_id).await;
    }
    let refund = find(&transaction, command.refund_id).await?;
    let mut books = Books::open(&transaction, refund.order_id).await?;
    // Read again: what becomes of a refund is decided under the order's lock.
    let refund = find(&transaction, refund.id).await?;
    let by_hand = up_to_staff(&transaction, &mut books, &refund).await?;
    for (payment_id, transfer) in by_hand {
        let payment = books.payment(payment_id)?;
        let arrived = ProviderMessage {
            event_id: format!("refund-by-hand:{}", transfer.id),
            provider_ref: payment.provider_ref.clone().unwrap_or_default(),
            kind: PaymentEventKind::Refunded,
            amount: Money::new(transfer.amount_minor, refund.currency.0),
            occurred_at: app.clock.now(),
            message: None,
            refund_id: Some(transfer.id),
        };
        if transfer.status.0 == TransferStatus::Failed {
            // What failed was no longer asked for.
            let requested = ProviderMessage {
                event_id: format!("refund-requested-by-hand:{}", transfer.id),
                kind: PaymentEventKind::RefundRequested,
                ..arrived.clone()
            };
            ledger::add(&transaction, &app.clock, payment, &requested).await?;
        }
        record(
            app,
            &transaction,
            &mut books,
            payment_id,
            &arrived,
            viewer.actor(),
        )
        .await?;
    }
    let settled = find(&transaction, refund.id).await?;
    transaction.commit().await?;
    Ok(settled)
}

/// The transfers of a refund that staff may carry out.
async fn up_to_staff(
    transaction: &DatabaseTransaction,
    books: &mut Books,
    refund: &Model,
) -> Result<Vec<(Uuid, refund_transfer::Model)>, PaymentError> {
    let held = facts::held_by_payments(transaction, &books.payments).await?;
    let mut by_hand = Vec::new();
    for transfer in transfers(transaction, refund.id).await? {
        let payment_id = transfer
            .payment_id
            .filter(|_| transfer.way.0 == TransferWay::Payment);
        let Some(payment_id) = payment_id else {
            continue;
        };
        let is_by_hand = books.payment(payment_id)?.provider.0.is_by_hand();
        match transfer.status.0 {
            TransferStatus::Pending if is_by_hand => by_hand.push((payment_id, transfer)),
            TransferStatus::Failed => {
                let is_there = held
                    .iter()
                    .any(|(id, held)| *id == payment_id && held.minor >= transfer.amount_minor);
                if !is_there {
                    return Err(PaymentError::NotNow("the money went back another way"));
                }
                by_hand.push((payment_id, transfer));
            }
            TransferStatus::Pending | TransferStatus::Succeeded => {}
        }
    }
    if by_hand.is_empty() {
        return Err(PaymentError::NotNow("this refund is not up to you"));
    }
    if !refund.status.0.counts() && has_newer(transaction, refund).await? {
        return Err(PaymentError::NotNow("another refund came after this one"));
    }
    Ok(by_hand)
}

/// Whether another refund may be about the units of one that failed.
async fn has_newer(transaction: &DatabaseTransaction, refund: &Model) -> Result<bool> {
    let newer = Entity::find()
        .filter(Column::OrderId.eq(refund.order_id))
        .filter(Column::Id.gt(refund.id))
        .filter(Column::Status.ne(Text(RefundStatus::Failed)))
        .count(transaction)
        .await?;
    Ok(newer > 0)
}

/// Loads a refund.
///
/// # Errors
/// [`Error::NotFound`].
pub(super) async fn find(
    transaction: &DatabaseTransaction,
    id: Uuid,
) -> Result<Model, PaymentError> {
    let found = Entity::find_by_id(RefundId::from(id).uuid())
        .one(transaction)
        .await?;
    Ok(found.ok_or(Error::NotFound("refund"))?)
}
