//! Returns, exchanges and claims at the edge. Rules: `domain::after_sale`; writes: `service::after_sale`.

mod enums;
mod error;
mod input;
mod line;
mod loader;
mod mutation;
mod policy;
mod query;
mod types;

pub use enums::OrderReturnStatus;
pub use error::AfterSaleUserError;
pub use line::AfterSaleLine;
pub(in crate::graphql) use loader::{after_sales_of, returnable_of};
pub use mutation::AfterSaleMutation;
pub use policy::{
    AfterSaleAutoApproval, AfterSaleAutoApprovalInput, AfterSalePolicy, AfterSalePolicyInput,
};
pub use query::AfterSaleQuery;
pub use types::{AfterSale, AfterSaleConnection, AfterSaleEdge};
