use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use domain::id::{OrderId, OrderLineId, PaymentMethodId};
use domain::order::Asker;
use domain::permission::Permission;
use entity::{order, order_adjustment, order_line};
use uuid::Uuid;

use super::approval::OrderApproval;
use super::change::OrderChange;
use super::confirmation::{OrderCancellation, OrderConfirmationRequest, OrderTimelineEntry};
use super::enums::{Action, OrderFulfillmentStatus, OrderPaymentStatus, OrderStatus, actions};
use super::line::OrderLine;
use super::loader::{
    AdjustmentsOf, ApprovalsOf, CancellationsOf, ChangesOf, ConfirmationRequestsOf, CouponCodesOf,
    FactsOf, LinesOf, OrderById, ProposalOf, TimelineOf,
};
use super::proposal::OrderProposal;
use crate::graphql::address::Address;
use crate::graphql::after_sale::{self, AfterSale, OrderReturnStatus};
use crate::graphql::connection::connection;
use crate::graphql::context::Reach;
use crate::graphql::cost::{Adjustment, Cost, Steps};
use crate::graphql::credit::{OrderTender, tenders_of_order};
use crate::graphql::error::{top_level, top_level_shared};
use crate::graphql::fulfillment::{self, Fulfillment};
use crate::graphql::invoice::{self, Invoice};
use crate::graphql::limits::meter::Metered;
use crate::graphql::member::{self, Member};
use crate::graphql::money::Money;
use crate::graphql::payment::{self, Payment, PaymentMethod, Refund, RefundRequest};
use crate::graphql::scalar::{Date, DateTime};
use crate::graphql::shop::{self, ShippingMethod};
use crate::service::order::{Access, access, approval, change, row};
use crate::service::receivable;

/// A purchase; its status fields move independently.
#[derive(Clone, Debug)]
pub struct Order {
    row: Arc<order::Model>,
    access: Access,
}

connection!(OrderConnection, OrderEdge, Order, "The order.");

impl Order {
    /// Shows an order in the capacity in which the viewer may see it.
    #[must_use]
    pub fn new(row: Arc<order::Model>, access: Access) -> Self {
        Self { row, access }
    }

    /// Loads the order behind something the viewer may see in this capacity.
    ///
    /// # Errors
    /// When the order cannot be loaded.
    pub(in crate::graphql) async fn load(
        ctx: &Context<'_>,
        id: Uuid,
        access: Access,
    ) -> Result<Self> {
        let row = ctx
            .loaders()?
            .load_one(OrderById(id))
            .await
            .map_err(|error| top_level_shared(&error))?;
        let row =
            row.ok_or_else(|| top_level(&crate::error::Error::internal("an order is missing")))?;
        Ok(Self::new(row, access))
    }

    /// Finds the order behind something the viewer sees, if the viewer may see the order too.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(in crate::graphql) async fn find(ctx: &Context<'_>, id: Uuid) -> Result<Option<Self>> {
        let row = ctx
            .loaders()?
            .load_one(OrderById(id))
            .await
            .map_err(|error| top_level_shared(&error))?;
        let viewer = ctx.viewer()?;
        Ok(row.and_then(|row| {
            access::access(viewer, &row, None).map(|access| Self::new(row, access))
        }))
    }

    fn money(&self, minor: i64) -> Money {
        row::money(&self.row, minor).into()
    }

    /// What belongs to the buyer, or to staff with a permission.
    fn require(&self, ctx: &Context<'_>, permission: Permission) -> Result<()> {
        if self.access.is_buyer() {
            return Ok(());
        }
        ctx.viewer()?
            .require(permission)
            .map_err(|error| top_level(&error))
    }
}

