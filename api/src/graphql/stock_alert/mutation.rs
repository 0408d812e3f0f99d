use async_graphql::{Context, Object, Result, SimpleObject};

use super::input::{StockAlertCancelInput, StockAlertSubscribeInput};
use super::types::StockAlert;
use crate::graphql::catalog::ProductVariant;
use crate::graphql::context::Reach;
use crate::graphql::error::Outcome;
use crate::graphql::inventory::InventoryUserError;
use crate::graphql::payload::{payloads, run};
use crate::service::stock_alert::{self, Subscribed};

/// Mutations of those who wait for stock.
#[derive(Default)]
pub struct StockAlertMutation;

/// Result of stockAlertSubscribe.
#[derive(SimpleObject)]
pub(super) struct StockAlertSubscribePayload {
    /// What is waited for; null if refused.
    pub variant: Option<ProductVariant>,
    /// The entry in the member's list; null for others.
    pub stock_alert: Option<StockAlert>,
    /// Why it was refused.
    pub user_errors: Vec<InventoryUserError>,
}

payloads! {
    InventoryUserError;

    /// Result of stockAlertCancel.
    StockAlertCancelPayload { stock_alert: StockAlert }
}

#[Object]
impl StockAlertMutation {
    /// Has a buyer told, once and by mail, when a variant that is sold out can be had again. Those who asked first are told first,
    /// four for each unit there is; the others an hour later, if there is still some. Who waits already goes on to wait.
    async fn stock_alert_subscribe(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: StockAlertSubscribeInput,
    ) -> Option<Result<StockAlertSubscribePayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let answer = async |command| stock_alert::subscribe(app, viewer, command).await;
            let outcome: Outcome<Subscribed, InventoryUserError> = run(ctx, input, answer).await?;
            let (variant, alert) = outcome
                .value
                .map(|subscribed| (subscribed.variant, subscribed.alert))
                .unzip();
            Ok(StockAlertSubscribePayload {
                variant: variant.map(ProductVariant::alone),
                stock_alert: alert.flatten().map(StockAlert),
                user_errors: outcome.user_errors,
            })
        };
        Some(payload.await)
    }

    /// Takes something off your own list of what you wait for.
    async fn stock_alert_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: StockAlertCancelInput,
    ) -> Option<Result<StockAlertCancelPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let answer = async |command| stock_alert::cancel(app, viewer, command).await;
            let outcome = run(ctx, input, answer).await?;
            Ok(StockAlertCancelPayload::new(outcome, StockAlert))
        };
        Some(payload.await)
    }
}
