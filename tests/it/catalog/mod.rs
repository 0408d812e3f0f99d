//! The catalog over GraphQL: written by staff, read by buyers.

pub(crate) mod authorization;
mod groups;
mod list;
mod product_create;
mod product_publish;
mod product_update;
pub(crate) mod shelf;
mod visibility;
