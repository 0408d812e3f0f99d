//! Reading payments, refunds and ways to pay.

use domain::id::{OrderId, PaymentId, RefundId, TypedId};
use domain::order::PaymentEventKind;
use domain::permission::Permission;
use entity::column::Text;
use entity::payment::{Column, Entity, Model};
use entity::{
    payment_event, payment_method, refund, refund_adjustment, refund_line, refund_transfer,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use crate::auth::Viewer;
use crate::error::Result;
use crate::service::order::{self, Access};
use crate::state::AppState;

/// Payments of orders, oldest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn by_order_ids(app: &AppState, order_ids: &[Uuid]) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::OrderId.is_in(order_ids.iter().copied()))
        .order_by_asc(Column::Id)
        .all(app.database.read())
        .await?)
}

/// Refunds of orders, oldest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn refunds_by_order_ids(
    app: &AppState,
    order_ids: &[Uuid],
) -> Result<Vec<refund::Model>> {
    Ok(refund::Entity::find()
        .filter(refund::Column::OrderId.is_in(order_ids.iter().copied()))
        .order_by_asc(refund::Column::Id)
        .all(app.database.read())
        .await?)
}

/// Refunds by id; for loaders behind something that was authorized.
///
/// # Errors
/// When the database cannot be read.
pub async fn refunds_by_ids(app: &AppState, ids: &[Uuid]) -> Result<Vec<refund::Model>> {
    Ok(refund::Entity::find()
        .filter(refund::Column::Id.is_in(ids.iter().copied()))
        .all(app.database.read())
        .await?)
}

/// Refunds that cancellations led to.
///
/// # Errors
/// When the database cannot be read.
pub async fn refunds_by_cancellation_ids(
    app: &AppState,
    ids: &[Uuid],
) -> Result<Vec<refund::Model>> {
    Ok(refund::Entity::find()
        .filter(refund::Column::OrderCancellationId.is_in(ids.iter().copied()))
        .all(app.database.read())
        .await?)
}

/// Units that refunds are about.
///
/// # Errors
/// When the database cannot be read.
pub async fn lines_by_refund_ids(app: &AppState, ids: &[Uuid]) -> Result<Vec<refund_line::Model>> {
    Ok(refund_line::Entity::find()
        .filter(refund_line::Column::RefundId.is_in(ids.iter().copied()))
        .order_by_asc(refund_line::Column::OrderLineId)
        .all(app.database.read())
        .await?)
}

/// Steps of refunds, in their order.
///
/// # Errors
/// When the database cannot be read.
pub async fn adjustments_by_refund_ids(
    app: &AppState,
    ids: &[Uuid],
) -> Result<Vec<refund_adjustment::Model>> {
    Ok(refund_adjustment::Entity::find()
        .filter(refund_adjustment::Column::RefundId.is_in(ids.iter().copied()))
        .order_by_asc(refund_adjustment::Column::Position)
        .all(app.database.read())
        .await?)
}

/// The ways in which refunds go back.
///
/// # Errors
/// When the database cannot be read.
pub async fn transfers_by_refund_ids(
    app: &AppState,
    ids: &[Uuid],
) -> Result<Vec<refund_transfer::Model>> {
    Ok(refund_transfer::Entity::find()
        .filter(refund_transfer::Column::RefundId.is_in(ids.iter().copied()))
        .all(app.database.read())
        .await?)
}

/// Events of payments, oldest first by the provider's clock.
///
/// # Errors
/// When the database cannot be read.
pub async fn events_by_payment_ids(
    app: &AppState,
    payment_ids: &[Uuid],
) -> Result<Vec<payment_event::Model>> {
    Ok(payment_event::Entity::find()
        .filter(payment_event::Column::PaymentId.is_in(payment_ids.iter().copied()))
        .order_by_asc(payment_event::Column::OccurredAt)
        .order_by_asc(payment_event::Column::Id)
        .all(app.database.read())
        .await?)
}

