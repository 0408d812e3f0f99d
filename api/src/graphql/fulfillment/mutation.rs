use async_graphql::{Context, Object, Result, SimpleObject};

use super::error::FulfillmentUserError;
use super::input::{
    FulfillmentCancelInput, FulfillmentCreateInput, FulfillmentDeliverInput, FulfillmentShipInput,
};
use super::types::Fulfillment;
use crate::error::Error;
use crate::graphql::context::Reach;
use crate::graphql::error::settle;
use crate::service::fulfillment::{self, FulfillmentError};
use crate::service::order::Access;

/// Mutations of parcels.
#[derive(Default)]
pub struct FulfillmentMutation;

/// Result of fulfillmentCreate.
#[derive(Debug, SimpleObject)]
pub(super) struct FulfillmentCreatePayload {
    /// Null if refused.
    pub(super) fulfillment: Option<Fulfillment>,
    /// Why it was refused.
    pub(super) user_errors: Vec<FulfillmentUserError>,
}

/// Result of fulfillmentShip.
#[derive(Debug, SimpleObject)]
pub(super) struct FulfillmentShipPayload {
    /// Null if refused.
    pub(super) fulfillment: Option<Fulfillment>,
    /// Why it was refused.
    pub(super) user_errors: Vec<FulfillmentUserError>,
}

/// Result of fulfillmentDeliver.
#[derive(Debug, SimpleObject)]
pub(super) struct FulfillmentDeliverPayload {
    /// Null if refused.
    pub(super) fulfillment: Option<Fulfillment>,
    /// Why it was refused.
    pub(super) user_errors: Vec<FulfillmentUserError>,
}

/// Result of fulfillmentCancel.
#[derive(Debug, SimpleObject)]
pub(super) struct FulfillmentCancelPayload {
    /// Null if refused.
    pub(super) fulfillment: Option<Fulfillment>,
    /// Why it was refused.
    pub(super) user_errors: Vec<FulfillmentUserError>,
}

/// Runs a use case on an input that may be unreadable.
async fn run<I, C>(
    ctx: &Context<'_>,
    input: I,
    use_case: impl AsyncFnOnce(C) -> Result<entity::fulfillment::Model, FulfillmentError>,
) -> Result<(Option<Fulfillment>, Vec<FulfillmentUserError>)>
where
    C: TryFrom<I, Error = Error>,
{
    let answer = match C::try_from(input) {
        Ok(command) => use_case(command).await,
        Err(error) => Err(error.into()),
    };
    let outcome = settle(answer, &ctx.viewer()?.locale)?;
    Ok((
        outcome
            .value
            .map(|row| Fulfillment::new(row, Access::Office)),
        outcome.user_errors,
    ))
}

#[Object]
impl FulfillmentMutation {
    /// Assigns units to a warehouse for sending. Needs permission FULFILLMENT_WRITE.
    async fn fulfillment_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: FulfillmentCreateInput,
    ) -> Option<Result<FulfillmentCreatePayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let create = async |command| fulfillment::create(app, viewer, command).await;
            let (fulfillment, user_errors) = run(ctx, input, create).await?;
            Ok(FulfillmentCreatePayload {
                fulfillment,
                user_errors,
            })
        };
        Some(payload.await)
    }

    /// Hands a parcel to the carrier; stock leaves now. Needs permission FULFILLMENT_WRITE.
    async fn fulfillment_ship(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: FulfillmentShipInput,
    ) -> Option<Result<FulfillmentShipPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let ship = async |command| fulfillment::ship(app, viewer, command).await;
            let (fulfillment, user_errors) = run(ctx, input, ship).await?;
            Ok(FulfillmentShipPayload {
                fulfillment,
                user_errors,
            })
        };
        Some(payload.await)
    }

    /// Marks a parcel as arrived. Needs permission FULFILLMENT_WRITE.
    async fn fulfillment_deliver(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: FulfillmentDeliverInput,
    ) -> Option<Result<FulfillmentDeliverPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let deliver = async |command| fulfillment::deliver(app, viewer, command).await;
            let (fulfillment, user_errors) = run(ctx, input, deliver).await?;
            Ok(FulfillmentDeliverPayload {
                fulfillment,
                user_errors,
            })
        };
        Some(payload.await)
    }

    /// Gives units back to the order, until shipped. Needs permission FULFILLMENT_WRITE.
    async fn fulfillment_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: FulfillmentCancelInput,
    ) -> Option<Result<FulfillmentCancelPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let cancel = async |command| fulfillment::cancel(app, viewer, command).await;
            let (fulfillment, user_errors) = run(ctx, input, cancel).await?;
            Ok(FulfillmentCancelPayload {
                fulfillment,
                user_errors,
            })
        };
        Some(payload.await)
    }
}
