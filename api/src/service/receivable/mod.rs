//! Receivables: what members may owe, what orders do owe, and since when. Rules: `domain::receivable`; an order is taken on
//! account by `service::payment`.

mod query;
mod terms;

pub use query::{Ageing, ReceivableFilter, ageing, list, overdue_days};
pub use terms::{SetTerms, TermsView, of_members, set_terms};
pub(in crate::service) use terms::{lock, owed_on_account, stored};
