//! Orders: placing, confirming, calling off, completing.

pub(crate) mod authorization;
mod cancel;
mod confirm;
mod expire;
mod place;
mod read;
