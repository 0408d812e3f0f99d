//! What one request may ask for: a lexical scan before parsing, the document's shape after it, and its cost.
//!
//! async-graphql's own limits re-expand every fragment spread, so a few hundred bytes can keep them busy for
//! seconds. Everything here is linear in the document: fragments are judged once and their figures reused.

pub mod cost;
pub mod index;
pub mod meter;
pub mod scan;
pub mod shape;
pub mod weight;

/// Rows of a connection when neither `first` nor `last` is given.
pub const DEFAULT_PAGE: u64 = 20;
/// Most rows of a page, and most ids of a batch look-up.
pub const MAX_PAGE: u64 = 100;
/// Deepest nesting of brackets the parser is given; it recurses on each.
pub const MAX_BRACKETS: usize = 64;
/// Deepest nesting of selections with fragments expanded; validation recurses on each.
pub const MAX_NESTING: usize = 60;
/// Most lists of an introspection that may nest (fields within fields), as graphql-js has it.
pub const MAX_INTROSPECTION_LISTS: usize = 3;
