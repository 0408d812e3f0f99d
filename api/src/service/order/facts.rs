//! What the next steps of an order depend on, gathered from its rows.

use std::collections::HashMap;

use domain::order::{
    ApprovalSoFar, FulfillmentStatus, LineUnits, OrderConfirmationStatus, OrderFacts,
    OrderFulfillmentStatus, OrderStatus, RefundStatus, RequestStatus,
};
use domain::text_enum::TextEnum;
use entity::column::Text;
use entity::order::Model;
use entity::{
    fulfillment, fulfillment_line, order_approval, order_cancellation, order_change,
    order_confirmation_request, order_line, order_proposal, payment, refund,
};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter,
    QuerySelect,
};
use uuid::Uuid;

use super::{approval, row};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::service::after_sale::claims;
use crate::state::AppState;

/// An order's lines and parcels as the domain counts them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Goods {
    /// Units by line.
    pub(crate) lines: HashMap<Uuid, LineUnits>,
    /// Where the parcels stand.
    pub(crate) parcels: Vec<FulfillmentStatus>,
}

impl Goods {
    /// Where the goods stand as a whole.
    pub(crate) fn status(&self) -> OrderFulfillmentStatus {
        let lines: Vec<LineUnits> = self.lines.values().copied().collect();
        OrderFulfillmentStatus::derive(&lines, &self.parcels)
    }

    /// Whether units are in no parcel yet.
    pub(crate) fn has_open_units(&self) -> bool {
        self.lines.values().any(|line| line.open() > 0)
    }
}

/// Reads the goods of many orders at once, by order.
///
/// # Errors
/// When the database cannot be read.
pub(crate) async fn goods<C: ConnectionTrait>(
    connection: &C,
    order_ids: &[Uuid],
) -> Result<HashMap<Uuid, Goods>> {
    let lines = order_line::Entity::find()
        .filter(order_line::Column::OrderId.is_in(order_ids.iter().copied()))
        .all(connection)
        .await?;
    let parcels = fulfillment::Entity::find()
        .filter(fulfillment::Column::OrderId.is_in(order_ids.iter().copied()))
        .all(connection)
        .await?;
    let open: Vec<Uuid> = parcels
        .iter()
        .filter(|parcel| parcel.status.0.is_waiting())
        .map(|parcel| parcel.id)
        .collect();
    let mut assigned: HashMap<Uuid, u32> = HashMap::new();
    if !open.is_empty() {
        let rows = fulfillment_line::Entity::find()
            .filter(fulfillment_line::Column::FulfillmentId.is_in(open))
            .all(connection)
            .await?;
        for row in rows {
            let units = assigned.entry(row.order_line_id).or_default();
            *units = units.saturating_add(count(row.quantity)?);
        }
    }
    let mut goods: HashMap<Uuid, Goods> = HashMap::new();
    for line in lines {
        let units = LineUnits {
            ordered: count(line.quantity)?,
            cancelled: count(line.cancelled_quantity)?,
            fulfilled: count(line.fulfilled_quantity)?,
            assigned: assigned.get(&line.id).copied().unwrap_or_default(),
        };
        goods
            .entry(line.order_id)
            .or_default()
            .lines
            .insert(line.id, units);
    }
    for parcel in parcels {
        goods
            .entry(parcel.order_id)
            .or_default()
            .parcels
            .push(parcel.status.0);
    }
    Ok(goods)
}

fn count(quantity: i32) -> Result<u32> {
    u32::try_from(quantity).map_err(Error::internal)
}

/// Brings where the goods of a locked order stand in line with its lines and parcels; the caller saves its row.
///
/// # Errors
/// When the database cannot be read.
pub(crate) async fn bring_goods_in_line(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    order: &mut Model,
) -> Result<()> {
    let mut goods = goods(transaction, &[order.id]).await?;
    let status = goods.remove(&order.id).unwrap_or_default().status();
    let has_arrived =
        status == OrderFulfillmentStatus::Delivered && order.status.0 == OrderStatus::Confirmed;
    order.fulfillment_status = Text(status);
    if has_arrived && order.delivered_at.is_none() {
        order.delivered_at = Some(clock.now());
    }
    Ok(())
}

