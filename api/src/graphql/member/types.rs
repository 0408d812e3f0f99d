use async_graphql::{Context, ID, Object, Result};
use domain::account::AccountKind;
use domain::id::{MemberAddressId, MemberId};
use domain::permission::Permission;

use super::loader::AddressesOf;
use crate::graphql::address::Address;
use crate::graphql::cart::{Cart, CartOf};
use crate::graphql::connection::connection;
use crate::graphql::context::Reach;
use crate::graphql::credit::{StoreCredit, store_credit_of};
use crate::graphql::error::{top_level, top_level_shared};
use crate::graphql::group::MemberGroup;
use crate::graphql::input::paging;
use crate::graphql::limits::meter::Metered;
use crate::graphql::order::{OrderConnection, OrderFilter, orders_of_member};
use crate::graphql::points::{PointsAccount, PointsOf};
use crate::graphql::promotion::{Coupon, CouponConnection, CouponFilter};
use crate::graphql::receivable::{PaymentTerms, terms_of};
use crate::graphql::scalar::{Date, DateTime, Locale};
use crate::graphql::stock_alert::StockAlert;
use crate::graphql::tier::{MemberTier, MemberTierChange, TierProgress};
use crate::graphql::viewer::{Session, SessionsOf};
use crate::service::coupon;

/// A buyer with an account.
#[derive(Clone)]
pub struct Member(pub entity::member::Model);

