//! Staff put members into groups and take them out. Doing it twice changes nothing.

use std::collections::BTreeSet;

use domain::id::{MemberGroupId, TypedId as _};
use domain::permission::Permission;
use entity::member;
use entity::member_group::{COLUMN, Entity, Model};
use entity::member_group_member::{self as membership, ActiveModel, Column};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::member::MemberError;
use crate::state::AppState;

/// Most members of one request.
const MAX_MEMBERS: usize = 500;

/// Members to put into a group or to take out.
#[derive(Clone, Debug)]
pub struct ChangeMembers {
    /// The group.
    pub group_id: MemberGroupId,
    /// The members.
    pub member_ids: Vec<Uuid>,
}

/// Puts members into a group, all or none; those in it stay.
///
/// # Errors
/// [`Error::NotFound`] for an unknown group or member, [`Error::Invalid`] for too many, [`Error::Forbidden`] without
/// `MEMBER_WRITE`.
pub async fn add_members(
    app: &AppState,
    viewer: &Viewer,
    command: ChangeMembers,
) -> Result<Model, MemberError> {
    let members = check(viewer, &command)?;
    let attempt = || attempt_add(app, viewer, command.group_id, &members);
    app.database.retry(attempt).await
}

async fn attempt_add(
    app: &AppState,
    viewer: &Viewer,
    group_id: MemberGroupId,
    members: &BTreeSet<Uuid>,
) -> Result<Model, MemberError> {
    let transaction = app.database.begin().await?;
    let group = find(&transaction, viewer, group_id).await?;
    let known = member::Entity::find()
        .filter(member::COLUMN.id.is_in(members.iter().copied()))
        .count(&transaction)
        .await?;
    if usize::try_from(known).ok() != Some(members.len()) {
        return Err(Error::NotFound("member").into());
    }
    let now = app.clock.now();
    // In one order by everybody, so that two requests cannot wait for each other.
    let rows = members.iter().map(|member_id| ActiveModel {
        group_id: Set(group.id),
        member_id: Set(*member_id),
        added_at: Set(now),
    });
    let once = OnConflict::columns([Column::GroupId, Column::MemberId])
        .do_nothing()
        .to_owned();
    membership::Entity::insert_many(rows)
        .on_conflict(once)
        .exec_without_returning(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(group)
}

/// Takes members out of a group; those not in it do not matter.
///
/// # Errors
/// [`Error::NotFound`] for an unknown group, [`Error::Invalid`] for too many, [`Error::Forbidden`] without `MEMBER_WRITE`.
pub async fn remove_members(
    app: &AppState,
    viewer: &Viewer,
    command: ChangeMembers,
) -> Result<Model, MemberError> {
    let members = check(viewer, &command)?;
    let attempt = || attempt_remove(app, viewer, command.group_id, &members);
    app.database.retry(attempt).await
}

async fn attempt_remove(
    app: &AppState,
    viewer: &Viewer,
    group_id: MemberGroupId,
    members: &BTreeSet<Uuid>,
) -> Result<Model, MemberError> {
    let transaction = app.database.begin().await?;
    let group = find(&transaction, viewer, group_id).await?;
    membership::Entity::delete_many()
        .filter(membership::COLUMN.group_id.eq(group.id))
        .filter(membership::COLUMN.member_id.is_in(members.iter().copied()))
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(group)
}

/// The members of a request, each once, by id.
fn check(viewer: &Viewer, command: &ChangeMembers) -> Result<BTreeSet<Uuid>> {
    viewer.require(Permission::MemberWrite)?;
    if (1..=MAX_MEMBERS).contains(&command.member_ids.len()) {
        Ok(command.member_ids.iter().copied().collect())
    } else {
        let message = format!("1 to {MAX_MEMBERS} members at once");
        Err(Error::invalid(&["memberIds"], message))
    }
}

async fn find<C: ConnectionTrait>(
    connection: &C,
    viewer: &Viewer,
    id: MemberGroupId,
) -> Result<Model> {
    Entity::find_by_id(id.uuid())
        .filter(COLUMN.channel_id.eq(viewer.channel.id))
        .one(connection)
        .await?
        .ok_or(Error::NotFound("member group"))
}
