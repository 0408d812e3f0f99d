//! Orders at the edge. Rules: `domain::order`; writes: `service::order`.

mod approval;
mod change;
mod change_input;
mod confirmation;
mod enums;
mod error;
mod input;
mod line;
mod loader;
mod mutation;
mod payload;
mod proposal;
mod query;
mod subscription;
mod types;

pub use approval::OrderApproval;
pub use change::{OrderChange, OrderChangePreview};
pub use confirmation::{
    OrderCancellation, OrderConfirmationRequest, OrderConfirmationRequestConnection,
    OrderConfirmationRequestEdge, OrderTimelineEntry,
};
pub(in crate::graphql) use enums::actions;
pub use enums::{Action, Decision, EventKind, RequestStatus};
pub use error::OrderUserError;
pub(in crate::graphql) use input::units;
pub use input::{OrderConfirmationRequestFilter, OrderFilter, OrderLineQuantityInput};
pub use line::{OrderLine, OrderLineQuantity};
pub(in crate::graphql) use loader::{OrderById, OrderOfCart, grouped, ids};
pub use mutation::OrderMutation;
pub use proposal::{OrderConfirmationLine, OrderProposal};
pub use query::OrderQuery;
pub(in crate::graphql) use query::orders_of_member;
pub use subscription::OrderSubscription;
pub use types::{Order, OrderConnection, OrderEdge};