/// Gathers the facts of one order.
///
/// # Errors
/// When the database cannot be read.
pub(crate) async fn of_order<C: ConnectionTrait>(
    app: &AppState,
    connection: &C,
    order: &Model,
) -> Result<OrderFacts> {
    let mut facts = of_orders(app, connection, std::slice::from_ref(order)).await?;
    facts
        .remove(&order.id)
        .ok_or_else(|| Error::internal("no facts of an order"))
}

/// Gathers the facts of many orders at once.
///
/// # Errors
/// When the database cannot be read.
pub(crate) async fn of_orders<C: ConnectionTrait>(
    app: &AppState,
    connection: &C,
    orders: &[Model],
) -> Result<HashMap<Uuid, OrderFacts>> {
    let ids: Vec<Uuid> = orders.iter().map(|order| order.id).collect();
    let mut goods = goods(connection, &ids).await?;
    let wishes: Vec<Uuid> = order_cancellation::Entity::find()
        .select_only()
        .column(order_cancellation::Column::OrderId)
        .filter(order_cancellation::Column::OrderId.is_in(ids.iter().copied()))
        .filter(order_cancellation::Column::Status.eq(Text(RequestStatus::Pending)))
        .into_tuple()
        .all(connection)
        .await?;
    let given = given_back(connection, &ids).await?;
    let waiting = Waiting::load(connection, orders).await?;
    let mut approvals = approvals(connection, orders).await?;
    let settling: Vec<Uuid> = payment::Entity::find()
        .select_only()
        .column(payment::Column::OrderId)
        .filter(payment::Column::OrderId.is_in(ids.iter().copied()))
        .filter(payment::Column::IsSettling.eq(true))
        .filter(ExprTrait::lt(
            Expr::col(payment::Column::CapturedMinor),
            Expr::col(payment::Column::AmountMinor),
        ))
        // What came of a transfer for a change has lowered what is owed; the rest may come any way.
        .filter(
            payment::Column::ForChange
                .eq(false)
                .or(Expr::col(payment::Column::AuthorizedMinor)
                    .gt(Expr::col(payment::Column::CapturedMinor))),
        )
        .into_tuple()
        .all(connection)
        .await?;
    let changing: Vec<Uuid> = order_change::Entity::find()
        .select_only()
        .column(order_change::Column::OrderId)
        .filter(order_change::Column::OrderId.is_in(ids.iter().copied()))
        .filter(order_change::Column::Status.eq(Text(RequestStatus::Pending)))
        .into_tuple()
        .all(connection)
        .await?;
    let claims = claims::of_orders(connection, &ids).await?;
    let now = app.clock.now();
    orders
        .iter()
        .map(|order| {
            let goods = goods.remove(&order.id).unwrap_or_default();
            let policy = &app
                .channels
                .find_by_id(order.channel_id)?
                .after_sale_policy
                .0;
            let window = policy.longest_window();
            let claims = || claims.get(&order.id).into_iter().flat_map(HashMap::values);
            let facts = OrderFacts {
                status: order.status.0,
                owes: row::due(order)?.is_positive(),
                awaits_payment: row::due(order)?.is_positive() && !settling.contains(&order.id),
                has_refundable: has_refundable(order, given.get(&order.id).copied()),
                has_open_units: goods.has_open_units(),
                has_open_cancellation: wishes.contains(&order.id),
                approval: approvals.remove(&order.id).unwrap_or_default(),
                has_open_question: waiting.for_back_office.contains(&order.id),
                has_open_proposal: waiting.for_buyer.contains(&order.id),
                has_open_change: changing.contains(&order.id),
                has_claimable: claims().any(|line| line.left() > 0),
                has_claimable_in_time: claims().any(|line| line.left_within(window, now) > 0),
                parcels: goods.parcels,
            };
            Ok((order.id, facts))
        })
        .collect()
}

