use async_graphql::{Context, Enum, ID, Object, Result};
use domain::id::{PaymentId, SettlementImportId, SettlementLineId};
use domain::settlement::LineOutcome;
use entity::{settlement_import, settlement_line};

use super::loader::SettlementCounts;
use crate::graphql::connection::connection;
use crate::graphql::context::Reach;
use crate::graphql::error::{top_level, top_level_shared};
use crate::graphql::input::paging;
use crate::graphql::money::Money;
use crate::graphql::scalar::DateTime;
use crate::graphql::viewer::Actor;
use crate::service::payment::settlement;

/// What a line of a settlement is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::settlement::LineKind")]
pub enum SettlementLineKind {
    /// Money of a buyer.
    Charge,
    /// Money given back.
    Refund,
    /// Money a bank took back.
    Chargeback,
}

/// What the books say to a line of a settlement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::settlement::LineOutcome")]
pub enum SettlementLineOutcome {
    /// The same.
    Matched,
    /// Something else.
    Different,
    /// They do not know the payment; money of buyers waits in `unmatchedPayments`.
    Missing,
    /// They know of it, and the list does not, nor did an earlier one: it happened between the first and the last line.
    Unsettled,
}

/// A provider's list of what it settled, compared with the books when it was brought.
#[derive(Clone, Debug)]
pub struct SettlementImport(pub settlement_import::Model);

/// A provider's list of what it settled, compared with the books when it was brought.
#[Object]
impl SettlementImport {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        SettlementImportId(self.0.id).to_string().into()
    }
    /// Whose list it is, such as stripe.
    fn provider(&self) -> &str {
        &self.0.provider
    }
    /// Who brought it.
    fn actor(&self) -> Actor {
        Actor::new(self.0.actor_kind.0, self.0.actor_id)
    }
    /// When it was brought.
    fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }
    /// Lines to which the books say the same.
    async fn matched_count(&self, ctx: &Context<'_>) -> Result<i32> {
        self.count(ctx, LineOutcome::Matched).await
    }
    /// Lines to which the books say something else.
    async fn different_count(&self, ctx: &Context<'_>) -> Result<i32> {
        self.count(ctx, LineOutcome::Different).await
    }
    /// Lines about payments the books do not know.
    async fn missing_count(&self, ctx: &Context<'_>) -> Result<i32> {
        self.count(ctx, LineOutcome::Missing).await
    }
    /// What the books have of the time between its first and last line, and neither it nor an earlier list.
    async fn unsettled_count(&self, ctx: &Context<'_>) -> Result<i32> {
        self.count(ctx, LineOutcome::Unsettled).await
    }
    /// Its lines, in its order; after them what it lacks, the oldest first.
    async fn lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only lines to which the books say this.")] outcome: Option<
            SettlementLineOutcome,
        >,
        #[graphql(desc = "Up to 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Up to 100, from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<SettlementLineConnection> {
        let page = paging(ctx, first, after, last, before)?;
        let outcome = outcome.map(Into::into);
        let page = settlement::lines(ctx.app()?, self.0.id, outcome, &page)
            .await
            .map_err(|error| top_level(&error))?;
        Ok(SettlementLineConnection::new(page, SettlementLine))
    }
}

impl SettlementImport {
    async fn count(&self, ctx: &Context<'_>, outcome: LineOutcome) -> Result<i32> {
        let counts = ctx
            .loaders()?
            .load_one(SettlementCounts(self.0.id))
            .await
            .map_err(|error| top_level_shared(&error))?
            .unwrap_or_default();
        let own = counts.iter().find(|count| count.outcome.0 == outcome);
        Ok(own.map_or(0, |count| i32::try_from(count.lines).unwrap_or(i32::MAX)))
    }
}

connection!(
    SettlementImportConnection,
    SettlementImportEdge,
    SettlementImport,
    "The import."
);

/// One line of a settlement, and what the books say to it.
#[derive(Clone, Debug)]
pub struct SettlementLine(pub settlement_line::Model);

/// One line of a settlement, and what the books say to it.
#[Object]
impl SettlementLine {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        SettlementLineId(self.0.id).to_string().into()
    }
    /// Place in the list, from 1.
    fn position(&self) -> i32 {
        self.0.position
    }
    /// The payment's key at the provider.
    fn reference(&self) -> &str {
        &self.0.reference
    }
    /// What happened.
    fn kind(&self) -> SettlementLineKind {
        self.0.kind.0.into()
    }
    /// With how much money.
    fn amount(&self) -> Money {
        domain::Money::new(self.0.amount_minor, self.0.currency.0).into()
    }
    /// What the provider kept of it.
    fn fee(&self) -> Money {
        domain::Money::new(self.0.fee_minor, self.0.currency.0).into()
    }
    /// When the provider settled it.
    fn settled_at(&self) -> DateTime {
        DateTime(self.0.settled_at)
    }
    /// What the books say.
    fn outcome(&self) -> SettlementLineOutcome {
        self.0.outcome.0.into()
    }
    /// Global id of the payment, null if the books do not know it.
    fn payment_id(&self) -> Option<ID> {
        let id = self.0.payment_id?;
        Some(PaymentId(id).to_string().into())
    }
    /// What the books have instead, null for nothing of that kind.
    fn booked_amount(&self) -> Option<Money> {
        let (minor, currency) = self.0.booked()?;
        Some(domain::Money::new(minor, currency).into())
    }
}

connection!(
    SettlementLineConnection,
    SettlementLineEdge,
    SettlementLine,
    "The line."
);
