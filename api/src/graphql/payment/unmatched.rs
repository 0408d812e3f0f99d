use async_graphql::{Context, Enum, ID, Object, Result};
use domain::id::UnmatchedPaymentId;
use entity::unmatched_payment;

use super::enums::PaymentEventKind;
use crate::graphql::connection::connection;
use crate::graphql::error::top_level;
use crate::graphql::money::Money;
use crate::graphql::order::Order;
use crate::graphql::scalar::DateTime;
use crate::graphql::viewer::Actor;
use crate::service::order::Access;
use crate::service::payment::unmatched;

/// Where money stands that fitted nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::settlement::UnmatchedStatus")]
pub enum UnmatchedPaymentStatus {
    /// Nobody has found its place.
    Open,
    /// It was counted towards an order.
    Matched,
    /// It belongs to no order, and somebody said why.
    Closed,
}

/// Something a provider told about money of no payment the shop knows; it waits for people.
#[derive(Clone, Debug)]
pub struct UnmatchedPayment(pub unmatched_payment::Model);

/// Something a provider told about money of no payment the shop knows; it waits for people.
#[Object]
impl UnmatchedPayment {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        UnmatchedPaymentId(self.0.id).to_string().into()
    }
    /// Who told, such as stripe.
    fn provider(&self) -> &str {
        &self.0.provider
    }
    /// The payment's key there.
    fn provider_ref(&self) -> &str {
        &self.0.provider_ref
    }
    /// What happened.
    fn kind(&self) -> Result<PaymentEventKind> {
        let kind = unmatched::kind(&self.0).map_err(|error| top_level(&error))?;
        Ok(kind.into())
    }
    /// With how much money.
    fn amount(&self) -> Money {
        domain::Money::new(self.0.amount_minor, self.0.currency.0).into()
    }
    /// Where it stands.
    fn status(&self) -> UnmatchedPaymentStatus {
        self.0.status.0.into()
    }
    /// The order it was counted towards.
    async fn order(&self, ctx: &Context<'_>) -> Result<Option<Order>> {
        let Some(id) = self.0.order_id else {
            return Ok(None);
        };
        Order::load(ctx, id, Access::Office).await.map(Some)
    }
    /// Why it belongs to no order.
    fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }
    /// Who dealt with it.
    fn actor(&self) -> Option<Actor> {
        let kind = self.0.actor_kind?;
        Some(Actor::new(kind.0, self.0.actor_id))
    }
    /// When it happened, by the provider's clock.
    fn occurred_at(&self) -> DateTime {
        DateTime(self.0.occurred_at)
    }
    /// When it was put aside.
    fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }
    /// When it was dealt with.
    fn closed_at(&self) -> Option<DateTime> {
        self.0.closed_at.map(DateTime)
    }
}

connection!(
    UnmatchedPaymentConnection,
    UnmatchedPaymentEdge,
    UnmatchedPayment,
    "The money."
);
