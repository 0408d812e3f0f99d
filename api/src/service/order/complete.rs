//! The end of a good order: the buyer says it came, or nothing was heard for some days after it arrived.

use chrono::TimeDelta;
use domain::coupon::CouponOccasion;
use domain::id::OrderId;
use domain::order::{
    FulfillmentStatus, OrderEvent, OrderFacts, OrderFulfillmentStatus, OrderStatus,
};
use entity::column::Text;
use entity::fulfillment;
use entity::order::{Column, Entity, Model};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::access::require_buyer;
use super::cancellation::parcels;
use super::error::OrderError;
use super::history::{self, ActorRef, Happening, SYSTEM};
use super::{change, facts, row};
use crate::auth::Viewer;
use crate::error::Result;
use crate::service::{after_sale, coupon, idempotency, payment, points, tier};
use crate::state::AppState;

/// Orders completed in one turn of the timer, per channel.
const BATCH: u64 = 100;

/// The buyer's word that everything came.
#[derive(Clone, Debug, Serialize)]
pub struct ReceiveOrder {
    /// The order.
    pub order_id: Uuid,
    /// A guest's key.
    #[serde(skip)]
    pub order_token: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

#[derive(Serialize, Deserialize)]
struct Received {
    order_id: Uuid,
}

/// Completes an order whose goods have all left, on the buyer's word.
///
/// # Errors
/// [`crate::error::Error::NotFound`] for a stranger's order; [`OrderError::InvalidTransition`] when it is over or not
/// certain; [`OrderError::NotNow`] when goods are still in the house.
pub async fn receive(
    app: &AppState,
    viewer: &Viewer,
    command: ReceiveOrder,
) -> Result<Model, OrderError> {
    let received = app
        .database
        .retry(|| attempt(app, viewer, &command))
        .await?;
    app.wake.wake();
    Ok(received)
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &ReceiveOrder,
) -> Result<Model, OrderError> {
    let transaction = app.database.begin().await?;
    let mut order = row::lock(&transaction, OrderId::from(command.order_id)).await?;
    require_buyer(viewer, &order, command.order_token.as_deref())?;
    let actor_key = viewer.idempotency_actor(command.order_token.as_deref().unwrap_or_default());
    let request = idempotency::Request::try_new(
        &actor_key,
        "orderReceive",
        &command.idempotency_key,
        command,
    )?;
    if request
        .claim(&transaction, &app.clock, &Received { order_id: order.id })
        .await?
        .is_some()
    {
        return Ok(order);
    }
    let now = app.clock.now();
    let facts = facts::of_order(app, &transaction, &order).await?;
    if order.status.0 == OrderStatus::Confirmed && !facts.may_be_received() {
        return Err(OrderError::NotNow("not everything has been sent and paid"));
    }
    deliver_parcels(app, &transaction, &mut order, &facts).await?;
    order.delivered_at = order.delivered_at.or(Some(now));
    complete(app, &transaction, &mut order, viewer.actor()).await?;
    transaction.commit().await?;
    Ok(order)
}

/// The buyer's word is better than the carrier's: what was on its way has arrived.
async fn deliver_parcels(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &mut Model,
    facts: &OrderFacts,
) -> Result<()> {
    let on_the_way = [FulfillmentStatus::Shipped, FulfillmentStatus::Lost];
    let has_any = |status| facts.parcels.contains(&status);
    if !on_the_way.into_iter().any(has_any) {
        return Ok(());
    }
    fulfillment::Entity::update_many()
        .col_expr(
            fulfillment::Column::Status,
            Expr::value(Text(FulfillmentStatus::Delivered)),
        )
        .col_expr(
            fulfillment::Column::DeliveredAt,
            Expr::value(app.clock.now()),
        )
        .filter(fulfillment::Column::OrderId.eq(order.id))
        .filter(fulfillment::Column::Status.is_in(on_the_way.map(Text)))
        .exec(transaction)
        .await?;
    if !has_any(FulfillmentStatus::ReturnedToSender) {
        order.fulfillment_status = Text(OrderFulfillmentStatus::Delivered);
    }
    Ok(())
}

async fn complete(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &mut Model,
    actor: ActorRef,
) -> Result<(), OrderError> {
    row::apply(order, OrderEvent::Completed)?;
    order.closed_at = Some(app.clock.now());
    change::withdraw(transaction, &app.clock, order.id).await?;
    if let Some(member_id) = order.member_id {
        points::earn(transaction, app, member_id, order).await?;
        payment::take_back_earned(app, transaction, order).await?;
    }
    row::save(transaction, &app.clock, order).await?;
    if let Some(member_id) = order.member_id {
        tier::assess(transaction, app, order.channel_id, member_id).await?;
        tier::assess_growth(transaction, app, member_id, Some(order.channel_id)).await?;
        if !after_sale::is_replacement(transaction, order.id).await? {
            let occasion = CouponOccasion::OrderCompleted { order_id: order.id };
            coupon::announce(transaction, app, order.channel_id, member_id, occasion).await?;
        }
    }
    history::record(
        transaction,
        &app.clock,
        order,
        actor,
        &[Happening::Completed],
    )
    .await?;
    Ok(())
}

/// Completes the orders that arrived so long ago that nobody will complain; answers how many.
///
/// # Errors
/// When the database does not answer.
pub async fn complete_due(app: &AppState) -> Result<usize> {
    let mut completed = 0;
    for channel in app.channels.all()? {
        let arrived_before =
            app.clock.now() - TimeDelta::days(i64::from(channel.auto_complete_days));
        let due: Vec<Uuid> = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::Status.eq(Text(OrderStatus::Confirmed)))
            .filter(Column::DeliveredAt.lte(arrived_before))
            .filter(Column::OwedMinor.eq(0))
            .filter(Column::ChannelId.eq(channel.id))
            .order_by_asc(Column::DeliveredAt)
            .limit(BATCH)
            .into_tuple()
            .all(app.database.read())
            .await?;
        for id in due {
            match app.database.retry(|| attempt_due(app, id)).await {
                Ok(()) => completed += 1,
                Err(error) => {
                    tracing::error!(order.id = %id, error = %error, "an order could not be completed");
                }
            }
        }
    }
    app.wake.wake();
    Ok(completed)
}

async fn attempt_due(app: &AppState, id: Uuid) -> Result<(), OrderError> {
    let transaction = app.database.begin().await?;
    let mut order = row::lock(&transaction, OrderId::from(id)).await?;
    let is_still_due = order.status.0 == OrderStatus::Confirmed
        && order.delivered_at.is_some()
        && order.owed_minor == 0;
    let parcels = parcels(&transaction, id).await?;
    if is_still_due && !parcels.iter().any(|parcel| parcel.is_waiting()) {
        complete(app, &transaction, &mut order, SYSTEM).await?;
        transaction.commit().await?;
    }
    Ok(())
}
