//! Background work with progress: started by a use case, carried out step by step, each step in one transaction with its
//! progress, so that a crash repeats nothing and leaves nothing out. So it is with the files jobs make: a step adds a part.

mod error;
mod file;
mod query;
mod retry;
mod run;
mod start;

pub use error::JobError;
pub use file::{File, address, next_part, open};
pub(in crate::service) use file::{Part, add_part};
pub use query::{JobFilter, find, jobs};
pub use retry::retry;
pub use run::step;
pub(crate) use start::{Task, by_id, start};
