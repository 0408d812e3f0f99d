//! The secrets that sign: kept sealed, shown once, replaced with an overlap.

use chrono::{DateTime, Utc};
use domain::id::WebhookId;
use domain::permission::Permission;
use domain::webhook::SECRET_OVERLAP;
use entity::webhook::Model;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel};
use uuid::Uuid;

use super::WebhookError;
use super::write::lock;
use crate::auth::{Viewer, seal};
use crate::error::Result;
use crate::state::AppState;
use crate::webhook::signature::new_secret;

/// A webhook with its secret, which is known only here and now.
#[derive(Clone)]
pub struct WithSecret {
    /// The webhook.
    pub webhook: Model,
    /// Its secret.
    pub secret: String,
}

/// Gives a webhook a new secret; the present one signs beside it for a day, the one before that no longer.
///
/// # Errors
/// The common refusals of a missing permission or an unknown webhook.
pub async fn rotate_secret(
    app: &AppState,
    viewer: &Viewer,
    id: WebhookId,
) -> Result<WithSecret, WebhookError> {
    viewer.require(Permission::WebhookWrite)?;
    let secret = new_secret()?;
    let sealed = sealed(app, id.0, &secret)?;
    let webhook = app
        .database
        .retry(async || -> Result<Model, WebhookError> {
            let transaction = app.database.begin().await?;
            let webhook = lock(&transaction, viewer, id).await?;
            let now = app.clock.now();
            let present = webhook.secret.clone();
            let mut row = webhook.into_active_model();
            row.secret = Set(sealed.clone());
            row.previous_secret = Set(Some(present));
            row.previous_secret_until = Set(Some(now + SECRET_OVERLAP));
            row.updated_at = Set(now);
            let webhook = row.update(&transaction).await?;
            transaction.commit().await?;
            Ok(webhook)
        })
        .await?;
    Ok(WithSecret { webhook, secret })
}

/// Seals a secret for its webhook alone.
///
/// # Errors
/// When the system has no randomness.
pub(super) fn sealed(app: &AppState, id: Uuid, secret: &str) -> Result<String> {
    seal::seal(app.config.jwt_secret.expose(), &place(id), secret)
}

/// The secrets in force, the present one first.
///
/// # Errors
/// When they were sealed under another shop's secret.
pub(super) fn in_force(app: &AppState, webhook: &Model, now: DateTime<Utc>) -> Result<Vec<String>> {
    let is_in_force = webhook
        .previous_secret_until
        .is_some_and(|until| now < until);
    let open = |text| seal::open(app.config.jwt_secret.expose(), &place(webhook.id), text);
    let previous = webhook.previous_secret.as_ref().filter(|_| is_in_force);
    // One made under an earlier secret of the shop is lost; a rotation is what helps then.
    let previous = previous.and_then(|text| open(text).ok());
    Ok(std::iter::once(open(&webhook.secret)?)
        .chain(previous)
        .collect())
}

fn place(id: Uuid) -> String {
    format!("webhook {id}")
}
