//! Reading refunds that wait for approval, and what became of them.

use domain::id::{RefundRequestId, TypedId};
use domain::order::RequestStatus;
use domain::permission::Permission;
use entity::column::Text;
use entity::refund_approval;
use entity::refund_request::{Column, Entity, Model};
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::auth::Viewer;
use crate::error::Result;
use crate::service::order::approval::person;
use crate::service::page::{Page, PageRequest};
use crate::state::AppState;

/// A request, for those who give money back and those who approve.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(app: &AppState, viewer: &Viewer, id: RefundRequestId) -> Result<Option<Model>> {
    if !viewer.may(Permission::RefundWrite) && !viewer.may(Permission::OrderApprove) {
        return Ok(None);
    }
    let found = Entity::find_by_id(id.uuid());
    Ok(found.one(app.database.read()).await?)
}

/// The requests of orders, oldest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn by_order_ids(app: &AppState, order_ids: &[Uuid]) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::OrderId.is_in(order_ids.iter().copied()))
        .order_by_asc(Column::Id)
        .all(app.database.read())
        .await?)
}

/// What approvers said to requests, in the order of their answers.
///
/// # Errors
/// When the database cannot be read.
pub async fn approvals_by_request_ids(
    app: &AppState,
    ids: &[Uuid],
) -> Result<Vec<refund_approval::Model>> {
    use refund_approval::{Column, Entity};
    Ok(Entity::find()
        .filter(Column::RefundRequestId.is_in(ids.iter().copied()))
        .order_by_asc(Column::RefundRequestId)
        .order_by_asc(Column::Level)
        .all(app.database.read())
        .await?)
}

/// Refunds that wait for the viewer's approval, the one that waits longest first; none for programs.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without `ORDER_APPROVE`; [`crate::error::Error::Invalid`] for a broken cursor.
pub async fn to_approve(
    app: &AppState,
    viewer: &Viewer,
    page: &PageRequest,
) -> Result<Page<Model>> {
    viewer.require(Permission::OrderApprove)?;
    let waiting = Entity::find().filter(Column::Status.eq(Text(RequestStatus::Pending)));
    let query = match person(viewer) {
        Some(person) => {
            let answered = Query::select()
                .column(refund_approval::Column::RefundRequestId)
                .from(refund_approval::Entity)
                .and_where(refund_approval::Column::ApproverId.eq(person))
                .to_owned();
            let of_others = Condition::any()
                .add(Column::AuthorId.is_null())
                .add(Column::AuthorId.ne(person));
            waiting
                .filter(of_others)
                .filter(Column::Id.not_in_subquery(answered))
        }
        None => waiting.filter(Expr::value(false)),
    };
    page.oldest_first(app.database.read(), query, Column::Id, |request| request.id)
        .await
}
