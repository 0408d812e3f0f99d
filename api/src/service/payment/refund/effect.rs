//! What follows from money that went back: points and coupons.

use std::collections::HashMap;

use domain::order::refund::PointsShare;
use domain::order::{OrderStatus, RefundStatus};
use entity::column::Text;
use entity::order::Model as Order;
use entity::refund::{ActiveModel, Column, Entity, Model};
use entity::{order_line, refund_line};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, ColumnTrait, DatabaseTransaction,
    EntityTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use super::facts::earns;
use crate::error::{Error, Result};
use crate::service::{coupon, points};
use crate::state::AppState;

/// Gives back what goes with a refund of a locked order, once something of its money did.
///
/// # Errors
/// When a row cannot be written.
pub(super) async fn follow(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &Order,
    refund: &Model,
) -> Result<()> {
    let count = |points: i32| u32::try_from(points).map_err(Error::internal);
    let clawed_back = count(refund.points_clawed_back)?;
    points::give_back_part(
        transaction,
        &app.clock,
        order,
        refund.id,
        count(refund.points_restored)?,
    )
    .await?;
    if order.status.0 == OrderStatus::Completed {
        points::claw_back(transaction, &app.clock, order, refund.id, clawed_back).await?;
    }
    if !refund.coupon_codes.0.is_empty() {
        coupon::restore(transaction, &app.clock, order.id).await?;
    }
    Ok(())
}

/// Takes back what refunds of an order are about that was booked for it just now, on its completion. It may be less than
/// was promised when they were decided.
///
/// # Errors
/// When a row cannot be written.
pub(crate) async fn take_back_earned(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &Order,
) -> Result<()> {
    let refunds = Entity::find()
        .filter(Column::OrderId.eq(order.id))
        .filter(Column::Status.ne(Text(RefundStatus::Failed)))
        .order_by_asc(Column::Id)
        .all(transaction)
        .await?;
    if refunds.is_empty() {
        return Ok(());
    }
    let lines = order_line::Entity::find()
        .filter(order_line::Column::OrderId.eq(order.id))
        .all(transaction)
        .await?;
    let mut back: HashMap<Uuid, i64> = HashMap::new();
    let parts = refund_line::Entity::find()
        .filter(refund_line::Column::RefundId.is_in(refunds.iter().map(|refund| refund.id)))
        .all(transaction)
        .await?;
    let earning = || lines.iter().filter(|line| earns(line));
    let earned = |part: &refund_line::Model| earning().any(|line| line.id == part.order_line_id);
    for part in parts.into_iter().filter(earned) {
        *back.entry(part.refund_id).or_default() += part.total_minor;
    }
    let mut share = PointsShare {
        points: u32::try_from(order.points_earned).map_err(Error::internal)?,
        returned: 0,
        whole_minor: earning().map(|line| line.total_minor).sum(),
        back_minor: 0,
    };
    for refund in refunds {
        let goods = back.get(&refund.id).copied().unwrap_or_default();
        let points = share.take(goods);
        let row = ActiveModel {
            id: Unchanged(refund.id),
            points_clawed_back: Set(i32::try_from(points).map_err(Error::internal)?),
            ..Default::default()
        };
        row.update(transaction).await?;
        if refund.status.0.took_effect() {
            points::claw_back(transaction, &app.clock, order, refund.id, points).await?;
        }
    }
    Ok(())
}
