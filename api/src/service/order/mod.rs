//! Orders: placing, the back office's answer, calling off, completing. Rules are in `domain::order`, rows are written under
//! the order's lock.

pub mod access;
mod announce;
pub mod approval;
mod cancel;
mod cancellation;
pub mod change;
mod close;
mod complete;
pub(crate) mod components;
mod confirm;
mod draft;
pub mod error;
mod expire;
pub(crate) mod facts;
mod gate;
pub(crate) mod history;
mod lanes;
mod names;
pub(crate) mod number;
mod overdue;
mod place;
pub(crate) mod progress;
mod proposal;
pub mod query;
mod question;
mod ready;
mod reduce;
pub mod requests;
mod resume;
pub mod row;
mod rush;
mod scope;
mod substitute;
mod together;
pub(crate) mod units;
mod write;

pub use access::Access;
pub use announce::announce;
pub use approval::{RespondToApproval, respond_to_approval};
pub use cancel::{CancelOrder, RespondToCancellation, cancel, respond_to_cancellation};
pub use cancellation::{RequestCancellation, request_cancellation};
pub use change::{
    CreateChange, RespondToChange, StepWish, create_change, preview_change, respond_to_change,
};
pub use complete::{ReceiveOrder, complete_due, receive};
pub use confirm::{LineOffer, RespondToConfirmation, respond_to_confirmation};
pub use draft::{CreateDraft, create_draft};
pub use error::OrderError;
pub use expire::expire_due;
pub use number::OrderNumbers;
pub use overdue::answer_overdue;
pub use place::{Basis, PlaceOrder, Placed, place};
pub use proposal::{RespondToProposal, respond_to_proposal};
pub use resume::resume;
pub use rush::Rush;
pub use together::Together;
