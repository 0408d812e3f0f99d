//! Vitrine: a GraphQL API for an independent storefront.

pub mod config;
pub mod data_dir;
