use async_graphql::{Context, Object, Result};

use super::types::{PaymentMethodSetting, ShippingMethodSetting, Shop, TaxRate};
use crate::graphql::context::Reach;
use crate::graphql::error::top_level;
use crate::graphql::limits::meter::Listed;
use crate::service::settings;

/// Queries about the shop itself.
#[derive(Default)]
pub struct ShopQuery;

#[Object]
impl ShopQuery {
    /// The shop's public settings.
    async fn shop(&self, ctx: &Context<'_>) -> Result<Shop> {
        Ok(Shop(ctx.viewer()?.channel.clone()))
    }

    /// Tax rates. Needs permission SHOP_READ.
    async fn tax_rates(&self, ctx: &Context<'_>) -> Option<Result<Listed<TaxRate>>> {
        let rates = async {
            let rows = settings::list_tax_rates(ctx.app()?, ctx.viewer()?)
                .await
                .map_err(|error| top_level(&error))?;
            Ok(rows.into_iter().map(TaxRate).collect())
        };
        Some(rates.await)
    }

    /// Ways to ship, also those not offered. Needs permission SHOP_READ.
    async fn shipping_methods(
        &self,
        ctx: &Context<'_>,
    ) -> Option<Result<Listed<ShippingMethodSetting>>> {
        let methods = async {
            let viewer = ctx.viewer()?;
            let rows = settings::list_shipping_methods(ctx.app()?, viewer)
                .await
                .map_err(|error| top_level(&error))?;
            let currency = viewer.channel.currency.0;
            Ok(rows
                .into_iter()
                .map(|row| ShippingMethodSetting { row, currency })
                .collect())
        };
        Some(methods.await)
    }

    /// Ways to pay, also those not offered. Needs permission SHOP_READ.
    async fn payment_methods(
        &self,
        ctx: &Context<'_>,
    ) -> Option<Result<Listed<PaymentMethodSetting>>> {
        let methods = async {
            let rows = settings::list_payment_methods(ctx.app()?, ctx.viewer()?)
                .await
                .map_err(|error| top_level(&error))?;
            Ok(rows.into_iter().map(PaymentMethodSetting).collect())
        };
        Some(methods.await)
    }
}
