//! Staff: accounts, roles, keys for programs, and the first start.
//!
//! Rules: `domain::permission`. Sessions and one-time tokens: `service::session`.

mod account;
mod api_key;
mod error;
mod login;
mod operator;
mod query;
mod role;

pub use account::{CreateStaff, StaffPatch, UpdateStaff, create, update};
pub use api_key::{CreateKey, CreatedKey, create_key, list_keys, revoke_key};
pub use error::StaffError;
pub use login::{Login, login};
pub use operator::{
    FIRST_OWNER_EMAIL, OWNER_ROLE, OperatorAccount, SetupToken, create_by_operator, setup_token,
};
pub use query::{find, find_key, find_role, list, list_roles, roles_by_staff, staff_by_ids};
pub use role::{RolePatch, upsert_roles};
