use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use domain::id::MemberId;
use domain::locale::Locale;

use super::change::OrderChangePreview;
use super::change_input::OrderChangePreviewInput;
use super::confirmation::{OrderConfirmationRequest, OrderConfirmationRequestConnection};
use super::error::OrderUserError;
use super::input::{OrderConfirmationRequestFilter, OrderFilter};
use super::types::{Order, OrderConnection};
use crate::graphql::context::Reach;
use crate::graphql::error::{Code, FromFailure, top_level};
use crate::graphql::input::{id_arg, paging};
use crate::service::order::{self, Access, OrderError, query, requests};
use crate::service::page::PageRequest;

/// Queries of orders.
#[derive(Default)]
pub struct OrderQuery;

#[Object]
impl OrderQuery {
    /// One order. Yours, or needs permission ORDER_READ.
    async fn order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: ID,
        #[graphql(desc = "A guest's key.")] order_token: Option<String>,
    ) -> Option<Result<Order>> {
        let found = async {
            let id = id_arg(&id)?;
            let found = query::find(ctx.app()?, ctx.viewer()?, id, order_token.as_deref()).await;
            let found = found.map_err(|error| top_level(&error))?;
            Ok(found.map(|(row, access)| Order::new(Arc::new(row), access)))
        };
        found.await.transpose()
    }

    /// All orders, newest first. Needs permission ORDER_READ.
    async fn orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Narrows the list.")] filter: Option<OrderFilter>,
        #[graphql(desc = "Up to 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Up to 100, from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Option<Result<OrderConnection>> {
        let page = async {
            let page = paging(ctx, first, after, last, before)?;
            let filter = filter.unwrap_or_default().into();
            let page = query::list(ctx.app()?, ctx.viewer()?, filter, &page)
                .await
                .map_err(|error| top_level(&error))?;
            Ok(OrderConnection::new(page, |row| {
                Order::new(Arc::new(row), Access::Office)
            }))
        };
        Some(page.await)
    }

    /// Orders that wait for your approval, the one that waits longest first: none that you placed or approved before.
    /// Needs permission ORDER_APPROVE.
    async fn orders_to_approve(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Up to 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Up to 100, from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Option<Result<OrderConnection>> {
        let page = async {
            let page = paging(ctx, first, after, last, before)?;
            let page = requests::to_approve(ctx.app()?, ctx.viewer()?, &page)
                .await
                .map_err(|error| top_level(&error))?;
            Ok(OrderConnection::new(page, |row| {
                Order::new(Arc::new(row), Access::Office)
            }))
        };
        Some(page.await)
    }

    /// What an edit would cost; nothing is saved. Needs permission ORDER_WRITE.
    async fn order_change_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The edit to try.")] input: OrderChangePreviewInput,
    ) -> Option<Result<OrderChangePreview>> {
        let preview = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let command = input.try_into().map_err(|error| top_level(&error))?;
            let costs = order::preview_change(app, viewer, command).await;
            let (before, after) = costs.map_err(|error| refused(error, &viewer.locale))?;
            OrderChangePreview::new(before, after)
        };
        Some(preview.await)
    }

    /// What the back office is asked to confirm, most urgent first. Needs permission ORDER_CONFIRM.
    async fn order_confirmation_requests(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Narrows the list.")] filter: Option<OrderConfirmationRequestFilter>,
        #[graphql(desc = "Up to 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Up to 100, from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Option<Result<OrderConfirmationRequestConnection>> {
        let page = async {
            let page = paging(ctx, first, after, last, before)?;
            let filter = filter.unwrap_or_default().read()?;
            let page =
                query::list_confirmation_requests(ctx.app()?, ctx.viewer()?, filter, &page).await;
            let page = page.map_err(|error| top_level(&error))?;
            Ok(OrderConfirmationRequestConnection::new(
                page,
                OrderConfirmationRequest,
            ))
        };
        Some(page.await)
    }
}

/// A computation that was refused, in words.
fn refused(error: OrderError, locale: &Locale) -> async_graphql::Error {
    if let OrderError::Common(error) = &error {
        return top_level(error);
    }
    match OrderUserError::from_failure(error, locale) {
        Ok(refusal) => Code::BadUserInput.error(refusal.message),
        Err(error) => top_level(&error),
    }
}

/// A page of a member's orders, for the member or for those who may see all.
pub(in crate::graphql) async fn orders_of_member(
    ctx: &Context<'_>,
    member_id: MemberId,
    filter: Option<OrderFilter>,
    page: Result<PageRequest>,
) -> Result<OrderConnection> {
    let viewer = ctx.viewer()?;
    let page = page?;
    let access = query::access_to_member(viewer, member_id).map_err(|error| top_level(&error))?;
    let filter = filter.unwrap_or_default().into();
    let page = query::list_for_member(ctx.app()?, (member_id, access), filter, &page).await;
    let page = page.map_err(|error| top_level(&error))?;
    Ok(OrderConnection::new(page, |row| {
        Order::new(Arc::new(row), access)
    }))
}
