use async_graphql::{Context, ID, Object, Result};
use domain::id::AfterSaleLineId;
use entity::after_sale_line;
use uuid::Uuid;

use super::enums::AfterSaleCondition;
use crate::graphql::catalog::{ProductVariant, load_variant};
use crate::graphql::order::OrderLine;

/// Units in a case.
#[derive(Clone, Debug)]
pub struct AfterSaleLine {
    row: after_sale_line::Model,
    order_id: Uuid,
}

impl AfterSaleLine {
    /// Shows units in a case about an order.
    #[must_use]
    pub fn new(row: after_sale_line::Model, order_id: Uuid) -> Self {
        Self { row, order_id }
    }
}

/// Units in a case.
#[Object]
impl AfterSaleLine {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        AfterSaleLineId(self.row.id).to_string().into()
    }
    /// The order line.
    async fn order_line(&self, ctx: &Context<'_>) -> Result<OrderLine> {
        OrderLine::load(ctx, self.order_id, self.row.order_line_id).await
    }
    /// Units asked.
    fn quantity(&self) -> i32 {
        self.row.quantity
    }
    /// Units arrived.
    fn received_quantity(&self) -> i32 {
        self.row.received_quantity
    }
    /// Units accepted.
    fn accepted_quantity(&self) -> i32 {
        self.row.accepted_quantity
    }
    /// Condition found; the worst where there were several.
    fn condition(&self) -> Option<AfterSaleCondition> {
        self.row.condition.map(|condition| condition.0.into())
    }
    /// Wanted instead.
    async fn replacement_variant(&self, ctx: &Context<'_>) -> Option<Result<ProductVariant>> {
        let id = self.row.replacement_variant_id?;
        load_variant(ctx, id).await.transpose()
    }
}
