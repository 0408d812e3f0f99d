//! Changes a profile.

use domain::id::MemberId;
use domain::locale::Locale;
use domain::member::{Profile, ProfilePatch};
use domain::permission::Permission;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel, QuerySelect};

use super::MemberError;
use crate::auth::{Account, Viewer};
use crate::error::{Error, Result};
use crate::state::AppState;

/// What to change of whom.
#[derive(Clone, Debug)]
pub struct UpdateMember {
    /// The member; the viewer if left out.
    pub member_id: Option<MemberId>,
    /// What to change.
    pub profile: ProfilePatch,
}

/// Changes the viewer's profile, or anybody's with [`Permission::MemberWrite`].
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`], [`Error::Unauthenticated`], [`Error::Forbidden`].
pub async fn update(
    app: &AppState,
    viewer: &Viewer,
    command: UpdateMember,
) -> Result<entity::member::Model, MemberError> {
    let member_id = whose(viewer, command.member_id)?;
    let attempt = || attempt(app, member_id, command.profile.clone());
    app.database.retry(attempt).await
}

async fn attempt(
    app: &AppState,
    member_id: MemberId,
    profile: ProfilePatch,
) -> Result<entity::member::Model, MemberError> {
    let transaction = app.database.begin().await?;
    let row = entity::member::Entity::find_by_id(member_id.0)
        .lock_exclusive()
        .one(&transaction)
        .await?;
    let row = row.ok_or(Error::NotFound("member"))?;
    let now = app.clock.now();
    let profile = profile_of(&row)
        .apply(profile, now.date_naive())
        .map_err(|error| MemberError::profile(&error))?;
    let version = row.version + 1;
    let mut changed = row.into_active_model();
    changed.full_name = Set(profile.full_name);
    changed.phone = Set(profile.phone);
    changed.birthday = Set(profile.birthday);
    changed.locale = Set(profile.locale.map(String::from));
    changed.accepts_marketing = Set(profile.accepts_marketing);
    changed.version = Set(version);
    changed.updated_at = Set(now);
    let row = changed.update(&transaction).await?;
    transaction.commit().await?;
    Ok(row)
}

fn whose(viewer: &Viewer, asked: Option<MemberId>) -> Result<MemberId> {
    match (viewer.account, asked) {
        (Account::Member(own), None) => Ok(own),
        (Account::Member(own), Some(asked)) if own == asked => Ok(own),
        (Account::Member(_), Some(_)) => Err(Error::NotFound("member")),
        (Account::Guest | Account::Staff(_) | Account::ApiKey(_) | Account::System, asked) => {
            viewer.require(Permission::MemberWrite)?;
            asked.ok_or_else(|| Error::invalid(&["memberId"], "say which member"))
        }
    }
}

fn profile_of(row: &entity::member::Model) -> Profile {
    Profile {
        full_name: row.full_name.clone(),
        phone: row.phone.clone(),
        birthday: row.birthday,
        locale: row
            .locale
            .as_deref()
            .and_then(|tag| Locale::parse(tag).ok()),
        accepts_marketing: row.accepts_marketing,
    }
}
