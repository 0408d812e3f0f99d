//! Reading what is asked about orders: the parts of questions, counter-proposals and cancellations, by many ids at once.

use domain::order::OrderStatus;
use domain::order::confirmation::ProposedLine;
use domain::permission::Permission;
use entity::column::Text;
use entity::{
    order, order_approval, order_cancellation_line, order_confirmation_line,
    order_confirmation_request, order_proposal,
};
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QueryTrait};
use uuid::Uuid;

use super::{approval, question};
use crate::auth::Viewer;
use crate::error::Result;
use crate::service::page::{Page, PageRequest};
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

/// What approvers said about orders, in the order of the levels.
///
/// # Errors
/// When the database cannot be read.
pub async fn approvals_by_order_ids(
    app: &AppState,
    order_ids: &[Uuid],
) -> Result<Vec<order_approval::Model>> {
    use order_approval::{Column, Entity};
    Ok(Entity::find()
        .filter(Column::OrderId.is_in(order_ids.iter().copied()))
        .order_by_asc(Column::OrderId)
        .order_by_asc(Column::Level)
        .all(app.database.read())
        .await?)
}

/// Orders that wait for the viewer's approval, the one that waits longest first; none for programs.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without `ORDER_APPROVE`; [`crate::error::Error::Invalid`] for a broken cursor.
pub async fn to_approve(
    app: &AppState,
    viewer: &Viewer,
    page: &PageRequest,
) -> Result<Page<order::Model>> {
    use order::{Column, Entity};
    viewer.require(Permission::OrderApprove)?;
    let own = Query::select()
        .column(order_approval::Column::OrderId)
        .from(order_approval::Entity)
        .cond_where(
            Condition::any()
                .add(order_approval::Column::AuthorId.eq(approval::person(viewer)))
                .add(order_approval::Column::ApproverId.eq(approval::person(viewer))),
        )
        .to_owned();
    let query = Entity::find()
        .filter(Column::Status.eq(Text(OrderStatus::AwaitingApproval)))
        .filter(Column::Id.not_in_subquery(own))
        .apply_if(
            approval::person(viewer).is_none().then_some(()),
            |query, ()| query.filter(Expr::value(false)),
        );
    page.oldest_first(app.database.read(), query, Column::Id, |order| order.id)
        .await
}
