//! The buyer hands the goods to a carrier.

use domain::after_sale::AfterSaleEvent;
use entity::after_sale::{ActiveModel, Model};
use sea_orm::ActiveValue::Set;
use serde::Serialize;
use uuid::Uuid;

use super::error::AfterSaleError;
use super::lock::{self, Opened, Request, Step, Who};
use crate::auth::Viewer;
use crate::service::fulfillment::Tracking;
use crate::state::AppState;

/// Goods on their way back.
#[derive(Clone, Debug, Serialize)]
pub struct ShipAfterSale {
    /// The case.
    pub after_sale_id: Uuid,
    /// How to follow them.
    pub tracking: Tracking,
    /// A guest's key.
    #[serde(skip)]
    pub order_token: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

/// Notes how the goods of an approved case travel back.
///
/// # Errors
/// [`crate::error::Error::NotFound`] for a stranger's case; [`crate::error::Error::Invalid`] for unusable tracking;
/// [`AfterSaleError::InvalidTransition`].
pub async fn ship(
    app: &AppState,
    viewer: &Viewer,
    command: ShipAfterSale,
) -> Result<Model, AfterSaleError> {
    command.tracking.check()?;
    let shipped = app
        .database
        .retry(|| attempt(app, viewer, &command))
        .await?;
    app.wake.wake();
    Ok(shipped)
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &ShipAfterSale,
) -> Result<Model, AfterSaleError> {
    let request = Request {
        operation: "afterSaleShip",
        key: &command.idempotency_key,
        command,
    };
    let who = Who::Buyer(command.order_token.as_deref());
    let locked = match lock::open(app, viewer, who, command.after_sale_id, request).await? {
        Opened::Before(case) => return Ok(*case),
        Opened::Now(locked) => locked,
    };
    let case = &locked.case;
    let tracking = &command.tracking;
    let step = Step {
        status: case.status.0.apply(case.kind.0, AfterSaleEvent::Shipped)?,
        change: ActiveModel {
            carrier: Set(Some(tracking.carrier.clone())),
            tracking_number: Set(Some(tracking.number.clone())),
            tracking_url: Set(tracking.url.as_ref().map(ToString::to_string)),
            ..Default::default()
        },
        notify: false,
        actor: viewer.actor(),
    };
    locked.finish(app, step).await
}
