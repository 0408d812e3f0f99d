use async_graphql::{ID, InputObject, MaybeUndefined};
use domain::id::{CartLineId, GiftCardId, ProductVariantId, TypedId};

use crate::error::Error;
use crate::graphql::address::AddressInput;
use crate::graphql::input::{id_in, patch};
use crate::graphql::money::MoneyInput;
use crate::service::cart::{CartPatch, LineChange, LineWish};

/// Writable fields of a cart.
#[derive(Clone, Debug, Default, InputObject)]
pub(super) struct CartInput {
    /// E-mail for the order.
    pub email: MaybeUndefined<String>,
    /// Phone.
    pub phone: MaybeUndefined<String>,
    /// Message to the shop.
    pub note: MaybeUndefined<String>,
    /// Where to send it.
    pub shipping_address: MaybeUndefined<AddressInput>,
    /// Where to bill it, if elsewhere.
    pub billing_address: MaybeUndefined<AddressInput>,
    /// One of `shippingMethods`.
    pub shipping_method_id: MaybeUndefined<ID>,
    /// One of `paymentMethods`, for promotions that ask for a way to pay.
    pub payment_method_id: MaybeUndefined<ID>,
    /// Variants to prefer where a promotion lets the buyer choose its gift, the dearest first; up to 20.
    pub gift_wish_ids: Option<Vec<ID>>,
    /// Points to spend; 0 for none.
    pub points: MaybeUndefined<i32>,
    /// Whether a guest agrees to be reminded of the cart at its `email`; of members the account's `acceptsMarketing` says it.
    pub accepts_reminders: Option<bool>,
}

impl TryFrom<CartInput> for CartPatch {
    type Error = Error;

    fn try_from(input: CartInput) -> Result<Self, Error> {
        let wishes = input.gift_wish_ids.map(|ids| {
            let read = |id: &ID| id_in::<ProductVariantId>(id, &["cart", "giftWishIds"]);
            ids.iter().map(read).collect::<Result<_, Error>>()
        });
        Ok(Self {
            email: patch(input.email),
            phone: patch(input.phone),
            note: patch(input.note),
            shipping_address: patch(input.shipping_address).map(|address| address.map(Into::into)),
            billing_address: patch(input.billing_address).map(|address| address.map(Into::into)),
            shipping_method_id: patch(input.shipping_method_id)
                .map(|id| chosen(id, "shippingMethodId"))
                .transpose()?,
            payment_method_id: patch(input.payment_method_id)
                .map(|id| chosen(id, "paymentMethodId"))
                .transpose()?,
            gift_wishes: wishes.transpose()?,
            points: patch(input.points),
            accepts_reminders: input.accepts_reminders,
        })
    }
}

/// Reads the id of what is chosen, if anything is.
fn chosen<T: TypedId>(id: Option<ID>, field: &str) -> Result<Option<T>, Error> {
    id.map(|id| id_in::<T>(&id, &["cart", field])).transpose()
}

/// A line to add.
#[derive(Clone, Debug, InputObject)]
pub(in crate::graphql) struct CartLineInput {
    /// What is bought.
    pub variant_id: ID,
    /// How many.
    pub quantity: i32,
}

/// A line to change.
#[derive(Clone, Debug, InputObject)]
pub(super) struct CartLineUpdateInput {
    /// The line.
    pub line_id: ID,
    /// New quantity; 0 removes.
    pub quantity: i32,
}

/// Input of cartCreate.
#[derive(Clone, Debug, InputObject)]
pub(super) struct CartCreateInput {
    /// First lines.
    pub lines: Option<Vec<CartLineInput>>,
    /// Other fields.
    pub cart: Option<CartInput>,
}

/// Input of cartUpdate.
#[derive(Clone, Debug, InputObject)]
pub(super) struct CartUpdateInput {
    /// The cart.
    pub cart_id: ID,
    /// What to change.
    pub cart: CartInput,
}

/// Input of cartLinesAdd.
#[derive(Clone, Debug, InputObject)]
pub(super) struct CartLinesAddInput {
    /// The cart.
    pub cart_id: ID,
    /// Lines to add.
    pub lines: Vec<CartLineInput>,
}

