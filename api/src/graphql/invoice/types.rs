use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use domain::id::{InvoiceId, OrderLineId};
use domain::invoice::{InvoiceSum, Item, Party, SubjectKind};
use entity::invoice::Model;
use entity::invoice_issuer;
use uuid::Uuid;

use super::loader::{InvoiceById, InvoicesOf, ItemsOf};
use crate::error::Error;
use crate::graphql::connection::connection;
use crate::graphql::context::Reach;
use crate::graphql::error::{top_level, top_level_shared};
use crate::graphql::limits::meter::Metered;
use crate::graphql::money::Money;
use crate::graphql::order::Order;
use crate::graphql::scalar::{Date, DateTime, Decimal, Url};
use crate::service::invoice::{self, Format};

/// What a document does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::invoice::InvoiceKind")]
pub enum InvoiceKind {
    /// Bills something.
    Invoice,
    /// Takes back something billed; its amounts are negative.
    CreditNote,
}

/// Whom a title names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::invoice::TitleKind")]
pub enum InvoiceTitleKind {
    /// A person.
    Personal,
    /// A company; its tax number is needed.
    Company,
}

/// What a line of an invoice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::invoice::SubjectKind")]
pub enum InvoiceLineKind {
    /// Units of an order line.
    Goods,
    /// Shipping.
    Shipping,
    /// A surcharge.
    Surcharge,
    /// Money given back beyond what goods cost; it lowers the price of the whole.
    Goodwill,
}

/// One side of an invoice, as it was when issued.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct InvoiceTitle {
    /// Name as registered.
    name: String,
    /// Tax number.
    tax_id: Option<String>,
    /// Address as registered.
    address: Option<String>,
    /// Phone.
    phone: Option<String>,
    /// Name of the bank.
    bank_name: Option<String>,
    /// Number of the account there.
    bank_account: Option<String>,
}

impl From<Party> for InvoiceTitle {
    fn from(party: Party) -> Self {
        Self {
            name: party.name,
            tax_id: party.tax_id,
            address: party.address,
            phone: party.phone,
            bank_name: party.bank_name,
            bank_account: party.bank_account,
        }
    }
}

/// Who issues the shop's invoices.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct InvoiceIssuer {
    /// The seller.
    title: InvoiceTitle,
    /// What numbers of invoices begin with.
    invoice_prefix: String,
    /// What numbers of credit notes begin with.
    credit_note_prefix: String,
    /// Words at the end of every document.
    footer: Option<String>,
    /// When it last changed.
    updated_at: DateTime,
}

impl From<invoice_issuer::Model> for InvoiceIssuer {
    fn from(row: invoice_issuer::Model) -> Self {
        Self {
            title: row.party.0.into(),
            invoice_prefix: row.invoice_prefix,
            credit_note_prefix: row.credit_note_prefix,
            footer: row.footer,
            updated_at: DateTime(row.updated_at),
        }
    }
}

/// One line of an invoice; credited amounts and units are negative.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct InvoiceLine {
    /// What it is about.
    kind: InvoiceLineKind,
    /// The order line, for goods.
    order_line_id: Option<ID>,
    /// Text to show.
    description: String,
    /// SKU of goods.
    sku: Option<String>,
    /// Units; 0 for what has none.
    quantity: i32,
    /// Rate of the tax, in percent.
    tax_rate: Decimal,
    /// Without tax, with every discount.
    net: Money,
    /// Tax.
    tax: Money,
    /// With tax.
    total: Money,
}

impl InvoiceLine {
    fn try_new(item: &Item) -> std::result::Result<Self, Error> {
        let order_line_id = match item.subject.kind {
            SubjectKind::Goods => item.subject.id,
            SubjectKind::Shipping | SubjectKind::Surcharge | SubjectKind::Goodwill => None,
        };
        Ok(Self {
            kind: item.subject.kind.into(),
            order_line_id: order_line_id.map(|id| OrderLineId(id).to_string().into()),
            description: item.description.clone(),
            sku: item.sku.clone(),
            quantity: i32::try_from(item.units).map_err(Error::internal)?,
            tax_rate: Decimal::percent(item.rate),
            net: item.net().map_err(Error::internal)?.into(),
            tax: item.tax.into(),
            total: item.total.into(),
        })
    }
}

/// The part of an invoice that is taxed at one rate.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct InvoiceTax {
    /// The rate, in percent.
    rate: Decimal,
    /// Without tax.
    net: Money,
    /// Tax.
    tax: Money,
}

/// An invoice or a credit note, as it was issued. The documents of an order add up to what the order comes to.
#[derive(Clone, Debug)]
pub struct Invoice(pub Model);

connection!(InvoiceConnection, InvoiceEdge, Invoice, "The document.");

