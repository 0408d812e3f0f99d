//! Members' points: the ledger, what orders hold, spend and earn, staff's adjustments and rules, and the timers.
//!
//! Rules are in `domain::points`. Every write goes through `ledger`, under a lock on the member's accounts.

mod adjust;
mod approval;
mod balance;
mod claw_back;
mod earn;
mod error;
mod event;
mod ledger;
mod lots;
mod notice;
mod order;
mod query;
mod rules;
mod timers;

pub use adjust::{Adjust, adjust};
pub use approval::{
    AdjustmentFilter, AnswerAdjustment, adjustments, adjustments_by_ids, answer_adjustment,
    request_adjustment,
};
pub use balance::{BalanceRow, trial_balance};
pub use claw_back::claw_back;
pub use earn::{earn, promise, promises_to, welcome};
pub use error::PointsError;
pub use event::{RecordEvent, Recorded, celebrate_due, record_event};
pub use notice::notify_due;
pub use order::{capture, give_back_part, hold, release};
pub(crate) use query::balance_of;
pub use query::{
    AccountView, EntryFilter, account, account_by_id, accounts_by_members, entries, entries_by_ids,
    expiring, policy,
};
pub(crate) use rules::active_order_rules;
pub use rules::{RuleInput, rules, rules_by_ids, upsert_rules, versions_by_rules};
pub use timers::{activate_due, expire_due};