/// Input of cartLinesUpdate.
#[derive(Clone, Debug, InputObject)]
pub(super) struct CartLinesUpdateInput {
    /// The cart.
    pub cart_id: ID,
    /// Lines to change.
    pub lines: Vec<CartLineUpdateInput>,
}

/// Input of cartLinesRemove.
#[derive(Clone, Debug, InputObject)]
pub(super) struct CartLinesRemoveInput {
    /// The cart.
    pub cart_id: ID,
    /// Lines to remove.
    pub line_ids: Vec<ID>,
}

/// Input of cartCouponApply.
#[derive(Clone, Debug, InputObject)]
pub(super) struct CartCouponApplyInput {
    /// The cart.
    pub cart_id: ID,
    /// Code in any case.
    pub coupon_code: String,
}

/// Input of cartCouponRemove.
#[derive(Clone, Debug, InputObject)]
pub(super) struct CartCouponRemoveInput {
    /// The cart.
    pub cart_id: ID,
    /// Code to take off.
    pub coupon_code: String,
}

/// Input of cartGiftCardApply.
#[derive(Clone, Debug, InputObject)]
pub(super) struct CartGiftCardApplyInput {
    /// The cart.
    pub cart_id: ID,
    /// Code of the card, in any case, with or without dashes.
    pub code: String,
}

/// Input of cartGiftCardRemove.
#[derive(Clone, Debug, InputObject)]
pub(super) struct CartGiftCardRemoveInput {
    /// The cart.
    pub cart_id: ID,
    /// Card to take off, one of the cart's `tenders`.
    pub gift_card_id: ID,
}

impl CartGiftCardRemoveInput {
    /// Reads the card's id.
    pub(super) fn card(&self) -> Result<GiftCardId, Error> {
        id_in(&self.gift_card_id, &["giftCardId"])
    }
}

/// Input of cartStoreCreditUse.
#[derive(Clone, Debug, InputObject)]
pub(super) struct CartStoreCreditUseInput {
    /// The cart.
    pub cart_id: ID,
    /// At most so much; none if null.
    pub amount: Option<MoneyInput>,
}

impl CartStoreCreditUseInput {
    /// Reads the amount.
    pub(super) fn at_most(&self) -> Result<Option<domain::Money>, Error> {
        let read = |amount: MoneyInput| {
            amount.try_into().map_err(|error: domain::MoneyError| {
                Error::invalid(&["amount", "amount"], error.to_string())
            })
        };
        self.amount.clone().map(read).transpose()
    }
}

/// Input of cartMerge.
#[derive(Clone, Debug, InputObject)]
pub(super) struct CartMergeInput {
    /// The guest's cart.
    pub cart_id: ID,
    /// The member's cart; the active one if left out.
    pub into_cart_id: Option<ID>,
}

/// Reads lines to add.
pub(in crate::graphql) fn wishes(lines: &[CartLineInput]) -> Result<Vec<LineWish>, Error> {
    let read = |(index, line): (usize, &CartLineInput)| {
        let field = &["lines", &index.to_string(), "variantId"];
        Ok(LineWish {
            variant_id: id_in::<ProductVariantId>(&line.variant_id, field)?,
            quantity: line.quantity,
        })
    };
    lines.iter().enumerate().map(read).collect()
}

/// Reads lines to change.
pub(super) fn changes(lines: &[CartLineUpdateInput]) -> Result<Vec<LineChange>, Error> {
    let read = |(index, line): (usize, &CartLineUpdateInput)| {
        let field = &["lines", &index.to_string(), "lineId"];
        Ok(LineChange {
            line_id: id_in::<CartLineId>(&line.line_id, field)?,
            quantity: line.quantity,
        })
    };
    lines.iter().enumerate().map(read).collect()
}

/// Reads lines to remove.
pub(super) fn line_ids(ids: &[ID]) -> Result<Vec<CartLineId>, Error> {
    let read =
        |(index, id): (usize, &ID)| id_in::<CartLineId>(id, &["lineIds", &index.to_string()]);
    ids.iter().enumerate().map(read).collect()
}
