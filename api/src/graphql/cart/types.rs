use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use domain::id::{CartLineId, MemberId, PaymentMethodId, ProductVariantId};
use domain::pricing;
use uuid::Uuid;

use super::evaluation::PromotionEvaluation;
use super::problem::CartProblem;
use crate::error::Error;
use crate::graphql::address::Address;
use crate::graphql::catalog::{ProductVariant, load_variant, load_variants};
use crate::graphql::context::Reach;
use crate::graphql::cost::{Adjustment, Cost, LineCost};
use crate::graphql::credit::{CartTender, payable_of_cart, tenders_of_cart};
use crate::graphql::error::{top_level, top_level_shared};
use crate::graphql::limits::meter::Metered;
use crate::graphql::member::Member;
use crate::graphql::money::Money;
use crate::graphql::order::{Order, OrderOfCart};
use crate::graphql::payment::{PaymentMethod, methods_of_channel};
use crate::graphql::price_source::PriceSource;
use crate::graphql::scalar::DateTime;
use crate::graphql::shop::{ShippingMethod, ShippingMethodById};
use crate::service::cart::{LineFacts, PricedCartFacts};
use crate::service::member;
use crate::service::order::Access;

/// Life of a cart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::cart::CartStatus")]
pub enum CartStatus {
    /// Can be changed.
    Active,
    /// Moved into another cart.
    Merged,
    /// Locked while an order is placed.
    Frozen,
    /// Became an order.
    Ordered,
}

/// Goods somebody means to buy; never an order.
#[derive(Clone)]
pub struct Cart(pub Arc<PricedCartFacts>);

