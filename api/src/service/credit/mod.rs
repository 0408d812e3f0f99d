//! Gift cards and store credit: issued and changed by staff, spent on orders, given back by refunds. Rules:
//! `domain::credit`.
//!
//! Every write goes through `ledger`, under a lock on the owner's accounts, taken after the order's and before points.
//! Of several owners the one with the lower id is locked first.

mod adjust;
mod balance;
mod batch;
mod card;
mod cart;
mod change;
mod code;
mod error;
mod expire;
mod issue;
mod ledger;
mod query;
mod tender;

pub use adjust::{AdjustCredit, adjust};
pub use balance::{CreditBalance, trial_balance};
pub(crate) use batch::CardBatch;
pub(in crate::service) use batch::make_cards;
pub use batch::{GenerateCards, generate_cards};
pub use card::CardView;
pub use cart::{CartTender, of_cart};
pub(in crate::service) use cart::{find_usable, offers_anything};
pub use change::{AdjustCard, CancelCard, adjust_card, cancel_card};
pub use error::CreditError;
pub use expire::expire_due;
pub use issue::{IssueCard, IssuedCard, issue_card};
pub use query::{
    CardFilter, CreditView, cards, entries_by_ids, entries_of, find_card, of_members,
    tenders_by_order_ids,
};
pub(crate) use tender::of_orders;
pub use tender::{Purse, capture, give_back, give_credit, hold, of_order, open_purse, release};
