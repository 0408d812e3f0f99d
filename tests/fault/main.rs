//! What is left when something breaks in the middle: the server is a process of its own that is killed, stopped and cut off
//! from its database while buyers order, and afterwards every answer they got must be true.
//!
//! Without settings this is a small set. `FAULT_ROUNDS` says how often the server is killed and `FAULT_BUYERS` how many
//! order at once, for a long run; `FAULT_SEED` repeats one.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test that cannot go on fails with the message; it reads its own environment and prints its seed"
)]

mod asking;
mod buyer;
mod crash;
mod crowd;
mod cut;
mod everywhere;
mod gone;
mod journal;
mod kill;
mod orders;
mod plan;
mod proxy;
mod races;
mod server;
mod step;
mod stop;
mod trap;
