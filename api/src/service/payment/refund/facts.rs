//! What is left to give back of an order, gathered from its rows: all it was, without what other refunds are about.

use std::collections::HashMap;

use domain::Money;
use domain::order::refund::{LineLeft, PointsShare, Refundable, StepLeft, spread};
use domain::order::{RefundStatus, TransferStatus};
use domain::points::PointsHoldStatus;
use domain::pricing::AdjustmentKind;
use entity::column::Text;
use entity::order::Model as Order;
use entity::payment::Model as Payment;
use entity::{
    order_adjustment, order_line, points_hold, refund, refund_adjustment, refund_line,
    refund_transfer,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::super::error::PaymentError;
use crate::error::{Error, Result};
use crate::service::order::row;

/// What a refund of an order is decided by.
pub(in crate::service::payment) struct Facts {
    /// What is left.
    pub(in crate::service::payment) left: Refundable,
    /// The steps of the order's price.
    pub(in crate::service::payment) steps: Vec<order_adjustment::Model>,
    /// What each payment holds, in the order in which they give it back: the newest first.
    pub(super) tenders: Vec<(Uuid, Money)>,
}

impl Facts {
    /// Gathers the facts about an order and its payments, oldest first; both are locked when something will be decided.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub(in crate::service::payment) async fn load<C: ConnectionTrait>(
        connection: &C,
        order: &Order,
        payments: &[Payment],
    ) -> Result<Self, PaymentError> {
        let lines = order_line::Entity::find()
            .filter(order_line::Column::OrderId.eq(order.id))
            .order_by_asc(order_line::Column::Position)
            .all(connection)
            .await?;
        let steps = order_adjustment::Entity::find()
            .filter(order_adjustment::Column::OrderId.eq(order.id))
            .order_by_asc(order_adjustment::Column::Position)
            .all(connection)
            .await?;
        let earlier = Earlier::load(connection, order.id).await?;
        let tenders = tenders(connection, payments).await?;
        let held = Money::sum(tenders.iter().map(|(_, held)| *held), order.currency.0)?;
        let goods = |amount: fn(&order_line::Model) -> i64| lines.iter().map(amount).sum::<i64>();
        let left = Refundable {
            currency: order.currency.0,
            lines: lines
                .iter()
                .map(|line| line_left(order, line, &steps, &earlier))
                .collect::<Result<_>>()?,
            shipping: steps_left(order, None, &steps, &earlier),
            held,
            spent: spent(connection, order, &steps, &earlier).await?,
            earned: PointsShare {
                points: u32::try_from(order.points_earned).map_err(Error::internal)?,
                returned: earlier.points_clawed_back,
                whole_minor: goods(|line| line.total_minor),
                back_minor: earlier.lines.values().map(|back| back.total).sum(),
            },
        };
        Ok(Self {
            left,
            steps,
            tenders,
        })
    }

    /// Spreads money over the payments.
    ///
    /// # Errors
    /// When the sums cannot be computed.
    pub(in crate::service::payment) fn spread(
        &self,
        total: Money,
    ) -> Result<Vec<(Uuid, Money)>, PaymentError> {
        Ok(spread(total, &self.tenders)?)
    }
}

/// What went back of a line.
#[derive(Clone, Copy, Debug, Default)]
struct LineBack {
    units: i32,
    subtotal: i64,
    total: i64,
}

/// What the refunds of an order are about that did not fail.
#[derive(Debug, Default)]
struct Earlier {
    lines: HashMap<Uuid, LineBack>,
    steps: HashMap<Uuid, i64>,
    points_restored: u32,
    points_clawed_back: u32,
}

impl Earlier {
    async fn load<C: ConnectionTrait>(connection: &C, order_id: Uuid) -> Result<Self> {
        let refunds = refund::Entity::find()
            .filter(refund::Column::OrderId.eq(order_id))
            .filter(refund::Column::Status.ne(Text(RefundStatus::Failed)))
            .all(connection)
            .await?;
        let mut earlier = Self::default();
        if refunds.is_empty() {
            return Ok(earlier);
        }
        for refund in &refunds {
            earlier.points_restored += u32::try_from(refund.points_restored).unwrap_or_default();
            earlier.points_clawed_back +=
                u32::try_from(refund.points_clawed_back).unwrap_or_default();
        }
        let ids = || refunds.iter().map(|refund| refund.id);
        let lines = refund_line::Entity::find()
            .filter(refund_line::Column::RefundId.is_in(ids()))
            .all(connection)
            .await?;
        for line in lines {
            let back = earlier.lines.entry(line.order_line_id).or_default();
            back.units += line.quantity;
            back.subtotal += line.subtotal_minor;
            back.total += line.total_minor;
        }
        let steps = refund_adjustment::Entity::find()
            .filter(refund_adjustment::Column::RefundId.is_in(ids()))
            .filter(refund_adjustment::Column::OrderAdjustmentId.is_not_null())
            .all(connection)
            .await?;
        for step in steps {
            if let Some(id) = step.order_adjustment_id {
                *earlier.steps.entry(id).or_default() += step.amount_minor;
            }
        }
        Ok(earlier)
    }
}

