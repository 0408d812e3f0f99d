//! What is left to give back of an order, gathered from its rows: all it was, without what other refunds are about.

use std::collections::HashMap;

use domain::Money;
use domain::after_sale::AfterSaleReason;
use domain::order::refund::{LineLeft, PointsShare, Refundable, StepLeft, spread};
use domain::order::{RefundStatus, TransferStatus, TransferWay};
use domain::points::PointsHoldStatus;
use domain::pricing::AdjustmentKind;
use entity::column::Text;
use entity::order::Model as Order;
use entity::payment::Model as Payment;
use entity::{
    after_sale, order_adjustment, order_line, order_tender, points_hold, refund, refund_adjustment,
    refund_line, refund_transfer,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::super::error::PaymentError;
use crate::error::{Error, Result};
use crate::service::credit;
use crate::service::order::row;

/// What a refund of an order is decided by.
pub(in crate::service::payment) struct Facts {
    /// What is left.
    pub(in crate::service::payment) left: Refundable,
    /// The steps of the order's price.
    pub(in crate::service::payment) steps: Vec<order_adjustment::Model>,
    /// What each payment holds, then what each gift card and store credit paid, in the order in which they give it back:
    /// the newest first.
    holders: Vec<(Uuid, Money)>,
    /// The gift cards and store credit among them.
    tenders: Vec<order_tender::Model>,
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
        let mut facts = Self::load_all(connection, &[order], payments).await?;
        let own = facts.remove(&order.id);
        Ok(own.ok_or_else(|| Error::internal("no facts of an order"))?)
    }

    /// Gathers the facts about many orders and all their payments, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub(super) async fn load_all<C: ConnectionTrait>(
        connection: &C,
        orders: &[&Order],
        payments: &[Payment],
    ) -> Result<HashMap<Uuid, Self>, PaymentError> {
        let ids: Vec<Uuid> = orders.iter().map(|order| order.id).collect();
        let lines = order_line::Entity::find()
            .filter(order_line::Column::OrderId.is_in(ids.iter().copied()))
            .order_by_asc(order_line::Column::Position)
            .all(connection)
            .await?;
        let steps = order_adjustment::Entity::find()
            .filter(order_adjustment::Column::OrderId.is_in(ids.iter().copied()))
            .order_by_asc(order_adjustment::Column::Position)
            .all(connection)
            .await?;
        let earlier = Earlier::load(connection, &ids).await?;
        let transfers = transfers(connection, payments).await?;
        let tenders = credit::of_orders(connection, orders).await?;
        let holds = holds(connection, orders).await?;
        let nothing = Earlier::default();
        orders
            .iter()
            .map(|order| {
                let rows = Rows {
                    lines: own(&lines, |line| line.order_id == order.id),
                    steps: own(&steps, |step| step.order_id == order.id),
                    payments: own(payments, |payment| payment.order_id == order.id),
                    tenders: own(&tenders, |tender| tender.order_id == order.id),
                    transfers: &transfers,
                    hold: holds.get(&order.id),
                    earlier: earlier.get(&order.id).unwrap_or(&nothing),
                };
                Ok((order.id, Self::of(order, rows)?))
            })
            .collect()
    }

    fn of(order: &Order, rows: Rows<'_>) -> Result<Self, PaymentError> {
        let mut holders = held(&rows.payments, rows.transfers);
        holders.extend(rows.tenders.iter().map(|tender| {
            let left = tender.amount_minor - tender.returned_minor;
            (tender.id, row::money(order, left))
        }));
        let held = Money::sum(holders.iter().map(|(_, held)| *held), order.currency.0)?;
        let steps = &rows.steps;
        let earning = || rows.lines.iter().filter(|line| earns(line));
        let left = Refundable {
            currency: order.currency.0,
            lines: rows
                .lines
                .iter()
                .map(|line| line_left(order, line, steps, rows.earlier))
                .collect::<Result<_>>()?,
            shipping: steps_left(order, None, steps, rows.earlier),
            held,
            owed: row::money(order, order.owed_minor),
            spent: spent(rows.hold, steps, rows.earlier)?,
            earned: PointsShare {
                points: u32::try_from(order.points_earned).map_err(Error::internal)?,
                returned: rows.earlier.points_clawed_back,
                whole_minor: earning().map(|line| line.total_minor).sum(),
                back_minor: earning()
                    .filter_map(|line| rows.earlier.lines.get(&line.id))
                    .map(|back| back.total)
                    .sum(),
            },
            bears_shipping: rows.earlier.bears_shipping,
        };
        Ok(Self {
            left,
            steps: rows.steps,
            holders,
            tenders: rows.tenders,
        })
    }

    /// Spreads money over what paid the order.
    ///
    /// # Errors
    /// When the sums cannot be computed.
    pub(in crate::service::payment) fn spread(
        &self,
        total: Money,
    ) -> Result<Vec<Transfer>, PaymentError> {
        let shares = spread(total, &self.holders)?.into_iter();
        let transfers = shares.map(|(id, amount)| Transfer {
            from: match self.tenders.iter().find(|tender| tender.id == id) {
                Some(tender) => Giver::Tender(tender.clone()),
                None => Giver::Payment(id),
            },
            amount,
        });
        Ok(transfers.collect())
    }
}

