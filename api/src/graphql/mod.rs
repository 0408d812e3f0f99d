//! The schema: roots, shared shapes, and one room per area.
//!
//! # Adding a mutation
//! 1. `migration`, `entity`, `domain`: tables, rows, and the rule as a pure function with its tests.
//! 2. `service::<area>::<operation>`: the command, and one function that authorizes, locks, decides, persists, pushes jobs
//!    and commits. Its failure is a variant of the area's error enum.
//! 3. `graphql::<area>`: `input.rs`, `types.rs`, `error.rs` (code, message in en and zh), a resolver of about five lines.
//! 4. Regenerate `schema.graphql` (`cargo run -- schema > schema.graphql`) and read its diff like an API change.
//! 5. `tests/it/<area>/<operation>.rs`: success, each code once, every kind of viewer, two at once; the authorization row.

pub mod answer;
pub mod connection;
pub mod context;
pub mod document;
pub mod error;
pub mod execute;
pub mod input;
pub mod limits;
pub mod money;
pub mod scalar;
pub mod shop;

use async_graphql::{EmptyMutation, EmptySubscription, MergedObject, SDLExportOptions, Schema, SchemaBuilder};

/// Reads; nothing is changed.
// Nested groups of at most eight parts: a flat list of dozens overflows the compiler's recursion limit.
#[derive(Default, MergedObject)]
pub struct Query(StorefrontQuery);

/// What buyers read.
#[derive(Default, MergedObject)]
struct StorefrontQuery(shop::ShopQuery);

/// The schema's type.
pub type VitrineSchema = Schema<Query, EmptyMutation, EmptySubscription>;

/// Starts building the schema; the HTTP edge finishes it, once strict and once fast.
#[must_use]
pub fn builder() -> SchemaBuilder<Query, EmptyMutation, EmptySubscription> {
    Schema::build(Query::default(), EmptyMutation, EmptySubscription)
}

/// The sorted SDL, as committed in `schema.graphql`.
#[must_use]
pub fn sdl() -> String {
    let options = SDLExportOptions::new().sorted_fields().sorted_arguments().sorted_enum_items().include_specified_by();
    let sdl = builder().finish().sdl_with_options(options);
    sdl.trim_end().to_owned() + "\n"
}
