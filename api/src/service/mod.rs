//! The use cases: authorize → lock and load → decide in `domain` → persist → outbox → commit.
//!
//! One folder per area, one file per operation. Rules are in `domain`, writes are here, nothing of GraphQL or HTTP is.

pub mod abandoned_cart;
pub mod actor;
pub mod after_sale;
pub mod audit;
pub mod cart;
pub mod catalog;
pub mod coupon;
pub mod credit;
pub mod event;
pub mod flash_sale;
pub mod fulfillment;
pub mod group;
pub mod health;
pub mod idempotency;
pub mod inventory;
pub mod invoice;
pub mod job;
pub mod member;
pub mod order;
pub mod page;
pub mod payment;
pub mod points;
pub mod presale;
pub mod price_list;
pub mod promotion;
pub mod receivable;
pub(crate) mod rows;
pub mod search;
pub mod segment;
pub mod session;
pub mod settings;
pub mod shipping;
mod slot;
pub mod staff;
pub mod stock_alert;
pub mod tier;
pub mod warehouse;
pub mod watch;
pub mod webhook;
