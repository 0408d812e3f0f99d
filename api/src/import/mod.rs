//! Readers of other systems' exports. Each turns files into products, writes them through `service`, and reports rows
//! it could not use by number; none has SQL of its own.

pub mod shopify;
