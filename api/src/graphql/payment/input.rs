use async_graphql::{ID, InputObject};
use domain::id::{
    OrderId, PaymentId, PaymentMethodId, RefundId, RefundRequestId, TypedId, UnmatchedPaymentId,
};
use domain::order::refund::RefundWish;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::graphql::input::id_in;
use crate::graphql::money::MoneyInput;
use crate::graphql::order::{Decision, OrderLineQuantityInput, units};
use crate::graphql::scalar::Url;
use crate::graphql::shop::PaymentProvider;
use crate::service::payment::{
    CapturePayment, CloseUnmatched, CreateRefund, ImportSettlement, MatchPayment, RespondToRefund,
    SettleRefund, StartPayment, VoidPayment,
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
    /// With WeChat Pay inside WeChat, on a page or in a mini-program: the buyer's OpenID with your app. `session.parameters` is then
    /// what `wx.requestPayment` takes; without it there is a code to scan.
    pub wechat_open_id: Option<String>,
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
            wechat_open_id: input.wechat_open_id,
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

/// Input of refundApprovalRespond.
#[derive(Clone, Debug, InputObject)]
pub struct RefundApprovalRespondInput {
    /// What waits.
    pub refund_request_id: ID,
    /// Yes or no.
    pub decision: Decision,
    /// Why; needed to decline.
    pub reason: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<RefundApprovalRespondInput> for RespondToRefund {
    type Error = Error;

    fn try_from(input: RefundApprovalRespondInput) -> Result<Self> {
        let id = id_in::<RefundRequestId>(&input.refund_request_id, &["refundRequestId"])?;
        Ok(Self {
            refund_request_id: id.uuid(),
            decision: input.decision.into(),
            reason: input.reason,
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of unmatchedPaymentMatch.
#[derive(Clone, Debug, InputObject)]
pub struct UnmatchedPaymentMatchInput {
    /// The money.
    pub unmatched_payment_id: ID,
    /// The order it belongs to.
    pub order_id: ID,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<UnmatchedPaymentMatchInput> for MatchPayment {
    type Error = Error;

    fn try_from(input: UnmatchedPaymentMatchInput) -> Result<Self> {
        Ok(Self {
            unmatched_payment_id: unmatched(&input.unmatched_payment_id)?,
            order_id: id_in::<OrderId>(&input.order_id, &["orderId"])?.uuid(),
            idempotency_key: input.idempotency_key,
        })
    }
}

fn unmatched(id: &ID) -> Result<Uuid> {
    Ok(id_in::<UnmatchedPaymentId>(id, &["unmatchedPaymentId"])?.uuid())
}

/// Input of unmatchedPaymentClose.
#[derive(Clone, Debug, InputObject)]
pub struct UnmatchedPaymentCloseInput {
    /// The money.
    pub unmatched_payment_id: ID,
    /// Why it belongs to no order, and what became of it.
    pub reason: String,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<UnmatchedPaymentCloseInput> for CloseUnmatched {
    type Error = Error;

    fn try_from(input: UnmatchedPaymentCloseInput) -> Result<Self> {
        Ok(Self {
            unmatched_payment_id: unmatched(&input.unmatched_payment_id)?,
            reason: input.reason,
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of settlementImport.
#[derive(Clone, Debug, InputObject)]
pub struct SettlementImportInput {
    /// Whose list it is.
    pub provider: PaymentProvider,
    /// The list as a table (RFC 4180), up to 5000 lines, with the columns reference (the payment's key at the provider),
    /// kind (CHARGE, REFUND or CHARGEBACK), amount, currency, fee and settled_at (a day, or an instant as in RFC 3339).
    pub csv: String,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<SettlementImportInput> for ImportSettlement {
    type Error = Error;

    fn try_from(input: SettlementImportInput) -> Result<Self> {
        Ok(Self {
            provider: input.provider.into(),
            csv: input.csv,
            idempotency_key: input.idempotency_key,
        })
    }
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
