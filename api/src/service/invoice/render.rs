//! Documents as pages to read and files to keep, at signed addresses.

use chrono::{DateTime, TimeDelta, Utc};
use domain::Money;
use domain::id::{InvoiceId, TypedId as _};
use domain::invoice::{InvoiceKind, InvoiceSum, Item, Party};
use domain::locale::Locale;
use entity::invoice::{Entity, Model};
use entity::order;
use sea_orm::EntityTrait;
use url::Url;

use super::error::InvoiceError;
use super::query::items_of;
use crate::auth::link;
use crate::error::{Error, Result};
use crate::sheet::Sheet;
use crate::state::AppState;

/// How long an address of a document opens it.
const OPEN_FOR: TimeDelta = TimeDelta::hours(24);

/// What a document is fetched as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A page to look at.
    Html,
    /// A file to keep.
    Pdf,
}

impl Format {
    /// The end of its files' names.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Pdf => "pdf",
        }
    }
}

/// A document that was fetched.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// Name to save it under.
    pub name: String,
    /// The file.
    pub content: Vec<u8>,
}

/// The address of a document as a page or a file. Whoever holds it can open it for a day.
///
/// # Errors
/// [`Error::Internal`] when the shop's public address is none.
pub fn address(app: &AppState, invoice: &Model, format: Format) -> Result<Url> {
    let until = app.clock.now() + OPEN_FOR;
    let signature = link::sign(app.config.jwt_secret.expose(), invoice.id, until);
    let path = format!(
        "/invoices/{}.{}?until={}&signature={signature}",
        InvoiceId(invoice.id),
        format.extension(),
        until.timestamp()
    );
    Url::parse(&app.config.public_address(&path)).map_err(Error::internal)
}

/// Opens the document behind an address made by [`address`]; none for any other, or too late.
///
/// # Errors
/// When the database does not answer, or the file cannot be made.
pub async fn open(
    app: &AppState,
    (id, format): (InvoiceId, Format),
    until: DateTime<Utc>,
    signature: &str,
) -> Result<Option<Rendered>, InvoiceError> {
    let secret = app.config.jwt_secret.expose();
    if !link::fits(secret, id.uuid(), until, signature) || until <= app.clock.now() {
        return Ok(None);
    }
    let connection = app.database.read();
    let Some(invoice) = Entity::find_by_id(id.uuid()).one(connection).await? else {
        return Ok(None);
    };
    let order = order::Entity::find_by_id(invoice.order_id)
        .one(connection)
        .await?
        .ok_or_else(|| Error::internal("an invoice without its order"))?;
    let corrected = match invoice.corrects_id {
        Some(id) => Entity::find_by_id(id).one(connection).await?,
        None => None,
    };
    let items = items_of(app, &[invoice.id]).await?;
    let items = items.get(&invoice.id).map_or(&[][..], Vec::as_slice);
    let corrects = corrected.map(|corrected| corrected.number);
    let sheet = sheet(&invoice, &order.number, corrects, items)?;
    let name = format!("{}.{}", invoice.number, format.extension());
    let content = match format {
        Format::Html => sheet.to_html().into_bytes(),
        // Setting type takes a while; others' requests go on meanwhile.
        Format::Pdf => tokio::task::spawn_blocking(move || sheet.to_pdf())
            .await
            .map_err(Error::internal)??,
    };
    Ok(Some(Rendered { name, content }))
}

fn sheet(
    invoice: &Model,
    order_number: &str,
    corrects: Option<String>,
    items: &[Item],
) -> Result<Sheet, InvoiceError> {
    let locale = Locale::parse(&invoice.locale).unwrap_or_else(|_unreadable| Locale::english());
    let say = |english: &str, chinese: &str| {
        let text = if locale.is_chinese() {
            chinese
        } else {
            english
        };
        text.to_owned()
    };
    let heading = match (invoice.kind.0, invoice.corrects_id) {
        (InvoiceKind::Invoice, None) => say("Invoice", "发票"),
        (InvoiceKind::Invoice, Some(_)) => say("Supplementary invoice", "补开发票"),
        (InvoiceKind::CreditNote, _) => say("Credit note", "红字发票"),
    };
    let mut facts = vec![
        (say("Date", "开具日期"), invoice.issued_on.to_string()),
        (say("Order", "订单号"), order_number.to_owned()),
        (
            say("Currency", "币种"),
            invoice.currency.0.code().to_owned(),
        ),
    ];
    if let Some(corrects) = corrects {
        facts.push((say("Corrects", "对应发票"), corrects));
    }
    if let Some(reason) = &invoice.reason {
        facts.push((say("Reason", "原因"), reason.clone()));
    }
    let rows = items.iter().map(|item| {
        let text = match &item.sku {
            Some(sku) => format!("{} ({sku})", item.description),
            None => item.description.clone(),
        };
        let units = if item.units == 0 {
            String::new()
        } else {
            item.units.to_string()
        };
        Ok([
            text,
            units,
            item.net()?.amount_text(),
            item.rate.to_string(),
            item.tax.amount_text(),
            item.total.amount_text(),
        ])
    });
    let sum = InvoiceSum::of(Money::zero(invoice.currency.0), items)?;
    let mut sums = vec![(say("Net", "不含税金额"), sum.net.amount_text())];
    for (rate, net, tax) in &sum.rates {
        let label = format!("{} {rate} % ({})", say("Tax", "税额"), net.amount_text());
        sums.push((label, tax.amount_text()));
    }
    let code = invoice.currency.0.code();
    let total = format!("{code} {}", sum.total.amount_text());
    sums.push((say("Total", "价税合计"), total));
    Ok(Sheet {
        language: locale.to_string(),
        heading: format!("{heading} {}", invoice.number),
        facts,
        parties: vec![
            (say("Seller", "销售方"), lines(&invoice.issuer, &say)),
            (say("Buyer", "购买方"), lines(&invoice.title.party, &say)),
        ],
        columns: [
            say("Item", "项目"),
            say("Units", "数量"),
            say("Net", "金额"),
            say("Tax %", "税率 %"),
            say("Tax", "税额"),
            say("Total", "价税合计"),
        ],
        rows: rows.collect::<Result<_, InvoiceError>>()?,
        sums,
        footer: invoice.footer.clone(),
    })
}

fn lines(party: &Party, say: &impl Fn(&str, &str) -> String) -> Vec<String> {
    let labelled = |label: String, value: &Option<String>| {
        let value = value.as_ref()?;
        Some(format!("{label} {value}"))
    };
    let bank = [party.bank_name.as_deref(), party.bank_account.as_deref()];
    let bank: Vec<&str> = bank.into_iter().flatten().collect();
    let bank = (!bank.is_empty()).then(|| bank.join(" "));
    [
        Some(party.name.clone()),
        labelled(say("Tax no.", "纳税人识别号"), &party.tax_id),
        party.address.clone(),
        labelled(say("Phone", "电话"), &party.phone),
        labelled(say("Bank", "开户行及账号"), &bank),
    ]
    .into_iter()
    .flatten()
    .collect()
}
