//! Who asks: viewer, tokens (jsonwebtoken only here), passwords, secrets, limits on tries.

pub mod access;
pub mod authenticate;
pub mod link;
pub mod password;
pub mod seal;
pub mod secret;
pub mod throttle;
pub mod token;
pub mod viewer;

pub use access::Access;
pub use authenticate::{Credentials, authenticate};
pub use password::Passwords;
pub use throttle::{Attempt, Throttle};
pub use token::Tokens;
pub use viewer::{Account, Viewer};
