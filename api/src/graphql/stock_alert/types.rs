use async_graphql::{Context, ID, Object, Result};
use domain::id::StockAlertId;

use super::loader::AlertsOf;
use crate::graphql::catalog::{ProductVariant, load_variant};
use crate::graphql::context::Reach;
use crate::graphql::error::top_level_shared;
use crate::graphql::limits::meter::Metered;
use crate::graphql::scalar::DateTime;

/// Something a member waits for: a mail tells once when it can be had again.
pub struct StockAlert(pub entity::stock_alert::Model);

/// Something a member waits for: a mail tells once when it can be had again.
#[Object]
impl StockAlert {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        StockAlertId(self.0.id).to_string().into()
    }

    /// What is waited for.
    async fn variant(&self, ctx: &Context<'_>) -> Option<Result<ProductVariant>> {
        load_variant(ctx, self.0.variant_id).await.transpose()
    }

    /// When the member asked; forgotten 180 days later.
    fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }
}

impl StockAlert {
    /// What a member waits for, newest first; the caller decides who may see it.
    ///
    /// # Errors
    /// A top-level error when the database does not answer.
    pub(in crate::graphql) async fn of_member(
        ctx: &Context<'_>,
        member_id: uuid::Uuid,
    ) -> Result<Vec<Self>> {
        let found = ctx.loaders()?.load_one(AlertsOf(member_id)).await;
        let rows = found.map_err(|error| top_level_shared(&error))?;
        let rows = rows.unwrap_or_default();
        ctx.meter(rows.len())?;
        Ok(rows.into_iter().map(Self).collect())
    }
}
