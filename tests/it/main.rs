//! One test binary for the whole shop: GraphQL documents against the real app, each test on SQLite and on PostgreSQL.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on fails with the message"
)]
#![expect(
    unreachable_pub,
    clippy::format_collect,
    clippy::items_after_statements,
    clippy::semicolon_if_nothing_returned,
    clippy::unused_async,
    clippy::wildcard_enum_match_arm,
    reason = "helpers of scenarios, kept beside what uses them"
)]

mod after_sale;
mod architecture;
mod authorization;
mod cart;
mod catalog;
mod credit;
mod edge;
mod event;
mod flash_sale;
mod fulfillment;
mod group;
mod harness;
mod inventory;
mod invoice;
mod member;
mod model;
mod order;
mod payment;
mod points;
mod price_list;
mod promotion;
mod receivable;
mod runtime;
mod schema;
mod search;
mod segment;
mod settings;
mod staff;
mod storage;
mod tier;
mod webhook;
