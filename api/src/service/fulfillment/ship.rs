//! A parcel's way: handed to the carrier (stock leaves now, once), arrived, or called off before it left.

use chrono::{DateTime, Utc};
use domain::after_sale::OrderReturnStatus;
use domain::order::{FulfillmentEvent, OrderStatus};
use domain::permission::Permission;
use domain::receivable::due_on;
use domain::time_zone::TimeZone;
use entity::column::Text;
use entity::fulfillment::{ActiveModel, Model};
use entity::order::Model as Order;
use entity::order_line;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, ColumnTrait, DatabaseTransaction,
    EntityTrait, ExprTrait, QueryFilter,
};
use serde::{Serialize, Serializer};
use url::Url;
use uuid::Uuid;

use super::error::FulfillmentError;
use super::lock::{Opened, check_text, follow, open};
use super::schedule::{contents, ships_at};
use crate::auth::Viewer;
use crate::error::Error;
use crate::service::after_sale;
use crate::service::inventory::{self, Shipment};
use crate::service::order::history::{self, Happening};
use crate::service::order::row;
use crate::state::AppState;

/// Longest address of a tracking page, in bytes.
const MAX_URL: usize = 2_048;

/// How to follow a parcel.
#[derive(Clone, Debug, Serialize)]
pub struct Tracking {
    /// Carrier.
    pub carrier: String,
    /// Tracking number.
    pub number: String,
    /// Tracking page.
    #[serde(serialize_with = "as_text")]
    pub url: Option<Url>,
}

impl Tracking {
    /// Checks what somebody says about a parcel.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a blank or overlong text, or an address that is no web page.
    pub(crate) fn check(&self) -> Result<(), Error> {
        check_text(&["tracking", "carrier"], &self.carrier)?;
        check_text(&["tracking", "number"], &self.number)?;
        let is_page =
            |url: &Url| url.as_str().len() <= MAX_URL && matches!(url.scheme(), "http" | "https");
        if self.url.as_ref().is_none_or(is_page) {
            Ok(())
        } else {
            let message = format!("an http or https address of at most {MAX_URL} bytes");
            Err(Error::invalid(&["tracking", "url"], message))
        }
    }
}

/// A parcel handed to the carrier.
#[derive(Clone, Debug, Serialize)]
pub struct ShipFulfillment {
    /// The parcel.
    pub fulfillment_id: Uuid,
    /// How to follow it.
    pub tracking: Option<Tracking>,
    /// Whether to mail the buyer.
    pub notify: bool,
    /// Unique per request.
    pub idempotency_key: String,
}

/// A parcel that arrived.
#[derive(Clone, Debug, Serialize)]
pub struct DeliverFulfillment {
    /// The parcel.
    pub fulfillment_id: Uuid,
    /// When; now if left out.
    pub delivered_at: Option<DateTime<Utc>>,
    /// Unique per request.
    pub idempotency_key: String,
}

/// A parcel to be called off.
#[derive(Clone, Debug, Serialize)]
pub struct CancelFulfillment {
    /// The parcel.
    pub fulfillment_id: Uuid,
    /// Why.
    pub reason: String,
    /// Unique per request.
    pub idempotency_key: String,
}

#[expect(clippy::ref_option, reason = "serde passes the field as it is")]
fn as_text<S: Serializer>(url: &Option<Url>, serializer: S) -> Result<S::Ok, S::Error> {
    url.as_ref().map(Url::as_str).serialize(serializer)
}

/// Hands a parcel to the carrier.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] for blank tracking; [`FulfillmentError::InvalidTransition`];
/// [`FulfillmentError::OrderNotReady`]; [`FulfillmentError::Unpaid`] while more is owed than stands on account;
/// [`FulfillmentError::TooEarly`] for what is in a presale; [`FulfillmentError::InsufficientStock`] when the stock is gone.
pub async fn ship(
    app: &AppState,
    viewer: &Viewer,
    command: ShipFulfillment,
) -> Result<Model, FulfillmentError> {
    viewer.require(Permission::FulfillmentWrite)?;
    if let Some(tracking) = &command.tracking {
        tracking.check()?;
    }
    let shipped = app
        .database
        .retry(|| attempt_ship(app, viewer, &command))
        .await?;
    app.wake.wake();
    Ok(shipped)
}

