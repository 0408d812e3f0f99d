//! Members: registering, logging in, sessions, passwords, profile and address book.

mod address;
pub(crate) mod arrange;
pub mod authorization;
mod exempt;
mod login;
mod password;
mod profile;
mod query;
mod register;
mod session;

pub use arrange::mailed_token;

/// A client of a member who registered and proved the address by mail.
pub(crate) async fn join(app: &tests::TestApp, email: &str) -> tests::Client {
    let tokens = arrange::join(app, email, arrange::PASSWORD).await;
    arrange::bearer(app, &tokens)
}
