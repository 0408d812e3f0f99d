//! Staff save groups by code.

use domain::permission::Permission;
use entity::channel;
use entity::member_group::{ActiveModel, COLUMN, Entity, Model};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, DatabaseTransaction, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QuerySelect,
};

use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::member::MemberError;
use crate::service::settings::{code, distinct, name};
use crate::state::AppState;

/// Most groups of a channel.
const MAX_GROUPS: u64 = 200;

/// A group to create or rename.
#[derive(Clone, Debug)]
pub struct GroupPatch {
    /// Short code, unique in the channel.
    pub code: String,
    /// Name for staff.
    pub name: String,
}

/// Creates or renames groups by code, all or none; in the order given.
///
/// # Errors
/// [`Error::Forbidden`] without `MEMBER_WRITE`, [`Error::Invalid`] for a bad value or too many groups.
pub async fn upsert(
    app: &AppState,
    viewer: &Viewer,
    groups: &[GroupPatch],
) -> Result<Vec<Model>, MemberError> {
    viewer.require(Permission::MemberWrite)?;
    distinct(
        "memberGroups",
        groups.iter().map(|group| group.code.as_str()),
    )?;
    let saved: Result<Vec<Model>> = app
        .database
        .retry(|| async {
            let transaction = app.database.begin().await?;
            // One at a time: how many there are is seen only side by side.
            channel::Entity::find_by_id(viewer.channel.id)
                .lock_exclusive()
                .one(&transaction)
                .await?;
            let mut saved = Vec::with_capacity(groups.len());
            for (index, group) in groups.iter().enumerate() {
                saved.push(save(app, viewer, &transaction, index, group).await?);
            }
            let count = Entity::find()
                .filter(COLUMN.channel_id.eq(viewer.channel.id))
                .count(&transaction)
                .await?;
            if count > MAX_GROUPS {
                let message = format!("a channel has at most {MAX_GROUPS} groups");
                return Err(Error::invalid(&["memberGroups"], message));
            }
            transaction.commit().await?;
            Ok(saved)
        })
        .await;
    Ok(saved?)
}

async fn save(
    app: &AppState,
    viewer: &Viewer,
    transaction: &DatabaseTransaction,
    index: usize,
    patch: &GroupPatch,
) -> Result<Model> {
    let index = index.to_string();
    let field = |name| ["memberGroups", index.as_str(), name];
    let code = code(&patch.code, &field("code"))?;
    let name = name(&patch.name, &field("name"))?;
    let existing = Entity::find()
        .filter(COLUMN.channel_id.eq(viewer.channel.id))
        .filter(COLUMN.code.eq(code.as_str()))
        .one(transaction)
        .await?;
    let now = app.clock.now();
    let Some(row) = existing else {
        let row = ActiveModel {
            id: Set(app.clock.new_id()),
            channel_id: Set(viewer.channel.id),
            code: Set(code),
            name: Set(name),
            version: Set(1),
            created_at: Set(now),
            updated_at: Set(now),
        };
        return Ok(row.insert(transaction).await?);
    };
    let version = row.version + 1;
    let mut row = row.into_active_model();
    row.name = Set(name);
    row.version = Set(version);
    row.updated_at = Set(now);
    Ok(row.update(transaction).await?)
}
