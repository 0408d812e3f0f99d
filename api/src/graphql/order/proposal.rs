use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use chrono::Utc;
use domain::id::OrderLineId;
use domain::order::cost::CostStep;
use domain::order::{OrderCost, confirmation};
use uuid::Uuid;

use super::enums::RequestStatus;
use super::line::{OrderLine, OrderLineQuantity};
use crate::error::Error;
use crate::graphql::catalog::{ProductVariant, load_variant};
use crate::graphql::cost::{Adjustment, Cost, Steps};
use crate::graphql::error::top_level;
use crate::graphql::scalar::DateTime;
use crate::service::order::requests;

/// What can be delivered of a line, by ids.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offer {
    pub(super) line_id: Uuid,
    pub(super) quantity: i32,
    pub(super) promised_ship_at: Option<chrono::DateTime<Utc>>,
    pub(super) substitute: Option<Uuid>,
}

impl TryFrom<confirmation::LineAnswer> for Offer {
    type Error = Error;

    fn try_from(answer: confirmation::LineAnswer) -> Result<Self, Error> {
        Ok(Self {
            line_id: answer.id,
            quantity: i32::try_from(answer.quantity).map_err(Error::internal)?,
            promised_ship_at: answer.promised_ship_at,
            substitute: answer.substitute,
        })
    }
}

/// What can be delivered of one line.
#[derive(Clone, Debug)]
pub struct OrderConfirmationLine {
    line: OrderLine,
    offer: Offer,
}

impl OrderConfirmationLine {
    /// Shows what can be delivered of an order's lines.
    ///
    /// # Errors
    /// When the lines cannot be loaded.
    pub(super) async fn load(
        ctx: &Context<'_>,
        order_id: Uuid,
        offers: Vec<Offer>,
    ) -> Result<Vec<Self>> {
        let units: Vec<(Uuid, i32)> = offers
            .iter()
            .map(|offer| (offer.line_id, offer.quantity))
            .collect();
        let lines = OrderLineQuantity::load(ctx, order_id, &units).await?;
        let pairs = lines.into_iter().map(|units| units.line).zip(offers);
        Ok(pairs.map(|(line, offer)| Self { line, offer }).collect())
    }
}

/// What can be delivered of one line.
#[Object]
impl OrderConfirmationLine {
    /// The line.
    fn line(&self) -> &OrderLine {
        &self.line
    }
    /// Units, of what is offered instead if there is such a variant.
    fn quantity(&self) -> i32 {
        self.offer.quantity
    }
    /// When they can ship.
    fn promised_ship_at(&self) -> Option<DateTime> {
        self.offer.promised_ship_at.map(DateTime)
    }
    /// Offered instead, at the price of what was ordered.
    async fn substitute(&self, ctx: &Context<'_>) -> Result<Option<ProductVariant>> {
        match self.offer.substitute {
            Some(id) => load_variant(ctx, id).await,
            None => Ok(None),
        }
    }
}

/// A counter-proposal: what the buyer would get, and for how much.
#[derive(Clone, Debug)]
pub struct OrderProposal(pub(super) Arc<requests::Proposal>);

/// A counter-proposal: what the buyer would get, and for how much.
#[Object]
impl OrderProposal {
    /// Where it stands.
    fn status(&self) -> RequestStatus {
        self.0.row.status.0.into()
    }
    /// What is proposed.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<OrderConfirmationLine>> {
        let offers: Result<Vec<Offer>, Error> = self
            .0
            .lines
            .iter()
            .map(|line| line.offer.try_into())
            .collect();
        let offers = offers.map_err(|error| top_level(&error))?;
        OrderConfirmationLine::load(ctx, self.0.row.order_id, offers).await
    }
    /// What it would cost.
    fn cost(&self) -> Cost {
        (&self.0.row.cost.0).into()
    }
    /// Answer before this.
    fn expires_at(&self) -> DateTime {
        DateTime(self.0.row.expires_at)
    }
}

impl From<&OrderCost> for Cost {
    fn from(cost: &OrderCost) -> Self {
        Self {
            subtotal: cost.subtotal,
            discount_total: cost.discount_total,
            shipping_total: cost.shipping_total,
            tax_total: cost.tax_total,
            total: cost.total,
            steps: Steps::Shown(cost.steps.iter().map(adjustment).collect()),
        }
    }
}

fn adjustment(step: &CostStep) -> Adjustment {
    Adjustment {
        kind: step.kind.into(),
        label: step.label.clone(),
        amount: step.amount.into(),
        included: step.included,
        source_id: step.source_id.as_ref().map(ID::from),
        promotion_version: None,
        line_id: step.line.map(|id| OrderLineId(id).to_string().into()),
    }
}
