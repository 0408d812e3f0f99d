use async_graphql::{Context, Object, Result};
use uuid::Uuid;

use super::entry::{CreditEntry, CreditEntryConnection};
use super::loader::CreditOf;
use crate::graphql::context::Reach;
use crate::graphql::error::{top_level, top_level_shared};
use crate::graphql::input::paging;
use crate::graphql::money::Money;
use crate::service::credit::{self, CreditView};

/// A member's store credit; every figure is a sum over the ledger.
#[derive(Clone, Copy, Debug)]
pub struct StoreCredit(pub CreditView);

/// Gives a member's store credit; the caller has checked who may see it.
///
/// # Errors
/// When it cannot be loaded.
pub(in crate::graphql) async fn store_credit_of(
    ctx: &Context<'_>,
    member_id: Uuid,
) -> Result<Option<StoreCredit>> {
    let found = ctx.loaders()?.load_one(CreditOf(member_id)).await;
    Ok(found
        .map_err(|error| top_level_shared(&error))?
        .map(StoreCredit))
}

/// A member's store credit; every figure is a sum over the ledger.
#[Object]
impl StoreCredit {
    /// What can be spent now.
    fn balance(&self) -> Money {
        self.0.balance.into()
    }

    /// Held by orders not confirmed yet.
    fn held(&self) -> Money {
        self.0.held.into()
    }

    /// The ledger, newest first.
    async fn entries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Up to 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Up to 100, from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<CreditEntryConnection> {
        let request = paging(ctx, first, after, last, before)?;
        let page = credit::entries_of(ctx.app()?, ctx.viewer()?, self.0.member_id, &request)
            .await
            .map_err(|error| top_level(&error))?;
        Ok(CreditEntryConnection::new(page, CreditEntry))
    }
}
