use async_graphql::SimpleObject;

use super::error::StaffUserError;
use super::types::{ApiKey, Role, Staff};
use crate::graphql::limits::meter::Listed;
use crate::graphql::payload::payloads;
use crate::graphql::viewer::SessionTokens;

payloads! {
    StaffUserError;

    /// Result of staffLogin.
    StaffLoginPayload { tokens: SessionTokens }

    /// Result of staffCreate.
    StaffCreatePayload { staff: Staff }

    /// Result of staffUpdate.
    StaffUpdatePayload { staff: Staff }

    /// Result of rolesUpsert.
    RolesUpsertPayload { roles: Listed<Role> }

    /// Result of apiKeyRevoke.
    ApiKeyRevokePayload { api_key: ApiKey }
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