/// Goods somebody means to buy; never an order.
#[Object]
impl Cart {
    /// Secret global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        self.0.cart.public_id.as_str().into()
    }

    /// Active, merged, frozen or ordered.
    fn status(&self) -> CartStatus {
        self.0.cart.status.0.into()
    }

    /// Owner, null for a guest.
    async fn member(&self, ctx: &Context<'_>) -> Option<Result<Member>> {
        let member_id = MemberId(self.0.cart.member_id?);
        let owner = async {
            let row = member::find(ctx.app()?, ctx.viewer()?, member_id).await;
            row.map(Member).map_err(|error| top_level(&error))
        };
        Some(owner.await)
    }

    /// Lines, at most 200, oldest first; then gifts.
    fn lines(&self, ctx: &Context<'_>) -> Result<Vec<CartLine>> {
        let count = self.0.lines.len();
        ctx.meter(count)?;
        Ok((0..count)
            .map(|place| CartLine {
                facts: Arc::clone(&self.0),
                place,
            })
            .collect())
    }

    /// Units in all lines.
    fn total_quantity(&self) -> i32 {
        self.0
            .lines
            .iter()
            .fold(0, |sum, line| sum.saturating_add(line.row.quantity))
    }

    /// E-mail for the order.
    fn email(&self) -> Option<&str> {
        self.0.cart.email.as_deref()
    }

    /// Whether a guest agreed to be reminded of it at `email`; of members the account's `acceptsMarketing` says it.
    fn accepts_reminders(&self) -> bool {
        self.0.cart.accepts_reminders
    }

    /// Phone.
    fn phone(&self) -> Option<&str> {
        self.0.cart.phone.as_deref()
    }

    /// Message to the shop.
    fn note(&self) -> Option<&str> {
        self.0.cart.note.as_deref()
    }

    /// Where to send it.
    fn shipping_address(&self) -> Option<Address> {
        self.0
            .cart
            .shipping_address
            .as_ref()
            .map(|address| address.0.clone().into())
    }

    /// Where to bill it.
    fn billing_address(&self) -> Option<Address> {
        self.0
            .cart
            .billing_address
            .as_ref()
            .map(|address| address.0.clone().into())
    }

    /// Ways to ship to the address, best first.
    async fn shipping_methods(&self, ctx: &Context<'_>) -> Result<Vec<ShippingMethod>> {
        let ids: Vec<Uuid> = self.0.shipping_methods.iter().map(|row| row.id).collect();
        ctx.meter(ids.len())?;
        let views = ctx
            .loaders()?
            .load_many(ids.iter().copied().map(ShippingMethodById))
            .await
            .map_err(|error| top_level_shared(&error))?;
        let viewer = ctx.viewer()?;
        let now = ctx.app()?.clock.now();
        let show = |id: &Uuid| {
            let view = views.get(&ShippingMethodById(*id))?;
            Some(ShippingMethod::new(
                view,
                viewer.channel.currency.0,
                &viewer.locale,
                now,
            ))
        };
        Ok(ids.iter().filter_map(show).collect())
    }

    /// The way chosen.
    async fn shipping_method(&self, ctx: &Context<'_>) -> Option<Result<ShippingMethod>> {
        let id = self.0.shipping.as_ref()?.id;
        crate::graphql::shop::load_shipping_method(ctx, id, None)
            .await
            .transpose()
    }

    /// Ways to pay.
    async fn payment_methods(&self, ctx: &Context<'_>) -> Result<Vec<PaymentMethod>> {
        let methods =
            methods_of_channel(ctx, self.0.cart.channel_id, self.0.cart.member_id).await?;
        ctx.meter(methods.len())?;
        Ok(methods)
    }

    /// The way chosen, if it is still offered.
    async fn payment_method(&self, ctx: &Context<'_>) -> Option<Result<PaymentMethod>> {
        let id = PaymentMethodId(self.0.cart.payment_method_id?).to_string();
        let methods = methods_of_channel(ctx, self.0.cart.channel_id, self.0.cart.member_id).await;
        methods
            .map(|methods| methods.into_iter().find(|method| *method.id == id))
            .transpose()
    }

    /// Variants preferred where a promotion lets the buyer choose its gift, the dearest first.
    fn gift_wish_ids(&self) -> Vec<ID> {
        let wishes = self.0.cart.gift_wishes.iter();
        wishes
            .map(|id| ProductVariantId(*id).to_string().into())
            .collect()
    }

    /// Coupons entered.
    fn coupon_codes(&self) -> Vec<&str> {
        self.0
            .coupon_codes
            .iter()
            .map(domain::coupon::CouponCode::as_str)
            .collect()
    }

    /// Number or certificate that frees the buyer of tax: then all prices here are net, and none is due.
    fn tax_exemption(&self) -> Option<&str> {
        self.0.priced.tax_exemption.as_deref()
    }

    /// Points, null for guests.
    async fn points(&self, ctx: &Context<'_>) -> Result<Option<CartPoints>> {
        if self.0.cart.member_id.is_none() {
            return Ok(None);
        }
        let payable = payable_of_cart(ctx, &self.0).await?;
        let points = self.0.priced.points.clone();
        let points = points.earned_by_money(payable, self.0.priced.total);
        let shown = CartPoints::try_new(&points);
        shown.map(Some).map_err(|error| top_level(&error))
    }

    /// What it costs.
    fn cost(&self) -> Cost {
        (&self.0.priced).into()
    }

    /// Gift cards and store credit that would pay it after all discounts and taxes, in the order in which they pay.
    async fn tenders(&self, ctx: &Context<'_>) -> Result<Vec<CartTender>> {
        tenders_of_cart(ctx, &self.0).await
    }

    /// What is left to pay with money.
    async fn payable_total(&self, ctx: &Context<'_>) -> Result<Money> {
        payable_of_cart(ctx, &self.0).await.map(Money::from)
    }

    /// What stands between this cart and an order; empty when all is well.
    fn problems(&self, ctx: &Context<'_>) -> Result<Vec<CartProblem>> {
        ctx.meter(self.0.problems.len())?;
        Ok(CartProblem::list(&self.0.problems, ctx.viewer()?))
    }

    /// What became of each promotion and coupon.
    fn evaluations(&self, ctx: &Context<'_>) -> Result<Vec<PromotionEvaluation>> {
        let evaluations = &self.0.priced.evaluations;
        ctx.meter(evaluations.len())?;
        Ok(evaluations.iter().map(Into::into).collect())
    }

    /// Until when prices hold.
    fn prices_valid_until(&self) -> DateTime {
        DateTime(self.0.valid_until)
    }

    /// Until when stock is held, null when it is not: every change of the cart prolongs it.
    fn reserved_until(&self) -> Option<DateTime> {
        self.0.reserved_until.map(DateTime)
    }

    /// The order it became.
    async fn order(&self, ctx: &Context<'_>) -> Option<Result<Order>> {
        let order = async {
            let key = OrderOfCart(self.0.cart.id);
            let row = ctx
                .loaders()?
                .load_one(key)
                .await
                .map_err(|error| top_level_shared(&error))?;
            Ok(row.map(|row| Order::new(row, Access::Buyer)))
        };
        order.await.transpose()
    }

    /// When it last changed.
    fn updated_at(&self) -> DateTime {
        DateTime(self.0.cart.updated_at)
    }
}

