//! Reads groups, and how many are in them.

use std::collections::HashMap;

use domain::id::{MemberGroupId, TypedId as _};
use domain::permission::Permission;
use entity::channel;
use entity::member_group::{COLUMN, Column, Entity, Model};
use entity::member_group_member as membership;
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::auth::Viewer;
use crate::error::Result;
use crate::state::AppState;

/// Lists the channel's groups by code.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without `MEMBER_READ`.
pub async fn list(app: &AppState, viewer: &Viewer) -> Result<Vec<Model>> {
    viewer.require(Permission::MemberRead)?;
    Ok(Entity::find()
        .filter(COLUMN.channel_id.eq(viewer.channel.id))
        .order_by_asc(Column::Code)
        .all(app.database.read())
        .await?)
}

/// Loads the channel's groups by id; unknown ones are left out.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without `MEMBER_READ`.
pub async fn groups_by_ids(
    app: &AppState,
    viewer: &Viewer,
    ids: &[MemberGroupId],
) -> Result<Vec<Model>> {
    viewer.require(Permission::MemberRead)?;
    Ok(Entity::find()
        .filter(COLUMN.channel_id.eq(viewer.channel.id))
        .filter(COLUMN.id.is_in(ids.iter().map(|id| id.uuid())))
        .all(app.database.read())
        .await?)
}

/// Counts the members of many groups with one statement, for a loader; the caller has checked who may see them.
///
/// # Errors
/// When the database does not answer.
pub async fn sizes(app: &AppState, ids: &[Uuid]) -> Result<HashMap<Uuid, i64>> {
    let counts: Vec<(Uuid, i64)> = membership::Entity::find()
        .select_only()
        .column(membership::Column::GroupId)
        .column_as(membership::Column::MemberId.count(), "size")
        .filter(membership::COLUMN.group_id.is_in(ids.iter().copied()))
        .group_by(membership::Column::GroupId)
        .into_tuple()
        .all(app.database.read())
        .await?;
    Ok(counts.into_iter().collect())
}

/// Loads the groups of a channel that many members are in, by code, with one statement, for a loader; the caller has checked
/// who may see them.
///
/// # Errors
/// When the database does not answer.
pub async fn groups_of_members(
    app: &AppState,
    channel: &channel::Model,
    member_ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Model>>> {
    let of_group = membership::Entity::belongs_to(Entity)
        .from(membership::Column::GroupId)
        .to(Column::Id);
    let rows = membership::Entity::find()
        .join(JoinType::InnerJoin, of_group.into())
        .select_also(Entity)
        .filter(COLUMN.channel_id.eq(channel.id))
        .filter(
            membership::COLUMN
                .member_id
                .is_in(member_ids.iter().copied()),
        )
        .order_by_asc(Column::Code)
        .all(app.database.read())
        .await?;
    let mut groups: HashMap<Uuid, Vec<Model>> = HashMap::new();
    for (membership, group) in rows {
        groups
            .entry(membership.member_id)
            .or_default()
            .extend(group);
    }
    Ok(groups)
}
