use async_graphql::{ID, InputObject};
use domain::id::{RoleId, StaffId};

use super::permission::Permission;
use crate::error::Error;
use crate::graphql::input::id_in;
use crate::graphql::scalar::DateTime;
use crate::service::staff::{CreateKey, CreateStaff, Login, RolePatch, StaffPatch, UpdateStaff};

/// Input of staffLogin.
#[derive(Clone, InputObject)]
pub(super) struct StaffLoginInput {
    /// E-mail.
    pub email: String,
    /// Password.
    pub password: String,
}

impl From<StaffLoginInput> for Login {
    fn from(input: StaffLoginInput) -> Self {
        Self {
            email: input.email,
            password: input.password,
        }
    }
}

/// Writable fields of a staff account.
#[derive(Clone, Debug, InputObject)]
pub(super) struct StaffInput {
    /// E-mail; needed on create.
    pub email: Option<String>,
    /// Name; needed on create.
    pub full_name: Option<String>,
    /// Roles.
    pub role_ids: Option<Vec<ID>>,
    /// Whether the account may be used.
    pub active: Option<bool>,
}

impl TryFrom<StaffInput> for StaffPatch {
    type Error = Error;

    fn try_from(input: StaffInput) -> Result<Self, Error> {
        let role_ids = input.role_ids.map(|ids| {
            ids.iter()
                .enumerate()
                .map(|(index, id)| id_in(id, &["staff", "roleIds", &index.to_string()]))
                .collect::<Result<Vec<RoleId>, _>>()
        });
        Ok(Self {
            email: input.email,
            full_name: input.full_name,
            role_ids: role_ids.transpose()?,
            active: input.active,
        })
    }
}

/// Input of staffCreate.
#[derive(Clone, Debug, InputObject)]
pub(super) struct StaffCreateInput {
    /// The account.
    pub staff: StaffInput,
}

impl TryFrom<StaffCreateInput> for CreateStaff {
    type Error = Error;

    fn try_from(input: StaffCreateInput) -> Result<Self, Error> {
        Ok(Self {
            staff: input.staff.try_into()?,
        })
    }
}

/// Input of staffUpdate.
#[derive(Clone, Debug, InputObject)]
pub(super) struct StaffUpdateInput {
    /// The account to change.
    pub staff_id: ID,
    /// What to change.
    pub staff: StaffInput,
}

impl TryFrom<StaffUpdateInput> for UpdateStaff {
    type Error = Error;

    fn try_from(input: StaffUpdateInput) -> Result<Self, Error> {
        Ok(Self {
            staff_id: id_in::<StaffId>(&input.staff_id, &["staffId"])?,
            staff: input.staff.try_into()?,
        })
    }
}

/// Writable fields of a role.
#[derive(Clone, Debug, InputObject)]
pub(super) struct RoleInput {
    /// Name, unique.
    pub name: String,
    /// What it allows.
    pub permissions: Option<Vec<Permission>>,
}

impl From<RoleInput> for RolePatch {
    fn from(input: RoleInput) -> Self {
        Self {
            name: input.name,
            permissions: input
                .permissions
                .map(|permissions| permissions.into_iter().map(Into::into).collect()),
        }
    }
}

/// Input of rolesUpsert.
#[derive(Clone, Debug, InputObject)]
pub(super) struct RolesUpsertInput {
    /// Roles, matched by name.
    pub roles: Vec<RoleInput>,
}

/// Input of apiKeyCreate.
#[derive(Clone, Debug, InputObject)]
pub(super) struct ApiKeyCreateInput {
    /// Name.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Permission>,
    /// When it lapses.
    pub expires_at: Option<DateTime>,
    /// IPs it may come from; any if left out.
    pub allowed_ips: Option<Vec<String>>,
}

impl From<ApiKeyCreateInput> for CreateKey {
    fn from(input: ApiKeyCreateInput) -> Self {
        Self {
            name: input.name,
            scopes: input.scopes.into_iter().map(Into::into).collect(),
            expires_at: input.expires_at.map(|instant| instant.0),
            allowed_ips: input.allowed_ips.unwrap_or_default(),
        }
    }
}

/// Input of apiKeyRevoke.
#[derive(Clone, Debug, InputObject)]
pub(super) struct ApiKeyRevokeInput {
    /// The key.
    pub api_key_id: ID,
}
