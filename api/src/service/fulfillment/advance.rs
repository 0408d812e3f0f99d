//! Steps of a parcel that say only where it stands: held and released, picked and packed, lost and brought back.

use domain::order::{FulfillmentEvent, FulfillmentHoldReason, FulfillmentStatus, OrderStatus};
use domain::permission::Permission;
use domain::stock::waits_until;
use entity::column::Text;
use entity::fulfillment::{ActiveModel, Column, Entity, Model};
use entity::{fulfillment_line, order_line};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, ColumnTrait, EntityTrait,
    QueryFilter, QueryOrder, QuerySelect,
};
use serde::Serialize;
use uuid::Uuid;

use super::error::FulfillmentError;
use super::lock::{Locked, Opened, check_text, follow, open};
use super::schedule::{contents, derive, ships_at};
use crate::auth::Viewer;
use crate::error::Result;
use crate::service::inventory::{self, Returned};
use crate::service::order::history::{self, ActorRef, Happening, SYSTEM};
use crate::service::order::row;
use crate::state::AppState;

/// Parcels released in one turn of the timer.
const BATCH: u64 = 100;

/// A step of a parcel.
#[derive(Clone, Debug, Serialize)]
pub enum Advance {
    /// It may be picked.
    Release,
    /// It is held back.
    Hold {
        /// Why.
        reason: FulfillmentHoldReason,
        /// Words to that.
        note: Option<String>,
    },
    /// Somebody begins to pick it.
    Pick,
    /// It is packed.
    Pack,
    /// The carrier lost it.
    Lose,
    /// The carrier brought it back.
    Return {
        /// Whether its goods can be sold again.
        restock: bool,
    },
}

impl Advance {
    fn operation(&self) -> &'static str {
        match self {
            Self::Release => "fulfillmentRelease",
            Self::Hold { .. } => "fulfillmentHold",
            Self::Pick => "fulfillmentPick",
            Self::Pack => "fulfillmentPack",
            Self::Lose => "fulfillmentLose",
            Self::Return { .. } => "fulfillmentReturn",
        }
    }

    fn event(&self) -> FulfillmentEvent {
        match self {
            Self::Release => FulfillmentEvent::Released,
            Self::Hold { .. } => FulfillmentEvent::Held,
            Self::Pick => FulfillmentEvent::Picked,
            Self::Pack => FulfillmentEvent::Packed,
            Self::Lose => FulfillmentEvent::Lost,
            Self::Return { .. } => FulfillmentEvent::Returned,
        }
    }

    /// What changes in the row beside the status.
    fn change(&self) -> ActiveModel {
        match self {
            Self::Release => ActiveModel {
                hold_reason: Set(None),
                hold_note: Set(None),
                ..Default::default()
            },
            Self::Hold { reason, note } => ActiveModel {
                hold_reason: Set(Some(Text(*reason))),
                hold_note: Set(note.clone()),
                ..Default::default()
            },
            Self::Return { restock } => ActiveModel {
                restocked: Set(*restock),
                ..Default::default()
            },
            Self::Pick | Self::Pack | Self::Lose => <ActiveModel as Default>::default(),
        }
    }
}

/// A parcel to take a step.
#[derive(Clone, Debug, Serialize)]
pub struct AdvanceFulfillment {
    /// The parcel.
    pub fulfillment_id: Uuid,
    /// The step.
    pub step: Advance,
    /// Unique per request.
    pub idempotency_key: String,
}

/// Takes a step of a parcel.
///
/// # Errors
/// [`crate::error::Error::NotFound`]; [`crate::error::Error::Invalid`] for too long a note;
/// [`FulfillmentError::InvalidTransition`]; [`FulfillmentError::OrderNotReady`] for goods of an order that is not certain.
pub async fn advance(
    app: &AppState,
    viewer: &Viewer,
    command: AdvanceFulfillment,
) -> Result<Model, FulfillmentError> {
    viewer.require(Permission::FulfillmentWrite)?;
    if let Advance::Hold {
        note: Some(note), ..
    } = &command.step
    {
        check_text(&["note"], note)?;
    }
    let advanced = app
        .database
        .retry(|| attempt(app, viewer, &command))
        .await?;
    app.wake.wake();
    Ok(advanced)
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &AdvanceFulfillment,
) -> Result<Model, FulfillmentError> {
    let named = (command.step.operation(), command.idempotency_key.as_str());
    let locked = match open(app, viewer, command.fulfillment_id, named, command).await? {
        Opened::Before(parcel) => return Ok(*parcel),
        Opened::Now(locked) => locked,
    };
    let is_in_house = locked.parcel.status.0.is_waiting();
    if is_in_house && locked.order.status.0 != OrderStatus::Confirmed {
        return Err(FulfillmentError::OrderNotReady);
    }
    take(app, *locked, &command.step, viewer.actor()).await
}

