//! What a shop's owner sets: the shop itself, ways to ship and to pay, taxes.

pub(crate) mod authorization;
mod first_sale;
mod shop;
