use async_graphql::{Context, ID, Object, Result};
use domain::account::ActorKind;
use domain::id::RefundRequestId;
use domain::permission::Permission;
use entity::{refund_approval, refund_request};
use uuid::Uuid;

use super::loader::{RefundApprovalsOf, RefundById, RefundRequestsOf};
use super::refund::Refund;
use crate::graphql::connection::connection;
use crate::graphql::context::Reach;
use crate::graphql::error::{top_level, top_level_shared};
use crate::graphql::limits::meter::Metered;
use crate::graphql::money::Money;
use crate::graphql::order::{Order, RequestStatus};
use crate::graphql::scalar::DateTime;
use crate::graphql::viewer::Actor;
use crate::service::order::Access;

/// The refunds of an order that people have or had to approve, oldest first.
///
/// # Errors
/// When the viewer does not give money back; when they cannot be loaded.
pub(in crate::graphql) async fn requests_of(
    ctx: &Context<'_>,
    order_id: Uuid,
) -> Result<Vec<RefundRequest>> {
    ctx.viewer()?
        .require(Permission::RefundWrite)
        .map_err(|error| top_level(&error))?;
    let rows = ctx
        .loaders()?
        .load_one(RefundRequestsOf(order_id))
        .await
        .map_err(|error| top_level_shared(&error))?
        .unwrap_or_default();
    ctx.meter(rows.len())?;
    Ok(rows.iter().cloned().map(RefundRequest).collect())
}

/// What people have or had to approve last, to pay an after-sale case of an order out.
///
/// # Errors
/// As [`requests_of`].
pub(in crate::graphql) async fn request_of_case(
    ctx: &Context<'_>,
    (order_id, case_id): (Uuid, Uuid),
) -> Result<Option<RefundRequest>> {
    let requests = requests_of(ctx, order_id).await?;
    let mut of_case = requests.into_iter().rev();
    Ok(of_case.find(|request| request.0.after_sale_id == Some(case_id)))
}

/// A refund that people have to approve before anything goes back.
#[derive(Clone, Debug)]
pub struct RefundRequest(pub refund_request::Model);

/// A refund that people have to approve before anything goes back.
#[Object]
impl RefundRequest {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        RefundRequestId(self.0.id).to_string().into()
    }
    /// The order.
    async fn order(&self, ctx: &Context<'_>) -> Result<Order> {
        Order::load(ctx, self.0.order_id, Access::Office).await
    }
    /// Where it stands.
    fn status(&self) -> RequestStatus {
        self.0.status.0.into()
    }
    /// All that is to go back, with what is set off; it is carried out for just as much.
    fn amount(&self) -> Money {
        domain::Money::new(self.0.amount_minor, self.0.currency.0).into()
    }
    /// Why; the buyer reads it.
    fn reason(&self) -> &str {
        &self.0.reason
    }
    /// Who asked for it.
    fn actor(&self) -> Actor {
        Actor::new(self.0.actor_kind.0, self.0.actor_id)
    }
    /// How many people have to approve it.
    fn levels(&self) -> i32 {
        self.0.levels
    }
    /// What approvers said, the first answer first.
    async fn approvals(&self, ctx: &Context<'_>) -> Result<Vec<RefundApproval>> {
        let rows = ctx
            .loaders()?
            .load_one(RefundApprovalsOf(self.0.id))
            .await
            .map_err(|error| top_level_shared(&error))?
            .unwrap_or_default();
        ctx.meter(rows.len())?;
        Ok(rows.iter().cloned().map(RefundApproval).collect())
    }
    /// The refund it became, null until everybody has approved it.
    async fn refund(&self, ctx: &Context<'_>) -> Result<Option<Refund>> {
        let row = ctx
            .loaders()?
            .load_one(RefundById(self.0.id))
            .await
            .map_err(|error| top_level_shared(&error))?;
        Ok(row.map(|row| Refund::new(row.as_ref().clone(), Access::Office)))
    }
    /// When it was asked for.
    fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }
    /// When it was decided.
    fn responded_at(&self) -> Option<DateTime> {
        self.0.responded_at.map(DateTime)
    }
}

connection!(
    RefundRequestConnection,
    RefundRequestEdge,
    RefundRequest,
    "The refund that waits."
);

/// One person's answer to a refund that waits for approval.
#[derive(Clone, Debug)]
pub struct RefundApproval(refund_approval::Model);

/// One person's answer to a refund that waits for approval.
#[Object]
impl RefundApproval {
    /// Place among the answers, from 1.
    fn level(&self) -> i32 {
        self.0.level
    }
    /// Yes or no.
    fn status(&self) -> RequestStatus {
        self.0.status.0.into()
    }
    /// Who answered.
    fn actor(&self) -> Actor {
        Actor::new(ActorKind::Staff, Some(self.0.approver_id))
    }
    /// Words of the answer.
    fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }
    /// When it was answered.
    fn responded_at(&self) -> DateTime {
        DateTime(self.0.responded_at)
    }
}
