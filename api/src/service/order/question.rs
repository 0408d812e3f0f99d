//! Questions to the back office: asked by warehouse and line when an order has been paid for, answered once.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use domain::order::OrderConfirmationStatus;
use domain::order::confirmation::{AskedLine, LineAnswer, ProposedLine, propose};
use entity::column::Text;
use entity::order::Model as Order;
use entity::order_confirmation_request::{ActiveModel, Column, Entity, Model};
use entity::{order_confirmation_line, order_line, stock_allocation};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
    QueryOrder,
};
use uuid::Uuid;

use crate::clock::Clock;
use crate::error::{Error, Result};

/// One question per warehouse that promised stock, or one for the whole order when none did.
///
/// # Errors
/// When a row cannot be written.
pub(super) async fn ask(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    order: &Order,
    deadline_minutes: i32,
) -> Result<()> {
    let now = clock.now();
    let deadline_at = now + TimeDelta::minutes(i64::from(deadline_minutes));
    let (mut requests, mut lines) = (Vec::new(), Vec::new());
    for (warehouse_id, units) in wanted(transaction, order.id).await? {
        let id = clock.new_id();
        requests.push(ActiveModel {
            id: Set(id),
            order_id: Set(order.id),
            warehouse_id: Set(warehouse_id),
            status: Set(Text(OrderConfirmationStatus::Pending)),
            deadline_at: Set(deadline_at),
            external_ref: Set(None),
            reason: Set(None),
            attempts: Set(0),
            actor_kind: Set(None),
            actor_id: Set(None),
            responded_at: Set(None),
            created_at: Set(now),
        });
        lines.extend(units.into_iter().map(|(line_id, quantity)| {
            order_confirmation_line::ActiveModel {
                request_id: Set(id),
                order_line_id: Set(line_id),
                quantity: Set(quantity),
                answered_quantity: Set(None),
                promised_ship_at: Set(None),
                substitute_variant_id: Set(None),
            }
        }));
    }
    Entity::insert_many(requests)
        .exec_without_returning(transaction)
        .await?;
    order_confirmation_line::Entity::insert_many(lines)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// Lines and units of an order, by the warehouse that promised them.
async fn wanted(
    transaction: &DatabaseTransaction,
    order_id: Uuid,
) -> Result<BTreeMap<Option<Uuid>, Vec<(Uuid, i32)>>> {
    let promises = stock_allocation::Entity::find()
        .filter(stock_allocation::Column::OrderId.eq(order_id))
        .order_by_asc(stock_allocation::Column::OrderLineId)
        .all(transaction)
        .await?;
    let mut wanted: BTreeMap<Option<Uuid>, Vec<(Uuid, i32)>> = BTreeMap::new();
    for promise in promises {
        let units = wanted.entry(Some(promise.warehouse_id)).or_default();
        units.push((promise.order_line_id, promise.quantity));
    }
    if wanted.is_empty() {
        let lines = order_line::Entity::find()
            .filter(order_line::Column::OrderId.eq(order_id))
            .order_by_asc(order_line::Column::Id)
            .all(transaction)
            .await?;
        let units = lines.iter().map(|line| (line.id, line.quantity));
        wanted.insert(None, units.collect());
    }
    Ok(wanted)
}

/// One line of a question, with the answer so far: as asked, unless something else was said.
#[derive(Clone, Copy, Debug)]
pub(super) struct QuestionLine {
    /// The order.
    pub(super) order_id: Uuid,
    /// Who was asked; none for the back office as a whole.
    pub(super) warehouse_id: Option<Uuid>,
    /// What was asked.
    pub(super) asked: AskedLine,
    /// What was answered.
    pub(super) answer: LineAnswer,
}

/// All questions about an order, oldest first.
///
/// # Errors
/// When the database cannot be read.
pub(super) async fn of_order(
    transaction: &DatabaseTransaction,
    order_id: Uuid,
) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::OrderId.eq(order_id))
        .order_by_asc(Column::Id)
        .all(transaction)
        .await?)
}

/// The lines of all questions about some orders.
///
/// # Errors
/// When the database cannot be read.
pub(super) async fn lines_of<C: ConnectionTrait>(
    connection: &C,
    questions: &[Model],
) -> Result<Vec<QuestionLine>> {
    use order_confirmation_line::{Column, Entity};
    let rows = Entity::find()
        .filter(Column::RequestId.is_in(questions.iter().map(|question| question.id)))
        .order_by_asc(Column::RequestId)
        .order_by_asc(Column::OrderLineId)
        .all(connection)
        .await?;
    let mut times: HashMap<Uuid, u32> = HashMap::new();
    for row in &rows {
        *times.entry(row.order_line_id).or_default() += 1;
    }
    let questions: HashMap<Uuid, &Model> = questions
        .iter()
        .map(|question| (question.id, question))
        .collect();
    rows.iter()
        .map(|row| {
            let quantity = count(row.quantity)?;
            let question = questions.get(&row.request_id);
            let question = question.ok_or_else(|| Error::internal("a line of no question"))?;
            Ok(QuestionLine {
                order_id: question.order_id,
                warehouse_id: question.warehouse_id,
                asked: AskedLine {
                    id: row.order_line_id,
                    quantity,
                    is_whole: times.get(&row.order_line_id) == Some(&1),
                },
                answer: LineAnswer {
                    id: row.order_line_id,
                    quantity: row.answered_quantity.map_or(Ok(quantity), count)?,
                    promised_ship_at: row.promised_ship_at,
                    substitute: row.substitute_variant_id,
                },
            })
        })
        .collect()
}

fn count(quantity: i32) -> Result<u32> {
    u32::try_from(quantity).map_err(Error::internal)
}

/// Writes the answers to a question down.
///
/// # Errors
/// When a row cannot be written.
pub(super) async fn write_answers(
    transaction: &DatabaseTransaction,
    request_id: Uuid,
    asked: &[AskedLine],
    answers: &[LineAnswer],
) -> Result<()> {
    use order_confirmation_line::{ActiveModel, Column, Entity};
    let units = |quantity: u32| i32::try_from(quantity).map_err(Error::internal);
    let rows = asked
        .iter()
        .zip(answers)
        .map(|(asked, answer)| {
            Ok(ActiveModel {
                request_id: Set(request_id),
                order_line_id: Set(asked.id),
                quantity: Set(units(asked.quantity)?),
                answered_quantity: Set(Some(units(answer.quantity)?)),
                promised_ship_at: Set(answer.promised_ship_at),
                substitute_variant_id: Set(answer.substitute),
            })
        })
        .collect::<Result<Vec<_>>>()?;
    Entity::delete_many()
        .filter(Column::RequestId.eq(request_id))
        .exec(transaction)
        .await?;
    Entity::insert_many(rows)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// What the buyer would get, by all answers about one order.
pub(super) fn proposed<'a>(lines: impl Iterator<Item = &'a QuestionLine>) -> Vec<ProposedLine> {
    let answers: Vec<_> = lines.map(|line| (line.asked, line.answer)).collect();
    propose(&answers)
}

/// The latest day that was promised.
pub(super) fn latest_promise(lines: &[QuestionLine]) -> Option<DateTime<Utc>> {
    lines
        .iter()
        .filter_map(|line| line.answer.promised_ship_at)
        .max()
}
