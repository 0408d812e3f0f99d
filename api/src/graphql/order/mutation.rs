use std::sync::Arc;

use async_graphql::{Context, Object, Result};

use super::change::OrderChange;
use super::change_input::{OrderChangeCreateInput, OrderChangeRespondInput};
use super::confirmation::{OrderCancellation, OrderConfirmationRequest};
use super::error::OrderUserError;
use super::input::{
    OrderApprovalRespondInput, OrderCancelInput, OrderCancellationRequestInput,
    OrderCancellationRespondInput, OrderConfirmationRespondInput, OrderDraftCreateInput,
    OrderPlaceInput, OrderProposalRespondInput, OrderReceiveInput,
};
use super::payload::{
    OrderApprovalRespondPayload, OrderCancelPayload, OrderCancellationRequestPayload,
    OrderCancellationRespondPayload, OrderChangeCreatePayload, OrderChangeRespondPayload,
    OrderConfirmationRespondPayload, OrderDraftCreatePayload, OrderPlacePayload,
    OrderProposalRespondPayload, OrderReceivePayload,
};
use super::types::Order;
use crate::graphql::cart::CartProblem;
use crate::graphql::context::Reach;
use crate::graphql::error::{Outcome, settle};
use crate::graphql::payload::run;
use crate::service::order::{self, Access, OrderError};

/// Mutations of orders.
#[derive(Default)]
pub struct OrderMutation;

#[Object]
impl OrderMutation {
    /// Turns a cart or a draft into an order: stock, coupons and points are taken in one step.
    async fn order_place(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: OrderPlaceInput,
    ) -> Option<Result<OrderPlacePayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let access = if input.order_id.is_some() {
                Access::Office
            } else {
                Access::Buyer
            };
            let answer = match input.try_into() {
                Ok(command) => order::place(app, viewer, command).await,
                Err(error) => Err(OrderError::Common(error)),
            };
            let problems = match &answer {
                Err(OrderError::CartHasProblems(problems)) => {
                    Some(CartProblem::list(problems, viewer).into())
                }
                Ok(_) | Err(_) => None,
            };
            let outcome: Outcome<order::Placed, OrderUserError> = settle(answer, &viewer.locale)?;
            let order_token = outcome
                .value
                .as_ref()
                .and_then(|placed| placed.order_token.clone());
            let order = outcome
                .value
                .map(|placed| Order::new(Arc::new(placed.order), access));
            Ok(OrderPlacePayload {
                order,
                order_token,
                problems,
                user_errors: outcome.user_errors,
            })
        };
        Some(payload.await)
    }

    /// Answers an order in AWAITING_APPROVAL. Needs permission ORDER_APPROVE.
    async fn order_approval_respond(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: OrderApprovalRespondInput,
    ) -> Option<Result<OrderApprovalRespondPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let answer = async |command| order::respond_to_approval(app, viewer, command).await;
            let outcome = run(ctx, input, answer).await?;
            Ok(OrderApprovalRespondPayload::new(outcome, |row| {
                Order::new(Arc::new(row), Access::Office)
            }))
        };
        Some(payload.await)
    }

    /// Turns a cart filled by staff into a draft order for a buyer; it holds nothing until it is placed. Needs permission ORDER_WRITE.
    async fn order_draft_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: OrderDraftCreateInput,
    ) -> Option<Result<OrderDraftCreatePayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let create = async |command| order::create_draft(app, viewer, command).await;
            let outcome = run(ctx, input, create).await?;
            Ok(OrderDraftCreatePayload::new(outcome, |row| {
                Order::new(Arc::new(row), Access::Office)
            }))
        };
        Some(payload.await)
    }

    /// The back office confirms, partly confirms or rejects. Needs permission ORDER_CONFIRM.
    async fn order_confirmation_respond(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: OrderConfirmationRespondInput,
    ) -> Option<Result<OrderConfirmationRespondPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let answer = async |command| order::respond_to_confirmation(app, viewer, command).await;
            let outcome = run(ctx, input, answer).await?;
            Ok(OrderConfirmationRespondPayload::new(
                outcome,
                OrderConfirmationRequest,
            ))
        };
        Some(payload.await)
    }

    /// The buyer answers the counter-proposal of the back office.
    async fn order_proposal_respond(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: OrderProposalRespondInput,
    ) -> Option<Result<OrderProposalRespondPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let answer = async |command| order::respond_to_proposal(app, viewer, command).await;
            let outcome = run(ctx, input, answer).await?;
            Ok(OrderProposalRespondPayload::new(outcome, |row| {
                Order::new(Arc::new(row), Access::Buyer)
            }))
        };
        Some(payload.await)
    }

    /// Cancels an order or some units. Needs permission ORDER_WRITE.
    async fn order_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: OrderCancelInput,
    ) -> Option<Result<OrderCancelPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                order::cancel(app, viewer, command).await
            })
            .await?;
            Ok(OrderCancelPayload::new(outcome, |row| {
                OrderCancellation::new(row, Access::Office)
            }))
        };
        Some(payload.await)
    }

    /// The buyer asks to cancel; granted at once while nothing is picked.
    async fn order_cancellation_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: OrderCancellationRequestInput,
    ) -> Option<Result<OrderCancellationRequestPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let ask = async |command| order::request_cancellation(app, viewer, command).await;
            let outcome = run(ctx, input, ask).await?;
            Ok(OrderCancellationRequestPayload::new(outcome, |row| {
                OrderCancellation::new(row, Access::Buyer)
            }))
        };
        Some(payload.await)
    }

    /// Answers a buyer's request to cancel. Needs permission ORDER_WRITE.
    async fn order_cancellation_respond(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: OrderCancellationRespondInput,
    ) -> Option<Result<OrderCancellationRespondPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let answer = async |command| order::respond_to_cancellation(app, viewer, command).await;
            let outcome = run(ctx, input, answer).await?;
            Ok(OrderCancellationRespondPayload::new(outcome, |row| {
                OrderCancellation::new(row, Access::Office)
            }))
        };
        Some(payload.await)
    }

    /// Opens an edit of a placed order; one may be open. What stays keeps its price; what is added costs what it costs today. Needs permission ORDER_WRITE.
    async fn order_change_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: OrderChangeCreateInput,
    ) -> Option<Result<OrderChangeCreatePayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let create = async |command| order::create_change(app, viewer, command).await;
            let outcome = run(ctx, input, create).await?;
            Ok(OrderChangeCreatePayload::new(outcome, OrderChange))
        };
        Some(payload.await)
    }

    /// Carries out or drops an open edit. What it adds is owed from then on, and goods leave when it is paid. One that takes
    /// the order over a level of `policy.orderApprovalLevels` is carried out by another person than wrote it, who has the
    /// permission ORDER_APPROVE as well. Needs permission ORDER_WRITE.
    async fn order_change_respond(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: OrderChangeRespondInput,
    ) -> Option<Result<OrderChangeRespondPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let answer = async |command| order::respond_to_change(app, viewer, command).await;
            let outcome = run(ctx, input, answer).await?;
            Ok(OrderChangeRespondPayload::new(outcome, OrderChange))
        };
        Some(payload.await)
    }

    /// The buyer says that everything came; this completes the order.
    async fn order_receive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: OrderReceiveInput,
    ) -> Option<Result<OrderReceivePayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                order::receive(app, viewer, command).await
            })
            .await?;
            Ok(OrderReceivePayload::new(outcome, |row| {
                Order::new(Arc::new(row), Access::Buyer)
            }))
        };
        Some(payload.await)
    }
}
