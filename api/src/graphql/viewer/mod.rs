//! Who asks, and who did something. Who may see what: `service::{member, staff, session, actor}`.

mod actor;
mod loader;
mod query;
mod types;

pub use actor::{Actor, ActorKind};
pub(super) use loader::SessionsOf;
pub use query::ViewerQuery;
pub use types::{Session, SessionTokens, Viewer};