/// A purchase; its status fields move independently.
#[Object]
impl Order {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        OrderId(self.row.id).to_string().into()
    }
    /// Number to show.
    fn number(&self) -> &str {
        &self.row.number
    }
    /// Where the purchase stands.
    fn status(&self) -> OrderStatus {
        self.row.status.0.into()
    }
    /// Where the money stands.
    fn payment_status(&self) -> OrderPaymentStatus {
        self.row.payment_status.0.into()
    }
    /// Where the goods stand.
    fn fulfillment_status(&self) -> OrderFulfillmentStatus {
        self.row.fulfillment_status.0.into()
    }
    /// Where returns stand.
    fn return_status(&self) -> OrderReturnStatus {
        self.row.return_status.0.into()
    }
    /// What you may do now.
    async fn available_actions(&self, ctx: &Context<'_>) -> Result<Vec<Action>> {
        let viewer = ctx.viewer()?;
        let facts = ctx
            .loaders()?
            .load_one(FactsOf(self.row.id))
            .await
            .map_err(|error| top_level_shared(&error))?;
        let may = |permission| viewer.may(permission);
        let asker = Asker {
            is_buyer: self.access.is_buyer(),
            person: approval::person(viewer),
            may: &may,
        };
        Ok(facts.map_or_else(Vec::new, |facts| actions(facts.actions(asker))))
    }
    /// Buyer, null for a guest.
    async fn member(&self, ctx: &Context<'_>) -> Option<Result<Member>> {
        let id = self.row.member_id?;
        member::load_member(ctx, id).await.transpose()
    }
    /// E-mail.
    fn email(&self) -> Option<&str> {
        self.row.email.as_deref()
    }
    /// Phone.
    fn phone(&self) -> Option<&str> {
        self.row.phone.as_deref()
    }
    /// Message from the buyer.
    fn note(&self) -> Option<&str> {
        self.row.note.as_deref()
    }
    /// Where it goes.
    fn shipping_address(&self) -> Option<Address> {
        self.row
            .shipping_address
            .as_ref()
            .map(|address| address.0.clone().into())
    }
    /// Where it is billed.
    fn billing_address(&self) -> Option<Address> {
        row::billing_address(&self.row).map(|address| address.clone().into())
    }
    /// How it ships.
    async fn shipping_method(&self, ctx: &Context<'_>) -> Option<Result<ShippingMethod>> {
        let id = self.row.shipping_method_id?;
        shop::load_shipping_method(ctx, id, self.row.shipping_method_name.clone())
            .await
            .transpose()
    }
    /// Lines.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<OrderLine>> {
        let rows = ctx
            .loaders()?
            .load_one(LinesOf(self.row.id))
            .await
            .map_err(|error| top_level_shared(&error))?;
        let rows = rows.unwrap_or_default();
        ctx.meter(rows.len())?;
        let line =
            |row: &order_line::Model| OrderLine::new(Arc::new(row.clone()), Arc::clone(&self.row));
        Ok(rows.iter().map(line).collect())
    }
    /// What it costs.
    async fn cost(&self, ctx: &Context<'_>) -> Result<Cost> {
        let money = |minor| row::money(&self.row, minor);
        Ok(Cost {
            subtotal: money(self.row.subtotal_minor),
            discount_total: money(self.row.discount_minor),
            shipping_total: money(self.row.shipping_minor),
            tax_total: money(self.row.tax_minor),
            total: money(self.row.total_minor),
            steps: Steps::Shown(
                adjustments(ctx, &self.row)
                    .await?
                    .iter()
                    .map(|row| adjustment(&self.row, row))
                    .collect(),
            ),
        })
    }
    /// Coupons that counted.
    async fn coupon_codes(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        let codes = ctx
            .loaders()?
            .load_one(CouponCodesOf(self.row.id))
            .await
            .map_err(|error| top_level_shared(&error))?;
        Ok(codes
            .unwrap_or_default()
            .iter()
            .map(|(_, code)| code.clone())
            .collect())
    }
    /// Points spent.
    fn points_spent(&self) -> i32 {
        self.row.points_spent
    }
    /// Number or certificate that freed the buyer of tax; prices are net then.
    fn tax_exemption(&self) -> Option<&str> {
        self.row.tax_exemption.as_deref()
    }

    /// Points it earns.
    fn points_earned(&self) -> i32 {
        self.row.points_earned
    }
    /// Money received.
    fn paid_total(&self) -> Money {
        self.money(self.row.paid_minor)
    }
    /// Money given back.
    fn refunded_total(&self) -> Money {
        self.money(self.row.refunded_minor)
    }
    /// Paid with gift cards and store credit.
    fn tendered_total(&self) -> Money {
        self.money(self.row.tendered_minor)
    }
    /// Given back on gift cards and as store credit.
    fn credited_total(&self) -> Money {
        self.money(self.row.credited_minor)
    }
    /// Gift cards and store credit that pay it, in the order in which they pay. Yours, or needs permission PAYMENT_READ.
    async fn tenders(&self, ctx: &Context<'_>) -> Option<Result<Vec<OrderTender>>> {
        let tenders = async {
            self.require(ctx, Permission::PaymentRead)?;
            tenders_of_order(ctx, self.row.id).await
        };
        Some(tenders.await)
    }
    /// Money still owed.
    fn due_total(&self) -> Result<Money> {
        row::due(&self.row)
            .map(Money::from)
            .map_err(|error| top_level(&error))
    }
    /// How much of `dueTotal` stands on account: goods leave before it is paid.
    fn on_account_total(&self) -> Money {
        self.money(self.row.on_account_minor)
    }
    /// Day by which what stands on account is to be paid; null before goods left.
    fn terms_due_on(&self) -> Option<Date> {
        self.row.terms_due_on.map(Date)
    }
    /// Days since `termsDueOn` while something is owed; 0 before.
    fn days_overdue(&self, ctx: &Context<'_>) -> Result<i32> {
        let days = receivable::overdue_days(ctx.app()?, &self.row);
        days.map(|days| i32::try_from(days).unwrap_or(i32::MAX))
            .map_err(|error| top_level(&error))
    }
    /// Ways to pay what is owed; only those its discounts ask for, where they do.
    async fn payment_methods(&self, ctx: &Context<'_>) -> Result<Vec<PaymentMethod>> {
        let is_owed = row::due(&self.row)
            .map_err(|error| top_level(&error))?
            .is_positive();
        if !is_owed || !self.row.status.0.can_be_paid() {
            return Ok(Vec::new());
        }
        // What is owed for changes, or on account, is not taken on account once more.
        let takes_account = self.row.status.0.takes_payment(false);
        let member_id = self.row.member_id.filter(|_| takes_account);
        let mut methods = payment::methods_of_channel(ctx, self.row.channel_id, member_id).await?;
        if let Some(bound) = &self.row.payment_method_ids {
            let bound: Vec<String> = bound
                .iter()
                .map(|id| PaymentMethodId(*id).to_string())
                .collect();
            methods.retain(|method| bound.contains(&method.id));
        }
        ctx.meter(methods.len())?;
        Ok(methods)
    }
    /// Payments. Yours, or needs permission PAYMENT_READ.
    async fn payments(&self, ctx: &Context<'_>) -> Option<Result<Vec<Payment>>> {
        let payments = async {
            self.require(ctx, Permission::PaymentRead)?;
            let payments = payment::payments_of(ctx, self.row.id, self.access).await?;
            ctx.meter(payments.len())?;
            Ok(payments)
        };
        Some(payments.await)
    }
    /// Refunds. Yours, or needs permission PAYMENT_READ.
    async fn refunds(&self, ctx: &Context<'_>) -> Option<Result<Vec<Refund>>> {
        let refunds = async {
            self.require(ctx, Permission::PaymentRead)?;
            let refunds = payment::refunds_of(ctx, self.row.id, self.access).await?;
            ctx.meter(refunds.len())?;
            Ok(refunds)
        };
        Some(refunds.await)
    }
    /// Parcels and pickups.
    async fn fulfillments(&self, ctx: &Context<'_>) -> Result<Vec<Fulfillment>> {
        let parcels = fulfillment::fulfillments_of(ctx, self.row.id, self.access).await?;
        ctx.meter(parcels.len())?;
        Ok(parcels)
    }
    /// Invoices and credit notes, oldest first.
    async fn invoices(&self, ctx: &Context<'_>) -> Result<Vec<Invoice>> {
        invoice::invoices_of(ctx, self.row.id).await
    }
    /// Returns, exchanges and claims, newest first.
    async fn after_sales(&self, ctx: &Context<'_>) -> Result<Vec<AfterSale>> {
        let cases = after_sale::after_sales_of(ctx, self.row.id, self.access).await?;
        ctx.meter(cases.len())?;
        Ok(cases)
    }
    /// Questions to the back office. Needs permission ORDER_CONFIRM.
    async fn confirmation_requests(
        &self,
        ctx: &Context<'_>,
    ) -> Option<Result<Vec<OrderConfirmationRequest>>> {
        let requests = async {
            ctx.viewer()?
                .require(Permission::OrderConfirm)
                .map_err(|error| top_level(&error))?;
            let key = ConfirmationRequestsOf(self.row.id);
            let rows = ctx
                .loaders()?
                .load_one(key)
                .await
                .map_err(|error| top_level_shared(&error))?;
            let rows = rows.unwrap_or_default();
            ctx.meter(rows.len())?;
            Ok(rows.iter().cloned().map(OrderConfirmationRequest).collect())
        };
        Some(requests.await)
    }
    /// Refunds that people have or had to approve, oldest first. Needs permission REFUND_WRITE.
    async fn refund_requests(&self, ctx: &Context<'_>) -> Option<Result<Vec<RefundRequest>>> {
        Some(payment::requests_of(ctx, self.row.id).await)
    }
    /// What approvers said. Needs permission ORDER_APPROVE.
    async fn approvals(&self, ctx: &Context<'_>) -> Option<Result<Vec<OrderApproval>>> {
        let approvals = async {
            ctx.viewer()?
                .require(Permission::OrderApprove)
                .map_err(|error| top_level(&error))?;
            let rows = ctx
                .loaders()?
                .load_one(ApprovalsOf(self.row.id))
                .await
                .map_err(|error| top_level_shared(&error))?
                .unwrap_or_default();
            ctx.meter(rows.len())?;
            Ok(rows.iter().cloned().map(OrderApproval).collect())
        };
        Some(approvals.await)
    }
    /// Counter-proposal to the buyer.
    async fn proposal(&self, ctx: &Context<'_>) -> Result<Option<OrderProposal>> {
        let proposal = ctx
            .loaders()?
            .load_one(ProposalOf(self.row.id))
            .await
            .map_err(|error| top_level_shared(&error))?;
        Ok(proposal.map(OrderProposal))
    }
    /// Edits, newest first; buyers see those that were carried out.
    async fn changes(&self, ctx: &Context<'_>) -> Result<Vec<OrderChange>> {
        let key = ChangesOf(self.row.id);
        let rows = ctx
            .loaders()?
            .load_one(key)
            .await
            .map_err(|error| top_level_shared(&error))?
            .unwrap_or_default();
        let shown = rows
            .iter()
            .filter(|row| change::query::is_shown(row, self.access));
        let changes: Vec<OrderChange> = shown.cloned().map(OrderChange).collect();
        ctx.meter(changes.len())?;
        Ok(changes)
    }
    /// Cancellations and requests for them.
    async fn cancellations(&self, ctx: &Context<'_>) -> Result<Vec<OrderCancellation>> {
        let key = CancellationsOf(self.row.id);
        let rows = ctx
            .loaders()?
            .load_one(key)
            .await
            .map_err(|error| top_level_shared(&error))?
            .unwrap_or_default();
        ctx.meter(rows.len())?;
        let show = |row| OrderCancellation::new(row, self.access);
        Ok(rows.iter().cloned().map(show).collect())
    }
    /// What happened, newest first; buyers see the public part.
    async fn timeline(&self, ctx: &Context<'_>) -> Result<Vec<OrderTimelineEntry>> {
        let key = TimelineOf {
            order_id: self.row.id,
            public_only: self.access.is_buyer(),
        };
        let rows = ctx
            .loaders()?
            .load_one(key)
            .await
            .map_err(|error| top_level_shared(&error))?
            .unwrap_or_default();
        ctx.meter(rows.len())?;
        Ok(rows.iter().cloned().map(OrderTimelineEntry).collect())
    }
    /// When it was placed, null for a draft.
    async fn placed_at(&self) -> Option<DateTime> {
        let is_draft = self.row.status.0 == domain::order::OrderStatus::Draft;
        (!is_draft).then_some(DateTime(self.row.placed_at))
    }
    /// Pay before this or it expires.
    fn payment_due_at(&self) -> Option<DateTime> {
        self.row.payment_due_at.map(DateTime)
    }
    /// When the back office confirmed.
    fn confirmed_at(&self) -> Option<DateTime> {
        self.row.confirmed_at.map(DateTime)
    }
    /// When it should ship.
    fn promised_ship_at(&self) -> Option<DateTime> {
        self.row.promised_ship_at.map(DateTime)
    }
    /// When it last changed.
    fn updated_at(&self) -> DateTime {
        DateTime(self.row.updated_at)
    }
    /// Counts changes.
    fn version(&self) -> i32 {
        self.row.version
    }
}

/// The steps of an order's price.
///
/// # Errors
/// When they cannot be loaded.
pub(super) async fn adjustments(
    ctx: &Context<'_>,
    order: &order::Model,
) -> Result<Arc<Vec<order_adjustment::Model>>> {
    let rows = ctx
        .loaders()?
        .load_one(AdjustmentsOf(order.id))
        .await
        .map_err(|error| top_level_shared(&error))?;
    Ok(rows.unwrap_or_default())
}

/// Shows a step of an order's price.
pub(super) fn adjustment(order: &order::Model, row: &order_adjustment::Model) -> Adjustment {
    Adjustment {
        kind: row.kind.0.into(),
        label: row.label.clone(),
        amount: row::money(order, row.amount_minor).into(),
        included: row.included,
        source_id: row.source_id.as_ref().map(ID::from),
        promotion_version: row.promotion_version,
        line_id: row
            .order_line_id
            .map(|id| OrderLineId(id).to_string().into()),
    }
}