async fn take(
    app: &AppState,
    mut locked: Locked,
    step: &Advance,
    actor: ActorRef,
) -> Result<Model, FulfillmentError> {
    let row = ActiveModel {
        id: Unchanged(locked.parcel.id),
        status: Set(Text(locked.parcel.status.0.apply(step.event())?)),
        ..step.change()
    };
    let parcel = row.update(&locked.transaction).await?;
    follow(app, &mut locked).await?;
    let transaction = &locked.transaction;
    let happened = [Happening::ParcelMoved(parcel.status.0)];
    history::record(transaction, &app.clock, &locked.order, actor, &happened).await?;
    if parcel.restocked {
        let returned = Returned {
            order_id: parcel.order_id,
            warehouse_id: parcel.warehouse_id,
            units: units(&locked, &parcel).await?,
        };
        inventory::take_back(transaction, &app.clock, &returned, actor).await?;
    }
    locked.transaction.commit().await?;
    Ok(parcel)
}

/// What is in a parcel: lines of the order, their variants, and units.
async fn units(locked: &Locked, parcel: &Model) -> Result<Vec<(Uuid, Uuid, i32)>> {
    let contents = contents(&locked.transaction, parcel.id).await?;
    let lines = order_line::Entity::find()
        .filter(order_line::Column::OrderId.eq(parcel.order_id))
        .all(&locked.transaction)
        .await?;
    let units = |content: &fulfillment_line::Model| {
        let line = lines.iter().find(|line| line.id == content.order_line_id)?;
        Some((line.id, line.variant_id, content.quantity))
    };
    Ok(contents.iter().filter_map(units).collect())
}

/// Releases the parcels whose date has come; answers how many.
///
/// # Errors
/// When the database does not answer.
pub async fn release_due(app: &AppState) -> Result<usize> {
    let due: Vec<(Uuid, Uuid)> = Entity::find()
        .select_only()
        .column(Column::Id)
        .column(Column::OrderId)
        .filter(Column::Status.eq(Text(FulfillmentStatus::Scheduled)))
        .filter(Column::ScheduledAt.lte(app.clock.now()))
        .order_by_asc(Column::ScheduledAt)
        .limit(BATCH)
        .into_tuple()
        .all(app.database.read())
        .await?;
    let mut released = 0;
    for (id, order_id) in due {
        match app.database.retry(|| attempt_due(app, id, order_id)).await {
            Ok(()) => released += 1,
            Err(error) => {
                tracing::error!(fulfillment.id = %id, error = %error, "a parcel could not be released");
            }
        }
    }
    if released > 0 {
        app.wake.wake();
    }
    Ok(released)
}

async fn attempt_due(app: &AppState, id: Uuid, order_id: Uuid) -> Result<(), FulfillmentError> {
    let transaction = app.database.begin().await?;
    let order = row::lock(&transaction, order_id.into()).await?;
    let parcel = super::find(&transaction, id).await?;
    // It may have been called off or released meanwhile, or its goods may leave later than was thought.
    if parcel.status.0 == FulfillmentStatus::Scheduled {
        let now = app.clock.db_now(&transaction).await?;
        let ships_at = ships_at(&transaction, id, now).await?;
        if waits_until(parcel.chosen_at, ships_at, now).is_some() {
            derive(&transaction, &app.clock, &parcel).await?;
            transaction.commit().await?;
            return Ok(());
        }
        let locked = Locked {
            transaction,
            order,
            parcel,
        };
        take(app, locked, &Advance::Release, SYSTEM).await?;
    }
    Ok(())
}
