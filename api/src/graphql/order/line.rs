use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::id::OrderLineId;
use entity::{order, order_line, order_line_component};
use uuid::Uuid;

use super::loader::{ComponentsOf, LineById, OrderById};
use super::types::{adjustment, adjustments};
use crate::error::Error;
use crate::graphql::after_sale::returnable_of;
use crate::graphql::catalog::{ProductVariant, load_variant};
use crate::graphql::context::Reach;
use crate::graphql::cost::LineCost;
use crate::graphql::error::{top_level, top_level_shared};
use crate::graphql::limits::meter::Metered;
use crate::graphql::price_source::PriceSource;
use crate::graphql::scalar::DateTime;
use crate::service::order::row;

/// One variant in an order, as it was when placed.
#[derive(Clone, Debug)]
pub struct OrderLine {
    row: Arc<order_line::Model>,
    order: Arc<order::Model>,
}

impl OrderLine {
    /// Shows a line of an order.
    pub(in crate::graphql) fn new(row: Arc<order_line::Model>, order: Arc<order::Model>) -> Self {
        Self { row, order }
    }

    /// Loads a line behind something the viewer may see.
    ///
    /// # Errors
    /// When the line cannot be loaded.
    pub(in crate::graphql) async fn load(
        ctx: &Context<'_>,
        order_id: Uuid,
        line_id: Uuid,
    ) -> Result<Self> {
        let mut lines = OrderLineQuantity::load(ctx, order_id, &[(line_id, 0)]).await?;
        let line = lines.pop().map(|units| units.line);
        line.ok_or_else(|| top_level(&Error::internal("an order's line is missing")))
    }
}

impl OrderLine {
    /// Shows which rule set the price then.
    fn price_source(&self, ctx: &Context<'_>) -> Result<Option<PriceSource>> {
        let Some(kind) = self.row.price_source_kind else {
            return Ok(None);
        };
        let rule = self.row.price_source_id.zip(self.row.price_source_version);
        let label = self.row.price_source_label.as_deref().unwrap_or_default();
        Ok(Some(PriceSource::new(ctx.viewer()?, kind.0, rule, label)))
    }
}

/// One variant in an order, as it was when placed.
#[Object]
impl OrderLine {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        OrderLineId(self.row.id).to_string().into()
    }
    /// The variant, null when it is gone.
    async fn variant(&self, ctx: &Context<'_>) -> Result<Option<ProductVariant>> {
        load_variant(ctx, self.row.variant_id).await
    }
    /// SKU then.
    fn sku(&self) -> &str {
        &self.row.sku
    }
    /// Product name then.
    fn product_name(&self) -> &str {
        &self.row.product_name
    }
    /// Variant name then.
    fn variant_name(&self) -> &str {
        &self.row.variant_name
    }
    /// What one unit was made of; empty unless it was a bundle.
    async fn components(&self, ctx: &Context<'_>) -> Result<Vec<OrderLineComponent>> {
        let rows = ctx
            .loaders()?
            .load_one(ComponentsOf(self.row.id))
            .await
            .map_err(|error| top_level_shared(&error))?;
        let rows = rows.as_deref().map_or(&[][..], Vec::as_slice);
        ctx.meter(rows.len())?;
        Ok(rows.iter().cloned().map(OrderLineComponent).collect())
    }
    /// Whether it was free.
    fn gift(&self) -> bool {
        self.row.gift
    }
    /// What it cost.
    async fn cost(&self, ctx: &Context<'_>) -> Result<LineCost> {
        let money = |minor| row::money(&self.order, minor);
        let steps = adjustments(ctx, &self.order).await?;
        let own = steps
            .iter()
            .filter(|step| step.order_line_id == Some(self.row.id));
        Ok(LineCost {
            unit_price: money(self.row.unit_price_minor),
            price_source: self.price_source(ctx)?,
            compare_at_unit_price: self.row.compare_at_minor.map(money),
            subtotal: money(self.row.subtotal_minor),
            discount_total: money(self.row.discount_minor),
            tax_total: money(self.row.tax_minor),
            total: money(self.row.total_minor),
            adjustments: own.map(|step| adjustment(&self.order, step)).collect(),
        })
    }
    /// When the last of its units was expected that was not in stock as it was ordered, or `shipsAt` if that is later;
    /// null when all were there, or nobody knew.
    fn expected_at(&self) -> Option<DateTime> {
        self.row.expected_at.max(self.row.ships_at).map(DateTime)
    }
    /// No unit leaves before this, because of a presale, as you were told last; null when it need not wait. It follows the
    /// presale within minutes until it has come.
    fn ships_at(&self) -> Option<DateTime> {
        self.row.ships_at.map(DateTime)
    }
    /// Units ordered.
    fn quantity(&self) -> i32 {
        self.row.quantity
    }
    /// Units cancelled.
    fn cancelled_quantity(&self) -> i32 {
        self.row.cancelled_quantity
    }
    /// Units sent.
    fn fulfilled_quantity(&self) -> i32 {
        self.row.fulfilled_quantity
    }
    /// Units returned.
    fn returned_quantity(&self) -> i32 {
        self.row.returned_quantity
    }
    /// Units you may still return.
    async fn returnable_quantity(&self, ctx: &Context<'_>) -> Result<u32> {
        returnable_of(ctx, self.row.order_id, self.row.id).await
    }
}

/// Units of a variant in one unit of an ordered bundle, as it was when placed.
pub(super) struct OrderLineComponent(order_line_component::Model);

/// Units of a variant in one unit of an ordered bundle, as it was when placed.
#[Object]
impl OrderLineComponent {
    /// The variant, null when it is gone.
    async fn variant(&self, ctx: &Context<'_>) -> Result<Option<ProductVariant>> {
        load_variant(ctx, self.0.variant_id).await
    }
    /// SKU then.
    fn sku(&self) -> &str {
        &self.0.sku
    }
    /// Product name then.
    fn product_name(&self) -> &str {
        &self.0.product_name
    }
    /// Variant name then.
    fn variant_name(&self) -> &str {
        &self.0.variant_name
    }
    /// Units in one unit of the line.
    fn quantity(&self) -> i32 {
        self.0.quantity
    }
}

/// So many units of a line.
#[derive(Clone, Debug, SimpleObject)]
pub struct OrderLineQuantity {
    /// The line.
    pub line: OrderLine,
    /// Units.
    pub quantity: i32,
}

impl OrderLineQuantity {
    /// Shows units of an order's lines.
    ///
    /// # Errors
    /// When the lines cannot be loaded.
    pub(in crate::graphql) async fn load(
        ctx: &Context<'_>,
        order_id: Uuid,
        units: &[(Uuid, i32)],
    ) -> Result<Vec<Self>> {
        ctx.meter(units.len())?;
        let loaders = ctx.loaders()?;
        let order = loaders
            .load_one(OrderById(order_id))
            .await
            .map_err(|error| top_level_shared(&error))?;
        let keys = units.iter().map(|(line_id, _)| LineById(*line_id));
        let lines = loaders
            .load_many(keys)
            .await
            .map_err(|error| top_level_shared(&error))?;
        let Some(order) = order else {
            return Ok(Vec::new());
        };
        let shown = units.iter().filter_map(|(line_id, quantity)| {
            let row = lines.get(&LineById(*line_id))?;
            Some(Self {
                line: OrderLine::new(Arc::clone(row), Arc::clone(&order)),
                quantity: *quantity,
            })
        });
        Ok(shown.collect())
    }
}
