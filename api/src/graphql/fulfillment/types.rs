use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use domain::id::FulfillmentId;
use domain::order::{Asker, fulfillment_actions};
use domain::permission::Permission;
use entity::{fulfillment, fulfillment_tracking_event};
use uuid::Uuid;

use super::loader::{ContentsOf, FulfillmentsOf, TrackingEventsOf};
use crate::graphql::context::Reach;
use crate::graphql::error::{top_level, top_level_shared};
use crate::graphql::inventory::{Warehouse, load_warehouse};
use crate::graphql::limits::meter::Metered;
use crate::graphql::order::{Action, Order, OrderLineQuantity, actions};
use crate::graphql::scalar::{DateTime, Url};
use crate::service::fulfillment as service;
use crate::service::order::{Access, approval};

/// Where a fulfilment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::order::FulfillmentStatus")]
pub enum FulfillmentStatus {
    /// Waits for a date.
    Scheduled,
    /// To be picked.
    Open,
    /// Held back.
    OnHold,
    /// Being picked.
    Picking,
    /// Packed.
    Packed,
    /// On its way.
    Shipped,
    /// Arrived.
    Delivered,
    /// Called off.
    Cancelled,
    /// Lost by the carrier.
    Lost,
    /// Came back.
    ReturnedToSender,
}

/// Why a parcel is held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::order::FulfillmentHoldReason")]
pub enum FulfillmentHoldReason {
    /// Looks like fraud.
    Fraud,
    /// The address cannot be right.
    Address,
    /// Goods are missing or broken.
    Stock,
    /// Something about the money.
    Payment,
    /// The buyer's wish.
    Customer,
    /// Another reason.
    Other,
}

/// Why and how a parcel is held back.
#[derive(Clone, Debug, SimpleObject)]
pub struct FulfillmentHold {
    /// Why.
    pub reason: FulfillmentHoldReason,
    /// Words to that.
    pub note: Option<String>,
}

/// One thing a carrier told of a parcel.
#[derive(Clone, Debug, SimpleObject)]
pub struct TrackingEvent {
    /// What happened.
    pub description: String,
    /// Where.
    pub location: Option<String>,
    /// When, by the carrier's clock.
    pub occurred_at: DateTime,
}

/// How to follow a parcel.
#[derive(Clone, Debug, SimpleObject)]
pub struct Tracking {
    /// Carrier.
    pub carrier: String,
    /// Tracking number.
    pub number: String,
    /// Tracking page.
    pub url: Option<Url>,
}

impl Tracking {
    /// Shows what is known about a parcel's way; `None` without a carrier and a number.
    pub(in crate::graphql) fn of(
        carrier: Option<&str>,
        number: Option<&str>,
        url: Option<&str>,
    ) -> Option<Self> {
        Some(Self {
            carrier: carrier?.to_owned(),
            number: number?.to_owned(),
            url: url.and_then(|url| url::Url::parse(url).ok()).map(Url),
        })
    }
}

/// How to follow a parcel.
#[derive(Clone, Debug, InputObject)]
pub struct TrackingInput {
    /// Carrier.
    pub carrier: String,
    /// Tracking number.
    pub number: String,
    /// Tracking page.
    pub url: Option<Url>,
}

impl From<TrackingInput> for service::Tracking {
    fn from(input: TrackingInput) -> Self {
        Self {
            carrier: input.carrier,
            number: input.number,
            url: input.url.map(|url| url.0),
        }
    }
}

/// Units sent together from one warehouse.
#[derive(Clone, Debug)]
pub struct Fulfillment {
    row: fulfillment::Model,
    access: Access,
}

impl Fulfillment {
    /// Shows a parcel in the capacity in which the viewer may see its order.
    #[must_use]
    pub fn new(row: fulfillment::Model, access: Access) -> Self {
        Self { row, access }
    }

    /// Whether it was not called off.
    pub(in crate::graphql) fn is_live(&self) -> bool {
        self.row.status.0 != domain::order::FulfillmentStatus::Cancelled
    }
}

