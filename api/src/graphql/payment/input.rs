use async_graphql::{ID, InputObject};
use domain::id::{OrderId, PaymentId, PaymentMethodId, RefundId, TypedId};
use domain::order::refund::RefundWish;

use crate::error::{Error, Result};
use crate::graphql::input::id_in;
use crate::graphql::money::MoneyInput;
use crate::graphql::order::{OrderLineQuantityInput, units};
use crate::graphql::scalar::Url;
use crate::service::payment::{
    CapturePayment, CreateRefund, SettleRefund, StartPayment, VoidPayment,
};

/// Input of paymentStart.
#[derive(Clone, Debug, InputObject)]
pub struct PaymentStartInput {
    /// The order.
    pub order_id: ID,
    /// One of `paymentMethods`.
    pub payment_method_id: ID,
    /// Where the provider sends the buyer back to.
    pub return_url: Url,
    /// A guest's key.
    pub order_token: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<PaymentStartInput> for StartPayment {
    type Error = Error;

    fn try_from(input: PaymentStartInput) -> Result<Self> {
        Ok(Self {
            order_id: id_in::<OrderId>(&input.order_id, &["orderId"])?.uuid(),
            payment_method_id: id_in::<PaymentMethodId>(
                &input.payment_method_id,
                &["paymentMethodId"],
            )?
            .uuid(),
            return_url: input.return_url.0,
            order_token: input.order_token,
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of paymentCapture.
#[derive(Clone, Debug, InputObject)]
pub struct PaymentCaptureInput {
    /// The payment.
    pub payment_id: ID,
    /// Part of it; all if left out.
    pub amount: Option<MoneyInput>,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<PaymentCaptureInput> for CapturePayment {
    type Error = Error;

    fn try_from(input: PaymentCaptureInput) -> Result<Self> {
        Ok(Self {
            payment_id: id_in::<PaymentId>(&input.payment_id, &["paymentId"])?.uuid(),
            amount: amount(input.amount, "amount")?,
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of paymentVoid.
#[derive(Clone, Debug, InputObject)]
pub struct PaymentVoidInput {
    /// The payment.
    pub payment_id: ID,
    /// Why.
    pub reason: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<PaymentVoidInput> for VoidPayment {
    type Error = Error;

    fn try_from(input: PaymentVoidInput) -> Result<Self> {
        Ok(Self {
            payment_id: id_in::<PaymentId>(&input.payment_id, &["paymentId"])?.uuid(),
            reason: input.reason,
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of refundCreate.
#[derive(Clone, Debug, InputObject)]
pub struct RefundCreateInput {
    /// The order.
    pub order_id: ID,
    /// Units to refund.
    pub lines: Option<Vec<OrderLineQuantityInput>>,
    /// Shipping to refund.
    pub shipping: Option<MoneyInput>,
    /// Goodwill on top.
    pub extra: Option<MoneyInput>,
    /// Whether the member gets store credit for the money, instead of the money itself; no if left out.
    pub to_store_credit: Option<bool>,
    /// Why; the buyer reads it.
    pub reason: String,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<RefundCreateInput> for CreateRefund {
    type Error = Error;

    fn try_from(input: RefundCreateInput) -> Result<Self> {
        Ok(Self {
            order_id: id_in::<OrderId>(&input.order_id, &["orderId"])?.uuid(),
            lines: units(input.lines.unwrap_or_default())?,
            shipping: amount(input.shipping, "shipping")?,
            extra: amount(input.extra, "extra")?,
            to_store_credit: input.to_store_credit.unwrap_or_default(),
            reason: input.reason,
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of refundPreview.
#[derive(Clone, Debug, InputObject)]
pub struct RefundPreviewInput {
    /// The order.
    pub order_id: ID,
    /// Units to refund.
    pub lines: Option<Vec<OrderLineQuantityInput>>,
    /// Shipping to refund.
    pub shipping: Option<MoneyInput>,
    /// Goodwill on top.
    pub extra: Option<MoneyInput>,
    /// Whether the member would get store credit for the money; no if left out.
    pub to_store_credit: Option<bool>,
}

impl TryFrom<RefundPreviewInput> for (OrderId, RefundWish, bool) {
    type Error = Error;

    fn try_from(input: RefundPreviewInput) -> Result<Self> {
        let wish = RefundWish {
            lines: units(input.lines.unwrap_or_default())?,
            shipping: amount(input.shipping, "shipping")?,
            extra: amount(input.extra, "extra")?,
        };
        let to_store_credit = input.to_store_credit.unwrap_or_default();
        Ok((id_in(&input.order_id, &["orderId"])?, wish, to_store_credit))
    }
}

fn amount(input: Option<MoneyInput>, field: &str) -> Result<Option<domain::Money>> {
    let read = |amount: MoneyInput| {
        amount.try_into().map_err(|error: domain::MoneyError| {
            Error::invalid(&[field, "amount"], error.to_string())
        })
    };
    input.map(read).transpose()
}

/// Input of refundSettle.
#[derive(Clone, Debug, InputObject)]
pub struct RefundSettleInput {
    /// The refund.
    pub refund_id: ID,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<RefundSettleInput> for SettleRefund {
    type Error = Error;

    fn try_from(input: RefundSettleInput) -> Result<Self> {
        Ok(Self {
            refund_id: id_in::<RefundId>(&input.refund_id, &["refundId"])?.uuid(),
            idempotency_key: input.idempotency_key,
        })
    }
}
