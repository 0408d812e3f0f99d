//! Background work. Rules: `domain::job`; steps: `service::job`.

mod query;
mod types;

pub use query::JobQuery;
pub use types::{Job, JobConnection, JobEdge};
