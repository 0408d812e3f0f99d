use async_graphql::{Context, Object, Result};

use super::types::Viewer;
use crate::graphql::context::Reach;

/// The query about who asks.
#[derive(Default)]
pub struct ViewerQuery;

#[Object]
impl ViewerQuery {
    /// Who you are to this API.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Viewer> {
        Ok(Viewer(ctx.viewer()?.clone()))
    }
}
