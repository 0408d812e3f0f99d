//! Orders: placing, confirming, calling off, completing.

mod adopt;
pub(crate) mod authorization;
mod cancel;
mod confirm;
mod expire;
mod place;
mod read;
mod reductions;
