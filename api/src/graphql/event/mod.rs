//! What happened, for programs that follow the shop. Rules: `domain::event`; writes: `service::event`.

mod query;
mod types;

pub use query::EventQuery;
pub use types::Event;
