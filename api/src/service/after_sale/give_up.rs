//! A case is dropped: by the buyer, or because the goods were not sent in time.

use domain::after_sale::{AfterSaleEvent, AfterSaleStatus};
use domain::id::OrderId;
use entity::after_sale::{ActiveModel, Column, Entity, Model};
use entity::column::Text;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use uuid::Uuid;

use super::error::AfterSaleError;
use super::lock::{self, Opened, Request, Step, Who};
use crate::auth::Viewer;
use crate::error::Result;
use crate::service::order::history::SYSTEM;
use crate::service::order::row;
use crate::state::AppState;

/// Cases dropped in one turn of the timer.
const BATCH: u64 = 100;

/// A case the buyer does not want any more.
#[derive(Clone, Debug, Serialize)]
pub struct CancelAfterSale {
    /// The case.
    pub after_sale_id: Uuid,
    /// A guest's key.
    #[serde(skip)]
    pub order_token: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

/// Drops a case before the goods arrive.
///
/// # Errors
/// [`crate::error::Error::NotFound`] for a stranger's case; [`AfterSaleError::InvalidTransition`].
pub async fn cancel(
    app: &AppState,
    viewer: &Viewer,
    command: CancelAfterSale,
) -> Result<Model, AfterSaleError> {
    let dropped = app
        .database
        .retry(|| attempt(app, viewer, &command))
        .await?;
    app.wake.wake();
    Ok(dropped)
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &CancelAfterSale,
) -> Result<Model, AfterSaleError> {
    let request = Request {
        operation: "afterSaleCancel",
        key: &command.idempotency_key,
        command,
    };
    let who = Who::Buyer(command.order_token.as_deref());
    let locked = match lock::open(app, viewer, who, command.after_sale_id, request).await? {
        Opened::Before(case) => return Ok(*case),
        Opened::Now(locked) => locked,
    };
    let case = &locked.case;
    let step = Step {
        status: case
            .status
            .0
            .apply(case.kind.0, AfterSaleEvent::Cancelled)?,
        change: ActiveModel::default(),
        notify: false,
        actor: viewer.actor(),
    };
    locked.finish(app, step).await
}

/// Drops the cases whose goods were not sent in time; answers how many.
///
/// # Errors
/// When the database does not answer.
pub async fn lapse_due(app: &AppState) -> Result<usize> {
    let due: Vec<(Uuid, Uuid)> = Entity::find()
        .select_only()
        .column(Column::Id)
        .column(Column::OrderId)
        .filter(Column::Status.eq(Text(AfterSaleStatus::Approved)))
        .filter(Column::ReturnBefore.lte(app.clock.now()))
        .order_by_asc(Column::ReturnBefore)
        .limit(BATCH)
        .into_tuple()
        .all(app.database.read())
        .await?;
    let mut dropped = 0;
    for (id, order_id) in due {
        match app.database.retry(|| lapse(app, id, order_id)).await {
            Ok(()) => dropped += 1,
            Err(error) => {
                tracing::error!(after_sale.id = %id, error = %error, "a case could not be dropped");
            }
        }
    }
    if dropped > 0 {
        app.wake.wake();
    }
    Ok(dropped)
}

async fn lapse(app: &AppState, id: Uuid, order_id: Uuid) -> Result<(), AfterSaleError> {
    let transaction = app.database.begin().await?;
    let order = row::lock(&transaction, OrderId::from(order_id)).await?;
    let locked = lock::under_lock(transaction, order, id).await?;
    let case = &locked.case;
    // The goods may have been sent meanwhile.
    let Ok(status) = case.status.0.apply(case.kind.0, AfterSaleEvent::Lapsed) else {
        return Ok(());
    };
    let step = Step {
        status,
        change: ActiveModel::default(),
        notify: true,
        actor: SYSTEM,
    };
    locked.finish(app, step).await?;
    Ok(())
}
