use async_graphql::{ID, InputObject, MaybeUndefined};
use domain::id::TypedId;
use domain::member::ProfilePatch;

use crate::error::Error;
use crate::graphql::address::AddressInput;
use crate::graphql::input::{id_in, patch};
use crate::graphql::scalar::{Date, Locale};
use crate::service::member::{
    AddressPatch, CreateAddress, DeleteAddress, ExemptMember, ListMembers, Login, Register,
    UpdateAddress, UpdateMember, VerifyEmail,
};
use crate::service::session::{ChangePassword, Refresh, RequestReset, ResetPassword};

/// Narrows members.
#[derive(Clone, Debug, Default, InputObject)]
pub(super) struct MemberFilter {
    /// Part of a name, e-mail or phone.
    pub query: Option<String>,
    /// In these tiers.
    pub member_tier_ids: Option<Vec<ID>>,
    /// In these groups.
    pub member_group_ids: Option<Vec<ID>>,
}

impl TryFrom<MemberFilter> for ListMembers {
    type Error = Error;

    fn try_from(filter: MemberFilter) -> Result<Self, Error> {
        Ok(Self {
            query: filter.query,
            tier_ids: listed(filter.member_tier_ids, "memberTierIds")?,
            group_ids: listed(filter.member_group_ids, "memberGroupIds")?,
        })
    }
}

fn listed<T: TypedId>(ids: Option<Vec<ID>>, field: &str) -> Result<Option<Vec<T>>, Error> {
    ids.map(|ids| ids.iter().map(|id| id_in(id, &["filter", field])).collect())
        .transpose()
}

/// Writable fields of a member.
#[derive(Clone, Debug, Default, InputObject)]
pub(super) struct MemberInput {
    /// Name.
    pub full_name: MaybeUndefined<String>,
    /// Phone.
    pub phone: MaybeUndefined<String>,
    /// Birthday.
    pub birthday: MaybeUndefined<Date>,
    /// Language for mails.
    pub locale: MaybeUndefined<Locale>,
    /// Whether offers may be mailed.
    pub accepts_marketing: MaybeUndefined<bool>,
}

impl From<MemberInput> for ProfilePatch {
    fn from(input: MemberInput) -> Self {
        Self {
            full_name: patch(input.full_name),
            phone: patch(input.phone),
            birthday: patch(input.birthday).map(|day| day.map(|day| day.0)),
            locale: patch(input.locale).map(|locale| locale.map(|locale| locale.0)),
            accepts_marketing: patch(input.accepts_marketing),
        }
    }
}

/// Writable fields of a book address.
#[derive(Clone, Debug, InputObject)]
pub(super) struct MemberAddressInput {
    /// The address; needed on create.
    pub address: Option<AddressInput>,
    /// Carts ship here at first.
    pub default_shipping: Option<bool>,
    /// Carts bill here at first.
    pub default_billing: Option<bool>,
}

impl From<MemberAddressInput> for AddressPatch {
    fn from(input: MemberAddressInput) -> Self {
        Self {
            address: input.address.map(Into::into),
            default_shipping: input.default_shipping,
            default_billing: input.default_billing,
        }
    }
}

/// Input of memberRegister.
#[derive(Clone, InputObject)]
pub(super) struct MemberRegisterInput {
    /// E-mail to log in with.
    pub email: String,
    /// Password, 8 characters or more.
    pub password: String,
    /// Profile.
    pub member: Option<MemberInput>,
}

impl From<MemberRegisterInput> for Register {
    fn from(input: MemberRegisterInput) -> Self {
        Self {
            email: input.email,
            password: input.password,
            profile: input.member.unwrap_or_default().into(),
        }
    }
}

/// Input of memberEmailVerify.
#[derive(Clone, InputObject)]
pub(super) struct MemberEmailVerifyInput {
    /// Token from the mail.
    pub token: String,
}

impl From<MemberEmailVerifyInput> for VerifyEmail {
    fn from(input: MemberEmailVerifyInput) -> Self {
        Self { token: input.token }
    }
}

/// Input of memberLogin.
#[derive(Clone, InputObject)]
pub(super) struct MemberLoginInput {
    /// E-mail.
    pub email: String,
    /// Password.
    pub password: String,
}

impl From<MemberLoginInput> for Login {
    fn from(input: MemberLoginInput) -> Self {
        Self {
            email: input.email,
            password: input.password,
        }
    }
}

/// Input of passwordResetRequest.
#[derive(Clone, Debug, InputObject)]
pub(super) struct PasswordResetRequestInput {
    /// E-mail.
    pub email: String,
}

