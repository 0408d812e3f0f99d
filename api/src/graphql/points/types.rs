use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use domain::id::{MemberId, PointsAccountId, PointsEntryId};
use domain::locale::Locale;
use domain::permission::Permission;
use entity::points_transaction;

use super::input::PointsEntryFilter;
use crate::error::Error;
use crate::graphql::connection::connection;
use crate::graphql::context::Reach;
use crate::graphql::error::{say, top_level};
use crate::graphql::input::paging;
use crate::graphql::limits::meter::Metered;
use crate::graphql::money::Money;
use crate::graphql::order::Order;
use crate::graphql::scalar::DateTime;
use crate::graphql::viewer::Actor;
use crate::service::points::{self, AccountView};

/// Days to look ahead for points about to lapse when none are given.
const DEFAULT_DAYS_AHEAD: i32 = 30;

/// Kinds of ledger entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::points::PointsEntryKind")]
pub enum PointsEntryKind {
    /// Earned.
    Earn,
    /// Became usable.
    Activate,
    /// Held by an order.
    Hold,
    /// Hold given back.
    Release,
    /// Spent.
    Spend,
    /// Given back after a return.
    Restore,
    /// Taken back after a return.
    ClawBack,
    /// Lapsed.
    Expire,
    /// Changed by staff.
    Adjust,
}

/// What earns points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::points::PointsTrigger")]
pub enum PointsTrigger {
    /// Money paid for goods.
    Order,
    /// A verified registration.
    Registration,
    /// A review.
    Review,
    /// A friend's first order.
    Referral,
    /// A birthday.
    Birthday,
    /// Your own event.
    Custom,
}

/// When points lapse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::points::PointsExpiryPolicy")]
pub enum PointsExpiryPolicy {
    /// Never.
    Never,
    /// So many days after they became usable.
    AfterDays,
    /// At the end of a month on the shop's calendar: the one they became usable in, or the one so many days later.
    EndOfMonth,
    /// At the end of a year on the shop's calendar: the one they became usable in, or the one so many days later.
    EndOfYear,
}

/// A member's points; every figure is a sum over the ledger.
#[derive(Clone)]
pub struct PointsAccount(pub AccountView);

/// Points about to lapse.
#[derive(Clone, Debug, SimpleObject)]
struct PointsExpiry {
    /// How many.
    points: i32,
    /// When.
    expires_at: DateTime,
}

/// A member's points; every figure is a sum over the ledger.
#[Object]
impl PointsAccount {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        PointsAccountId(self.0.member_id).to_string().into()
    }

    /// Points to spend now; negative after a claw-back.
    fn balance(&self) -> Result<i32> {
        int(self.0.balance)
    }

    /// Earned, not usable yet.
    fn pending(&self) -> Result<i32> {
        int(self.0.pending)
    }

    /// Held by orders not confirmed yet.
    fn held(&self) -> Result<i32> {
        int(self.0.held)
    }

    /// What the balance is worth in a cart.
    fn value(&self) -> Money {
        self.0.value.into()
    }

    /// Points about to lapse, soonest first.
    async fn expiring(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Days to look ahead, 30 if left out.")] within_days: Option<i32>,
    ) -> Result<Vec<PointsExpiry>> {
        let days = within_days.unwrap_or(DEFAULT_DAYS_AHEAD);
        let member_id = MemberId(self.0.member_id);
        let sums = points::expiring(ctx.app()?, ctx.viewer()?, member_id, days)
            .await
            .map_err(|error| top_level(&error))?;
        ctx.meter(sums.len())?;
        sums.into_iter()
            .map(|(expires_at, points)| {
                Ok(PointsExpiry {
                    points: int(points)?,
                    expires_at: DateTime(expires_at),
                })
            })
            .collect()
    }

    /// The ledger, newest first.
    async fn entries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Narrows the list.")] filter: Option<PointsEntryFilter>,
        #[graphql(desc = "Up to 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Up to 100, from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<PointsEntryConnection> {
        let request = paging(ctx, first, after, last, before)?;
        let filter = filter.unwrap_or_default().into();
        let member_id = MemberId(self.0.member_id);
        let page = points::entries(ctx.app()?, ctx.viewer()?, member_id, &filter, &request)
            .await
            .map_err(|error| top_level(&error))?;
        Ok(PointsEntryConnection::new(page, PointsEntry))
    }
}

