//! From paid to certain: the back office is asked, or nobody needs to be.

use domain::order::{ConfirmationPolicy, OrderConfirmationStatus, OrderEvent};
use entity::column::Text;
use entity::order::Model;
use entity::order_confirmation_request::{ActiveModel, Entity};
use entity::stock_allocation;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

use super::error::OrderError;
use super::history::{self, ActorRef, Happening};
use super::row;
use crate::service::{coupon, points};
use crate::state::AppState;

/// Moves a placed order on when nothing is owed any more; the caller saves the row.
///
/// # Errors
/// [`OrderError::InvalidTransition`] when the order is not waiting for money.
pub(crate) async fn nothing_owed(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &mut Model,
    actor: ActorRef,
) -> Result<(), OrderError> {
    let channel = app.channels.find_by_id(order.channel_id)?;
    order.payment_due_at = None;
    match channel.confirmation_policy.0 {
        ConfirmationPolicy::None => {
            row::apply(order, OrderEvent::ConfirmationNotNeeded)?;
            confirmed(app, transaction, order, actor).await
        }
        ConfirmationPolicy::Required => {
            row::apply(order, OrderEvent::ConfirmationRequested)?;
            ask_back_office(
                app,
                transaction,
                order,
                channel.confirmation_deadline_minutes,
            )
            .await?;
            history::record(
                transaction,
                &app.clock,
                order,
                actor,
                &[Happening::ConfirmationRequested],
            )
            .await?;
            Ok(())
        }
    }
}

/// One question per warehouse that promised stock, or one for the whole order when none did.
async fn ask_back_office(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &Model,
    deadline_minutes: i32,
) -> Result<(), OrderError> {
    let warehouses: Vec<Uuid> = stock_allocation::Entity::find()
        .select_only()
        .column(stock_allocation::Column::WarehouseId)
        .distinct()
        .filter(stock_allocation::Column::OrderId.eq(order.id))
        .order_by_asc(stock_allocation::Column::WarehouseId)
        .into_tuple()
        .all(transaction)
        .await?;
    let asked: Vec<Option<Uuid>> = if warehouses.is_empty() {
        vec![None]
    } else {
        warehouses.into_iter().map(Some).collect()
    };
    let now = app.clock.now();
    let rows = asked.into_iter().map(|warehouse_id| ActiveModel {
        id: Set(app.clock.new_id()),
        order_id: Set(order.id),
        warehouse_id: Set(warehouse_id),
        status: Set(Text(OrderConfirmationStatus::Pending)),
        deadline_at: Set(now + chrono::TimeDelta::minutes(i64::from(deadline_minutes))),
        external_ref: Set(None),
        reason: Set(None),
        attempts: Set(0),
        actor_kind: Set(None),
        actor_id: Set(None),
        responded_at: Set(None),
        created_at: Set(now),
    });
    Entity::insert_many(rows)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// What follows when an order has become certain: coupons and points are spent for good, and the buyer is told. The caller
/// has moved the status and saves the row.
///
/// # Errors
/// When a row cannot be written.
pub(crate) async fn confirmed(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &mut Model,
    actor: ActorRef,
) -> Result<(), OrderError> {
    order.confirmed_at = Some(app.clock.now());
    points::capture(transaction, &app.clock, order.id).await?;
    coupon::redeem(transaction, &app.clock, order.id).await?;
    history::record(
        transaction,
        &app.clock,
        order,
        actor,
        &[Happening::Confirmed],
    )
    .await?;
    Ok(())
}