impl From<PasswordResetRequestInput> for RequestReset {
    fn from(input: PasswordResetRequestInput) -> Self {
        Self { email: input.email }
    }
}

/// Input of passwordReset.
#[derive(Clone, InputObject)]
pub(super) struct PasswordResetInput {
    /// Token from the mail.
    pub token: String,
    /// New password.
    pub password: String,
}

impl From<PasswordResetInput> for ResetPassword {
    fn from(input: PasswordResetInput) -> Self {
        Self {
            token: input.token,
            password: input.password,
        }
    }
}

/// Input of passwordChange.
#[derive(Clone, InputObject)]
pub(super) struct PasswordChangeInput {
    /// Present password.
    pub current_password: String,
    /// New password.
    pub password: String,
}

impl From<PasswordChangeInput> for ChangePassword {
    fn from(input: PasswordChangeInput) -> Self {
        Self {
            current_password: input.current_password,
            password: input.password,
        }
    }
}

/// Input of memberUpdate.
#[derive(Clone, Debug, InputObject)]
pub(super) struct MemberUpdateInput {
    /// The member; yourself if left out.
    pub member_id: Option<ID>,
    /// What to change.
    pub member: MemberInput,
}

impl TryFrom<MemberUpdateInput> for UpdateMember {
    type Error = Error;

    fn try_from(input: MemberUpdateInput) -> Result<Self, Error> {
        let member_id = input
            .member_id
            .map(|id| id_in(&id, &["memberId"]))
            .transpose()?;
        Ok(Self {
            member_id,
            profile: input.member.into(),
        })
    }
}

/// Input of memberTaxExemptionSet.
#[derive(Clone, Debug, InputObject)]
pub(super) struct MemberTaxExemptionSetInput {
    /// The member.
    pub member_id: ID,
    /// Number of the certificate or of the business, up to 50 characters; the member owes tax again if left out.
    pub tax_exemption: Option<String>,
}

impl TryFrom<MemberTaxExemptionSetInput> for ExemptMember {
    type Error = Error;

    fn try_from(input: MemberTaxExemptionSetInput) -> Result<Self, Error> {
        Ok(Self {
            member_id: id_in(&input.member_id, &["memberId"])?,
            tax_exemption: input.tax_exemption,
        })
    }
}

/// Input of memberAddressCreate.
#[derive(Clone, Debug, InputObject)]
pub(super) struct MemberAddressCreateInput {
    /// The address.
    pub member_address: MemberAddressInput,
}

impl From<MemberAddressCreateInput> for CreateAddress {
    fn from(input: MemberAddressCreateInput) -> Self {
        Self {
            fields: input.member_address.into(),
        }
    }
}

/// Input of memberAddressUpdate.
#[derive(Clone, Debug, InputObject)]
pub(super) struct MemberAddressUpdateInput {
    /// The address to change.
    pub member_address_id: ID,
    /// What to change.
    pub member_address: MemberAddressInput,
}

impl TryFrom<MemberAddressUpdateInput> for UpdateAddress {
    type Error = Error;

    fn try_from(input: MemberAddressUpdateInput) -> Result<Self, Error> {
        let address_id = id_in(&input.member_address_id, &["memberAddressId"])?;
        Ok(Self {
            address_id,
            fields: input.member_address.into(),
        })
    }
}

/// Input of memberAddressDelete.
#[derive(Clone, Debug, InputObject)]
pub(super) struct MemberAddressDeleteInput {
    /// The address.
    pub member_address_id: ID,
}

impl TryFrom<MemberAddressDeleteInput> for DeleteAddress {
    type Error = Error;

    fn try_from(input: MemberAddressDeleteInput) -> Result<Self, Error> {
        Ok(Self {
            address_id: id_in(&input.member_address_id, &["memberAddressId"])?,
        })
    }
}

/// Input of sessionRefresh.
#[derive(Clone, InputObject)]
pub(super) struct SessionRefreshInput {
    /// The latest refresh token.
    pub refresh_token: String,
}

impl From<SessionRefreshInput> for Refresh {
    fn from(input: SessionRefreshInput) -> Self {
        Self {
            refresh_token: input.refresh_token,
        }
    }
}

/// Input of sessionLogout.
#[derive(Clone, Debug, InputObject)]
pub(super) struct SessionLogoutInput {
    /// Whether to end all your sessions.
    pub everywhere: Option<bool>,
}

/// Input of sessionRevoke.
#[derive(Clone, Debug, InputObject)]
pub(super) struct SessionRevokeInput {
    /// The session.
    pub session_id: ID,
}
