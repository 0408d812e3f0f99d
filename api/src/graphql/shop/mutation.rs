use std::sync::Arc;

use async_graphql::{Context, Object, Result};

use super::input::{
    PaymentMethodsUpsertInput, ShippingMethodsUpsertInput, ShopUpdateInput, TaxRatesUpsertInput,
};
use super::payload::{
    PaymentMethodsUpsertPayload, ShippingMethodsUpsertPayload, ShopUpdatePayload,
    TaxRatesUpsertPayload,
};
use super::types::{PaymentMethodSetting, ShippingMethodSetting, Shop, TaxRate};
use crate::graphql::context::Reach;
use crate::graphql::payload::{outcome, run};
use crate::service::settings::{
    self, PaymentMethodPatch, SettingsError, ShippingMethodPatch, TaxRatePatch,
};

/// Mutations of the shop's settings.
#[derive(Default)]
pub struct ShopMutation;

#[Object]
impl ShopMutation {
    /// Changes the shop's settings. Needs permission SHOP_WRITE.
    async fn shop_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: ShopUpdateInput,
    ) -> Option<Result<ShopUpdatePayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                settings::update_shop(app, viewer, &command).await
            })
            .await?;
            Ok(ShopUpdatePayload::new(outcome, |row| Shop(Arc::new(row))))
        };
        Some(payload.await)
    }

    /// Creates or updates tax rates; placed orders keep theirs. Needs permission SHOP_WRITE.
    async fn tax_rates_upsert(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: TaxRatesUpsertInput,
    ) -> Option<Result<TaxRatesUpsertPayload>> {
        let payload = async {
            let answer = match Vec::<TaxRatePatch>::try_from(input) {
                Ok(rates) => settings::upsert_tax_rates(ctx.app()?, ctx.viewer()?, &rates).await,
                Err(error) => Err(SettingsError::Common(error)),
            };
            Ok(TaxRatesUpsertPayload::new(outcome(ctx, answer)?, |rows| {
                rows.into_iter().map(TaxRate).collect()
            }))
        };
        Some(payload.await)
    }

    /// Creates or updates ways to ship. Needs permission SHOP_WRITE.
    async fn shipping_methods_upsert(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: ShippingMethodsUpsertInput,
    ) -> Option<Result<ShippingMethodsUpsertPayload>> {
        let payload = async {
            let viewer = ctx.viewer()?;
            let answer = match Vec::<ShippingMethodPatch>::try_from(input) {
                Ok(methods) => {
                    settings::upsert_shipping_methods(ctx.app()?, viewer, &methods).await
                }
                Err(error) => Err(SettingsError::Common(error)),
            };
            let outcome = outcome(ctx, answer)?;
            let currency = viewer.channel.currency.0;
            Ok(ShippingMethodsUpsertPayload::new(outcome, |rows| {
                rows.into_iter()
                    .map(|row| ShippingMethodSetting { row, currency })
                    .collect()
            }))
        };
        Some(payload.await)
    }

    /// Creates or updates ways to pay. Needs permission SHOP_WRITE.
    async fn payment_methods_upsert(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: PaymentMethodsUpsertInput,
    ) -> Option<Result<PaymentMethodsUpsertPayload>> {
        let payload = async {
            let methods: Vec<PaymentMethodPatch> = input.into();
            let outcome = outcome(
                ctx,
                settings::upsert_payment_methods(ctx.app()?, ctx.viewer()?, &methods).await,
            )?;
            Ok(PaymentMethodsUpsertPayload::new(outcome, |rows| {
                rows.into_iter().map(PaymentMethodSetting).collect()
            }))
        };
        Some(payload.await)
    }
}