impl Invoice {
    async fn items(&self, ctx: &Context<'_>) -> Result<Arc<Vec<Item>>> {
        let items = ctx
            .loaders()?
            .load_one(ItemsOf(self.0.id))
            .await
            .map_err(|error| top_level_shared(&error))?;
        Ok(items.unwrap_or_default())
    }

    fn money(&self, minor: i64) -> Money {
        domain::Money::new(minor, self.0.currency.0).into()
    }

    fn address(&self, ctx: &Context<'_>, format: Format) -> Result<Url> {
        invoice::address(ctx.app()?, &self.0, format)
            .map(Url)
            .map_err(|error| top_level(&error))
    }
}

/// An invoice or a credit note, as it was issued. The documents of an order add up to what the order comes to.
#[Object]
impl Invoice {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        InvoiceId(self.0.id).to_string().into()
    }

    /// Number to show; numbers of a series have no gaps.
    fn number(&self) -> &str {
        &self.0.number
    }

    /// What it does.
    fn kind(&self) -> InvoiceKind {
        self.0.kind.0.into()
    }

    /// The order.
    async fn order(&self, ctx: &Context<'_>) -> Result<Option<Order>> {
        Order::find(ctx, self.0.order_id).await
    }

    /// The invoice it corrects; null for what bills a whole order.
    async fn corrects(&self, ctx: &Context<'_>) -> Result<Option<Invoice>> {
        let Some(id) = self.0.corrects_id else {
            return Ok(None);
        };
        let row = ctx.loaders()?.load_one(InvoiceById(id)).await;
        Ok(row.map_err(|error| top_level_shared(&error))?.map(Invoice))
    }

    /// Why it corrects another.
    fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// Whom the buyer's title names.
    fn title_kind(&self) -> InvoiceTitleKind {
        self.0.title.0.kind.into()
    }

    /// Who is billed.
    fn title(&self) -> InvoiceTitle {
        self.0.title.0.party.clone().into()
    }

    /// Who bills.
    fn issuer(&self) -> InvoiceTitle {
        self.0.issuer.0.clone().into()
    }

    /// What is billed.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<InvoiceLine>> {
        let items = self.items(ctx).await?;
        ctx.meter(items.len())?;
        let lines = items.iter().map(InvoiceLine::try_new);
        lines
            .collect::<std::result::Result<_, _>>()
            .map_err(|error| top_level(&error))
    }

    /// By rate of tax, the highest first.
    async fn taxes(&self, ctx: &Context<'_>) -> Result<Vec<InvoiceTax>> {
        let items = self.items(ctx).await?;
        let zero = domain::Money::zero(self.0.currency.0);
        let sum = InvoiceSum::of(zero, &items);
        let sum = sum.map_err(|error| top_level(&Error::internal(error)))?;
        ctx.meter(sum.rates.len())?;
        let taxes = sum.rates.into_iter().map(|(rate, net, tax)| InvoiceTax {
            rate: Decimal::percent(rate),
            net: net.into(),
            tax: tax.into(),
        });
        Ok(taxes.collect())
    }

    /// Without tax.
    fn net_total(&self) -> Money {
        self.money(self.0.net_minor)
    }

    /// Tax.
    fn tax_total(&self) -> Money {
        self.money(self.0.tax_minor)
    }

    /// With tax.
    fn total(&self) -> Money {
        self.money(self.0.total_minor)
    }

    /// As a page. Whoever holds the address can open it for 24 hours.
    fn html_url(&self, ctx: &Context<'_>) -> Result<Url> {
        self.address(ctx, Format::Html)
    }

    /// As a PDF file. Whoever holds the address can open it for 24 hours.
    fn pdf_url(&self, ctx: &Context<'_>) -> Result<Url> {
        self.address(ctx, Format::Pdf)
    }

    /// Its date, where the shop is.
    fn issued_on(&self) -> Date {
        Date(self.0.issued_on)
    }

    /// When it was issued.
    fn issued_at(&self) -> DateTime {
        DateTime(self.0.issued_at)
    }

    /// When it was cancelled; from then on it does not follow the order.
    fn cancelled_at(&self) -> Option<DateTime> {
        self.0.closed_at.map(DateTime)
    }
}

/// The documents of an order the viewer may see, oldest first.
///
/// # Errors
/// When the database does not answer.
pub(in crate::graphql) async fn invoices_of(
    ctx: &Context<'_>,
    order_id: Uuid,
) -> Result<Vec<Invoice>> {
    let rows = ctx
        .loaders()?
        .load_one(InvoicesOf(order_id))
        .await
        .map_err(|error| top_level_shared(&error))?;
    let rows = rows.unwrap_or_default();
    ctx.meter(rows.len())?;
    Ok(rows.iter().cloned().map(Invoice).collect())
}
