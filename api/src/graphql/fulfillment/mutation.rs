use async_graphql::{Context, Object, Result};

use super::error::FulfillmentUserError;
use super::input::{
    FulfillmentCancelInput, FulfillmentCreateInput, FulfillmentDeliverInput, FulfillmentHoldInput,
    FulfillmentLoseInput, FulfillmentMoveInput, FulfillmentPackInput, FulfillmentPickInput,
    FulfillmentReleaseInput, FulfillmentReturnInput, FulfillmentShipInput, FulfillmentSplitInput,
    FulfillmentTrackInput,
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

    /// Result of fulfillmentRelease.
    FulfillmentReleasePayload { fulfillment: Fulfillment }

    /// Result of fulfillmentHold.
    FulfillmentHoldPayload { fulfillment: Fulfillment }

    /// Result of fulfillmentPick.
    FulfillmentPickPayload { fulfillment: Fulfillment }

    /// Result of fulfillmentPack.
    FulfillmentPackPayload { fulfillment: Fulfillment }

    /// Result of fulfillmentLose.
    FulfillmentLosePayload { fulfillment: Fulfillment }

    /// Result of fulfillmentReturn.
    FulfillmentReturnPayload { fulfillment: Fulfillment }

    /// Result of fulfillmentSplit.
    FulfillmentSplitPayload { fulfillment: Fulfillment }

    /// Result of fulfillmentMove.
    FulfillmentMovePayload { fulfillment: Fulfillment }

    /// Result of fulfillmentTrack.
    FulfillmentTrackPayload { fulfillment: Fulfillment }
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
    /// Lets a parcel be picked whose date has not come, or that was held back. Needs permission FULFILLMENT_WRITE.
    async fn fulfillment_release(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: FulfillmentReleaseInput,
    ) -> Option<Result<FulfillmentReleasePayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let release = async |command| fulfillment::advance(app, viewer, command).await;
            Ok(FulfillmentReleasePayload::new(
                run(ctx, input, release).await?,
                office,
            ))
        };
        Some(payload.await)
    }

    /// Holds a parcel back until it is released. Needs permission FULFILLMENT_WRITE.
    async fn fulfillment_hold(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: FulfillmentHoldInput,
    ) -> Option<Result<FulfillmentHoldPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let hold = async |command| fulfillment::advance(app, viewer, command).await;
            Ok(FulfillmentHoldPayload::new(
                run(ctx, input, hold).await?,
                office,
            ))
        };
        Some(payload.await)
    }

    /// Says that somebody begins to pick a parcel. Needs permission FULFILLMENT_WRITE.
    async fn fulfillment_pick(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: FulfillmentPickInput,
    ) -> Option<Result<FulfillmentPickPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let pick = async |command| fulfillment::advance(app, viewer, command).await;
            Ok(FulfillmentPickPayload::new(
                run(ctx, input, pick).await?,
                office,
            ))
        };
        Some(payload.await)
    }

    /// Says that a parcel is packed. Needs permission FULFILLMENT_WRITE.
    async fn fulfillment_pack(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: FulfillmentPackInput,
    ) -> Option<Result<FulfillmentPackPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let pack = async |command| fulfillment::advance(app, viewer, command).await;
            Ok(FulfillmentPackPayload::new(
                run(ctx, input, pack).await?,
                office,
            ))
        };
        Some(payload.await)
    }

    /// Says that the carrier lost a parcel; it may still turn up. Needs permission FULFILLMENT_WRITE.
    async fn fulfillment_lose(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: FulfillmentLoseInput,
    ) -> Option<Result<FulfillmentLosePayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let lose = async |command| fulfillment::advance(app, viewer, command).await;
            Ok(FulfillmentLosePayload::new(
                run(ctx, input, lose).await?,
                office,
            ))
        };
        Some(payload.await)
    }

    /// Says that the carrier brought a parcel back; money goes back with refundCreate. Needs permission FULFILLMENT_WRITE.
    async fn fulfillment_return(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: FulfillmentReturnInput,
    ) -> Option<Result<FulfillmentReturnPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let take_back = async |command| fulfillment::advance(app, viewer, command).await;
            Ok(FulfillmentReturnPayload::new(
                run(ctx, input, take_back).await?,
                office,
            ))
        };
        Some(payload.await)
    }

    /// Takes units of a parcel nobody has picked into one of their own, and answers that. Needs permission FULFILLMENT_WRITE.
    async fn fulfillment_split(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: FulfillmentSplitInput,
    ) -> Option<Result<FulfillmentSplitPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let split = async |command| fulfillment::split(app, viewer, command).await;
            Ok(FulfillmentSplitPayload::new(
                run(ctx, input, split).await?,
                office,
            ))
        };
        Some(payload.await)
    }

    /// Sends a parcel nobody has picked from another warehouse. Needs permission FULFILLMENT_WRITE.
    async fn fulfillment_move(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: FulfillmentMoveInput,
    ) -> Option<Result<FulfillmentMovePayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let reroute = async |command| fulfillment::reroute(app, viewer, command).await;
            Ok(FulfillmentMovePayload::new(
                run(ctx, input, reroute).await?,
                office,
            ))
        };
        Some(payload.await)
    }

    /// Notes what a carrier told of a parcel. Needs permission FULFILLMENT_WRITE.
    async fn fulfillment_track(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: FulfillmentTrackInput,
    ) -> Option<Result<FulfillmentTrackPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let track = async |command| fulfillment::track(app, viewer, command).await;
            Ok(FulfillmentTrackPayload::new(
                run(ctx, input, track).await?,
                office,
            ))
        };
        Some(payload.await)
    }
}