/// One line of the ledger; never changed or deleted.
#[derive(Clone)]
pub struct PointsEntry(pub points_transaction::Model);

/// One line of the ledger; never changed or deleted.
#[Object]
impl PointsEntry {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        PointsEntryId(self.0.id).to_string().into()
    }

    /// What happened.
    fn kind(&self) -> PointsEntryKind {
        self.0.kind.0.into()
    }

    /// Signed points.
    fn points(&self) -> Result<i32> {
        int(self.0.points)
    }

    /// Balance after it.
    fn balance_after(&self) -> Result<i32> {
        int(self.0.balance_after)
    }

    /// Reason to show.
    fn reason(&self, ctx: &Context<'_>) -> Result<String> {
        if self.0.reason.is_empty() {
            return Ok(usual_reason(self.0.kind.0, &ctx.viewer()?.locale));
        }
        Ok(self.0.reason.clone())
    }

    /// Key of the rule that earned, null without one.
    fn rule_key(&self) -> Option<&str> {
        Some(self.0.rule_key.as_str()).filter(|key| !key.is_empty())
    }

    /// Version of the rule that earned.
    fn rule_version(&self) -> Option<i32> {
        self.0.rule_version
    }

    /// Order behind it.
    async fn order(&self, ctx: &Context<'_>) -> Option<Result<Order>> {
        Order::find(ctx, self.0.order_id?).await.transpose()
    }

    /// Who caused it. Needs permission POINTS_READ.
    async fn actor(&self, ctx: &Context<'_>) -> Option<Result<Actor>> {
        let allowed = ctx.viewer().and_then(|viewer| {
            viewer
                .require(Permission::PointsRead)
                .map_err(|error| top_level(&error))
        });
        Some(allowed.map(|()| Actor::new(self.0.actor_kind.0, self.0.actor_id)))
    }

    /// When these points become usable.
    fn available_at(&self) -> Option<DateTime> {
        self.0.available_at.map(DateTime)
    }

    /// When these points lapse.
    fn expires_at(&self) -> Option<DateTime> {
        self.0.expires_at.map(DateTime)
    }

    /// When.
    fn occurred_at(&self) -> DateTime {
        DateTime(self.0.occurred_at)
    }
}

connection!(
    PointsEntryConnection,
    PointsEntryEdge,
    PointsEntry,
    "The entry."
);

/// Shows points, which no member has more of than this holds.
pub(in crate::graphql) fn int(points: i64) -> Result<i32> {
    i32::try_from(points).map_err(|error| top_level(&Error::internal(error)))
}

fn usual_reason(kind: domain::points::PointsEntryKind, locale: &Locale) -> String {
    use domain::points::PointsEntryKind as Kind;
    let (en, zh) = match kind {
        Kind::Earn => ("Earned with an order", "订单获得"),
        Kind::Activate => ("Points became usable", "积分生效"),
        Kind::Hold => ("Held for an order", "订单预占"),
        Kind::Release => ("Order called off", "订单取消退回"),
        Kind::Spend => ("Spent on an order", "订单抵扣"),
        Kind::Restore => ("Given back after a return", "退货退回"),
        Kind::ClawBack => ("Taken back after a return", "退货扣回"),
        Kind::Expire => ("Points lapsed", "积分过期"),
        Kind::Adjust => ("Changed by the shop", "商家调整"),
    };
    say(locale, en, zh)
}