/// An order's parcels, oldest first.
pub(in crate::graphql) async fn fulfillments_of(
    ctx: &Context<'_>,
    order_id: Uuid,
    access: Access,
) -> Result<Vec<Fulfillment>> {
    let rows = ctx
        .loaders()?
        .load_one(FulfillmentsOf(order_id))
        .await
        .map_err(|error| top_level_shared(&error))?;
    Ok(rows
        .unwrap_or_default()
        .iter()
        .map(|row| Fulfillment::new(row.clone(), access))
        .collect())
}

/// Units sent together from one warehouse.
#[Object]
impl Fulfillment {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        FulfillmentId(self.row.id).to_string().into()
    }
    /// The order.
    async fn order(&self, ctx: &Context<'_>) -> Result<Order> {
        Order::load(ctx, self.row.order_id, self.access).await
    }
    /// Where it stands.
    fn status(&self) -> FulfillmentStatus {
        self.row.status.0.into()
    }
    /// What is in it.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<OrderLineQuantity>> {
        let contents = ctx
            .loaders()?
            .load_one(ContentsOf(self.row.id))
            .await
            .map_err(|error| top_level_shared(&error))?;
        let units: Vec<_> = contents
            .unwrap_or_default()
            .iter()
            .map(|content| (content.order_line_id, content.quantity))
            .collect();
        OrderLineQuantity::load(ctx, self.row.order_id, &units).await
    }
    /// Where it leaves. Needs permission STOCK_READ.
    async fn warehouse(&self, ctx: &Context<'_>) -> Option<Result<Warehouse>> {
        let warehouse = async {
            ctx.viewer()?
                .require(Permission::StockRead)
                .map_err(|error| top_level(&error))?;
            load_warehouse(ctx, self.row.warehouse_id).await
        };
        Some(warehouse.await)
    }
    /// How to follow it.
    fn tracking(&self) -> Option<Tracking> {
        Tracking::of(
            self.row.carrier.as_deref(),
            self.row.tracking_number.as_deref(),
            self.row.tracking_url.as_deref(),
        )
    }
    /// What its carrier told, newest first.
    async fn tracking_events(&self, ctx: &Context<'_>) -> Result<Vec<TrackingEvent>> {
        let rows = ctx
            .loaders()?
            .load_one(TrackingEventsOf(self.row.id))
            .await
            .map_err(|error| top_level_shared(&error))?
            .unwrap_or_default();
        ctx.meter(rows.len())?;
        let show = |row: &fulfillment_tracking_event::Model| TrackingEvent {
            description: row.description.clone(),
            location: row.location.clone(),
            occurred_at: DateTime(row.occurred_at),
        };
        Ok(rows.iter().map(show).collect())
    }
    /// Why it is held back, if it is. Needs permission FULFILLMENT_WRITE.
    fn hold(&self, ctx: &Context<'_>) -> Option<Result<FulfillmentHold>> {
        let reason = self.row.hold_reason?.0.into();
        let allowed = ctx.viewer().and_then(|viewer| {
            let allowed = viewer.require(Permission::FulfillmentWrite);
            allowed.map_err(|error| top_level(&error))
        });
        Some(allowed.map(|()| FulfillmentHold {
            reason,
            note: self.row.hold_note.clone(),
        }))
    }
    /// It is not picked before this.
    fn scheduled_at(&self) -> Option<DateTime> {
        self.row.scheduled_at.map(DateTime)
    }
    /// Whether goods that came back are in stock again.
    fn restocked(&self) -> bool {
        self.row.restocked
    }
    /// What you may do now.
    fn available_actions(&self, ctx: &Context<'_>) -> Result<Vec<Action>> {
        let viewer = ctx.viewer()?;
        let may = |permission| viewer.may(permission);
        let asker = Asker {
            is_buyer: self.access.is_buyer(),
            person: approval::person(viewer),
            may: &may,
        };
        Ok(actions(fulfillment_actions(self.row.status.0, asker)))
    }
    /// When it was assigned.
    fn created_at(&self) -> DateTime {
        DateTime(self.row.created_at)
    }
    /// When it left.
    fn shipped_at(&self) -> Option<DateTime> {
        self.row.shipped_at.map(DateTime)
    }
    /// When it arrived.
    fn delivered_at(&self) -> Option<DateTime> {
        self.row.delivered_at.map(DateTime)
    }
}
