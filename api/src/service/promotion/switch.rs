//! Staff start and stop promotions. Start and end by date need no switch: they come by time.

use domain::id::PromotionId;
use domain::permission::Permission;
use domain::promotion::{PromotionStatus, TransitionError};
use entity::column::Text;
use entity::promotion::Model;

use super::error::PromotionError;
use super::write::{lock, save};
use crate::auth::Viewer;
use crate::state::AppState;

/// Starts a promotion, now or at its start.
///
/// # Errors
/// [`PromotionError::InvalidTransition`] when it is over; the common refusals.
pub async fn activate(
    app: &AppState,
    viewer: &Viewer,
    id: PromotionId,
) -> Result<Model, PromotionError> {
    let now = app.clock.now();
    switch(app, viewer, id, |promotion| {
        let status = promotion
            .status
            .at(promotion.starts_at, promotion.ends_at, now);
        status.activate(promotion.starts_at, promotion.ends_at, now)
    })
    .await
}

/// Stops a promotion until it is activated again.
///
/// # Errors
/// [`PromotionError::InvalidTransition`] for a draft and for what is over; the common refusals.
pub async fn pause(
    app: &AppState,
    viewer: &Viewer,
    id: PromotionId,
) -> Result<Model, PromotionError> {
    let now = app.clock.now();
    switch(app, viewer, id, |promotion| {
        promotion
            .status
            .at(promotion.starts_at, promotion.ends_at, now)
            .pause()
    })
    .await
}

async fn switch(
    app: &AppState,
    viewer: &Viewer,
    id: PromotionId,
    decide: impl Fn(&Model) -> Result<PromotionStatus, TransitionError> + Send + Sync,
) -> Result<Model, PromotionError> {
    viewer.require(Permission::PromotionWrite)?;
    let decide = &decide;
    app.database
        .retry(|| async move {
            let transaction = app.database.begin().await?;
            let mut promotion = lock(&transaction, viewer, id).await?;
            let status = decide(&promotion)?;
            if promotion.status.0 == status {
                return Ok(promotion);
            }
            promotion.status = Text(status);
            let saved = save(&transaction, app, promotion).await?;
            transaction.commit().await?;
            Ok(saved)
        })
        .await
}
