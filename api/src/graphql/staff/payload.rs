use async_graphql::SimpleObject;

use super::error::StaffUserError;
use super::types::{ApiKey, Role, Staff};
use crate::graphql::limits::meter::Listed;
use crate::graphql::viewer::SessionTokens;

/// Result of staffLogin.
#[derive(SimpleObject)]
pub(super) struct StaffLoginPayload {
    /// Null if refused.
    pub tokens: Option<SessionTokens>,
    /// Why it was refused.
    pub user_errors: Vec<StaffUserError>,
}

/// Result of staffCreate.
#[derive(SimpleObject)]
pub(super) struct StaffCreatePayload {
    /// Null if refused.
    pub staff: Option<Staff>,
    /// Why it was refused.
    pub user_errors: Vec<StaffUserError>,
}

/// Result of staffUpdate.
#[derive(SimpleObject)]
pub(super) struct StaffUpdatePayload {
    /// Null if refused.
    pub staff: Option<Staff>,
    /// Why it was refused.
    pub user_errors: Vec<StaffUserError>,
}

/// Result of rolesUpsert.
#[derive(SimpleObject)]
pub(super) struct RolesUpsertPayload {
    /// Null if refused.
    pub roles: Option<Listed<Role>>,
    /// Why it was refused.
    pub user_errors: Vec<StaffUserError>,
}

/// Result of apiKeyCreate.
#[derive(SimpleObject)]
pub(super) struct ApiKeyCreatePayload {
    /// Null if refused.
    pub api_key: Option<ApiKey>,
    /// The key itself, shown only here.
    pub secret: Option<String>,
    /// Why it was refused.
    pub user_errors: Vec<StaffUserError>,
}

/// Result of apiKeyRevoke.
#[derive(SimpleObject)]
pub(super) struct ApiKeyRevokePayload {
    /// Null if refused.
    pub api_key: Option<ApiKey>,
    /// Why it was refused.
    pub user_errors: Vec<StaffUserError>,
}
