//! What the operator of the server does without a mail: accounts whose address is known to be right.

use domain::email::EmailAddress;
use domain::id::MemberId;
use domain::permission::Permission;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, EntityTrait};

use super::MemberError;
use super::verify_email::adopt_guest_orders;
use crate::auth::Viewer;
use crate::error::Error;
use crate::service::session;
use crate::state::AppState;

/// An account to open.
#[derive(Clone)]
pub struct OperatorMember {
    /// E-mail to log in with, taken as confirmed.
    pub email: String,
    /// Its password.
    pub password: String,
    /// Name to show.
    pub full_name: String,
}

/// Opens a member's account with a confirmed address, without mailing anybody.
///
/// # Errors
/// [`Error::Forbidden`] without `MEMBER_WRITE`, [`Error::Invalid`] for a bad or taken e-mail,
/// [`session::SessionError::PasswordWeak`].
pub async fn open_by_operator(
    app: &AppState,
    viewer: &Viewer,
    command: &OperatorMember,
) -> Result<MemberId, MemberError> {
    viewer.require(Permission::MemberWrite)?;
    let email = EmailAddress::parse(&command.email)
        .map_err(|error| Error::invalid(&["email"], error.to_string()))?;
    session::checked_password(&command.password, &email)?;
    let hash = app.passwords.hash(&command.password).await?;
    let now = app.clock.now();
    let id = app.clock.new_id();
    let row = entity::member::ActiveModel {
        id: Set(id),
        email: Set(email.as_str().to_owned()),
        password_hash: Set(hash),
        email_verified_at: Set(Some(now)),
        full_name: Set(Some(command.full_name.clone())),
        phone: Set(None),
        birthday: Set(None),
        locale: Set(Some(viewer.locale.as_str().to_owned())),
        accepts_marketing: Set(false),
        tax_exemption: Set(None),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
    };
    let nothing = OnConflict::column(entity::member::Column::Email)
        .do_nothing()
        .to_owned();
    let transaction = app.database.begin().await?;
    let written = entity::member::Entity::insert(row)
        .on_conflict(nothing)
        .exec_without_returning(&transaction)
        .await?;
    if written == 0 {
        return Err(Error::invalid(&["email"], "this e-mail has an account").into());
    }
    adopt_guest_orders(&transaction, MemberId(id), email.as_str()).await?;
    transaction.commit().await?;
    Ok(MemberId(id))
}
