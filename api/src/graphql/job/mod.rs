//! Background work. Rules: `domain::job`; steps: `service::job`.

mod error;
mod input;
mod mutation;
mod query;
mod subscription;
mod types;

pub use error::{OperationsErrorCode, OperationsUserError};
pub use mutation::JobMutation;
pub use query::JobQuery;
pub use subscription::JobSubscription;
pub use types::{Job, JobConnection, JobEdge, JobStatus};
