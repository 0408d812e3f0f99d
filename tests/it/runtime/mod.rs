//! The machinery around the shop: configuration, outbox and worker, start-up, demo shop, import.

mod clock;
mod config;
mod import;
mod outbox;
mod seed;
