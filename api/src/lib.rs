//! Vitrine: a self-hosted GraphQL API for an independent storefront.
//!
//! One request, one straight way: `http` (who asks) → `graphql` (translate) → `service` (authorize, lock, decide in
//! `domain`, persist, outbox, commit) → `entity` → database.

pub mod audit;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod config;
pub mod data_dir;
pub mod database;
pub mod doctor;
pub mod error;
pub mod graphql;
pub mod http;
pub mod import;
pub mod job;
pub mod mail;
pub mod output;
pub mod payment;
pub mod search;
pub mod seed;
pub mod service;
mod sheet;
pub mod start;
pub mod state;
pub mod webhook;
