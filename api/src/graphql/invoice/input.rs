use async_graphql::{ID, InputObject};
use domain::id::{InvoiceId, OrderId, TypedId as _};
use domain::invoice::TitleDraft;

use super::types::{InvoiceKind, InvoiceTitleKind};
use crate::error::{Error, Result};
use crate::graphql::input::id_in;
use crate::graphql::scalar::DateTime;
use crate::service::invoice::{CancelInvoice, InvoiceFilter, IssueInvoice, SetIssuer};

/// One side of an invoice: what Chinese invoices call a title.
#[derive(Clone, Debug, InputObject)]
pub(super) struct InvoiceTitleInput {
    /// Name as registered.
    pub name: String,
    /// Tax number; a buyer that is a company needs one. Of a Chinese unified social credit code the check character is checked.
    pub tax_id: Option<String>,
    /// Address as registered, in one line.
    pub address: Option<String>,
    /// Phone.
    pub phone: Option<String>,
    /// Name of the bank.
    pub bank_name: Option<String>,
    /// Number of the account there.
    pub bank_account: Option<String>,
}

impl From<InvoiceTitleInput> for TitleDraft {
    fn from(input: InvoiceTitleInput) -> Self {
        Self {
            name: input.name,
            tax_id: input.tax_id,
            address: input.address,
            phone: input.phone,
            bank_name: input.bank_name,
            bank_account: input.bank_account,
        }
    }
}

/// Input of invoiceIssuerSet.
#[derive(Clone, Debug, InputObject)]
pub(super) struct InvoiceIssuerSetInput {
    /// The seller.
    pub title: InvoiceTitleInput,
    /// What numbers of invoices begin with, such as `INV-`; a new one begins a series of its own.
    pub invoice_prefix: String,
    /// What numbers of credit notes begin with, such as `CN-`.
    pub credit_note_prefix: String,
    /// Words at the end of every document.
    pub footer: Option<String>,
}

impl From<InvoiceIssuerSetInput> for SetIssuer {
    fn from(input: InvoiceIssuerSetInput) -> Self {
        Self {
            party: input.title.into(),
            invoice_prefix: input.invoice_prefix,
            credit_note_prefix: input.credit_note_prefix,
            footer: input.footer,
        }
    }
}

/// Input of invoiceIssue.
#[derive(Clone, Debug, InputObject)]
pub(super) struct InvoiceIssueInput {
    /// The order.
    pub order_id: ID,
    /// A guest's key.
    pub order_token: Option<String>,
    /// Whom the title names.
    pub title_kind: InvoiceTitleKind,
    /// Who is billed.
    pub title: InvoiceTitleInput,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<InvoiceIssueInput> for IssueInvoice {
    type Error = Error;

    fn try_from(input: InvoiceIssueInput) -> Result<Self> {
        Ok(Self {
            order_id: id_in::<OrderId>(&input.order_id, &["orderId"])?.uuid(),
            title_kind: input.title_kind.into(),
            title: input.title.into(),
            order_token: input.order_token,
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of invoiceCancel.
#[derive(Clone, Debug, InputObject)]
pub(super) struct InvoiceCancelInput {
    /// The invoice.
    pub invoice_id: ID,
    /// Why; the credit note shows it.
    pub reason: String,
    /// Whom the title of a new invoice names; a person if left out.
    #[graphql(default_with = "InvoiceTitleKind::Personal")]
    pub title_kind: InvoiceTitleKind,
    /// Who is billed instead; the order is not billed anew if left out.
    pub title: Option<InvoiceTitleInput>,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<InvoiceCancelInput> for CancelInvoice {
    type Error = Error;

    fn try_from(input: InvoiceCancelInput) -> Result<Self> {
        Ok(Self {
            invoice_id: id_in::<InvoiceId>(&input.invoice_id, &["invoiceId"])?,
            reason: input.reason,
            new_title: input
                .title
                .map(|title| (input.title_kind.into(), title.into())),
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Narrows invoices and credit notes; all given parts must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(super) struct InvoiceListFilter {
    /// With this number.
    pub number: Option<String>,
    /// Of this kind.
    pub kind: Option<InvoiceKind>,
    /// Issued at or after this.
    pub issued_from: Option<DateTime>,
    /// Issued before this.
    pub issued_until: Option<DateTime>,
}

impl From<InvoiceListFilter> for InvoiceFilter {
    fn from(filter: InvoiceListFilter) -> Self {
        Self {
            number: filter.number,
            kind: filter.kind.map(Into::into),
            issued_from: filter.issued_from.map(|from| from.0),
            issued_until: filter.issued_until.map(|until| until.0),
        }
    }
}
