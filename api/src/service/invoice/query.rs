//! Reading invoices and credit notes.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::id::{InvoiceId, TypedId as _};
use domain::invoice::{InvoiceKind, Item};
use domain::permission::Permission;
use entity::column::Text;
use entity::invoice::{Column, Entity, Model};
use entity::invoice_line;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::write;
use crate::auth::Viewer;
use crate::error::Result;
use crate::service::page::{Page, PageRequest};
use crate::state::AppState;

/// Narrows a list of documents; all given parts must hold.
#[derive(Clone, Debug, Default)]
pub struct InvoiceFilter {
    /// With this number.
    pub number: Option<String>,
    /// Of this kind.
    pub kind: Option<InvoiceKind>,
    /// Issued at or after this.
    pub issued_from: Option<DateTime<Utc>>,
    /// Issued before this.
    pub issued_until: Option<DateTime<Utc>>,
}

/// Documents of the viewer's channel, newest first.
///
/// # Errors
/// Without permission `ORDER_READ`; [`crate::error::Error::Invalid`] for a broken cursor.
pub async fn list(
    app: &AppState,
    viewer: &Viewer,
    filter: InvoiceFilter,
    page: &PageRequest,
) -> Result<Page<Model>> {
    viewer.require(Permission::OrderRead)?;
    let mut query = Entity::find().filter(Column::ChannelId.eq(viewer.channel.id));
    if let Some(number) = filter.number {
        query = query.filter(Column::Number.eq(number.trim()));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(Column::Kind.eq(Text(kind)));
    }
    if let Some(from) = filter.issued_from {
        query = query.filter(Column::IssuedAt.gte(from));
    }
    if let Some(until) = filter.issued_until {
        query = query.filter(Column::IssuedAt.lt(until));
    }
    page.newest_first(app.database.read(), query, Column::Id, |row| row.id)
        .await
}

/// One document, for staff with permission `ORDER_READ`; buyers have theirs through their orders.
///
/// # Errors
/// When the database does not answer.
pub async fn find(app: &AppState, viewer: &Viewer, id: InvoiceId) -> Result<Option<Model>> {
    if !viewer.may(Permission::OrderRead) {
        return Ok(None);
    }
    Ok(Entity::find_by_id(id.uuid())
        .one(app.database.read())
        .await?)
}

/// The documents of orders, oldest first.
///
/// # Errors
/// When the database does not answer.
pub async fn of_orders(app: &AppState, order_ids: &[Uuid]) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::OrderId.is_in(order_ids.iter().copied()))
        .order_by_asc(Column::Id)
        .all(app.database.read())
        .await?)
}

/// Documents by their ids.
///
/// # Errors
/// When the database does not answer.
pub async fn by_ids(app: &AppState, ids: &[Uuid]) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .all(app.database.read())
        .await?)
}

/// The lines of each document, in their order.
///
/// # Errors
/// When the database does not answer.
pub async fn items_of(app: &AppState, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<Item>>> {
    let invoices = by_ids(app, ids).await?;
    let lines = invoice_line::Entity::find()
        .filter(invoice_line::Column::InvoiceId.is_in(ids.iter().copied()))
        .order_by_asc(invoice_line::Column::InvoiceId)
        .order_by_asc(invoice_line::Column::Position)
        .all(app.database.read())
        .await?;
    let mut items: HashMap<Uuid, Vec<Item>> = HashMap::new();
    for line in lines {
        if let Some(invoice) = invoices.iter().find(|row| row.id == line.invoice_id) {
            let item = write::item(invoice, &line)?;
            items.entry(line.invoice_id).or_default().push(item);
        }
    }
    Ok(items)
}
