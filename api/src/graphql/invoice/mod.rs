//! Invoices and credit notes. Rules: `domain::invoice`; writes: `service::invoice`.

mod error;
mod input;
mod loader;
mod mutation;
mod query;
mod types;

pub use error::InvoiceUserError;
pub use mutation::InvoiceMutation;
pub use query::InvoiceQuery;
pub(in crate::graphql) use types::invoices_of;
pub use types::{Invoice, InvoiceConnection, InvoiceEdge};
