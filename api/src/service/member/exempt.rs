//! Staff free a member of tax.

use domain::id::MemberId;
use domain::permission::Permission;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel, QuerySelect};

use super::MemberError;
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::state::AppState;

/// Longest number of a certificate, in characters.
const MAX_NUMBER: usize = 50;

/// Whom to free of tax.
#[derive(Clone, Debug)]
pub struct ExemptMember {
    /// The member.
    pub member_id: MemberId,
    /// Number of the certificate or of the business; `None` when tax is owed.
    pub tax_exemption: Option<String>,
}

/// Frees a member of tax, or ends that. Orders placed before stay as they are.
///
/// # Errors
/// [`Error::Forbidden`] without [`Permission::MemberWrite`], [`Error::NotFound`], [`Error::Invalid`] for a bad number.
pub async fn exempt(
    app: &AppState,
    viewer: &Viewer,
    command: ExemptMember,
) -> Result<entity::member::Model, MemberError> {
    viewer.require(Permission::MemberWrite)?;
    let number = command.tax_exemption.map(|number| number.trim().to_owned());
    if let Some(number) = &number {
        let length = number.chars().count();
        if length == 0 || length > MAX_NUMBER || number.chars().any(char::is_control) {
            let message = format!("a number has 1 to {MAX_NUMBER} characters");
            return Err(Error::invalid(&["taxExemption"], message).into());
        }
    }
    let transaction = app.database.begin().await?;
    let row = entity::member::Entity::find_by_id(command.member_id.0)
        .lock_exclusive()
        .one(&transaction)
        .await?;
    let row = row.ok_or(Error::NotFound("member"))?;
    let version = row.version + 1;
    let mut changed = row.into_active_model();
    changed.tax_exemption = Set(number);
    changed.version = Set(version);
    changed.updated_at = Set(app.clock.now());
    let row = changed.update(&transaction).await?;
    transaction.commit().await?;
    Ok(row)
}
