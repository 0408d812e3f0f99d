//! What may be read of the entries.

use chrono::{DateTime, Utc};
use domain::id::AuditEntryId;
use domain::permission::Permission;
use entity::audit_entry::{COLUMN, Column, Entity, Model};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::auth::Viewer;
use crate::error::Result;
use crate::service::page::{Page, PageRequest};
use crate::state::AppState;

/// Narrows entries.
#[derive(Clone, Debug, Default)]
pub struct EntryFilter {
    /// By this account.
    pub actor_id: Option<Uuid>,
    /// On the object of this global id.
    pub subject_id: Option<String>,
    /// From this instant on.
    pub from: Option<DateTime<Utc>>,
    /// Before this instant.
    pub until: Option<DateTime<Utc>>,
}

/// Lists who changed what, newest first.
///
/// # Errors
/// Without permission `AUDIT_READ`, or for a bad cursor.
pub async fn entries(
    app: &AppState,
    viewer: &Viewer,
    filter: &EntryFilter,
    request: &PageRequest,
) -> Result<Page<Model>> {
    viewer.require(Permission::AuditRead)?;
    let mut query = Entity::find();
    if let Some(actor_id) = filter.actor_id {
        query = query.filter(COLUMN.actor_id.eq(actor_id));
    }
    if let Some(subject_id) = &filter.subject_id {
        query = query.filter(Column::SubjectId.eq(subject_id.as_str()));
    }
    if let Some(from) = filter.from {
        query = query.filter(COLUMN.occurred_at.gte(from));
    }
    if let Some(until) = filter.until {
        query = query.filter(COLUMN.occurred_at.lt(until));
    }
    request
        .newest_first(app.database.read(), query, Column::Id, |row| row.id)
        .await
}

/// Finds an entry.
///
/// # Errors
/// Without permission `AUDIT_READ`.
pub async fn find(app: &AppState, viewer: &Viewer, id: AuditEntryId) -> Result<Option<Model>> {
    viewer.require(Permission::AuditRead)?;
    Ok(Entity::find_by_id(id.0).one(app.database.read()).await?)
}
