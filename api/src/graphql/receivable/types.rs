use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use domain::id::MemberId;
use domain::permission::Permission;
use uuid::Uuid;

use super::loader::TermsOf;
use crate::graphql::context::Reach;
use crate::graphql::error::{top_level, top_level_shared};
use crate::graphql::money::Money;
use crate::service::receivable::{self as service, TermsView};

/// How long money has been due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::receivable::ReceivableAge")]
pub enum ReceivableAge {
    /// Not yet.
    NotDue,
    /// 1 to 30 days.
    #[graphql(name = "UP_TO_30_DAYS")]
    UpTo30Days,
    /// 31 to 60 days.
    #[graphql(name = "UP_TO_60_DAYS")]
    UpTo60Days,
    /// 61 to 90 days.
    #[graphql(name = "UP_TO_90_DAYS")]
    UpTo90Days,
    /// More than 90 days.
    #[graphql(name = "OVER_90_DAYS")]
    Over90Days,
}

/// What a member may owe in this channel.
#[derive(Clone, Copy, Debug)]
pub struct PaymentTerms(TermsView);

/// What a member may owe in this channel.
#[Object]
impl PaymentTerms {
    /// What orders may stand on account with at most, together.
    fn credit_limit(&self) -> Money {
        self.0.terms.limit().into()
    }
    /// What orders stand on account with.
    fn used_total(&self) -> Money {
        self.0.owed.into()
    }
    /// What more can be bought on account.
    fn available_total(&self) -> Result<Money> {
        let room = self.0.terms.room(self.0.owed);
        room.map(Money::from)
            .map_err(|error| top_level(&crate::error::Error::internal(error)))
    }
    /// Days to pay from when goods leave.
    fn days_to_pay(&self) -> i32 {
        self.0.terms.days().into()
    }
}

/// A member's terms, for themselves and those who may read payments.
///
/// # Errors
/// `FORBIDDEN` for others; when they cannot be loaded.
pub(in crate::graphql) async fn terms_of(
    ctx: &Context<'_>,
    member_id: Uuid,
) -> Result<Option<PaymentTerms>> {
    let viewer = ctx.viewer()?;
    if viewer.member_id() != Some(MemberId(member_id)) {
        viewer
            .require(Permission::PaymentRead)
            .map_err(|error| top_level(&error))?;
    }
    Ok(load(ctx, member_id).await?.map(PaymentTerms))
}

/// Whether a member can buy on account here; whoever asks may see what the member can pay with.
///
/// # Errors
/// When the terms cannot be loaded.
pub(in crate::graphql) async fn has_terms(ctx: &Context<'_>, member_id: Uuid) -> Result<bool> {
    Ok(load(ctx, member_id).await?.is_some())
}

async fn load(ctx: &Context<'_>, member_id: Uuid) -> Result<Option<TermsView>> {
    let found = ctx.loaders()?.load_one(TermsOf(member_id)).await;
    found.map_err(|error| top_level_shared(&error))
}

/// What is owed, by how long it has been due.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct ReceivableAgeing {
    /// All of it.
    total: Money,
    /// Each age, youngest first.
    ages: Vec<ReceivableAgeTotal>,
}

/// What is owed of one age.
#[derive(Clone, Debug, SimpleObject)]
struct ReceivableAgeTotal {
    /// For how long it has been due.
    age: ReceivableAge,
    /// How much.
    total: Money,
    /// By how many orders.
    orders: i32,
}

impl From<service::Ageing> for ReceivableAgeing {
    fn from(ageing: service::Ageing) -> Self {
        let ages = ageing.ages.into_iter().map(|age| ReceivableAgeTotal {
            age: age.age.into(),
            total: age.owed.into(),
            orders: i32::try_from(age.orders).unwrap_or(i32::MAX),
        });
        Self {
            total: ageing.total.into(),
            ages: ages.collect(),
        }
    }
}
