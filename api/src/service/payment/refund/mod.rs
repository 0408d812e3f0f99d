//! Money on its way back: a decision about an order, carried out through the payments that brought the money, and settled
//! by their providers' answers, or by staff where money moves by hand. Rules: `domain::order::refund`.

mod approval;
mod case;
mod create;
mod effect;
mod facts;
mod left;
pub mod requests;
mod send;
mod settle;
mod units;
mod words;
mod write;

pub(crate) use approval::withdraw_of_case;
pub use approval::{RespondToRefund, respond_to_refund};
pub(crate) use case::{CaseRefund, preview_cases};
pub use create::{CreateRefund, RefundPreview, Refunding, create_refund, preview_refund};
pub(crate) use effect::take_back_earned;
pub(super) use facts::{Facts, Giver, Transfer};
pub(crate) use left::{follow_total, left_of};
pub use send::send_refund;
pub use settle::{SettleRefund, settle_refund};
pub(super) use settle::{as_it_stands, told};
pub(crate) use units::{CalledOff, cost_without, give_units_back};
pub(super) use words::Reason;
pub(crate) use write::Decided;
pub(super) use write::{Decision, write};
