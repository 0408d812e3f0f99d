use async_graphql::{ID, SimpleObject};

use super::error::MemberUserError;
use super::types::{Member, MemberAddress};
use crate::graphql::error::Outcome;
use crate::graphql::payload::payloads;
use crate::graphql::viewer::SessionTokens;
use crate::service::member::LoggedIn;

payloads! {
    MemberUserError;

    /// Result of memberRegister.
    MemberRegisterPayload { accepted: bool }

    /// Result of passwordResetRequest.
    PasswordResetRequestPayload { accepted: bool }

    /// Result of passwordReset.
    PasswordResetPayload { accepted: bool }

    /// Result of passwordChange.
    PasswordChangePayload { accepted: bool }

    /// Result of memberUpdate.
    MemberUpdatePayload { member: Member }

    /// Result of memberTaxExemptionSet.
    MemberTaxExemptionSetPayload { member: Member }

    /// Result of memberAddressCreate.
    MemberAddressCreatePayload { member_address: MemberAddress }

    /// Result of memberAddressUpdate.
    MemberAddressUpdatePayload { member_address: MemberAddress }

    /// Result of sessionRefresh.
    SessionRefreshPayload { tokens: SessionTokens }
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

/// Result of memberAddressDelete.
#[derive(SimpleObject)]
pub(super) struct MemberAddressDeletePayload {
    /// What is gone, null if refused.
    pub deleted_id: Option<ID>,
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

/// Payload fields that name what is gone.
pub(super) fn deleted<T: ToString>(
    outcome: Outcome<T, MemberUserError>,
) -> (Option<ID>, Vec<MemberUserError>) {
    (
        outcome.value.map(|id| id.to_string().into()),
        outcome.user_errors,
    )
}
