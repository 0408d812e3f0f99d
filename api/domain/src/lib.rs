//! The trade rules of Vitrine, pure: facts and an instant in, a decision out.
//!
//! Nothing here waits, reads a clock, draws a random number or knows a database. Services load the facts, ask a
//! function of this crate, and write down what it decided.

pub mod account;
pub mod address;
pub mod after_sale;
pub mod audit;
pub mod birthday;
pub mod cart;
pub mod catalog;
pub mod coupon;
pub mod credit;
pub mod csv;
pub mod decimal_text;
pub mod email;
pub mod event;
pub mod id;
pub mod invoice;
pub mod job;
pub mod locale;
pub mod member;
pub mod money;
pub mod order;
pub mod password;
pub mod past_price;
pub mod percent;
pub mod permission;
pub mod points;
pub mod price_list;
pub mod pricing;
pub mod promotion;
pub mod quantity;
pub mod receivable;
pub mod segment;
pub mod settlement;
pub mod shipping;
pub mod slug;
pub mod stock;
pub mod tax;
pub mod text_enum;
pub mod tier;
pub mod time_zone;
pub mod unit_price;
pub mod webhook;

pub use money::{Currency, Money, MoneyError};
pub use percent::Percent;