/// A part of a refund that is to go one way.
#[derive(Clone, Debug)]
pub(in crate::service::payment) struct Transfer {
    /// Who gives it.
    pub(in crate::service::payment) from: Giver,
    /// How much.
    pub(in crate::service::payment) amount: Money,
}

/// Who gives a part of a refund.
#[derive(Clone, Debug)]
pub(in crate::service::payment) enum Giver {
    /// A payment, through its provider.
    Payment(Uuid),
    /// The shop, as store credit; it keeps the money of the payment.
    ShopFor(Uuid),
    /// The card or credit that paid.
    Tender(order_tender::Model),
}

impl Giver {
    /// Which way it goes.
    pub(super) fn way(&self) -> TransferWay {
        match self {
            Self::Payment(_) => TransferWay::Payment,
            Self::ShopFor(_) => TransferWay::StoreCredit,
            Self::Tender(_) => TransferWay::Tender,
        }
    }
}

/// The rows about one order.
struct Rows<'a> {
    lines: Vec<order_line::Model>,
    steps: Vec<order_adjustment::Model>,
    payments: Vec<Payment>,
    /// Gift cards and store credit that paid it, the last to pay first.
    tenders: Vec<order_tender::Model>,
    /// Of all orders.
    transfers: &'a [refund_transfer::Model],
    /// Points it spent that are not back with the whole order.
    hold: Option<&'a points_hold::Model>,
    earlier: &'a Earlier,
}

fn own<R: Clone>(rows: &[R], is_own: impl Fn(&R) -> bool) -> Vec<R> {
    rows.iter().filter(|row| is_own(row)).cloned().collect()
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
    /// Whether the shop has to answer for what came back last.
    bears_shipping: bool,
}

impl Earlier {
    async fn load<C: ConnectionTrait>(
        connection: &C,
        order_ids: &[Uuid],
    ) -> Result<HashMap<Uuid, Self>> {
        let refunds = refund::Entity::find()
            .filter(refund::Column::OrderId.is_in(order_ids.iter().copied()))
            .filter(refund::Column::Status.ne(Text(RefundStatus::Failed)))
            .order_by_asc(refund::Column::CreatedAt)
            .order_by_asc(refund::Column::Id)
            .all(connection)
            .await?;
        let mut earlier: HashMap<Uuid, Self> = HashMap::new();
        if refunds.is_empty() {
            return Ok(earlier);
        }
        let reasons = reasons(connection, order_ids).await?;
        for refund in &refunds {
            let own = earlier.entry(refund.order_id).or_default();
            if let Some(reason) = reasons.get(&refund.id) {
                own.bears_shipping = reason.is_shops_fault();
            }
            own.points_restored += u32::try_from(refund.points_restored).unwrap_or_default();
            own.points_clawed_back += u32::try_from(refund.points_clawed_back).unwrap_or_default();
        }
        let orders: HashMap<Uuid, Uuid> = refunds
            .iter()
            .map(|refund| (refund.id, refund.order_id))
            .collect();
        let lines = refund_line::Entity::find()
            .filter(refund_line::Column::RefundId.is_in(orders.keys().copied()))
            .all(connection)
            .await?;
        for line in lines {
            let own = orders.get(&line.refund_id);
            if let Some(own) = own.and_then(|id| earlier.get_mut(id)) {
                let back = own.lines.entry(line.order_line_id).or_default();
                back.units += line.quantity;
                back.subtotal += line.subtotal_minor;
                back.total += line.total_minor;
            }
        }
        let steps = refund_adjustment::Entity::find()
            .filter(refund_adjustment::Column::RefundId.is_in(orders.keys().copied()))
            .filter(refund_adjustment::Column::OrderAdjustmentId.is_not_null())
            .all(connection)
            .await?;
        for step in steps {
            let own = orders.get(&step.refund_id);
            let own = own.and_then(|id| earlier.get_mut(id));
            if let (Some(own), Some(id)) = (own, step.order_adjustment_id) {
                *own.steps.entry(id).or_default() += step.amount_minor;
            }
        }
        Ok(earlier)
    }
}

