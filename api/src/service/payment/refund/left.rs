//! What is left of an order, and money it has become too much for: what changes of an order need of its payments.

use domain::Money;
use domain::order::cost::CostStep;
use domain::order::refund::{Refundable, StepLeft, plan_surplus};
use entity::order::Model as Order;
use entity::payment::{Column, Entity};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use super::super::error::PaymentError;
use super::super::ledger::{self, Books};
use super::facts::Facts;
use super::units;
use super::words::Reason;
use super::write::{self, Decided};
use crate::service::order::history::ActorRef;
use crate::service::order::{OrderError, row};
use crate::state::AppState;

/// What is left of an order.
pub(crate) struct Left {
    /// To give back.
    pub(crate) refundable: Refundable,
    /// Of each step of its price.
    pub(crate) steps: Vec<CostStep>,
}

/// Tells what is left of an order when all that went back is taken off.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn left_of<C: ConnectionTrait>(
    connection: &C,
    order: &Order,
) -> Result<Left, OrderError> {
    let payments = Entity::find()
        .filter(Column::OrderId.eq(order.id))
        .order_by_asc(Column::Id)
        .all(connection)
        .await?;
    let facts = Facts::load(connection, order, &payments).await;
    let facts = facts.map_err(|error| OrderError::Common(error.into()))?;
    let lines = facts.left.lines.iter().flat_map(|line| &line.steps);
    let steps: Vec<&StepLeft> = lines.chain(&facts.left.shipping).collect();
    let left = |id: Uuid| steps.iter().find(|step| step.id == id);
    let cost = units::cost(order, &facts);
    let steps = cost
        .steps
        .into_iter()
        .filter_map(|step| {
            let amount = left(step.id)?.amount;
            Some(CostStep { amount, ..step })
        })
        .collect();
    Ok(Left {
        refundable: facts.left,
        steps,
    })
}

/// Brings the money of a locked order in line with a total that was changed, and gives back what is too much as far as it
/// is held. The caller saves the order's row.
///
/// # Errors
/// When a row cannot be written.
pub(crate) async fn follow_total(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &mut Order,
    surplus: Money,
    actor: ActorRef,
) -> Result<(), OrderError> {
    follow(app, transaction, order, surplus, actor)
        .await
        .map_err(|error| OrderError::Common(error.into()))
}

async fn follow(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &mut Order,
    surplus: Money,
    actor: ActorRef,
) -> Result<(), PaymentError> {
    let payments = ledger::lock_all(transaction, order).await?;
    let facts = Facts::load(transaction, order, &payments).await?;
    let surplus = surplus.least(facts.left.held)?;
    if surplus.is_zero() {
        return ledger::sum_up(order, &payments);
    }
    let mut books = Books {
        order: order.clone(),
        payments,
    };
    let plan = plan_surplus(surplus);
    let transfers = facts.spread(plan.total)?;
    let decided = Decided {
        id: app.clock.new_id(),
        reason: Reason::Changed.sentence(&row::locale(order)),
        actor,
    };
    let planned = (facts.steps.as_slice(), &plan, transfers.as_slice());
    write::carry_out(app, transaction, &mut books, planned, decided).await?;
    books.bring_in_line(order)
}
