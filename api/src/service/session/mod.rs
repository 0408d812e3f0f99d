//! Logged-in places of members and staff: opening, refreshing, ending; one-time tokens and passwords.
//!
//! Tokens are 160 random bits, kept as digests. Password rules are in `domain::password`; hashing is in `auth::password`.

mod error;
mod list;
mod one_time;
mod open;
mod password;
mod refresh;
mod revoke;

pub use error::SessionError;
pub use list::{find, sessions_by_accounts};
pub use one_time::{IssuedToken, issue};
pub(super) use one_time::{forget, spend};
pub use open::{SessionTokens, open};
pub use password::{
    ChangePassword, RequestReset, ResetPassword, change_password, mail_reset, request_reset,
    reset_password,
};
pub(super) use password::{checked_password, replace_hash};
pub use refresh::{Refresh, refresh};
pub(super) use revoke::end_sessions;
pub use revoke::{logout, revoke};
