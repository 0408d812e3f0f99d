use async_graphql::{Context, ID, Object, Result};
use domain::Currency;
use domain::id::{OrderLineId, RefundId};
use domain::order::TransferWay;
use entity::{refund, refund_adjustment};
use uuid::Uuid;

use super::enums::RefundStatus;
use super::loader::{
    RefundById, RefundLinesOf, RefundOfCancellation, RefundStepsOf, RefundsOf, TransfersOf,
};
use crate::error::Error;
use crate::graphql::context::Reach;
use crate::graphql::cost::Adjustment;
use crate::graphql::error::{top_level, top_level_shared};
use crate::graphql::limits::meter::Metered;
use crate::graphql::money::Money;
use crate::graphql::order::{Order, OrderLineQuantity};
use crate::graphql::scalar::DateTime;
use crate::graphql::viewer::Actor;
use crate::service::order::Access;
use crate::service::payment::RefundPreview;

/// An order's refunds, oldest first.
///
/// # Errors
/// When they cannot be loaded.
pub(in crate::graphql) async fn refunds_of(
    ctx: &Context<'_>,
    order_id: Uuid,
    access: Access,
) -> Result<Vec<Refund>> {
    let rows = ctx
        .loaders()?
        .load_one(RefundsOf(order_id))
        .await
        .map_err(|error| top_level_shared(&error))?;
    Ok(rows
        .unwrap_or_default()
        .iter()
        .map(|row| Refund::new(row.clone(), access))
        .collect())
}

/// The refund behind something the viewer may see in this capacity.
///
/// # Errors
/// When it cannot be loaded.
pub(in crate::graphql) async fn load_refund(
    ctx: &Context<'_>,
    id: Uuid,
    access: Access,
) -> Result<Refund> {
    let row = ctx
        .loaders()?
        .load_one(RefundById(id))
        .await
        .map_err(|error| top_level_shared(&error))?;
    let row = row.ok_or_else(|| top_level(&Error::internal("a refund is missing")))?;
    Ok(Refund::new(row.as_ref().clone(), access))
}

/// The refund a cancellation led to.
///
/// # Errors
/// When it cannot be loaded.
pub(in crate::graphql) async fn refund_of_cancellation(
    ctx: &Context<'_>,
    cancellation_id: Uuid,
    access: Access,
) -> Result<Option<Refund>> {
    let row = ctx
        .loaders()?
        .load_one(RefundOfCancellation(cancellation_id))
        .await
        .map_err(|error| top_level_shared(&error))?;
    Ok(row.map(|row| Refund::new(row.as_ref().clone(), access)))
}

/// Money, points and coupons given back.
#[derive(Clone, Debug)]
pub struct Refund {
    row: refund::Model,
    access: Access,
}

impl Refund {
    /// What goes back with it.
    pub(in crate::graphql) fn into_breakdown(self) -> RefundBreakdown {
        RefundBreakdown::Decided(Box::new(self.row))
    }

    /// Shows a refund in the capacity in which the viewer may see its order.
    #[must_use]
    pub fn new(row: refund::Model, access: Access) -> Self {
        Self { row, access }
    }
}

/// Money, points and coupons given back.
#[Object]
impl Refund {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        RefundId(self.row.id).to_string().into()
    }
    /// The order.
    async fn order(&self, ctx: &Context<'_>) -> Result<Order> {
        Order::load(ctx, self.row.order_id, self.access).await
    }
    /// Where it stands.
    fn status(&self) -> RefundStatus {
        self.row.status.0.into()
    }
    /// For which units.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<OrderLineQuantity>> {
        let lines = ctx
            .loaders()?
            .load_one(RefundLinesOf(self.row.id))
            .await
            .map_err(|error| top_level_shared(&error))?;
        let units: Vec<_> = lines
            .unwrap_or_default()
            .iter()
            .map(|line| (line.order_line_id, line.quantity))
            .collect();
        OrderLineQuantity::load(ctx, self.row.order_id, &units).await
    }
    /// What goes back.
    fn breakdown(&self) -> RefundBreakdown {
        RefundBreakdown::Decided(Box::new(self.row.clone()))
    }
    /// Why.
    fn reason(&self) -> &str {
        &self.row.reason
    }
    /// Who decided.
    fn actor(&self) -> Actor {
        Actor::new(self.row.actor_kind.0, self.row.actor_id)
    }
    /// When it was asked for.
    fn created_at(&self) -> DateTime {
        DateTime(self.row.created_at)
    }
    /// When it arrived.
    fn settled_at(&self) -> Option<DateTime> {
        self.row.settled_at.map(DateTime)
    }
}

/// What goes back: `subtotal` plus every adjustment not `included` is `total`.
#[derive(Clone, Debug)]
pub enum RefundBreakdown {
    /// Of a refund.
    Decided(Box<refund::Model>),
    /// Of one that is only thought of.
    Previewed(Box<RefundPreview>),
}

