use async_graphql::{ID, SimpleObject};

use super::error::MemberUserError;
use super::types::{Member, MemberAddress};
use crate::graphql::error::Outcome;
use crate::graphql::viewer::SessionTokens;
use crate::service::member::LoggedIn;

/// Result of memberRegister.
#[derive(SimpleObject)]
pub(super) struct MemberRegisterPayload {
    /// Null if refused.
    pub accepted: Option<bool>,
    /// Why it was refused.
    pub user_errors: Vec<MemberUserError>,
}

/// Result of memberEmailVerify.
#[derive(SimpleObject)]
pub(super) struct MemberEmailVerifyPayload {
    /// Null if refused.
    pub tokens: Option<SessionTokens>,
    /// Null if refused.
    pub member: Option<Member>,
    /// Why it was refused.
    pub user_errors: Vec<MemberUserError>,
}

/// Result of memberLogin.
#[derive(SimpleObject)]
pub(super) struct MemberLoginPayload {
    /// Null if refused.
    pub tokens: Option<SessionTokens>,
    /// Null if refused.
    pub member: Option<Member>,
    /// Why it was refused.
    pub user_errors: Vec<MemberUserError>,
}

/// Result of passwordResetRequest.
#[derive(SimpleObject)]
pub(super) struct PasswordResetRequestPayload {
    /// Null if refused.
    pub accepted: Option<bool>,
    /// Why it was refused.
    pub user_errors: Vec<MemberUserError>,
}

/// Result of passwordReset.
#[derive(SimpleObject)]
pub(super) struct PasswordResetPayload {
    /// Null if refused.
    pub accepted: Option<bool>,
    /// Why it was refused.
    pub user_errors: Vec<MemberUserError>,
}

/// Result of passwordChange.
#[derive(SimpleObject)]
pub(super) struct PasswordChangePayload {
    /// Null if refused.
    pub accepted: Option<bool>,
    /// Why it was refused.
    pub user_errors: Vec<MemberUserError>,
}

/// Result of memberUpdate.
#[derive(SimpleObject)]
pub(super) struct MemberUpdatePayload {
    /// Null if refused.
    pub member: Option<Member>,
    /// Why it was refused.
    pub user_errors: Vec<MemberUserError>,
}

/// Result of memberAddressCreate.
#[derive(SimpleObject)]
pub(super) struct MemberAddressCreatePayload {
    /// Null if refused.
    pub member_address: Option<MemberAddress>,
    /// Why it was refused.
    pub user_errors: Vec<MemberUserError>,
}

/// Result of memberAddressUpdate.
#[derive(SimpleObject)]
pub(super) struct MemberAddressUpdatePayload {
    /// Null if refused.
    pub member_address: Option<MemberAddress>,
    /// Why it was refused.
    pub user_errors: Vec<MemberUserError>,
}

/// Result of memberAddressDelete.
#[derive(SimpleObject)]
pub(super) struct MemberAddressDeletePayload {
    /// What is gone, null if refused.
    pub deleted_id: Option<ID>,
    /// Why it was refused.
    pub user_errors: Vec<MemberUserError>,
}

/// Result of sessionRefresh.
#[derive(SimpleObject)]
pub(super) struct SessionRefreshPayload {
    /// Null if refused.
    pub tokens: Option<SessionTokens>,
    /// Why it was refused.
    pub user_errors: Vec<MemberUserError>,
}

/// Result of sessionLogout.
#[derive(SimpleObject)]
pub(super) struct SessionLogoutPayload {
    /// What is gone, null if refused.
    pub deleted_id: Option<ID>,
    /// Why it was refused.
    pub user_errors: Vec<MemberUserError>,
}

/// Result of sessionRevoke.
#[derive(SimpleObject)]
pub(super) struct SessionRevokePayload {
    /// What is gone, null if refused.
    pub deleted_id: Option<ID>,
    /// Why it was refused.
    pub user_errors: Vec<MemberUserError>,
}

/// The two halves of who logged in.
pub(super) fn halves(logged_in: Option<LoggedIn>) -> (Option<SessionTokens>, Option<Member>) {
    logged_in
        .map(|logged_in| (logged_in.tokens.into(), Member(logged_in.member)))
        .unzip()
}

/// Payload fields that say only that it was done.
pub(super) fn accepted(
    outcome: Outcome<(), MemberUserError>,
) -> (Option<bool>, Vec<MemberUserError>) {
    (outcome.value.map(|()| true), outcome.user_errors)
}

/// Payload fields that name what is gone.
pub(super) fn deleted<T: ToString>(
    outcome: Outcome<T, MemberUserError>,
) -> (Option<ID>, Vec<MemberUserError>) {
    (
        outcome.value.map(|id| id.to_string().into()),
        outcome.user_errors,
    )
}
