//! Edits of confirmed orders: written with the prices of the moment, carried out or dropped later. What they cost is
//! decided in `domain::order::change`.

mod apply;
mod create;
pub mod query;
mod resolve;
mod respond;
mod stock;

pub use create::{CreateChange, PreviewChange, create_change, preview_change};
pub use resolve::StepWish;
pub use respond::{RespondToChange, respond_to_change};

use std::collections::HashMap;

use domain::order::RequestStatus;
use domain::order::change::{ChangeLine, Changeable};
use domain::percent::Percent;
use entity::column::Text;
use entity::order::Model as Order;
use entity::order_change::{Column, Entity};
use entity::order_line;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use super::error::OrderError;
use super::facts;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::service::payment;

/// An order with everything a change of it depends on.
struct Subject {
    /// Its lines, in their order.
    lines: Vec<order_line::Model>,
    /// As the domain sees it.
    order: Changeable,
}

impl Subject {
    /// Loads an order, which is locked when something will be decided.
    async fn load<C: ConnectionTrait>(connection: &C, order: &Order) -> Result<Self, OrderError> {
        let lines = order_line::Entity::find()
            .filter(order_line::Column::OrderId.eq(order.id))
            .order_by_asc(order_line::Column::Position)
            .all(connection)
            .await?;
        let mut goods = facts::goods(connection, &[order.id]).await?;
        let goods = goods.remove(&order.id).unwrap_or_default();
        let left = payment::left_of(connection, order).await?;
        let seen = lines
            .iter()
            .map(|line| {
                let units = goods.lines.get(&line.id).copied();
                let ppm = u32::try_from(line.tax_rate_ppm).map_err(Error::internal)?;
                Ok(ChangeLine {
                    id: line.id,
                    units: units.ok_or_else(|| Error::internal("a line without its units"))?,
                    rate: Percent::from_ppm(ppm).map_err(Error::internal)?,
                    is_gift: line.gift,
                })
            })
            .collect::<Result<_>>()?;
        Ok(Self {
            order: Changeable {
                status: order.status.0,
                parcels: goods.parcels,
                tax_included: order.tax_included,
                lines: seen,
                steps: left.steps,
                left: left.refundable,
            },
            lines,
        })
    }

    /// Lines by id.
    fn by_id(&self) -> HashMap<Uuid, &order_line::Model> {
        self.lines.iter().map(|line| (line.id, line)).collect()
    }
}

/// Drops the open edit of an order that is over.
///
/// # Errors
/// When the row cannot be written.
pub(super) async fn withdraw(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    order_id: Uuid,
) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(Text(RequestStatus::Cancelled)))
        .col_expr(Column::RespondedAt, Expr::value(clock.now()))
        .filter(Column::OrderId.eq(order_id))
        .filter(Column::Status.eq(Text(RequestStatus::Pending)))
        .exec(transaction)
        .await?;
    Ok(())
}
