use async_graphql::{Context, Object, Result};

use super::error::FulfillmentUserError;
use super::input::{
    FulfillmentCancelInput, FulfillmentCreateInput, FulfillmentDeliverInput, FulfillmentShipInput,
};
use super::types::Fulfillment;
use crate::graphql::context::Reach;
use crate::graphql::payload::{payloads, run};
use crate::service::fulfillment;
use crate::service::order::Access;

/// Mutations of parcels.
#[derive(Default)]
pub struct FulfillmentMutation;

payloads! {
    FulfillmentUserError;

    /// Result of fulfillmentCreate.
    FulfillmentCreatePayload { fulfillment: Fulfillment }

    /// Result of fulfillmentShip.
    FulfillmentShipPayload { fulfillment: Fulfillment }

    /// Result of fulfillmentDeliver.
    FulfillmentDeliverPayload { fulfillment: Fulfillment }

    /// Result of fulfillmentCancel.
    FulfillmentCancelPayload { fulfillment: Fulfillment }
}

/// Shows a parcel to staff.
fn office(row: entity::fulfillment::Model) -> Fulfillment {
    Fulfillment::new(row, Access::Office)
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
            Ok(FulfillmentCreatePayload::new(
                run(ctx, input, create).await?,
                office,
            ))
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
            Ok(FulfillmentShipPayload::new(
                run(ctx, input, ship).await?,
                office,
            ))
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
            Ok(FulfillmentDeliverPayload::new(
                run(ctx, input, deliver).await?,
                office,
            ))
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
            Ok(FulfillmentCancelPayload::new(
                run(ctx, input, cancel).await?,
                office,
            ))
        };
        Some(payload.await)
    }
}
