//! Staff, roles and keys for programs. Rules: `domain::permission`; writes: `service::staff`.

mod error;
mod input;
mod loader;
mod mutation;
mod payload;
mod permission;
mod query;
mod types;

pub use error::{StaffErrorCode, StaffUserError};
pub use mutation::StaffMutation;
pub use permission::Permission;
pub use query::StaffQuery;
pub use types::{ApiKey, Role, Staff};
