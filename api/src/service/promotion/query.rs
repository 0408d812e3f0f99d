//! What staff read about promotions.

use chrono::{DateTime, Utc};
use domain::id::{PromotionId, TypedId as _};
use domain::permission::Permission;
use domain::promotion::PromotionStatus;
use entity::column::Text;
use entity::promotion::{COLUMN, Column, Entity, Model};
use sea_orm::sea_query::{Expr, Func};
use sea_orm::{ColumnTrait, Condition, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use crate::auth::Viewer;
use crate::error::Result;
use crate::service::page::{Page, PageRequest, SortKey};
use crate::state::AppState;

/// Narrows promotions.
#[derive(Clone, Debug, Default)]
pub struct PromotionFilter {
    /// Part of a name.
    pub query: Option<String>,
    /// In these states, time taken into account; all but archived ones when empty.
    pub status: Vec<PromotionStatus>,
}

/// Place of a promotion in the list.
pub type PromotionKey = (i32, Uuid);

/// Finds a promotion of the channel.
///
/// # Errors
/// Without permission `PROMOTION_READ`.
pub async fn find(app: &AppState, viewer: &Viewer, id: PromotionId) -> Result<Option<Model>> {
    Ok(by_ids(app, viewer, &[id]).await?.pop())
}

/// Loads promotions of the channel by id; unknown ones are left out.
///
/// # Errors
/// Without permission `PROMOTION_READ`.
pub async fn by_ids(app: &AppState, viewer: &Viewer, ids: &[PromotionId]) -> Result<Vec<Model>> {
    viewer.require(Permission::PromotionRead)?;
    let rows = Entity::find()
        .filter(COLUMN.channel_id.eq(viewer.channel.id))
        .filter(COLUMN.id.is_in(ids.iter().map(|id| id.uuid())))
        .all(app.database.read())
        .await?;
    Ok(rows)
}

/// Lists the channel's promotions by priority.
///
/// # Errors
/// Without permission `PROMOTION_READ`, or for a bad cursor.
pub async fn promotions(
    app: &AppState,
    viewer: &Viewer,
    filter: &PromotionFilter,
    request: &PageRequest,
) -> Result<Page<Model>> {
    viewer.require(Permission::PromotionRead)?;
    let mut query = Entity::find().filter(COLUMN.channel_id.eq(viewer.channel.id));
    if let Some(part) = filter
        .query
        .as_deref()
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        let pattern = format!("%{}%", escape_like(&part.to_lowercase()));
        let name = Func::lower(Expr::col((Entity, Column::Name)));
        query = query
            .filter(Expr::expr(name).like(sea_orm::sea_query::LikeExpr::new(pattern).escape('\\')));
    }
    if filter.status.is_empty() {
        query = query.filter(COLUMN.status.ne(Text(PromotionStatus::Archived)));
    } else {
        let now = app.clock.now();
        let any = filter.status.iter().fold(Condition::any(), |any, status| {
            any.add(is_in_status(*status, now))
        });
        query = query.filter(any);
    }
    let connection = app.database.read();
    let total = if request.with_total {
        Some(query.clone().count(connection).await?)
    } else {
        None
    };
    let at = request.position::<PromotionKey>()?;
    let keys = vec![
        SortKey::asc(Column::Priority, at.map(|(priority, _)| priority)),
        SortKey::asc(Column::Id, at.map(|(_, id)| id)),
    ];
    let rows = request.apply(query, keys).all(connection).await?;
    request.page(rows, total, |row| (row.priority, row.id))
}

/// `PromotionStatus::at` as a condition on rows.
pub(in crate::service) fn is_in_status(status: PromotionStatus, now: DateTime<Utc>) -> Condition {
    let activated = || {
        COLUMN
            .status
            .is_in([PromotionStatus::Active, PromotionStatus::Scheduled].map(Text))
    };
    let is_over = || Condition::all().add(COLUMN.ends_at.lte(now));
    let is_not_over = || {
        Condition::any()
            .add(COLUMN.ends_at.is_null())
            .add(COLUMN.ends_at.gt(now))
    };
    let has_started = || {
        Condition::any()
            .add(COLUMN.starts_at.is_null())
            .add(COLUMN.starts_at.lte(now))
    };
    let stored = || Condition::all().add(COLUMN.status.eq(Text(status)));
    match status {
        PromotionStatus::Draft
        | PromotionStatus::PendingApproval
        | PromotionStatus::Paused
        | PromotionStatus::Archived => stored(),
        PromotionStatus::Ended => Condition::any()
            .add(stored())
            .add(Condition::all().add(activated()).add(is_over())),
        PromotionStatus::Active => Condition::all()
            .add(activated())
            .add(is_not_over())
            .add(has_started()),
        PromotionStatus::Scheduled => Condition::all()
            .add(activated())
            .add(is_not_over())
            .add(COLUMN.starts_at.gt(now)),
    }
}

/// Makes a text safe inside a LIKE pattern.
fn escape_like(text: &str) -> String {
    text.chars()
        .flat_map(|character| {
            let is_special = matches!(character, '\\' | '%' | '_');
            is_special.then_some('\\').into_iter().chain([character])
        })
        .collect()
}
