//! Payments: attempts, the ledger of what providers report, money that goes back. Rules are in `domain::order::payment`;
//! providers (`crate::payment`) are never called while a transaction is open.

mod capture;
mod close;
pub mod error;
pub mod inbox;
mod inquiry;
mod ledger;
mod on_account;
mod promise;
pub mod query;
mod record;
mod refund;
mod rehearsal;
mod schedule;
pub mod settlement;
mod settlement_file;
mod start;
pub mod unmatched;
pub mod webhook;

pub use capture::{CapturePayment, VoidPayment, capture, facts, void};
pub(crate) use close::{End, settle_closed_order};
pub use error::PaymentError;
pub use inquiry::inquire_due;
pub(crate) use promise::{cover_of, have_taken};
pub use promise::{take_promise, void_authorization};
pub(crate) use refund::{
    CalledOff, CaseRefund, Decided, cost_without, follow_total, give_units_back, left_of,
    preview_cases, take_back_earned, withdraw_of_case,
};
pub use refund::{
    CreateRefund, RefundPreview, Refunding, RespondToRefund, SettleRefund, create_refund,
    preview_refund, requests as refund_requests, respond_to_refund, send_refund, settle_refund,
};
pub use rehearsal::{Rehearsal, play, rehearsal};
pub use schedule::send_test_message;
pub use settlement::{ImportSettlement, import_settlement};
pub use start::{StartPayment, open, start};
pub use unmatched::{CloseUnmatched, MatchPayment, close_unmatched, match_payment};
