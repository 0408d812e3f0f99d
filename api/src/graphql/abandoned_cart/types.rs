use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, Object, Result, SimpleObject};
use domain::Money as Amount;
use domain::cart::abandoned;
use domain::id::AbandonedCartId;
use domain::locale;
use domain::order::OrderStatus;
use entity::abandoned_cart::Model;
use uuid::Uuid;

use super::loader::{BehindOf, LinesOf};
use crate::error::Error;
use crate::graphql::catalog::{ProductVariant, load_variant};
use crate::graphql::connection::connection;
use crate::graphql::context::Reach;
use crate::graphql::error::{top_level, top_level_shared};
use crate::graphql::limits::meter::Metered;
use crate::graphql::member::{Member, load_member};
use crate::graphql::money::Money;
use crate::graphql::order::{Order, OrderOfCart};
use crate::graphql::scalar::{DateTime, Locale, Url};
use crate::service::abandoned_cart::{Behind, LeftBehind, Report};
use crate::service::order::Access;

/// A cart that its buyer left with goods in it, for an hour or longer.
pub struct AbandonedCart(pub Model);

/// A cart that its buyer left with goods in it, for an hour or longer.
#[Object]
impl AbandonedCart {
    /// Global id; unlike the cart's it opens nothing.
    pub(in crate::graphql) async fn id(&self) -> ID {
        AbandonedCartId(self.0.id).to_string().into()
    }

    /// Where the buyer goes on with it, for a mail: a key to a guest's cart, while a member also has to log in. Null when the
    /// buyer may not be reminded, or the shop has no `cartUrl`.
    async fn recover_url(&self, ctx: &Context<'_>) -> Option<Result<Url>> {
        let url = async {
            let behind = self.behind(ctx).await?;
            let page = ctx.viewer()?.channel.cart_url.as_ref();
            let Some(page) = page.filter(|_| behind.may_be_reminded) else {
                return Ok(None);
            };
            let url = abandoned::recover_url(page, &behind.public_id);
            let url = url.parse::<url::Url>().map_err(Error::internal);
            url.map(|url| Some(Url(url)))
                .map_err(|error| top_level(&error))
        };
        url.await.transpose()
    }

    /// Whether the buyer may be reminded of it now: it is as it was left, a member with a proved e-mail takes offers or a guest
    /// said so in the cart, and nothing was ordered since. Look again before you write.
    async fn may_be_reminded(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.behind(ctx).await?.may_be_reminded)
    }

    /// The member it belongs to, null for a guest.
    async fn member(&self, ctx: &Context<'_>) -> Option<Result<Member>> {
        let member = async {
            let Some(id) = self.behind(ctx).await?.member_id else {
                return Ok(None);
            };
            load_member(ctx, id).await
        };
        member.await.transpose()
    }

    /// Where to write to: the account's e-mail, or the one a guest entered, which nobody proved. Null when the buyer may not be
    /// reminded.
    async fn email(&self, ctx: &Context<'_>) -> Option<Result<String>> {
        let behind = self.behind(ctx).await;
        behind.map(|behind| behind.email.clone()).transpose()
    }

    /// The buyer's language.
    async fn locale(&self, ctx: &Context<'_>) -> Result<Locale> {
        let tag = locale::Locale::parse(&self.behind(ctx).await?.locale);
        tag.map(Locale)
            .map_err(|error| top_level(&Error::internal(error)))
    }

    /// What is in it by now, oldest first.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<AbandonedCartLine>> {
        let lines = ctx.loaders()?.load_one(LinesOf(self.0.cart_id)).await;
        let lines = lines
            .map_err(|error| top_level_shared(&error))?
            .unwrap_or_default();
        ctx.meter(lines.len())?;
        let line = |row: entity::cart_line::Model| AbandonedCartLine {
            variant_id: row.variant_id,
            quantity: row.quantity,
        };
        Ok(lines.into_iter().map(line).collect())
    }

    /// What it came to when it was found left.
    fn total(&self) -> Money {
        Amount::new(self.0.total_minor, self.0.currency.0).into()
    }

    /// When it had last changed.
    fn left_at(&self) -> DateTime {
        DateTime(self.0.left_at)
    }

    /// The last step told since then, in hours: at least 1, 24 or 72; null before the first.
    fn told_after_hours(&self) -> Option<i32> {
        (self.0.told_hours > 0).then_some(self.0.told_hours)
    }

    /// When `CART_ABANDONED` was told of it last, null for never.
    fn told_at(&self) -> Option<DateTime> {
        self.0.told_at.map(DateTime)
    }

    /// The order it became after all, also one that was called off.
    async fn order(&self, ctx: &Context<'_>) -> Option<Result<Order>> {
        let order = async {
            let found = ctx.loaders()?.load_one(OrderOfCart(self.0.cart_id)).await;
            let found = found.map_err(|error| top_level_shared(&error))?;
            let placed = found.filter(|row| row.status.0 != OrderStatus::Draft);
            Ok(placed.map(|row| Order::new(row, Access::Office)))
        };
        order.await.transpose()
    }
}

impl AbandonedCart {
    async fn behind(&self, ctx: &Context<'_>) -> Result<Arc<Behind>> {
        let found = ctx.loaders()?.load_one(BehindOf(self.0.cart_id)).await;
        let found = found.map_err(|error| top_level_shared(&error))?;
        found.ok_or_else(|| top_level(&Error::NotFound("cart")))
    }
}

connection!(
    AbandonedCartConnection,
    AbandonedCartEdge,
    AbandonedCart,
    "The cart that was left."
);

/// Goods in a cart that was left.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
struct AbandonedCartLine {
    #[graphql(skip)]
    variant_id: Uuid,
    /// How many.
    quantity: i32,
}

#[ComplexObject]
impl AbandonedCartLine {
    /// What it is; null when it is no longer sold.
    async fn variant(&self, ctx: &Context<'_>) -> Option<Result<ProductVariant>> {
        load_variant(ctx, self.variant_id).await.transpose()
    }
}

/// What was left in carts, and what of it was ordered after all.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct AbandonedCartReport {
    /// Carts of which something was ever told, so that buyers could be reminded.
    told: AbandonedCartTotals,
    /// The others.
    untold: AbandonedCartTotals,
}

/// Some carts that were left, added up.
#[derive(Clone, Debug, SimpleObject)]
struct AbandonedCartTotals {
    /// How many.
    carts: i32,
    /// What they came to when they were found left.
    total: Money,
    /// How many became an order that was not called off.
    orders: i32,
    /// What those orders come to.
    order_total: Money,
}

impl From<Report> for AbandonedCartReport {
    fn from(report: Report) -> Self {
        Self {
            told: report.told.into(),
            untold: report.untold.into(),
        }
    }
}

impl From<LeftBehind> for AbandonedCartTotals {
    fn from(left: LeftBehind) -> Self {
        let count = |rows: i64| i32::try_from(rows).unwrap_or(i32::MAX);
        Self {
            carts: count(left.carts),
            total: left.total.into(),
            orders: count(left.orders),
            order_total: left.order_total.into(),
        }
    }
}
