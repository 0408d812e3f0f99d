//! Names of those who did something, for whoever may see them.

use std::collections::HashMap;

use domain::account::ActorKind;
use domain::permission::Permission;
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::auth::{Account, Viewer};
use crate::error::Result;
use crate::service::{member, staff};
use crate::state::AppState;

/// The person behind an actor of the staff: whoever made a key stands behind what a program does with it.
///
/// # Errors
/// When the database cannot be read.
pub(crate) async fn person_behind<C: ConnectionTrait>(
    connection: &C,
    (kind, id): (ActorKind, Option<Uuid>),
) -> Result<Option<Uuid>> {
    let Some(id) = id else {
        return Ok(None);
    };
    Ok(match kind {
        ActorKind::Staff => Some(id),
        ActorKind::ApiKey => {
            entity::api_key::Entity::find_by_id(id)
                .select_only()
                .column(entity::api_key::Column::CreatedBy)
                .into_tuple()
                .one(connection)
                .await?
        }
        ActorKind::Guest | ActorKind::Member | ActorKind::Provider | ActorKind::System => None,
    })
}

/// Names by kind and id; what the viewer may not see is left out. Staff see each other's names; the rest takes the permission
/// to read such accounts. Everybody sees their own.
///
/// # Errors
/// When the database cannot be read.
pub async fn names(
    app: &AppState,
    viewer: &Viewer,
    actors: &[(ActorKind, Uuid)],
) -> Result<HashMap<(ActorKind, Uuid), String>> {
    let own = viewer.actor();
    let visible = |kind: ActorKind| -> Vec<Uuid> {
        let may = match kind {
            ActorKind::Member => viewer.may(Permission::MemberRead),
            ActorKind::Staff => {
                matches!(viewer.account, Account::Staff(_)) || viewer.may(Permission::StaffRead)
            }
            ActorKind::ApiKey => viewer.may(Permission::StaffRead),
            ActorKind::Guest | ActorKind::Provider | ActorKind::System => false,
        };
        let of_kind = actors.iter().filter(|(actor, _)| *actor == kind);
        of_kind
            .filter(|(actor, id)| may || own == (*actor, Some(*id)))
            .map(|(_, id)| *id)
            .collect()
    };
    let mut names = HashMap::new();
    let members = visible(ActorKind::Member);
    if !members.is_empty() {
        for row in member::members_by_ids(app, &members).await? {
            names.insert(
                (ActorKind::Member, row.id),
                row.full_name.unwrap_or(row.email),
            );
        }
    }
    let colleagues = visible(ActorKind::Staff);
    if !colleagues.is_empty() {
        for row in staff::staff_by_ids(app, &colleagues).await? {
            names.insert((ActorKind::Staff, row.id), row.full_name);
        }
    }
    let keys = visible(ActorKind::ApiKey);
    if !keys.is_empty() {
        let column = entity::api_key::COLUMN;
        for row in entity::api_key::Entity::find()
            .filter(column.id.is_in(keys))
            .all(app.database.read())
            .await?
        {
            names.insert((ActorKind::ApiKey, row.id), row.name);
        }
    }
    Ok(names)
}