/// Who approved orders that wait for approval.
async fn approvals<C: ConnectionTrait>(
    connection: &C,
    orders: &[Model],
) -> Result<HashMap<Uuid, ApprovalSoFar>> {
    let ids: Vec<Uuid> = orders
        .iter()
        .filter(|order| order.status.0 == OrderStatus::AwaitingApproval)
        .map(|order| order.id)
        .collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = order_approval::Entity::find()
        .filter(order_approval::Column::OrderId.is_in(ids))
        .all(connection)
        .await?;
    let mut by_order: HashMap<Uuid, Vec<order_approval::Model>> = HashMap::new();
    for row in rows {
        by_order.entry(row.order_id).or_default().push(row);
    }
    Ok(by_order
        .into_iter()
        .map(|(id, rows)| (id, approval::so_far(&rows)))
        .collect())
}

/// Orders that are not certain yet, by whose turn it is.
#[derive(Debug, Default)]
struct Waiting {
    for_back_office: Vec<Uuid>,
    for_buyer: Vec<Uuid>,
}

impl Waiting {
    async fn load<C: ConnectionTrait>(connection: &C, orders: &[Model]) -> Result<Self> {
        let ids: Vec<Uuid> = orders
            .iter()
            .filter(|order| order.status.0 == OrderStatus::AwaitingConfirmation)
            .map(|order| order.id)
            .collect();
        if ids.is_empty() {
            return Ok(Self::default());
        }
        let unanswered = OrderConfirmationStatus::ALL
            .iter()
            .filter(|status| status.is_unanswered());
        Ok(Self {
            for_back_office: order_confirmation_request::Entity::find()
                .select_only()
                .column(order_confirmation_request::Column::OrderId)
                .filter(order_confirmation_request::Column::OrderId.is_in(ids.iter().copied()))
                .filter(
                    order_confirmation_request::Column::Status
                        .is_in(unanswered.map(|status| Text(*status))),
                )
                .into_tuple()
                .all(connection)
                .await?,
            for_buyer: order_proposal::Entity::find()
                .select_only()
                .column(order_proposal::Column::OrderId)
                .filter(order_proposal::Column::OrderId.is_in(ids))
                .filter(order_proposal::Column::Status.eq(Text(RequestStatus::Pending)))
                .into_tuple()
                .all(connection)
                .await?,
        })
    }
}

/// Money and points of an order that are back or on their way.
#[derive(Clone, Copy, Debug, Default)]
struct GivenBack {
    amount_minor: i64,
    points: i32,
}

async fn given_back<C: ConnectionTrait>(
    connection: &C,
    order_ids: &[Uuid],
) -> Result<HashMap<Uuid, GivenBack>> {
    let refunds = refund::Entity::find()
        .filter(refund::Column::OrderId.is_in(order_ids.iter().copied()))
        .filter(refund::Column::Status.ne(Text(RefundStatus::Failed)))
        .all(connection)
        .await?;
    let mut given: HashMap<Uuid, GivenBack> = HashMap::new();
    for refund in refunds {
        let sum = given.entry(refund.order_id).or_default();
        sum.amount_minor = sum.amount_minor.saturating_add(refund.amount_minor);
        sum.points = sum.points.saturating_add(refund.points_restored);
    }
    Ok(given)
}

fn has_refundable(order: &Model, given: Option<GivenBack>) -> bool {
    let given = given.unwrap_or_default();
    let has_points = order.points_spent > given.points && !order.status.0.is_called_off();
    let gone = Ord::max(
        given.amount_minor,
        order.refunded_minor + order.credited_minor,
    );
    // Goods that are owed for can come back as well: then less is owed.
    order.paid_minor + order.tendered_minor > gone || order.owed_minor > 0 || has_points
}
