use std::sync::Arc;

use async_graphql::{Context, Object, Result};

use super::error::CartUserError;
use super::input::{
    CartCouponApplyInput, CartCouponRemoveInput, CartCreateInput, CartGiftCardApplyInput,
    CartGiftCardRemoveInput, CartLinesAddInput, CartLinesRemoveInput, CartLinesUpdateInput,
    CartMergeInput, CartStoreCreditUseInput, CartUpdateInput, changes, line_ids, wishes,
};
use super::types::Cart;
use crate::graphql::context::Reach;
use crate::graphql::payload::{outcome, payloads};
use crate::service::cart::{self, CartError, PricedCartFacts};

/// Mutations of carts as a whole.
#[derive(Default)]
pub struct CartMutation;

/// Mutations of what is in a cart.
#[derive(Default)]
pub struct CartLineMutation;

/// Mutations of what a cart is paid with beside money.
#[derive(Default)]
pub struct CartTenderMutation;

payloads! {
    CartUserError;

    /// Result of cartCreate.
    CartCreatePayload { cart: Cart }

    /// Result of cartUpdate.
    CartUpdatePayload { cart: Cart }

    /// Result of cartLinesAdd.
    CartLinesAddPayload { cart: Cart }

    /// Result of cartLinesUpdate.
    CartLinesUpdatePayload { cart: Cart }

    /// Result of cartLinesRemove.
    CartLinesRemovePayload { cart: Cart }

    /// Result of cartCouponApply.
    CartCouponApplyPayload { cart: Cart }

    /// Result of cartCouponRemove.
    CartCouponRemovePayload { cart: Cart }

    /// Result of cartGiftCardApply.
    CartGiftCardApplyPayload { cart: Cart }

    /// Result of cartGiftCardRemove.
    CartGiftCardRemovePayload { cart: Cart }

    /// Result of cartStoreCreditUse.
    CartStoreCreditUsePayload { cart: Cart }

    /// Result of cartMerge.
    CartMergePayload { cart: Cart }
}

/// Shows a priced cart.
fn shown(facts: PricedCartFacts) -> Cart {
    Cart(Arc::new(facts))
}

#[Object]
impl CartMutation {
    /// Starts a cart; a member who has an active cart gets that one.
    async fn cart_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: CartCreateInput,
    ) -> Option<Result<CartCreatePayload>> {
        let payload = async {
            let read = || {
                Ok((
                    wishes(&input.lines.unwrap_or_default())?,
                    input.cart.unwrap_or_default().try_into()?,
                ))
            };
            let answer = match read() {
                Ok((wishes, patch)) => {
                    cart::create(ctx.app()?, ctx.viewer()?, &wishes, patch).await
                }
                Err(error) => Err(CartError::Common(error)),
            };
            Ok(CartCreatePayload::new(outcome(ctx, answer)?, shown))
        };
        Some(payload.await)
    }

    /// Sets who buys, where it goes, how it ships and how many points to spend.
    async fn cart_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: CartUpdateInput,
    ) -> Option<Result<CartUpdatePayload>> {
        let payload = async {
            let answer = match input.cart.try_into() {
                Ok(patch) => cart::update(ctx.app()?, ctx.viewer()?, &input.cart_id, patch).await,
                Err(error) => Err(CartError::Common(error)),
            };
            Ok(CartUpdatePayload::new(outcome(ctx, answer)?, shown))
        };
        Some(payload.await)
    }

    /// Moves a guest's cart into the member's cart after login; quantities add up.
    async fn cart_merge(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: CartMergeInput,
    ) -> Option<Result<CartMergePayload>> {
        let payload = async {
            let into = input.into_cart_id.as_deref().map(String::as_str);
            let answer = cart::merge(ctx.app()?, ctx.viewer()?, &input.cart_id, into).await;
            Ok(CartMergePayload::new(outcome(ctx, answer)?, shown))
        };
        Some(payload.await)
    }
}