fn line_left(
    order: &Order,
    line: &order_line::Model,
    steps: &[order_adjustment::Model],
    earlier: &Earlier,
) -> Result<LineLeft> {
    let back = earlier.lines.get(&line.id).copied().unwrap_or_default();
    Ok(LineLeft {
        id: line.id,
        units: u32::try_from((line.quantity - back.units).max(0)).map_err(Error::internal)?,
        subtotal: row::money(order, line.subtotal_minor - back.subtotal),
        steps: steps_left(order, Some(line.id), steps, earlier),
    })
}

/// What is left of the steps that fall on a line, or on no line: those of shipping.
fn steps_left(
    order: &Order,
    line: Option<Uuid>,
    steps: &[order_adjustment::Model],
    earlier: &Earlier,
) -> Vec<StepLeft> {
    let own = steps.iter().filter(|step| step.order_line_id == line);
    own.map(|step| {
        let back = earlier.steps.get(&step.id).copied().unwrap_or_default();
        StepLeft {
            id: step.id,
            amount: row::money(order, step.amount_minor - back),
            included: step.included,
            is_points: step.kind.0 == AdjustmentKind::Points,
            is_tax: step.kind.0 == AdjustmentKind::Tax,
        }
    })
    .collect()
}

/// Points spent, as far as they are not given back with the whole order already.
async fn spent<C: ConnectionTrait>(
    connection: &C,
    order: &Order,
    steps: &[order_adjustment::Model],
    earlier: &Earlier,
) -> Result<PointsShare> {
    let saved = |amount: &dyn Fn(&order_adjustment::Model) -> i64| -> i64 {
        let of_points = steps
            .iter()
            .filter(|step| step.kind.0 == AdjustmentKind::Points);
        -of_points.map(amount).sum::<i64>()
    };
    let hold = if order.points_spent > 0 {
        points_hold::Entity::find()
            .filter(points_hold::Column::OrderId.eq(order.id))
            .one(connection)
            .await?
            .filter(|hold| hold.status.0 != PointsHoldStatus::Released)
    } else {
        None
    };
    Ok(PointsShare {
        points: hold.map_or(Ok(0), |hold| {
            u32::try_from(hold.points).map_err(Error::internal)
        })?,
        returned: earlier.points_restored,
        whole_minor: saved(&|step| step.amount_minor),
        back_minor: saved(&|step| earlier.steps.get(&step.id).copied().unwrap_or_default()),
    })
}

/// What payments hold that is neither back nor on its way back, the newest first.
pub(super) async fn tenders<C: ConnectionTrait>(
    connection: &C,
    payments: &[Payment],
) -> Result<Vec<(Uuid, Money)>> {
    let transfers = refund_transfer::Entity::find()
        .filter(refund_transfer::Column::PaymentId.is_in(payments.iter().map(|payment| payment.id)))
        .filter(refund_transfer::Column::Status.ne(Text(TransferStatus::Failed)))
        .all(connection)
        .await?;
    let newest_first = payments.iter().rev();
    let tenders = newest_first.map(|payment| {
        let own = || {
            transfers
                .iter()
                .filter(|transfer| transfer.payment_id == payment.id)
        };
        let asked: i64 = own().map(|transfer| transfer.amount_minor).sum();
        let pending: i64 = own()
            .filter(|transfer| transfer.status.0 == TransferStatus::Pending)
            .map(|transfer| transfer.amount_minor)
            .sum();
        // Money may also have gone back without being asked for, such as by a bank.
        let gone = asked.max(payment.refunded_minor + pending);
        let held = (payment.captured_minor - gone).max(0);
        (payment.id, Money::new(held, payment.currency.0))
    });
    Ok(tenders.collect())
}