/// One variant in a cart.
#[derive(Clone)]
pub struct CartLine {
    facts: Arc<PricedCartFacts>,
    place: usize,
}

impl CartLine {
    /// Finds a line of a cart by its row.
    #[must_use]
    pub fn find(facts: Arc<PricedCartFacts>, row_id: Uuid) -> Option<Self> {
        let place = facts.lines.iter().position(|line| line.row.id == row_id)?;
        Some(Self { facts, place })
    }

    fn line(&self) -> Result<&LineFacts> {
        let missing = || top_level(&Error::internal("a cart line is missing"));
        self.facts.lines.get(self.place).ok_or_else(missing)
    }
}

/// One variant in a cart.
#[Object]
impl CartLine {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> Result<ID> {
        Ok(CartLineId(self.line()?.row.id).to_string().into())
    }

    /// What is bought.
    async fn variant(&self, ctx: &Context<'_>) -> Result<ProductVariant> {
        let variant = load_variant(ctx, self.line()?.row.variant_id).await?;
        variant.ok_or_else(|| top_level(&Error::internal("a cart line has no variant")))
    }

    /// How many.
    fn quantity(&self) -> Result<i32> {
        Ok(self.line()?.row.quantity)
    }

    /// What it costs.
    fn cost(&self, ctx: &Context<'_>) -> Result<LineCost> {
        let line = self.line()?;
        let viewer = ctx.viewer()?;
        let priced = &self.facts.priced;
        let missing = || top_level(&Error::internal("a cart line has no price"));
        let cost = priced
            .lines
            .iter()
            .find(|cost| cost.key == line.row.id)
            .ok_or_else(missing)?;
        Ok(LineCost {
            unit_price: cost.unit_price,
            price_source: cost
                .origin
                .as_ref()
                .map(|origin| PriceSource::of(viewer, origin)),
            compare_at_unit_price: line.before(cost),
            subtotal: cost.subtotal,
            discount_total: cost.discount_total,
            tax_total: cost.tax_total,
            total: cost.total,
            adjustments: priced
                .adjustments_of(line.row.id)
                .map(Adjustment::of_cart)
                .collect(),
        })
    }

    /// Free by a promotion.
    fn gift(&self) -> Result<bool> {
        Ok(self.line()?.is_gift)
    }

    /// What the buyer may have as this gift by `CartInput.giftWishIds`, itself among it; empty when there is no choice.
    async fn gift_choices(&self, ctx: &Context<'_>) -> Result<Vec<ProductVariant>> {
        let choices = &self.line()?.gift_choices;
        ctx.meter(choices.len())?;
        load_variants(ctx, choices).await
    }
}

/// Points in a cart.
#[derive(Clone, Debug, SimpleObject)]
struct CartPoints {
    /// Points being spent.
    spent: i32,
    /// Money they save.
    discount: Money,
    /// Most that may be spent here.
    spendable: i32,
    /// Points this order will earn by what is paid with money.
    earns: i32,
}

impl CartPoints {
    fn try_new(points: &pricing::PricedPoints) -> std::result::Result<Self, Error> {
        let int = |points: u32| i32::try_from(points).map_err(Error::internal);
        Ok(Self {
            spent: int(points.spent)?,
            discount: points.discount.into(),
            spendable: int(points.spendable)?,
            earns: int(points.earned())?,
        })
    }
}
