//! Staff add an address, change it, or switch it off.

use std::collections::BTreeSet;

use domain::event::EventKind;
use domain::id::{TypedId as _, WebhookId};
use domain::permission::Permission;
use domain::webhook::MAX_WEBHOOKS;
use entity::column::Json;
use entity::webhook::{COLUMN, Entity, Model};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, DatabaseTransaction, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QuerySelect,
};
use url::Url;

use super::WebhookError;
use super::secret::{WithSecret, sealed};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::rows::one_at_a_time;
use crate::state::AppState;
use crate::webhook::signature::new_secret;

/// What to write into a webhook; what is left out stays.
#[derive(Clone, Debug, Default)]
pub struct WebhookPatch {
    /// Where events go.
    pub url: Option<Url>,
    /// What is sent.
    pub event_kinds: Option<Vec<EventKind>>,
    /// Whether events are sent.
    pub is_active: Option<bool>,
}

/// Adds an address; it is switched on unless said otherwise.
///
/// # Errors
/// [`WebhookError::Address`]; [`Error::Invalid`] for missing or bad values; a missing permission.
pub async fn create(
    app: &AppState,
    viewer: &Viewer,
    patch: WebhookPatch,
) -> Result<WithSecret, WebhookError> {
    viewer.require(Permission::WebhookWrite)?;
    let url = patch
        .url
        .ok_or_else(|| invalid("url", "say where events go"))?;
    let kinds = patch
        .event_kinds
        .ok_or_else(|| invalid("eventKinds", "say what is sent"))?;
    let kinds = checked_kinds(&kinds)?;
    app.outbound.judge(&url).await?;
    let (id, now, secret) = (app.clock.new_id(), app.clock.now(), new_secret()?);
    let row = Model {
        id,
        channel_id: viewer.channel.id,
        url: url.to_string(),
        event_kinds: Json(kinds),
        is_active: patch.is_active.unwrap_or(true),
        disabled_reason: None,
        secret: sealed(app, id, &secret)?,
        previous_secret: None,
        previous_secret_until: None,
        failing_since: None,
        created_at: now,
        updated_at: now,
    };
    let transaction = app.database.begin().await?;
    one_at_a_time(&transaction, viewer.channel.id).await?;
    let present = Entity::find()
        .filter(COLUMN.channel_id.eq(viewer.channel.id))
        .count(&transaction)
        .await?;
    if present >= MAX_WEBHOOKS {
        let message = format!("a channel has {MAX_WEBHOOKS} webhooks at most");
        return Err(Error::invalid(&["webhook"], message).into());
    }
    let webhook = row.into_active_model().insert(&transaction).await?;
    transaction.commit().await?;
    Ok(WithSecret { webhook, secret })
}

/// Changes a webhook. What waited while it was switched off is sent when it is switched on again.
///
/// # Errors
/// [`WebhookError::Address`]; the common refusals of bad values, an unknown webhook or a missing permission.
pub async fn update(
    app: &AppState,
    viewer: &Viewer,
    id: WebhookId,
    patch: WebhookPatch,
) -> Result<Model, WebhookError> {
    viewer.require(Permission::WebhookWrite)?;
    let kinds = patch
        .event_kinds
        .as_deref()
        .map(checked_kinds)
        .transpose()?;
    if let Some(url) = &patch.url {
        app.outbound.judge(url).await?;
    }
    let webhook = app
        .database
        .retry(async || -> Result<Model, WebhookError> {
            let transaction = app.database.begin().await?;
            let mut row = lock(&transaction, viewer, id).await?.into_active_model();
            if let Some(url) = &patch.url {
                row.url = Set(url.to_string());
                row.failing_since = Set(None);
            }
            if let Some(kinds) = &kinds {
                row.event_kinds = Set(Json(kinds.clone()));
            }
            if let Some(is_active) = patch.is_active {
                row.is_active = Set(is_active);
                row.disabled_reason = Set(None);
                row.failing_since = Set(None);
            }
            row.updated_at = Set(app.clock.now());
            let webhook = row.update(&transaction).await?;
            transaction.commit().await?;
            Ok(webhook)
        })
        .await?;
    app.wake.wake();
    Ok(webhook)
}

/// Locks a webhook of the viewer's channel.
///
/// # Errors
/// [`Error::NotFound`].
pub(super) async fn lock(
    transaction: &DatabaseTransaction,
    viewer: &Viewer,
    id: WebhookId,
) -> Result<Model> {
    Entity::find_by_id(id.uuid())
        .filter(COLUMN.channel_id.eq(viewer.channel.id))
        .lock_exclusive()
        .one(transaction)
        .await?
        .ok_or(Error::NotFound("webhook"))
}

/// The kinds once each, in one order.
fn checked_kinds(kinds: &[EventKind]) -> Result<Vec<EventKind>> {
    if kinds.is_empty() {
        return Err(invalid("eventKinds", "say what is sent"));
    }
    let kinds: BTreeSet<EventKind> = kinds.iter().copied().collect();
    Ok(kinds.into_iter().collect())
}

fn invalid(field: &str, message: &str) -> Error {
    Error::invalid(&["webhook", field], message)
}
