use async_graphql::{Context, Enum, ID, Object, Result};
use domain::id::GiftCardId;

use super::entry::{CreditEntry, CreditEntryConnection};
use crate::graphql::connection::connection;
use crate::graphql::context::Reach;
use crate::graphql::error::top_level;
use crate::graphql::input::paging;
use crate::graphql::money::Money;
use crate::graphql::scalar::DateTime;
use crate::service::credit::{self, CardView};

/// Where a gift card stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::credit::GiftCardStatus")]
pub enum GiftCardStatus {
    /// All its money is there.
    Active,
    /// Some was spent.
    PartiallyRedeemed,
    /// All was spent.
    Redeemed,
    /// Too late; it lives again when an order gives money back to it.
    Expired,
    /// Withdrawn by staff.
    Cancelled,
}

/// A gift card, as staff see it: its code is told only when it is made.
#[derive(Clone, Debug)]
pub struct GiftCard(pub CardView);

connection!(GiftCardConnection, GiftCardEdge, GiftCard, "The card.");

/// A gift card, as staff see it: its code is told only when it is made.
#[Object]
impl GiftCard {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        GiftCardId(self.0.card.id).to_string().into()
    }

    /// End of its code.
    fn last_characters(&self) -> &str {
        &self.0.card.last_characters
    }

    /// Where it stands.
    fn status(&self) -> GiftCardStatus {
        self.0.status.into()
    }

    /// What it was made with.
    fn initial_amount(&self) -> Money {
        domain::Money::new(self.0.card.face_minor, self.0.card.currency.0).into()
    }

    /// What can be spent now.
    fn balance(&self) -> Money {
        self.0.balance.into()
    }

    /// Held by orders not confirmed yet.
    fn held(&self) -> Money {
        self.0.held.into()
    }

    /// When it lapses, null for never.
    fn expires_at(&self) -> Option<DateTime> {
        self.0.card.ends_at.map(DateTime)
    }

    /// Words for staff.
    fn note(&self) -> Option<&str> {
        self.0.card.note.as_deref()
    }

    /// Its ledger, newest first.
    async fn entries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Up to 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Up to 100, from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<CreditEntryConnection> {
        let request = paging(ctx, first, after, last, before)?;
        let page = credit::entries_of(ctx.app()?, ctx.viewer()?, self.0.card.id, &request)
            .await
            .map_err(|error| top_level(&error))?;
        Ok(CreditEntryConnection::new(page, CreditEntry))
    }

    /// When it was made.
    fn created_at(&self) -> DateTime {
        DateTime(self.0.card.created_at)
    }
}
