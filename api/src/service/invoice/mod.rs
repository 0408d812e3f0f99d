//! Invoices and credit notes. An order is billed once on request; from then on whatever changes what it comes to is billed
//! or credited by a further document, so that they always add up to it.

mod cancel;
mod error;
mod follow;
mod issue;
mod issuer;
mod query;
mod render;
mod value;
mod write;

pub use cancel::{CancelInvoice, cancel};
pub use error::InvoiceError;
pub(crate) use follow::{follow, follow_soon};
pub use issue::{IssueInvoice, issue};
pub use issuer::{SetIssuer, issuer, set_issuer};
pub use query::{InvoiceFilter, by_ids, find, items_of, list, of_orders};
pub use render::{Format, Rendered, address, open};
