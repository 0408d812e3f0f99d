//! Parcels: packing, sending, arriving. Rules are in `domain::order::fulfillment`; rows are written under the order's lock,
//! stock leaves when a parcel does.

mod advance;
mod create;
pub mod error;
mod lock;
pub mod query;
mod schedule;
mod ship;
mod split;
mod track;

use domain::id::{FulfillmentId, TypedId};
use entity::fulfillment::{Entity, Model};
use sea_orm::{DatabaseTransaction, EntityTrait};
use uuid::Uuid;

use crate::error::Error;

pub use advance::{Advance, AdvanceFulfillment, advance, release_due};
pub(crate) use create::pack;
pub use create::{CreateFulfillment, create};
pub use error::FulfillmentError;
pub use ship::{
    CancelFulfillment, DeliverFulfillment, ShipFulfillment, Tracking, cancel, deliver, ship,
};
pub use split::{MoveFulfillment, SplitFulfillment, reroute, split};
pub use track::{TrackFulfillment, TrackingEvent, track};

async fn find(transaction: &DatabaseTransaction, id: Uuid) -> Result<Model, FulfillmentError> {
    let found = Entity::find_by_id(FulfillmentId::from(id).uuid())
        .one(transaction)
        .await?;
    Ok(found.ok_or(Error::NotFound("parcel"))?)
}
