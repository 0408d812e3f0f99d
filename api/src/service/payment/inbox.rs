//! Messages of providers as staff see them: which could not be read, and reading one once more.

use domain::id::{PaymentMessageId, TypedId};
use domain::order::PaymentProvider;
use domain::permission::Permission;
use domain::text_enum::TextEnum;
use entity::webhook_inbox::{Column, Entity, Model};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect, QueryTrait,
};

use super::error::PaymentError;
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::job::{self, Job};
use crate::service::page::{Page, PageRequest};
use crate::state::AppState;

/// Narrows messages.
#[derive(Clone, Copy, Debug, Default)]
pub struct MessageFilter {
    /// From this provider.
    pub provider: Option<PaymentProvider>,
    /// Whether they were read to the end.
    pub is_processed: Option<bool>,
}

/// A message, for those with `PAYMENT_READ`.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(app: &AppState, viewer: &Viewer, id: PaymentMessageId) -> Result<Option<Model>> {
    if !viewer.may(Permission::PaymentRead) {
        return Ok(None);
    }
    Ok(Entity::find_by_id(id.uuid())
        .one(app.database.read())
        .await?)
}

/// Messages, the newest first.
///
/// # Errors
/// [`Error::Forbidden`] without `PAYMENT_READ`; [`Error::Invalid`] for a broken cursor.
pub async fn list(
    app: &AppState,
    viewer: &Viewer,
    filter: MessageFilter,
    page: &PageRequest,
) -> Result<Page<Model>> {
    viewer.require(Permission::PaymentRead)?;
    let query = Entity::find()
        .apply_if(filter.provider, |query, provider| {
            query.filter(Column::Provider.eq(provider.as_str()))
        })
        .apply_if(filter.is_processed, |query, is_processed| {
            query.filter(if is_processed {
                Column::ProcessedAt.is_not_null()
            } else {
                Column::ProcessedAt.is_null()
            })
        });
    page.newest_first(app.database.read(), query, Column::Id, |row| row.id)
        .await
}

/// Reads a message once more, after the answer: one that nobody could read so far, or one that was read before. What it tells
/// counts once all the same, since each event of a provider is booked once.
///
/// # Errors
/// [`Error::Forbidden`] without `PAYMENT_WRITE`; [`Error::NotFound`].
pub async fn replay(
    app: &AppState,
    viewer: &Viewer,
    id: PaymentMessageId,
) -> Result<Model, PaymentError> {
    viewer.require(Permission::PaymentWrite)?;
    let message = app.database.retry(|| try_replay(app, id)).await?;
    app.wake.wake();
    Ok(message)
}

async fn try_replay(app: &AppState, id: PaymentMessageId) -> Result<Model, PaymentError> {
    let transaction = app.database.begin().await?;
    let message = Entity::find_by_id(id.uuid())
        .lock_exclusive()
        .one(&transaction)
        .await?
        .ok_or(Error::NotFound("payment message"))?;
    let mut row = message.into_active_model();
    row.processed_at = Set(None);
    row.error = Set(None);
    let message = row.update(&transaction).await?;
    let job = Job::WebhookReceived {
        inbox_id: message.id,
    };
    if !job::hasten(&transaction, &app.clock, &job).await? {
        job::push(&transaction, &app.clock, &job).await?;
    }
    transaction.commit().await?;
    Ok(message)
}