/// Why goods came back, by the refund that was paid for them.
async fn reasons<C: ConnectionTrait>(
    connection: &C,
    order_ids: &[Uuid],
) -> Result<HashMap<Uuid, AfterSaleReason>> {
    let rows: Vec<(Uuid, Text<AfterSaleReason>)> = after_sale::Entity::find()
        .select_only()
        .columns([after_sale::Column::RefundId, after_sale::Column::Reason])
        .filter(after_sale::Column::OrderId.is_in(order_ids.iter().copied()))
        .filter(after_sale::Column::RefundId.is_not_null())
        .into_tuple()
        .all(connection)
        .await?;
    let reasons = rows.into_iter().map(|(id, reason)| (id, reason.0));
    Ok(reasons.collect())
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
        earns: earns(line),
    })
}

/// What changes added earns no points.
pub(super) fn earns(line: &order_line::Model) -> bool {
    line.order_change_id.is_none()
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

/// Points spent by orders, as far as they are not given back with the whole order already.
async fn holds<C: ConnectionTrait>(
    connection: &C,
    orders: &[&Order],
) -> Result<HashMap<Uuid, points_hold::Model>> {
    let spending = orders.iter().filter(|order| order.points_spent > 0);
    let ids: Vec<Uuid> = spending.map(|order| order.id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let holds = points_hold::Entity::find()
        .filter(points_hold::Column::OrderId.is_in(ids))
        .filter(points_hold::Column::Status.ne(Text(PointsHoldStatus::Released)))
        .all(connection)
        .await?;
    Ok(holds
        .into_iter()
        .map(|hold| (hold.order_id, hold))
        .collect())
}

fn spent(
    hold: Option<&points_hold::Model>,
    steps: &[order_adjustment::Model],
    earlier: &Earlier,
) -> Result<PointsShare> {
    let saved = |amount: &dyn Fn(&order_adjustment::Model) -> i64| -> i64 {
        let of_points = steps
            .iter()
            .filter(|step| step.kind.0 == AdjustmentKind::Points);
        -of_points.map(amount).sum::<i64>()
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
pub(super) async fn held_by_payments<C: ConnectionTrait>(
    connection: &C,
    payments: &[Payment],
) -> Result<Vec<(Uuid, Money)>> {
    Ok(held(payments, &transfers(connection, payments).await?))
}

/// Money of payments that is back or on its way.
async fn transfers<C: ConnectionTrait>(
    connection: &C,
    payments: &[Payment],
) -> Result<Vec<refund_transfer::Model>> {
    Ok(refund_transfer::Entity::find()
        .filter(refund_transfer::Column::PaymentId.is_in(payments.iter().map(|payment| payment.id)))
        .filter(refund_transfer::Column::Status.ne(Text(TransferStatus::Failed)))
        .all(connection)
        .await?)
}

fn held(payments: &[Payment], transfers: &[refund_transfer::Model]) -> Vec<(Uuid, Money)> {
    let newest_first = payments.iter().rev();
    let held = newest_first.map(|payment| {
        let sum = |is_meant: fn(&refund_transfer::Model) -> bool| -> i64 {
            let own = transfers.iter();
            let own = own.filter(|transfer| transfer.payment_id == Some(payment.id));
            own.filter(|transfer| is_meant(transfer))
                .map(|transfer| transfer.amount_minor)
                .sum()
        };
        let asked = sum(|transfer| transfer.way.0 == TransferWay::Payment);
        let pending = sum(|transfer| transfer.status.0 == TransferStatus::Pending);
        let credited = sum(|transfer| transfer.way.0 == TransferWay::StoreCredit);
        // Money may also have gone back without being asked for, such as by a bank.
        let gone = asked.max(payment.refunded_minor + pending) + credited;
        let held = (payment.captured_minor - gone).max(0);
        (payment.id, Money::new(held, payment.currency.0))
    });
    held.collect()
}
