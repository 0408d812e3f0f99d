//! What a cart or an order costs, with every step that explains it. Rules: `domain::pricing`.

use async_graphql::{Context, Enum, ID, Object, Result};
use domain::id::CartLineId;
use domain::pricing;

use super::limits::meter::Metered;
use super::money::Money;
use super::price_source::PriceSource;

/// Where an adjustment comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum AdjustmentKind {
    /// Price of goods, before any adjustment; only in simulations.
    Price,
    /// Automatic promotion.
    Promotion,
    /// Coupon.
    Coupon,
    /// Points spent.
    Points,
    /// Shipping.
    Shipping,
    /// Tax.
    Tax,
    /// Fee.
    Surcharge,
    /// By staff.
    Manual,
    /// Rounding.
    Rounding,
}

impl From<pricing::AdjustmentKind> for AdjustmentKind {
    fn from(kind: pricing::AdjustmentKind) -> Self {
        match kind {
            pricing::AdjustmentKind::Promotion => Self::Promotion,
            pricing::AdjustmentKind::Coupon => Self::Coupon,
            pricing::AdjustmentKind::Points => Self::Points,
            pricing::AdjustmentKind::Shipping => Self::Shipping,
            pricing::AdjustmentKind::Tax => Self::Tax,
            pricing::AdjustmentKind::Surcharge => Self::Surcharge,
            pricing::AdjustmentKind::Manual => Self::Manual,
            pricing::AdjustmentKind::Rounding => Self::Rounding,
        }
    }
}

/// One signed step in a price.
#[derive(Clone, Debug, async_graphql::SimpleObject)]
pub struct Adjustment {
    /// Where it comes from.
    pub kind: AdjustmentKind,
    /// Text to show.
    pub label: String,
    /// Signed amount; a discount is negative.
    pub amount: Money,
    /// Whether prices contain it already, as with included tax.
    pub included: bool,
    /// Global id of the promotion, coupon, rate or method behind it.
    pub source_id: Option<ID>,
    /// Version of the promotion behind it, be it by coupon; null for anything else, and in proposals and refunds.
    pub promotion_version: Option<i32>,
    /// Line it falls on, null for the whole.
    pub line_id: Option<ID>,
}

impl From<&pricing::PricedCart> for Cost {
    fn from(priced: &pricing::PricedCart) -> Self {
        Self {
            subtotal: priced.subtotal,
            discount_total: priced.discount_total,
            shipping_total: priced.shipping_total,
            tax_total: priced.tax_total,
            total: priced.total,
            steps: Steps::OfCart(priced.adjustments.clone()),
        }
    }
}

impl Adjustment {
    /// Shows a step in the price of a cart.
    #[must_use]
    pub fn of_cart(step: &pricing::Adjustment) -> Self {
        let line = step.line.map(|line| CartLineId(line).to_string().into());
        Self::new(step, line)
    }

    /// Shows a step; `line_id` is the global id of its line.
    #[must_use]
    pub fn new(step: &pricing::Adjustment, line_id: Option<ID>) -> Self {
        Self {
            kind: step.kind.into(),
            label: step.label.as_ref().to_owned(),
            amount: step.amount.into(),
            included: step.included,
            source_id: step.source_id.as_deref().map(ID::from),
            promotion_version: step.promotion_version,
            line_id,
        }
    }
}

/// What a cart or order costs: `subtotal` plus every adjustment not `included` is `total`.
#[derive(Clone, Debug)]
pub struct Cost {
    /// Lines before any adjustment.
    pub subtotal: domain::Money,
    /// All discounts, zero or negative.
    pub discount_total: domain::Money,
    /// Shipping after its discounts.
    pub shipping_total: domain::Money,
    /// Tax, whether included or added.
    pub tax_total: domain::Money,
    /// What is to be paid.
    pub total: domain::Money,
    /// Every signed step that explains the figures.
    pub steps: Steps,
}

/// Steps of a price. A cart has many, and few ask for them: its own are put into words when somebody does.
#[derive(Clone, Debug)]
pub enum Steps {
    /// As they are shown.
    Shown(Vec<Adjustment>),
    /// As they were reckoned for a cart.
    OfCart(Vec<pricing::Adjustment>),
}

/// What a cart or order costs: `subtotal` plus every adjustment not `included` is `total`.
#[Object]
impl Cost {
    /// Lines before any adjustment.
    fn subtotal(&self) -> Money {
        self.subtotal.into()
    }
    /// All discounts, zero or negative.
    fn discount_total(&self) -> Money {
        self.discount_total.into()
    }
    /// Shipping after its discounts.
    fn shipping_total(&self) -> Money {
        self.shipping_total.into()
    }
    /// Tax, whether included or added.
    fn tax_total(&self) -> Money {
        self.tax_total.into()
    }
    /// What is to be paid.
    fn total(&self) -> Money {
        self.total.into()
    }
    /// Every signed step that explains the figures.
    fn adjustments(&self, ctx: &Context<'_>) -> Result<Vec<Adjustment>> {
        match &self.steps {
            Steps::Shown(steps) => {
                ctx.meter(steps.len())?;
                Ok(steps.clone())
            }
            Steps::OfCart(steps) => {
                ctx.meter(steps.len())?;
                Ok(steps.iter().map(Adjustment::of_cart).collect())
            }
        }
    }
}

/// What one line costs.
#[derive(Clone, Debug)]
pub struct LineCost {
    /// One unit.
    pub unit_price: domain::Money,
    /// Which rule set the price of one unit; null for a gift, and for orders placed before it was kept.
    pub price_source: Option<PriceSource>,
    /// One unit before reduction, null when not reduced.
    pub compare_at_unit_price: Option<domain::Money>,
    /// All units.
    pub subtotal: domain::Money,
    /// Discounts, zero or negative.
    pub discount_total: domain::Money,
    /// Tax, whether included or added.
    pub tax_total: domain::Money,
    /// What the line adds to the bill.
    pub total: domain::Money,
    /// Every signed step, shares of whole-cart discounts too.
    pub adjustments: Vec<Adjustment>,
}

/// What one line costs.
#[Object]
impl LineCost {
    /// One unit.
    fn unit_price(&self) -> Money {
        self.unit_price.into()
    }
    /// Which rule set the price of one unit; null for a gift, and for orders placed before it was kept.
    fn price_source(&self) -> Option<&PriceSource> {
        self.price_source.as_ref()
    }
    /// One unit before reduction, null when not reduced.
    fn compare_at_unit_price(&self) -> Option<Money> {
        self.compare_at_unit_price.map(Money::from)
    }
    /// All units.
    fn subtotal(&self) -> Money {
        self.subtotal.into()
    }
    /// Discounts, zero or negative.
    fn discount_total(&self) -> Money {
        self.discount_total.into()
    }
    /// Tax, whether included or added.
    fn tax_total(&self) -> Money {
        self.tax_total.into()
    }
    /// What the line adds to the bill.
    fn total(&self) -> Money {
        self.total.into()
    }
    /// Every signed step, shares of whole-cart discounts too.
    fn adjustments(&self, ctx: &Context<'_>) -> Result<&[Adjustment]> {
        ctx.meter(self.adjustments.len())?;
        Ok(&self.adjustments)
    }
}
