//! The catalog as buyers and staff see it. Rules: `domain::catalog`; reads and writes: `service::catalog`.

mod category;
mod collection;
mod error;
mod filter;
mod input;
mod loader;
mod media;
mod mutation;
mod payload;
mod product;
mod query;
mod subscription;
mod text;
mod variant;

pub use category::Category;
pub use collection::{Collection, CollectionConnection, CollectionEdge};
pub use error::{CatalogErrorCode, CatalogUserError};
pub use filter::{ProductFilter, ProductSort};
pub use input::MediaInput;
pub use loader::{CategoryKey, ProductKey};
pub(in crate::graphql) use loader::{load_variant, load_variants};
pub use media::Media;
pub use mutation::CatalogMutation;
pub use product::{Product, ProductConnection, ProductEdge, ProductStatus};
pub use query::CatalogQuery;
pub use subscription::CatalogSubscription;
pub use variant::ProductVariant;
