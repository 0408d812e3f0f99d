//! A document is written down. Its number is taken in the transaction that writes it, so that no series has a gap.

use chrono::Datelike as _;
use domain::Money;
use domain::invoice::{InvoiceKind, InvoiceSum, InvoiceTitle, Item, Subject, document_number};
use domain::percent::Percent;
use domain::time_zone::TimeZone;
use entity::column::{Json, Text};
use entity::invoice::{ActiveModel, Column, Entity, Model};
use entity::order::Model as Order;
use entity::{invoice_line, invoice_series};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction,
    EntityTrait, ExprTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use super::error::InvoiceError;
use super::issuer;
use crate::error::{Error, Result};
use crate::service::order::history::{self, ActorRef, Happening};
use crate::state::AppState;

/// A document to be written.
pub(super) struct Document<'a> {
    /// Its id.
    pub(super) id: Uuid,
    /// Who is billed.
    pub(super) title: &'a InvoiceTitle,
    /// The invoice it corrects.
    pub(super) corrects_id: Option<Uuid>,
    /// Why it does.
    pub(super) reason: Option<&'a str>,
    /// Its lines.
    pub(super) items: &'a [Item],
}

/// Writes a document about a locked order.
///
/// # Errors
/// [`InvoiceError::NoIssuer`]; when a row cannot be written.
pub(super) async fn write(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &Order,
    document: Document<'_>,
    actor: ActorRef,
) -> Result<Model, InvoiceError> {
    let issuer = issuer::of_channel(transaction, order.channel_id).await?;
    let issuer = issuer.ok_or(InvoiceError::NoIssuer)?;
    let channel = app.channels.find_by_id(order.channel_id)?;
    let zone = TimeZone::parse(&channel.timezone).map_err(Error::internal)?;
    let now = app.clock.now();
    let issued_on = zone.day(now);
    let sum = InvoiceSum::of(Money::zero(order.currency.0), document.items)?;
    let prefix = match sum.kind() {
        InvoiceKind::Invoice => issuer.invoice_prefix,
        InvoiceKind::CreditNote => issuer.credit_note_prefix,
    };
    let year = issued_on.year();
    let sequence = next_number(transaction, order.channel_id, &prefix, year).await?;
    let row = ActiveModel {
        id: Set(document.id),
        channel_id: Set(order.channel_id),
        order_id: Set(order.id),
        corrects_id: Set(document.corrects_id),
        kind: Set(Text(sum.kind())),
        number: Set(document_number(&prefix, year, sequence)),
        prefix: Set(prefix),
        year: Set(year),
        sequence: Set(sequence),
        title: Set(Json(document.title.clone())),
        issuer: Set(issuer.party),
        footer: Set(issuer.footer),
        locale: Set(order.locale.clone()),
        currency: Set(order.currency),
        reason: Set(document.reason.map(str::to_owned)),
        net_minor: Set(sum.net.minor),
        tax_minor: Set(sum.tax.minor),
        total_minor: Set(sum.total.minor),
        issued_on: Set(issued_on),
        issued_at: Set(now),
        closed_at: Set(None),
    };
    let invoice = row.insert(transaction).await?;
    write_lines(transaction, invoice.id, document.items).await?;
    let happened = [Happening::InvoiceIssued(&invoice.number)];
    history::record(transaction, &app.clock, order, actor, &happened).await?;
    Ok(invoice)
}

/// Moves a series on. Its row stays locked until the transaction ends: whoever is next waits, and takes the same number if
/// this one is rolled back.
async fn next_number(
    transaction: &DatabaseTransaction,
    channel_id: Uuid,
    prefix: &str,
    year: i32,
) -> Result<i64> {
    use invoice_series::{ActiveModel, Column, Entity};
    let first = ActiveModel {
        channel_id: Set(channel_id),
        prefix: Set(prefix.to_owned()),
        year: Set(year),
        last_number: Set(1),
    };
    let next = OnConflict::columns([Column::ChannelId, Column::Prefix, Column::Year])
        .value(
            Column::LastNumber,
            Expr::col((Entity, Column::LastNumber)).add(1),
        )
        .to_owned();
    let series = Entity::insert(first)
        .on_conflict(next)
        .exec_with_returning(transaction)
        .await?;
    Ok(series.last_number)
}

async fn write_lines(
    transaction: &DatabaseTransaction,
    invoice_id: Uuid,
    items: &[Item],
) -> Result<()> {
    let lines = items.iter().zip(1_i32..).map(|(item, position)| {
        Ok(invoice_line::ActiveModel {
            invoice_id: Set(invoice_id),
            position: Set(position),
            subject_kind: Set(Text(item.subject.kind)),
            subject_id: Set(item.subject.id),
            description: Set(item.description.clone()),
            sku: Set(item.sku.clone()),
            units: Set(item.units),
            tax_rate_ppm: Set(i32::try_from(item.rate.ppm()).map_err(Error::internal)?),
            tax_minor: Set(item.tax.minor),
            total_minor: Set(item.total.minor),
        })
    });
    let lines = lines.collect::<Result<Vec<_>>>()?;
    invoice_line::Entity::insert_many(lines)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// The invoice of an order that its corrections refer to, unless it was cancelled.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn open_of<C: ConnectionTrait>(
    connection: &C,
    order_id: Uuid,
) -> Result<Option<Model>> {
    Ok(Entity::find()
        .filter(Column::OrderId.eq(order_id))
        .filter(Column::CorrectsId.is_null())
        .filter(Column::ClosedAt.is_null())
        .one(connection)
        .await?)
}

/// The lines of an invoice and of everything that corrects it.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn billed<C: ConnectionTrait>(
    connection: &C,
    invoice: &Model,
) -> Result<Vec<Item>> {
    let corrections = Entity::find()
        .filter(Column::CorrectsId.eq(invoice.id))
        .all(connection)
        .await?;
    let mut ids = vec![invoice.id];
    ids.extend(corrections.iter().map(|correction| correction.id));
    let lines = invoice_line::Entity::find()
        .filter(invoice_line::Column::InvoiceId.is_in(ids))
        .order_by_asc(invoice_line::Column::InvoiceId)
        .order_by_asc(invoice_line::Column::Position)
        .all(connection)
        .await?;
    lines.iter().map(|line| item(invoice, line)).collect()
}

/// A line as a value.
///
/// # Errors
/// [`Error::Internal`] for a rate out of range.
pub(super) fn item(invoice: &Model, line: &invoice_line::Model) -> Result<Item> {
    let money = |minor| Money::new(minor, invoice.currency.0);
    let ppm = u32::try_from(line.tax_rate_ppm).map_err(Error::internal)?;
    Ok(Item {
        subject: Subject {
            kind: line.subject_kind.0,
            id: line.subject_id,
        },
        description: line.description.clone(),
        sku: line.sku.clone(),
        units: line.units,
        rate: Percent::from_ppm(ppm).map_err(Error::internal)?,
        tax: money(line.tax_minor),
        total: money(line.total_minor),
    })
}
