//! Orders: placing, confirming, calling off, completing.

mod adopt;
mod approval;
pub(crate) mod authorization;
mod cancel;
mod cancel_units;
pub(crate) mod change;
mod confirm;
mod draft;
mod expire;
mod overdue;
mod place;
pub(crate) mod proposal;
mod read;
mod reductions;
mod together;

pub(crate) use proposal::offer;