/// Marks a parcel as arrived.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] for an instant before it left or in the future;
/// [`FulfillmentError::InvalidTransition`].
pub async fn deliver(
    app: &AppState,
    viewer: &Viewer,
    command: DeliverFulfillment,
) -> Result<Model, FulfillmentError> {
    viewer.require(Permission::FulfillmentWrite)?;
    let delivered = app
        .database
        .retry(|| attempt_deliver(app, viewer, &command))
        .await?;
    app.wake.wake();
    Ok(delivered)
}

/// Calls a parcel off; its units are open again.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] without a reason; [`FulfillmentError::InvalidTransition`] once it has left.
pub async fn cancel(
    app: &AppState,
    viewer: &Viewer,
    command: CancelFulfillment,
) -> Result<Model, FulfillmentError> {
    viewer.require(Permission::FulfillmentWrite)?;
    check_text(&["reason"], &command.reason)?;
    let cancelled = app
        .database
        .retry(|| attempt_cancel(app, viewer, &command))
        .await?;
    app.wake.wake();
    Ok(cancelled)
}

async fn attempt_ship(
    app: &AppState,
    viewer: &Viewer,
    command: &ShipFulfillment,
) -> Result<Model, FulfillmentError> {
    let named = ("fulfillmentShip", command.idempotency_key.as_str());
    let mut locked = match open(app, viewer, command.fulfillment_id, named, command).await? {
        Opened::Before(parcel) => return Ok(*parcel),
        Opened::Now(locked) => locked,
    };
    let status = locked.parcel.status.0.apply(FulfillmentEvent::Shipped)?;
    if locked.order.status.0 != OrderStatus::Confirmed {
        return Err(FulfillmentError::OrderNotReady);
    }
    let missing = row::debt(&locked.order).before_goods_leave();
    if missing.map_err(Error::internal)?.is_positive() {
        return Err(FulfillmentError::Unpaid);
    }
    let now = app.clock.db_now(&locked.transaction).await?;
    if let Some(date) = ships_at(&locked.transaction, locked.parcel.id, now).await? {
        return Err(FulfillmentError::TooEarly(date));
    }
    set_due_day(app, &mut locked.order)?;
    let tracking = command.tracking.as_ref();
    let row = ActiveModel {
        id: Unchanged(locked.parcel.id),
        status: Set(Text(status)),
        carrier: Set(tracking.map(|tracking| tracking.carrier.clone())),
        tracking_number: Set(tracking.map(|tracking| tracking.number.clone())),
        tracking_url: Set(tracking
            .and_then(|tracking| tracking.url.as_ref())
            .map(ToString::to_string)),
        shipped_at: Set(Some(app.clock.now())),
        ..Default::default()
    };
    let parcel = row.update(&locked.transaction).await?;
    let units = count_as_sent(&locked.transaction, &parcel).await?;
    if locked.order.return_status.0 != OrderReturnStatus::None {
        // What was all that had been sent is no longer all.
        after_sale::bring_returns_in_line(&locked.transaction, &mut locked.order).await?;
    }
    follow(app, &mut locked).await?;
    let left = [Happening::Shipped(tracking.map(|tracking| {
        (tracking.carrier.as_str(), tracking.number.as_str())
    }))];
    if command.notify {
        history::record(
            &locked.transaction,
            &app.clock,
            &locked.order,
            viewer.actor(),
            &left,
        )
        .await?;
    } else {
        history::record_quietly(
            &locked.transaction,
            &app.clock,
            &locked.order,
            viewer.actor(),
            &left,
        )
        .await?;
    }
    after_sale::replacement_left(app, &locked.transaction, &locked.order, viewer.actor()).await?;
    let shipment = Shipment {
        order_id: parcel.order_id,
        warehouse_id: parcel.warehouse_id,
        units,
    };
    inventory::ship(&locked.transaction, &app.clock, &shipment, viewer.actor()).await?;
    locked.transaction.commit().await?;
    Ok(parcel)
}

