//! Who changed what. Rules: `domain::audit`; writes: `crate::audit`, with the change itself.

mod note;
mod query;
mod types;

pub use note::{AsAsked, Notes};
pub use query::AuditQuery;
pub use types::{AuditEntry, AuditEntryConnection, AuditEntryEdge};
