use async_graphql::{Context, Object, Result};

use super::error::AfterSaleUserError;
use super::input::{
    AfterSaleCancelInput, AfterSaleInspectInput, AfterSaleReceiveInput, AfterSaleRefundInput,
    AfterSaleRequestInput, AfterSaleRespondInput, AfterSaleShipInput,
};
use super::types::AfterSale;
use crate::graphql::context::Reach;
use crate::graphql::payload::{payloads, run};
use crate::service::after_sale;
use crate::service::order::Access;

/// Mutations of after-sale cases.
#[derive(Default)]
pub struct AfterSaleMutation;

payloads! {
    AfterSaleUserError;

    /// Result of afterSaleRequest.
    AfterSaleRequestPayload { after_sale: AfterSale }

    /// Result of afterSaleRespond.
    AfterSaleRespondPayload { after_sale: AfterSale }

    /// Result of afterSaleShip.
    AfterSaleShipPayload { after_sale: AfterSale }

    /// Result of afterSaleReceive.
    AfterSaleReceivePayload { after_sale: AfterSale }

    /// Result of afterSaleInspect.
    AfterSaleInspectPayload { after_sale: AfterSale }

    /// Result of afterSaleRefund.
    AfterSaleRefundPayload { after_sale: AfterSale }

    /// Result of afterSaleCancel.
    AfterSaleCancelPayload { after_sale: AfterSale }
}

/// Shows a case to staff.
fn office(row: entity::after_sale::Model) -> AfterSale {
    AfterSale::new(row, Access::Office)
}

/// Shows a case to its buyer.
fn buyer(row: entity::after_sale::Model) -> AfterSale {
    AfterSale::new(row, Access::Buyer)
}

#[Object]
impl AfterSaleMutation {
    /// The buyer asks to return, exchange or claim; or staff with permission AFTER_SALE_WRITE for the buyer, at any time.
    async fn after_sale_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: AfterSaleRequestInput,
    ) -> Option<Result<AfterSaleRequestPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let request = async |command| after_sale::request(app, viewer, command).await;
            Ok(AfterSaleRequestPayload::new(
                run(ctx, input, request).await?,
                |(row, access)| AfterSale::new(row, access),
            ))
        };
        Some(payload.await)
    }

    /// Approves or declines a case. Needs permission AFTER_SALE_WRITE.
    async fn after_sale_respond(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: AfterSaleRespondInput,
    ) -> Option<Result<AfterSaleRespondPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let respond = async |command| after_sale::respond(app, viewer, command).await;
            Ok(AfterSaleRespondPayload::new(
                run(ctx, input, respond).await?,
                office,
            ))
        };
        Some(payload.await)
    }

    /// The buyer sends the goods back.
    async fn after_sale_ship(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: AfterSaleShipInput,
    ) -> Option<Result<AfterSaleShipPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let ship = async |command| after_sale::ship(app, viewer, command).await;
            Ok(AfterSaleShipPayload::new(
                run(ctx, input, ship).await?,
                buyer,
            ))
        };
        Some(payload.await)
    }

    /// Records what arrived. Needs permission AFTER_SALE_WRITE.
    async fn after_sale_receive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: AfterSaleReceiveInput,
    ) -> Option<Result<AfterSaleReceivePayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let receive = async |command| after_sale::receive(app, viewer, command).await;
            Ok(AfterSaleReceivePayload::new(
                run(ctx, input, receive).await?,
                office,
            ))
        };
        Some(payload.await)
    }

    /// Records its condition and what is accepted; an exchange then ships. Needs permission AFTER_SALE_WRITE.
    async fn after_sale_inspect(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: AfterSaleInspectInput,
    ) -> Option<Result<AfterSaleInspectPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let inspect = async |command| after_sale::inspect(app, viewer, command).await;
            Ok(AfterSaleInspectPayload::new(
                run(ctx, input, inspect).await?,
                office,
            ))
        };
        Some(payload.await)
    }

    /// Pays out what `breakdown` shows; from the amounts in `policy.refundApprovalLevels` on, once people have approved
    /// `refundRequest`. Needs permission REFUND_WRITE.
    async fn after_sale_refund(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: AfterSaleRefundInput,
    ) -> Option<Result<AfterSaleRefundPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let refund = async |command| after_sale::refund(app, viewer, command).await;
            Ok(AfterSaleRefundPayload::new(
                run(ctx, input, refund).await?,
                office,
            ))
        };
        Some(payload.await)
    }

    /// The buyer drops a case before the goods arrive.
    async fn after_sale_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: AfterSaleCancelInput,
    ) -> Option<Result<AfterSaleCancelPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let cancel = async |command| after_sale::cancel(app, viewer, command).await;
            Ok(AfterSaleCancelPayload::new(
                run(ctx, input, cancel).await?,
                buyer,
            ))
        };
        Some(payload.await)
    }
}