/// Whether a bank took money of an order back and keeps it.
///
/// # Errors
/// When the database cannot be read.
pub(crate) async fn was_charged_back<C: ConnectionTrait>(
    connection: &C,
    order_id: Uuid,
) -> Result<bool> {
    let of_payment = payment_event::Entity::belongs_to(Entity)
        .from(payment_event::Column::PaymentId)
        .to(Column::Id);
    let (taken, won) = (
        PaymentEventKind::ChargedBack,
        PaymentEventKind::ChargebackReversed,
    );
    let events: Vec<(Text<PaymentEventKind>, i64)> = payment_event::Entity::find()
        .select_only()
        .columns([
            payment_event::Column::Kind,
            payment_event::Column::AmountMinor,
        ])
        .join(JoinType::InnerJoin, of_payment.into())
        .filter(Column::OrderId.eq(order_id))
        .filter(payment_event::Column::Kind.is_in([Text(taken), Text(won)]))
        .into_tuple()
        .all(connection)
        .await?;
    let sum = |kind| -> i64 {
        let own = events.iter().filter(|(own, _)| own.0 == kind);
        own.map(|(_, minor)| minor).sum()
    };
    Ok(sum(taken) > sum(won))
}

/// Ways to pay by id, also those no longer offered.
///
/// # Errors
/// When the database cannot be read.
pub async fn methods_by_ids(app: &AppState, ids: &[Uuid]) -> Result<Vec<payment_method::Model>> {
    Ok(payment_method::Entity::find()
        .filter(payment_method::Column::Id.is_in(ids.iter().copied()))
        .all(app.database.read())
        .await?)
}

/// Ways to pay that channels offer, best first.
///
/// # Errors
/// When the database cannot be read.
pub async fn methods_by_channel_ids(
    app: &AppState,
    channel_ids: &[Uuid],
) -> Result<Vec<payment_method::Model>> {
    Ok(payment_method::Entity::find()
        .filter(payment_method::Column::ChannelId.is_in(channel_ids.iter().copied()))
        .filter(payment_method::Column::Active.eq(true))
        .order_by_asc(payment_method::Column::Position)
        .order_by_asc(payment_method::Column::Id)
        .all(app.database.read())
        .await?)
}

/// A payment the viewer may see, and in what capacity: the buyer, or staff with `PAYMENT_READ`.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(
    app: &AppState,
    viewer: &Viewer,
    id: PaymentId,
) -> Result<Option<(Model, Access)>> {
    let Some(payment) = Entity::find_by_id(id.uuid())
        .one(app.database.read())
        .await?
    else {
        return Ok(None);
    };
    let access = money_access(app, viewer, payment.order_id).await?;
    Ok(access.map(|access| (payment, access)))
}

/// A refund the viewer may see, and in what capacity.
///
/// # Errors
/// When the database cannot be read.
pub async fn find_refund(
    app: &AppState,
    viewer: &Viewer,
    id: RefundId,
) -> Result<Option<(refund::Model, Access)>> {
    let Some(refund) = refund::Entity::find_by_id(id.uuid())
        .one(app.database.read())
        .await?
    else {
        return Ok(None);
    };
    let access = money_access(app, viewer, refund.order_id).await?;
    Ok(access.map(|access| (refund, access)))
}

/// A payment event, for those with `PAYMENT_READ`.
///
/// # Errors
/// When the database cannot be read.
pub async fn find_event(
    app: &AppState,
    viewer: &Viewer,
    id: Uuid,
) -> Result<Option<payment_event::Model>> {
    if !viewer.may(Permission::PaymentRead) {
        return Ok(None);
    }
    Ok(payment_event::Entity::find_by_id(id)
        .one(app.database.read())
        .await?)
}

async fn money_access(app: &AppState, viewer: &Viewer, order_id: Uuid) -> Result<Option<Access>> {
    let order = order::query::find(app, viewer, OrderId::from(order_id), None).await?;
    Ok(order
        .map(|(_, access)| access)
        .filter(|access| access.is_buyer() || viewer.may(Permission::PaymentRead)))
}
