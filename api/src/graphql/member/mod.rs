//! Members, their address book and sessions. Rules: `domain::{member, password}`; writes: `service::{member, session}`.

mod error;
mod input;
mod loader;
mod mutation;
mod payload;
mod query;
mod types;

pub use error::{MemberErrorCode, MemberUserError};
pub(super) use error::{
    password_field, say_token_invalid, say_wait, say_weak_password, say_wrong_credentials,
};
pub(in crate::graphql) use loader::load_member;
pub use mutation::{MemberAccountMutation, MemberMutation};
pub use query::MemberQuery;
pub use types::{Member, MemberAddress, MemberConnection, MemberEdge};
