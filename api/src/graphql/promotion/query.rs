use async_graphql::{Context, ID, Object, Result};

use super::coupon::{Coupon, CouponConnection, CouponTemplate, CouponTemplateConnection};
use super::input::{CouponFilter, PromotionFilter};
use super::simulation::{PromotionSimulateInput, PromotionSimulation};
use super::types::{Promotion, PromotionConnection};
use crate::graphql::context::Reach;
use crate::graphql::error::{Code, top_level};
use crate::graphql::input::{id_arg, paging};
use crate::service::promotion::PromotionError;
use crate::service::{coupon, promotion};

/// Queries about promotions and coupons.
#[derive(Default)]
pub struct PromotionQuery;

#[Object]
impl PromotionQuery {
    /// One promotion. Needs permission PROMOTION_READ.
    async fn promotion(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: ID,
    ) -> Option<Result<Promotion>> {
        let found = async {
            let row = promotion::find(ctx.app()?, ctx.viewer()?, id_arg(&id)?)
                .await
                .map_err(|error| top_level(&error))?;
            Ok(row.map(Promotion))
        };
        found.await.transpose()
    }

    /// All promotions but archived ones, by priority. Needs permission PROMOTION_READ.
    async fn promotions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Narrows the list.")] filter: Option<PromotionFilter>,
        #[graphql(desc = "Up to 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Up to 100, from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Option<Result<PromotionConnection>> {
        let page = async {
            let request = paging(ctx, first, after, last, before)?;
            let filter = filter.unwrap_or_default().into();
            let page = promotion::promotions(ctx.app()?, ctx.viewer()?, &filter, &request).await;
            page.map(|page| PromotionConnection::new(page, Promotion))
                .map_err(|error| top_level(&error))
        };
        Some(page.await)
    }

    /// Prices a cart as if, with the full trace; nothing is saved. Needs permission PROMOTION_READ.
    async fn promotion_simulate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The case to try.")] input: PromotionSimulateInput,
    ) -> Option<Result<PromotionSimulation>> {
        let simulation = async {
            let command = input.try_into().map_err(|error| top_level(&error))?;
            let simulation = promotion::simulate(ctx.app()?, ctx.viewer()?, command).await;
            simulation
                .map(PromotionSimulation)
                .map_err(|error| refused(&error))
        };
        Some(simulation.await)
    }

    /// Coupons you may claim, newest first; with permission COUPON_READ all templates.
    async fn coupon_templates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Up to 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Up to 100, from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<CouponTemplateConnection> {
        let request = paging(ctx, first, after, last, before)?;
        let page = coupon::templates(ctx.app()?, ctx.viewer()?, &request).await;
        page.map(|page| CouponTemplateConnection::new(page, CouponTemplate))
            .map_err(|error| top_level(&error))
    }

    /// Issued coupons, newest first. Needs permission COUPON_READ.
    async fn coupons(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Narrows the list.")] filter: Option<CouponFilter>,
        #[graphql(desc = "Up to 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Up to 100, from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Option<Result<CouponConnection>> {
        let page = async {
            let request = paging(ctx, first, after, last, before)?;
            let filter = filter
                .unwrap_or_default()
                .try_into()
                .map_err(|error| top_level(&error))?;
            let page = coupon::coupons(ctx.app()?, ctx.viewer()?, &filter, &request).await;
            page.map(|page| CouponConnection::new(page, Coupon))
                .map_err(|error| top_level(&error))
        };
        Some(page.await)
    }
}

/// A query has no `userErrors`: a rule that is none is bad input like any other.
fn refused(error: &PromotionError) -> async_graphql::Error {
    match error {
        PromotionError::Common(error) => top_level(error),
        PromotionError::Rule(_)
        | PromotionError::Lifecycle(_)
        | PromotionError::Room(_)
        | PromotionError::Template(_)
        | PromotionError::TemplateStopped
        | PromotionError::CouponSettled
        | PromotionError::CodeTaken
        | PromotionError::MemberLimitReached
        | PromotionError::WalletFull
        | PromotionError::CouponInvalid
        | PromotionError::NoneLeft => Code::BadUserInput.error(error.to_string()),
    }
}
