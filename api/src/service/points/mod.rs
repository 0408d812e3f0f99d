//! Members' points: the ledger, what orders hold, spend and earn, staff's adjustments and rules, and the timers.
//!
//! Rules are in `domain::points`. Every write goes through `ledger`, under a lock on the member's accounts.

mod adjust;
mod earn;
mod error;
mod ledger;
mod lots;
mod order;
mod query;
mod rules;
mod timers;

pub use adjust::{Adjust, adjust};
pub use earn::{earn, welcome};
pub use error::PointsError;
pub use order::{capture, hold, release};
pub(crate) use query::balance_of;
pub use query::{
    AccountView, EntryFilter, EntryKey, account, account_by_id, accounts_by_members, entries,
    entries_by_ids, expiring, policy,
};
pub(crate) use rules::active_order_rules;
pub use rules::{RuleInput, rules, rules_by_ids, upsert_rules};
pub use timers::{activate_due, expire_due};
