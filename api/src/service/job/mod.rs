//! Background work with progress: started by a use case, carried out step by step, each step in one transaction with its
//! progress, so that a crash repeats nothing and leaves nothing out.

mod query;
mod run;
mod start;

pub use query::{JobFilter, find, jobs};
pub use run::step;
pub(crate) use start::{Task, by_id, start};
