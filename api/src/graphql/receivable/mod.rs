//! What members may owe and what orders do owe, at the edge. Rules: `domain::receivable`; writes: `service::receivable`.

mod input;
mod loader;
mod mutation;
mod query;
mod types;

pub use input::ReceivableFilter;
pub use mutation::ReceivableMutation;
pub use query::ReceivableQuery;
pub use types::PaymentTerms;
pub(in crate::graphql) use types::{has_terms, terms_of};
