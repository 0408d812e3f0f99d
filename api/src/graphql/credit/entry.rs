use async_graphql::{Context, Enum, ID, Object, Result};
use domain::id::CreditEntryId;
use domain::locale::Locale;
use domain::permission::Permission;
use entity::credit_transaction;

use crate::graphql::connection::connection;
use crate::graphql::context::Reach;
use crate::graphql::error::{say, top_level};
use crate::graphql::money::Money;
use crate::graphql::order::Order;
use crate::graphql::scalar::DateTime;
use crate::graphql::viewer::Actor;

/// Kinds of entries in the ledger of gift cards and store credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::credit::CreditEntryKind")]
pub enum CreditEntryKind {
    /// A gift card was made.
    Issue,
    /// Given or taken by staff.
    Adjust,
    /// Held by an order.
    Hold,
    /// Hold given back.
    Release,
    /// Spent.
    Spend,
    /// Given back by a refund.
    Restore,
    /// Money of an order given back as store credit.
    Refund,
    /// Lapsed.
    Expire,
    /// A gift card was cancelled.
    Cancel,
}

/// One line of the ledger of a gift card or of store credit; never changed or deleted.
#[derive(Clone, Debug)]
pub struct CreditEntry(pub credit_transaction::Model);

connection!(
    CreditEntryConnection,
    CreditEntryEdge,
    CreditEntry,
    "The entry."
);

impl CreditEntry {
    fn money(&self, minor: i64) -> Money {
        domain::Money::new(minor, self.0.currency.0).into()
    }
}

/// One line of the ledger of a gift card or of store credit; never changed or deleted.
#[Object]
impl CreditEntry {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        CreditEntryId(self.0.id).to_string().into()
    }

    /// What happened.
    fn kind(&self) -> CreditEntryKind {
        self.0.kind.0.into()
    }

    /// Signed amount.
    fn amount(&self) -> Money {
        self.money(self.0.amount_minor)
    }

    /// What could be spent after it.
    fn balance_after(&self) -> Money {
        self.money(self.0.balance_after_minor)
    }

    /// Reason to show.
    fn reason(&self, ctx: &Context<'_>) -> Result<String> {
        if self.0.reason.is_empty() {
            return Ok(usual_reason(self.0.kind.0, &ctx.viewer()?.locale));
        }
        Ok(self.0.reason.clone())
    }

    /// Order behind it.
    async fn order(&self, ctx: &Context<'_>) -> Option<Result<Order>> {
        Order::find(ctx, self.0.order_id?).await.transpose()
    }

    /// Who caused it. Needs permission CREDIT_READ.
    fn actor(&self, ctx: &Context<'_>) -> Result<Option<Actor>> {
        let viewer = ctx.viewer()?;
        let allowed = viewer.require(Permission::CreditRead);
        allowed.map_err(|error| top_level(&error))?;
        Ok(Some(Actor::new(self.0.actor_kind.0, self.0.actor_id)))
    }

    /// When.
    fn occurred_at(&self) -> DateTime {
        DateTime(self.0.occurred_at)
    }
}

fn usual_reason(kind: domain::credit::CreditEntryKind, locale: &Locale) -> String {
    use domain::credit::CreditEntryKind as Kind;
    let (english, chinese) = match kind {
        Kind::Issue => ("Gift card made", "礼品卡发行"),
        Kind::Adjust => ("Changed by the shop", "商家调整"),
        Kind::Hold => ("Held for an order", "订单预占"),
        Kind::Release => ("Order called off", "订单取消退回"),
        Kind::Spend => ("Paid for an order", "支付订单"),
        Kind::Restore => ("Given back by a refund", "退款返还"),
        Kind::Refund => ("Refunded as store credit", "退款转为余额"),
        Kind::Expire => ("Lapsed", "已过期"),
        Kind::Cancel => ("Gift card cancelled", "礼品卡作废"),
    };
    say(locale, english, chinese)
}
