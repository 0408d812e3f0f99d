//! Who asks: viewer, tokens (jsonwebtoken only here), passwords, secrets, limits on tries.

pub mod secret;
pub mod viewer;

pub use viewer::{Account, Viewer};