#[Object]
impl CartLineMutation {
    /// Adds units; a variant already in the cart grows.
    async fn cart_lines_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: CartLinesAddInput,
    ) -> Option<Result<CartLinesAddPayload>> {
        let payload = async {
            let answer = match wishes(&input.lines) {
                Ok(wishes) => {
                    cart::add_lines(ctx.app()?, ctx.viewer()?, &input.cart_id, &wishes).await
                }
                Err(error) => Err(CartError::Common(error)),
            };
            Ok(CartLinesAddPayload::new(outcome(ctx, answer)?, shown))
        };
        Some(payload.await)
    }

    /// Sets the quantities of lines; 0 removes.
    async fn cart_lines_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: CartLinesUpdateInput,
    ) -> Option<Result<CartLinesUpdatePayload>> {
        let payload = async {
            let answer = match changes(&input.lines) {
                Ok(changes) => {
                    cart::update_lines(ctx.app()?, ctx.viewer()?, &input.cart_id, &changes).await
                }
                Err(error) => Err(CartError::Common(error)),
            };
            Ok(CartLinesUpdatePayload::new(outcome(ctx, answer)?, shown))
        };
        Some(payload.await)
    }

    /// Removes lines.
    async fn cart_lines_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: CartLinesRemoveInput,
    ) -> Option<Result<CartLinesRemovePayload>> {
        let payload = async {
            let answer = match line_ids(&input.line_ids) {
                Ok(ids) => {
                    cart::remove_lines(ctx.app()?, ctx.viewer()?, &input.cart_id, &ids).await
                }
                Err(error) => Err(CartError::Common(error)),
            };
            Ok(CartLinesRemovePayload::new(outcome(ctx, answer)?, shown))
        };
        Some(payload.await)
    }

    /// Adds a coupon; `evaluations` tell whether it counts.
    async fn cart_coupon_apply(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: CartCouponApplyInput,
    ) -> Option<Result<CartCouponApplyPayload>> {
        let payload = async {
            let answer = cart::apply_coupon(
                ctx.app()?,
                ctx.viewer()?,
                &input.cart_id,
                &input.coupon_code,
            )
            .await;
            Ok(CartCouponApplyPayload::new(outcome(ctx, answer)?, shown))
        };
        Some(payload.await)
    }

    /// Takes a coupon off.
    async fn cart_coupon_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: CartCouponRemoveInput,
    ) -> Option<Result<CartCouponRemovePayload>> {
        let payload = async {
            let answer = cart::remove_coupon(
                ctx.app()?,
                ctx.viewer()?,
                &input.cart_id,
                &input.coupon_code,
            )
            .await;
            Ok(CartCouponRemovePayload::new(outcome(ctx, answer)?, shown))
        };
        Some(payload.await)
    }
}

#[Object]
impl CartTenderMutation {
    /// Pays with a gift card, as far as it goes; `tenders` tell how much. The order holds the money, not the cart.
    async fn cart_gift_card_apply(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: CartGiftCardApplyInput,
    ) -> Option<Result<CartGiftCardApplyPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let answer = cart::apply_gift_card(app, viewer, &input.cart_id, &input.code).await;
            Ok(CartGiftCardApplyPayload::new(outcome(ctx, answer)?, shown))
        };
        Some(payload.await)
    }

    /// Takes a gift card off.
    async fn cart_gift_card_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: CartGiftCardRemoveInput,
    ) -> Option<Result<CartGiftCardRemovePayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let answer = match input.card() {
                Ok(card) => cart::remove_gift_card(app, viewer, &input.cart_id, card).await,
                Err(error) => Err(CartError::Common(error)),
            };
            Ok(CartGiftCardRemovePayload::new(outcome(ctx, answer)?, shown))
        };
        Some(payload.await)
    }

    /// Pays with the member's store credit, at most so much; null for none. The order holds the money, not the cart.
    async fn cart_store_credit_use(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: CartStoreCreditUseInput,
    ) -> Option<Result<CartStoreCreditUsePayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let answer = match input.at_most() {
                Ok(amount) => cart::use_store_credit(app, viewer, &input.cart_id, amount).await,
                Err(error) => Err(CartError::Common(error)),
            };
            Ok(CartStoreCreditUsePayload::new(outcome(ctx, answer)?, shown))
        };
        Some(payload.await)
    }
}
