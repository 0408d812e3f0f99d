//! Members: registering, logging in, sessions, passwords, profile and address book.

mod address;
mod arrange;
pub mod authorization;
mod login;
mod password;
mod profile;
mod query;
mod register;
mod session;

pub use arrange::mailed_token;