/// The days to pay for what stands on account run from the first parcel on, by the shop's calendar.
fn set_due_day(app: &AppState, order: &mut Order) -> Result<(), Error> {
    if let (Some(days), None) = (order.terms_days, order.terms_due_on) {
        let days = u16::try_from(days).map_err(Error::internal)?;
        let channel = app.channels.find_by_id(order.channel_id)?;
        let zone = TimeZone::parse(&channel.timezone).map_err(Error::internal)?;
        order.terms_due_on = Some(due_on(zone.day(app.clock.now()), days));
    }
    Ok(())
}

/// Counts the parcel's units as sent on the order's lines; answers lines and units.
async fn count_as_sent(
    transaction: &DatabaseTransaction,
    parcel: &Model,
) -> Result<Vec<(Uuid, i32)>, FulfillmentError> {
    let lines = contents(transaction, parcel.id).await?;
    for line in &lines {
        order_line::Entity::update_many()
            .col_expr(
                order_line::Column::FulfilledQuantity,
                Expr::col(order_line::Column::FulfilledQuantity).add(line.quantity),
            )
            .filter(order_line::Column::Id.eq(line.order_line_id))
            .exec(transaction)
            .await?;
    }
    Ok(lines
        .into_iter()
        .map(|line| (line.order_line_id, line.quantity))
        .collect())
}

async fn attempt_deliver(
    app: &AppState,
    viewer: &Viewer,
    command: &DeliverFulfillment,
) -> Result<Model, FulfillmentError> {
    let named = ("fulfillmentDeliver", command.idempotency_key.as_str());
    let mut locked = match open(app, viewer, command.fulfillment_id, named, command).await? {
        Opened::Before(parcel) => return Ok(*parcel),
        Opened::Now(locked) => locked,
    };
    let status = locked.parcel.status.0.apply(FulfillmentEvent::Delivered)?;
    let now = app.clock.now();
    let delivered_at = command.delivered_at.unwrap_or(now);
    if delivered_at > now
        || locked
            .parcel
            .shipped_at
            .is_some_and(|shipped_at| delivered_at < shipped_at)
    {
        return Err(
            Error::invalid(&["deliveredAt"], "between the parcel's departure and now").into(),
        );
    }
    let row = ActiveModel {
        id: Unchanged(locked.parcel.id),
        status: Set(Text(status)),
        delivered_at: Set(Some(delivered_at)),
        ..Default::default()
    };
    let parcel = row.update(&locked.transaction).await?;
    follow(app, &mut locked).await?;
    history::record(
        &locked.transaction,
        &app.clock,
        &locked.order,
        viewer.actor(),
        &[Happening::Delivered],
    )
    .await?;
    locked.transaction.commit().await?;
    Ok(parcel)
}

async fn attempt_cancel(
    app: &AppState,
    viewer: &Viewer,
    command: &CancelFulfillment,
) -> Result<Model, FulfillmentError> {
    let named = ("fulfillmentCancel", command.idempotency_key.as_str());
    let mut locked = match open(app, viewer, command.fulfillment_id, named, command).await? {
        Opened::Before(parcel) => return Ok(*parcel),
        Opened::Now(locked) => locked,
    };
    let status = locked.parcel.status.0.apply(FulfillmentEvent::Cancelled)?;
    let row = ActiveModel {
        id: Unchanged(locked.parcel.id),
        status: Set(Text(status)),
        ..Default::default()
    };
    let parcel = row.update(&locked.transaction).await?;
    follow(app, &mut locked).await?;
    let happened = [Happening::ParcelCancelled(&command.reason)];
    history::record(
        &locked.transaction,
        &app.clock,
        &locked.order,
        viewer.actor(),
        &happened,
    )
    .await?;
    locked.transaction.commit().await?;
    Ok(parcel)
}