/// A buyer with an account.
#[Object]
impl Member {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        MemberId(self.0.id).to_string().into()
    }

    /// E-mail to log in with.
    fn email(&self) -> &str {
        &self.0.email
    }

    /// When the e-mail was confirmed.
    fn email_verified_at(&self) -> Option<DateTime> {
        self.0.email_verified_at.map(DateTime)
    }

    /// Name.
    fn full_name(&self) -> Option<&str> {
        self.0.full_name.as_deref()
    }

    /// Phone.
    fn phone(&self) -> Option<&str> {
        self.0.phone.as_deref()
    }

    /// Number or certificate that frees the member of tax; null for those who owe it.
    fn tax_exemption(&self) -> Option<&str> {
        self.0.tax_exemption.as_deref()
    }

    /// Birthday.
    fn birthday(&self) -> Option<Date> {
        self.0.birthday.map(Date)
    }

    /// Language for mails.
    fn locale(&self) -> Option<Locale> {
        self.0
            .locale
            .as_deref()
            .and_then(|tag| domain::locale::Locale::parse(tag).ok())
            .map(Locale)
    }

    /// Orders, newest first. Yours, or needs permission ORDER_READ.
    async fn orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Narrows the list.")] filter: Option<OrderFilter>,
        #[graphql(desc = "Up to 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Up to 100, from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Option<Result<OrderConnection>> {
        Some(
            orders_of_member(
                ctx,
                MemberId(self.0.id),
                filter,
                paging(ctx, first, after, last, before),
            )
            .await,
        )
    }

    /// Address book.
    async fn addresses(&self, ctx: &Context<'_>) -> Result<Vec<MemberAddress>> {
        let book = ctx
            .loaders()?
            .load_one(AddressesOf(MemberId(self.0.id)))
            .await
            .map_err(|error| top_level_shared(&error))?;
        let book = book.unwrap_or_default();
        ctx.meter(book.len())?;
        Ok(book.iter().cloned().map(MemberAddress).collect())
    }

    /// What the member waits for here because it is sold out, newest first.
    async fn stock_alerts(&self, ctx: &Context<'_>) -> Result<Vec<StockAlert>> {
        StockAlert::of_member(ctx, self.0.id).await
    }

    /// Tier, null below the first.
    async fn tier(&self, ctx: &Context<'_>) -> Result<Option<MemberTier>> {
        MemberTier::of_member(ctx, self.0.id).await
    }

    /// Way to the next tier.
    async fn tier_progress(&self, ctx: &Context<'_>) -> Result<TierProgress> {
        TierProgress::of_member(ctx, self.0.id).await
    }

    /// Steps from tier to tier, newest first.
    async fn tier_changes(&self, ctx: &Context<'_>) -> Result<Vec<MemberTierChange>> {
        MemberTierChange::of_member(ctx, self.0.id).await
    }

    /// Groups the member was put into, by code. Needs permission MEMBER_READ.
    async fn groups(&self, ctx: &Context<'_>) -> Option<Result<Vec<MemberGroup>>> {
        let groups = async {
            ctx.viewer()?
                .require(Permission::MemberRead)
                .map_err(|error| top_level(&error))?;
            MemberGroup::of_member(ctx, self.0.id).await
        };
        Some(groups.await)
    }

    /// Points. Yours, or needs permission POINTS_READ.
    async fn points(&self, ctx: &Context<'_>) -> Option<Result<PointsAccount>> {
        let points = async {
            let member_id = MemberId(self.0.id);
            let viewer = ctx.viewer()?;
            if viewer.member_id() != Some(member_id) {
                viewer
                    .require(Permission::PointsRead)
                    .map_err(|error| top_level(&error))?;
            }
            let found = ctx.loaders()?.load_one(PointsOf(member_id)).await;
            Ok(found
                .map_err(|error| top_level_shared(&error))?
                .map(PointsAccount))
        };
        points.await.transpose()
    }

    /// Store credit. Yours, or needs permission CREDIT_READ.
    async fn store_credit(&self, ctx: &Context<'_>) -> Option<Result<StoreCredit>> {
        let credit = async {
            let viewer = ctx.viewer()?;
            if viewer.member_id() != Some(MemberId(self.0.id)) {
                viewer
                    .require(Permission::CreditRead)
                    .map_err(|error| top_level(&error))?;
            }
            store_credit_of(ctx, self.0.id).await
        };
        credit.await.transpose()
    }

    /// What can be bought on account here, null without such terms. Yours, or needs permission PAYMENT_READ.
    async fn payment_terms(&self, ctx: &Context<'_>) -> Option<Result<PaymentTerms>> {
        terms_of(ctx, self.0.id).await.transpose()
    }

    /// The active cart; nobody else sees it.
    async fn cart(&self, ctx: &Context<'_>) -> Option<Result<Cart>> {
        let cart = async {
            let found = ctx.loaders()?.load_one(CartOf(MemberId(self.0.id))).await;
            Ok(found.map_err(|error| top_level_shared(&error))?.map(Cart))
        };
        cart.await.transpose()
    }

    /// Coupon wallet. Yours, or needs permission COUPON_READ.
    async fn coupons(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Narrows the list.")] filter: Option<CouponFilter>,
        #[graphql(desc = "Up to 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Up to 100, from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Option<Result<CouponConnection>> {
        let wallet = async {
            let request = paging(ctx, first, after, last, before)?;
            let filter = filter
                .unwrap_or_default()
                .try_into()
                .map_err(|error| top_level(&error))?;
            let member_id = MemberId(self.0.id);
            let page =
                coupon::coupons_of_member(ctx.app()?, ctx.viewer()?, member_id, filter, &request)
                    .await;
            page.map(|page| CouponConnection::new(page, Coupon))
                .map_err(|error| top_level(&error))
        };
        Some(wallet.await)
    }

    /// Where you are logged in, current first.
    async fn sessions(&self, ctx: &Context<'_>) -> Result<Vec<Session>> {
        let key = SessionsOf {
            kind: AccountKind::Member,
            id: self.0.id,
        };
        let sessions = ctx
            .loaders()?
            .load_one(key)
            .await
            .map_err(|error| top_level_shared(&error))?;
        let sessions = sessions.unwrap_or_default();
        ctx.meter(sessions.len())?;
        Ok(sessions.iter().cloned().map(Session).collect())
    }

    /// Whether offers may be mailed.
    fn accepts_marketing(&self) -> bool {
        self.0.accepts_marketing
    }

    /// When the account was opened.
    fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }
}

connection!(MemberConnection, MemberEdge, Member, "The member.");

/// An address in the book.
#[derive(Clone)]
pub struct MemberAddress(pub entity::member_address::Model);

/// An address in the book.
#[Object]
impl MemberAddress {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        MemberAddressId(self.0.id).to_string().into()
    }

    /// The address.
    fn address(&self) -> Address {
        self.0.address.0.clone().into()
    }

    /// Carts ship here at first.
    fn default_shipping(&self) -> bool {
        self.0.default_shipping
    }

    /// Carts bill here at first.
    fn default_billing(&self) -> bool {
        self.0.default_billing
    }
}