/// What goes back: `subtotal` plus every adjustment not `included` is `total`.
#[Object]
impl RefundBreakdown {
    /// All that goes back, whichever way.
    fn total(&self) -> Money {
        match self {
            Self::Decided(row) => domain::Money::new(row.amount_minor, row.currency.0),
            Self::Previewed(preview) => preview.plan.total,
        }
        .into()
    }
    /// Money through the payments that brought it.
    async fn to_payments(&self, ctx: &Context<'_>) -> Result<Money> {
        self.sum_of(ctx, TransferWay::Payment).await
    }
    /// Back to the gift cards and store credit that paid, after the money.
    async fn to_tenders(&self, ctx: &Context<'_>) -> Result<Money> {
        self.sum_of(ctx, TransferWay::Tender).await
    }
    /// Store credit for the member instead of money.
    async fn to_store_credit(&self, ctx: &Context<'_>) -> Result<Money> {
        self.sum_of(ctx, TransferWay::StoreCredit).await
    }
    /// Goods that go back, at their prices before any adjustment.
    async fn subtotal(&self, ctx: &Context<'_>) -> Result<Money> {
        let (currency, minor) = match self {
            Self::Decided(row) => {
                let lines = ctx.loaders()?.load_one(RefundLinesOf(row.id)).await;
                let lines = lines.map_err(|error| top_level_shared(&error))?;
                let lines = lines.unwrap_or_default();
                let minor = lines.iter().map(|line| line.subtotal_minor).sum();
                (row.currency.0, minor)
            }
            Self::Previewed(preview) => {
                let lines = preview.plan.lines.iter();
                let minor = lines.map(|line| line.subtotal.minor).sum();
                (preview.order.currency.0, minor)
            }
        };
        Ok(domain::Money::new(minor, currency).into())
    }
    /// Points given back.
    fn points_restored(&self) -> u32 {
        match self {
            Self::Decided(row) => row.points_restored.unsigned_abs(),
            Self::Previewed(preview) => preview.plan.points_restored,
        }
    }
    /// Earned points taken back.
    fn points_clawed_back(&self) -> u32 {
        match self {
            Self::Decided(row) => row.points_clawed_back.unsigned_abs(),
            Self::Previewed(preview) => preview.plan.points_clawed_back,
        }
    }
    /// Coupons usable again.
    fn coupon_codes(&self) -> &[String] {
        match self {
            Self::Decided(row) => &row.coupon_codes.0,
            Self::Previewed(preview) => &preview.coupon_codes,
        }
    }
    /// Every signed step: shipping, tax, discounts, goodwill.
    async fn adjustments(&self, ctx: &Context<'_>) -> Result<Vec<Adjustment>> {
        let show = |currency, steps: &[refund_adjustment::Model]| {
            ctx.meter(steps.len())?;
            Ok(steps
                .iter()
                .map(|step| adjustment(currency, step))
                .collect())
        };
        match self {
            Self::Decided(row) => {
                let steps = ctx.loaders()?.load_one(RefundStepsOf(row.id)).await;
                let steps = steps.map_err(|error| top_level_shared(&error))?;
                show(row.currency.0, &steps.unwrap_or_default())
            }
            Self::Previewed(preview) => show(preview.order.currency.0, &preview.steps),
        }
    }
}

impl RefundBreakdown {
    /// What goes one way.
    async fn sum_of(&self, ctx: &Context<'_>, way: TransferWay) -> Result<Money> {
        let (currency, minor) = match self {
            Self::Decided(row) => {
                let transfers = ctx.loaders()?.load_one(TransfersOf(row.id)).await;
                let transfers = transfers
                    .map_err(|error| top_level_shared(&error))?
                    .unwrap_or_default();
                let own = transfers.iter().filter(|transfer| transfer.way.0 == way);
                let minor = own.map(|transfer| transfer.amount_minor).sum();
                (row.currency.0, minor)
            }
            Self::Previewed(preview) => {
                let own = preview.ways.iter().filter(|(own, _)| *own == way);
                let minor = own.map(|(_, amount)| amount.minor).sum();
                (preview.order.currency.0, minor)
            }
        };
        Ok(domain::Money::new(minor, currency).into())
    }
}

fn adjustment(currency: Currency, row: &refund_adjustment::Model) -> Adjustment {
    Adjustment {
        kind: row.kind.0.into(),
        label: row.label.clone(),
        amount: domain::Money::new(row.amount_minor, currency).into(),
        included: row.included,
        source_id: row.source_id.as_ref().map(ID::from),
        promotion_version: None,
        line_id: row
            .order_line_id
            .map(|id| OrderLineId(id).to_string().into()),
    }
}
