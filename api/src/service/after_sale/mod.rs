//! Returns, exchanges and claims. Rules are in `domain::after_sale`; rows are written under the order's lock, money goes back
//! through `service::payment`, stock through `service::inventory`.

mod access;
pub(crate) mod claims;
pub mod error;
mod give_up;
mod inspect;
mod lock;
mod pay_out;
pub mod query;
mod receive;
mod replace;
mod request;
mod respond;
mod ship;
mod words;

pub use access::access;
pub use error::AfterSaleError;
pub use give_up::{CancelAfterSale, cancel, lapse_due};
pub use inspect::{InspectAfterSale, inspect};
pub(in crate::service) use lock::bring_returns_in_line;
pub(in crate::service) use pay_out::pay_out_approved;
pub use pay_out::{RefundAfterSale, refund};
pub use receive::{Arrived, ReceiveAfterSale, receive};
pub(crate) use replace::{is_replacement, replacement_left};
pub use request::{Photo, RequestAfterSale, WantedLine, request};
pub use respond::{RespondToAfterSale, respond};
pub use ship::{ShipAfterSale, ship};
