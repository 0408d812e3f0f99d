//! Variants that are sold before they may leave: from when on, and telling those who wait that the date moved. Rules:
//! [`domain::stock::presale`]; staff set the dates by [`super::warehouse::set_presales`].

mod dates;
mod follow;

pub(crate) use dates::{SHIPS_AT, day, latest, note};
pub use follow::follow_moved;
