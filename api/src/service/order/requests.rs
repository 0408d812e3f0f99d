//! Reading what is asked about orders: the parts of questions, counter-proposals and cancellations, by many ids at once.

use domain::order::confirmation::ProposedLine;
use entity::{
    order_cancellation_line, order_confirmation_line, order_confirmation_request, order_proposal,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::question;
use crate::error::Result;
use crate::state::AppState;

/// Units cancellations are about; none of those about all that was open.
///
/// # Errors
/// When the database cannot be read.
pub async fn cancellation_lines_by_ids(
    app: &AppState,
    ids: &[Uuid],
) -> Result<Vec<order_cancellation_line::Model>> {
    use order_cancellation_line::{Column, Entity};
    Ok(Entity::find()
        .filter(Column::CancellationId.is_in(ids.iter().copied()))
        .order_by_asc(Column::CancellationId)
        .order_by_asc(Column::OrderLineId)
        .all(app.database.read())
        .await?)
}

/// What questions to the back office are about, and its answers.
///
/// # Errors
/// When the database cannot be read.
pub async fn confirmation_lines_by_request_ids(
    app: &AppState,
    ids: &[Uuid],
) -> Result<Vec<order_confirmation_line::Model>> {
    use order_confirmation_line::{Column, Entity};
    Ok(Entity::find()
        .filter(Column::RequestId.is_in(ids.iter().copied()))
        .order_by_asc(Column::RequestId)
        .order_by_asc(Column::OrderLineId)
        .all(app.database.read())
        .await?)
}

/// A counter-proposal and its lines.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The row.
    pub row: order_proposal::Model,
    /// What the buyer would get.
    pub lines: Vec<ProposedLine>,
}

/// Counter-proposals to the buyers of orders.
///
/// # Errors
/// When the database cannot be read.
pub async fn proposals_by_order_ids(app: &AppState, order_ids: &[Uuid]) -> Result<Vec<Proposal>> {
    let rows = order_proposal::Entity::find()
        .filter(order_proposal::Column::OrderId.is_in(order_ids.iter().copied()))
        .all(app.database.read())
        .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let questions = order_confirmation_request::Entity::find()
        .filter(
            order_confirmation_request::Column::OrderId.is_in(rows.iter().map(|row| row.order_id)),
        )
        .order_by_asc(order_confirmation_request::Column::Id)
        .all(app.database.read())
        .await?;
    let lines = question::lines_of(app.database.read(), &questions).await?;
    Ok(rows
        .into_iter()
        .map(|row| Proposal {
            lines: question::proposed(lines.iter().filter(|line| line.order_id == row.order_id)),
            row,
        })
        .collect())
}
