use std::sync::Arc;

use async_graphql::Object;

/// What a storefront must know about the shop.
pub struct Shop(pub Arc<entity::channel::Model>);

/// What a storefront must know about the shop.
#[Object]
impl Shop {
    /// Name to show.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// Version of this API.
    async fn version(&self) -> &str {
        env!("CARGO_PKG_VERSION")
    }
    /// Whether prices contain tax.
    async fn tax_included(&self) -> bool {
        self.0.tax_included
    }
}
