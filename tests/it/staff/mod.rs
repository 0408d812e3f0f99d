//! Staff: accounts, roles, keys for programs, and the first start.

mod account;
mod api_key;
mod arrange;
mod audit;
pub mod authorization;
mod login;
mod role;
mod setup;
