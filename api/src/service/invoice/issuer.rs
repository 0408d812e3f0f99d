//! Who issues the invoices of a channel.

use domain::invoice::{Party, TitleDraft, series_prefix};
use domain::permission::Permission;
use entity::column::Json;
use entity::invoice_issuer::{ActiveModel, Column, Entity, Model};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use uuid::Uuid;

use super::error::InvoiceError;
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::state::AppState;

/// Longest words at the end of a document, in characters.
const MAX_FOOTER: usize = 1000;

/// Who is to issue the channel's invoices.
#[derive(Clone, Debug)]
pub struct SetIssuer {
    /// The seller.
    pub party: TitleDraft,
    /// What numbers of invoices begin with.
    pub invoice_prefix: String,
    /// What numbers of credit notes begin with.
    pub credit_note_prefix: String,
    /// Words at the end of every document.
    pub footer: Option<String>,
}

/// Tells who issues the invoices of the viewer's channel.
///
/// # Errors
/// Without permission `SHOP_READ`.
pub async fn issuer(app: &AppState, viewer: &Viewer) -> Result<Option<Model>> {
    viewer.require(Permission::ShopRead)?;
    of_channel(app.database.read(), viewer.channel.id).await
}

/// Who issues the invoices of a channel.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn of_channel<C: ConnectionTrait>(
    connection: &C,
    channel_id: Uuid,
) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(channel_id).one(connection).await?)
}

/// Sets who issues the invoices of the viewer's channel from now on. What was issued stays as it is; a new prefix begins a
/// series of its own.
///
/// # Errors
/// [`InvoiceError::Title`]; [`Error::Invalid`] for a bad prefix, one for both kinds, or a long footer.
pub async fn set_issuer(
    app: &AppState,
    viewer: &Viewer,
    command: SetIssuer,
) -> Result<Model, InvoiceError> {
    viewer.require(Permission::ShopWrite)?;
    let prefix = |text: &str, field| {
        series_prefix(text).map_err(|error| Error::invalid(&[field], error.to_string()))
    };
    let party = Party::try_new(command.party)?;
    let invoice_prefix = prefix(&command.invoice_prefix, "invoicePrefix")?;
    let credit_note_prefix = prefix(&command.credit_note_prefix, "creditNotePrefix")?;
    if invoice_prefix == credit_note_prefix {
        let message = "invoices and credit notes are numbered apart";
        return Err(Error::invalid(&["creditNotePrefix"], message).into());
    }
    let row = ActiveModel {
        channel_id: Set(viewer.channel.id),
        party: Set(Json(party)),
        invoice_prefix: Set(invoice_prefix),
        credit_note_prefix: Set(credit_note_prefix),
        footer: Set(footer(command.footer)?),
        updated_at: Set(app.clock.now()),
    };
    let over = OnConflict::column(Column::ChannelId)
        .update_columns([
            Column::Party,
            Column::InvoicePrefix,
            Column::CreditNotePrefix,
            Column::Footer,
            Column::UpdatedAt,
        ])
        .to_owned();
    let transaction = app.database.begin().await?;
    let insert = Entity::insert(row).on_conflict(over);
    let issuer = insert.exec_with_returning(&transaction).await?;
    transaction.commit().await?;
    Ok(issuer)
}

fn footer(text: Option<String>) -> Result<Option<String>> {
    let text = text.map(|text| text.trim().to_owned());
    let text = text.filter(|text| !text.is_empty());
    if text
        .as_ref()
        .is_some_and(|text| text.chars().count() > MAX_FOOTER)
    {
        let message = format!("at most {MAX_FOOTER} characters");
        return Err(Error::invalid(&["footer"], message));
    }
    Ok(text)
}
