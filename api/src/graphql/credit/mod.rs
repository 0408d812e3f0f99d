//! Gift cards and store credit at the edge. Rules: `domain::credit`; writes: `service::credit`.

mod balance;
mod card;
mod entry;
mod error;
mod input;
mod loader;
mod mutation;
mod query;
mod store;
mod tender;

pub use card::{GiftCard, GiftCardConnection, GiftCardEdge};
pub use entry::{CreditEntry, CreditEntryConnection, CreditEntryEdge};
pub use error::CreditUserError;
pub use mutation::CreditMutation;
pub use query::CreditQuery;
pub use store::StoreCredit;
pub(in crate::graphql) use store::store_credit_of;
pub use tender::{CartTender, OrderTender};
pub(in crate::graphql) use tender::{payable_of_cart, tenders_of_cart, tenders_of_order};
