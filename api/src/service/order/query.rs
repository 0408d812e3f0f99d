//! Reading orders: one, lists, and the parts the loaders ask for by many ids at once.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::after_sale::OrderReturnStatus;
use domain::id::{MemberId, OrderId, TypedId};
use domain::order::{
    OrderConfirmationStatus, OrderFacts, OrderFulfillmentStatus, OrderPaymentStatus, OrderStatus,
};
use domain::permission::Permission;
use entity::column::Text;
use entity::order::{Column, Entity, Model};
use entity::{
    coupon_redemption, order_adjustment, order_cancellation, order_confirmation_request,
    order_event, order_line,
};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};
use uuid::Uuid;

use super::access::{Access, access};
use super::facts;
use crate::auth::Viewer;
use crate::error::Result;
use crate::service::page::{Page, PageRequest, SortKey};
use crate::state::AppState;

/// Longest text searched for, in characters.
const MAX_QUERY: usize = 100;

/// Narrows a list of orders; all given parts must hold.
#[derive(Clone, Debug, Default)]
pub struct OrderFilter {
    /// Part of a number, name or e-mail.
    pub query: Option<String>,
    /// In these states.
    pub status: Option<Vec<OrderStatus>>,
    /// Money in these states.
    pub payment_status: Option<Vec<OrderPaymentStatus>>,
    /// Goods in these states.
    pub fulfillment_status: Option<Vec<OrderFulfillmentStatus>>,
    /// Returns in these states.
    pub return_status: Option<Vec<OrderReturnStatus>>,
    /// Placed at or after this.
    pub placed_from: Option<DateTime<Utc>>,
    /// Placed before this.
    pub placed_until: Option<DateTime<Utc>>,
}

/// Narrows what the back office is asked.
#[derive(Clone, Debug, Default)]
pub struct ConfirmationFilter {
    /// In these states.
    pub status: Option<Vec<OrderConfirmationStatus>>,
    /// At these warehouses.
    pub warehouse_ids: Option<Vec<Uuid>>,
}

/// One order, and in what capacity the viewer sees it; `None` for strangers.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(
    app: &AppState,
    viewer: &Viewer,
    id: OrderId,
    order_token: Option<&str>,
) -> Result<Option<(Model, Access)>> {
    let found = Entity::find_by_id(id.uuid())
        .one(app.database.read())
        .await?;
    Ok(found.and_then(|order| {
        let access = access(viewer, &order, order_token)?;
        Some((order, access))
    }))
}

/// All orders, newest first.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without `ORDER_READ`; [`crate::error::Error::Invalid`] for a broken cursor.
pub async fn list(
    app: &AppState,
    viewer: &Viewer,
    filter: OrderFilter,
    page: &PageRequest,
) -> Result<Page<Model>> {
    viewer.require(Permission::OrderRead)?;
    read_page(app, narrowed(filter), page).await
}

/// In what capacity the viewer may see a member's orders.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] for others without `ORDER_READ`.
pub fn access_to_member(viewer: &Viewer, member_id: MemberId) -> Result<Access> {
    if viewer.member_id() == Some(member_id) {
        return Ok(Access::Buyer);
    }
    viewer.require(Permission::OrderRead)?;
    Ok(Access::Office)
}

/// A member's orders, newest first; drafts for staff alone.
///
/// # Errors
/// [`crate::error::Error::Invalid`] for a broken cursor.
pub async fn list_for_member(
    app: &AppState,
    (member_id, access): (MemberId, Access),
    filter: OrderFilter,
    page: &PageRequest,
) -> Result<Page<Model>> {
    let mut orders = narrowed(filter).filter(Column::MemberId.eq(member_id.uuid()));
    if access.is_buyer() {
        orders = orders.filter(Column::Status.ne(Text(OrderStatus::Draft)));
    }
    read_page(app, orders, page).await
}

async fn read_page(
    app: &AppState,
    query: Select<Entity>,
    page: &PageRequest,
) -> Result<Page<Model>> {
    let total = if page.with_total {
        Some(query.clone().count(app.database.read()).await?)
    } else {
        None
    };
    let keys = SortKey::newest_first(Column::Id, page.position::<Uuid>()?);
    let rows = page.apply(query, keys).all(app.database.read()).await?;
    page.page(rows, total, |order| order.id)
}

fn narrowed(filter: OrderFilter) -> Select<Entity> {
    let mut query = Entity::find();
    if let Some(text) = filter
        .query
        .as_deref()
        .map(str::trim)
        .filter(|text| !text.is_empty())
    {
        query = query.filter(mentions(text));
    }
    if let Some(statuses) = filter.status {
        query = query.filter(Column::Status.is_in(statuses.into_iter().map(Text)));
    }
    if let Some(statuses) = filter.payment_status {
        query = query.filter(Column::PaymentStatus.is_in(statuses.into_iter().map(Text)));
    }
    if let Some(statuses) = filter.fulfillment_status {
        query = query.filter(Column::FulfillmentStatus.is_in(statuses.into_iter().map(Text)));
    }
    if let Some(statuses) = filter.return_status {
        query = query.filter(Column::ReturnStatus.is_in(statuses.into_iter().map(Text)));
    }
    if let Some(from) = filter.placed_from {
        query = query.filter(Column::PlacedAt.gte(from));
    }
    if let Some(until) = filter.placed_until {
        query = query.filter(Column::PlacedAt.lt(until));
    }
    query
}

/// Number, e-mail or receiver contain the text, whatever its case; its `%` and `_` mean themselves.
fn mentions(text: &str) -> Condition {
    let text: String = text.to_lowercase().chars().take(MAX_QUERY).collect();
    let escaped = text
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    let pattern = sea_orm::sea_query::LikeExpr::new(format!("%{escaped}%")).escape('\\');
    let receiver = Expr::cust("lower(\"order\".\"shipping_address\" ->> 'full_name')");
    let lower =
        |column: Column| Expr::expr(sea_orm::sea_query::Func::lower(Expr::col((Entity, column))));
    Condition::any()
        .add(lower(Column::Number).like(pattern.clone()))
        .add(lower(Column::Email).like(pattern.clone()))
        .add(receiver.like(pattern))
}

/// What the back office is asked, most urgent first.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without `ORDER_CONFIRM`; [`crate::error::Error::Invalid`] for a broken cursor.
pub async fn list_confirmation_requests(
    app: &AppState,
    viewer: &Viewer,
    filter: ConfirmationFilter,
    page: &PageRequest,
) -> Result<Page<order_confirmation_request::Model>> {
    use order_confirmation_request::{Column, Entity};
    viewer.require(Permission::OrderConfirm)?;
    let mut query = Entity::find();
    if let Some(statuses) = filter.status {
        query = query.filter(Column::Status.is_in(statuses.into_iter().map(Text)));
    }
    if let Some(warehouses) = filter.warehouse_ids {
        query = query.filter(Column::WarehouseId.is_in(warehouses));
    }
    let total = if page.with_total {
        Some(query.clone().count(app.database.read()).await?)
    } else {
        None
    };
    let at: Option<(DateTime<Utc>, Uuid)> = page.position()?;
    let keys = vec![
        SortKey::asc(Column::DeadlineAt, at.map(|(deadline_at, _)| deadline_at)),
        SortKey::asc(Column::Id, at.map(|(_, id)| id)),
    ];
    let rows = page.apply(query, keys).all(app.database.read()).await?;
    page.page(rows, total, |request| (request.deadline_at, request.id))
}

/// Orders by id; for loaders behind something that was authorized.
///
/// # Errors
/// When the database cannot be read.
pub async fn by_ids(app: &AppState, ids: &[Uuid]) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .all(app.database.read())
        .await?)
}

/// Orders that carts became, by cart.
///
/// # Errors
/// When the database cannot be read.
pub async fn by_cart_ids(app: &AppState, cart_ids: &[Uuid]) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::CartId.is_in(cart_ids.iter().copied()))
        .all(app.database.read())
        .await?)
}

/// Lines of orders, in their order.
///
/// # Errors
/// When the database cannot be read.
pub async fn lines_by_order_ids(
    app: &AppState,
    order_ids: &[Uuid],
) -> Result<Vec<order_line::Model>> {
    Ok(order_line::Entity::find()
        .filter(order_line::Column::OrderId.is_in(order_ids.iter().copied()))
        .order_by_asc(order_line::Column::OrderId)
        .order_by_asc(order_line::Column::Position)
        .all(app.database.read())
        .await?)
}

/// Lines by id.
///
/// # Errors
/// When the database cannot be read.
pub async fn lines_by_ids(app: &AppState, ids: &[Uuid]) -> Result<Vec<order_line::Model>> {
    Ok(order_line::Entity::find()
        .filter(order_line::Column::Id.is_in(ids.iter().copied()))
        .all(app.database.read())
        .await?)
}

/// Price steps of orders, in their order.
///
/// # Errors
/// When the database cannot be read.
pub async fn adjustments_by_order_ids(
    app: &AppState,
    order_ids: &[Uuid],
) -> Result<Vec<order_adjustment::Model>> {
    Ok(order_adjustment::Entity::find()
        .filter(order_adjustment::Column::OrderId.is_in(order_ids.iter().copied()))
        .order_by_asc(order_adjustment::Column::OrderId)
        .order_by_asc(order_adjustment::Column::Position)
        .all(app.database.read())
        .await?)
}

/// Timelines of orders, newest first; the public part or all.
///
/// # Errors
/// When the database cannot be read.
pub async fn events_by_order_ids(
    app: &AppState,
    order_ids: &[Uuid],
    public_only: bool,
) -> Result<Vec<order_event::Model>> {
    let mut query = order_event::Entity::find()
        .filter(order_event::Column::OrderId.is_in(order_ids.iter().copied()));
    if public_only {
        query = query.filter(order_event::Column::IsPublic.eq(true));
    }
    Ok(query
        .order_by_desc(order_event::Column::OccurredAt)
        .order_by_desc(order_event::Column::Id)
        .all(app.database.read())
        .await?)
}

/// Cancellations of orders and wishes for them, newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn cancellations_by_order_ids(
    app: &AppState,
    order_ids: &[Uuid],
) -> Result<Vec<order_cancellation::Model>> {
    Ok(order_cancellation::Entity::find()
        .filter(order_cancellation::Column::OrderId.is_in(order_ids.iter().copied()))
        .order_by_desc(order_cancellation::Column::Id)
        .all(app.database.read())
        .await?)
}

/// Questions to the back office about orders.
///
/// # Errors
/// When the database cannot be read.
pub async fn confirmation_requests_by_order_ids(
    app: &AppState,
    order_ids: &[Uuid],
) -> Result<Vec<order_confirmation_request::Model>> {
    Ok(order_confirmation_request::Entity::find()
        .filter(order_confirmation_request::Column::OrderId.is_in(order_ids.iter().copied()))
        .order_by_asc(order_confirmation_request::Column::Id)
        .all(app.database.read())
        .await?)
}

/// A question to the back office; `None` for those who may not answer.
///
/// # Errors
/// When the database cannot be read.
pub async fn find_confirmation_request(
    app: &AppState,
    viewer: &Viewer,
    id: Uuid,
) -> Result<Option<order_confirmation_request::Model>> {
    if !viewer.may(Permission::OrderConfirm) {
        return Ok(None);
    }
    Ok(order_confirmation_request::Entity::find_by_id(id)
        .one(app.database.read())
        .await?)
}

/// A line whose order the viewer may see, with the order.
///
/// # Errors
/// When the database cannot be read.
pub async fn find_line(
    app: &AppState,
    viewer: &Viewer,
    id: Uuid,
) -> Result<Option<(order_line::Model, Model)>> {
    let Some(line) = order_line::Entity::find_by_id(id)
        .one(app.database.read())
        .await?
    else {
        return Ok(None);
    };
    let order = find(app, viewer, OrderId::from(line.order_id), None).await?;
    Ok(order.map(|(order, _)| (line, order)))
}

/// A timeline entry the viewer may see.
///
/// # Errors
/// When the database cannot be read.
pub async fn find_event(
    app: &AppState,
    viewer: &Viewer,
    id: Uuid,
) -> Result<Option<order_event::Model>> {
    let Some(event) = order_event::Entity::find_by_id(id)
        .one(app.database.read())
        .await?
    else {
        return Ok(None);
    };
    let order = find(app, viewer, OrderId::from(event.order_id), None).await?;
    Ok(order
        .filter(|(_, access)| event.is_public || !access.is_buyer())
        .map(|_| event))
}

/// A cancellation whose order the viewer may see, and in what capacity.
///
/// # Errors
/// When the database cannot be read.
pub async fn find_cancellation(
    app: &AppState,
    viewer: &Viewer,
    id: Uuid,
) -> Result<Option<(order_cancellation::Model, Access)>> {
    let Some(cancellation) = order_cancellation::Entity::find_by_id(id)
        .one(app.database.read())
        .await?
    else {
        return Ok(None);
    };
    let order = find(app, viewer, OrderId::from(cancellation.order_id), None).await?;
    Ok(order.map(|(_, access)| (cancellation, access)))
}

/// Codes of the coupons that counted, by order.
///
/// # Errors
/// When the database cannot be read.
pub async fn coupon_codes_by_order_ids(
    app: &AppState,
    order_ids: &[Uuid],
) -> Result<Vec<(Uuid, String)>> {
    Ok(coupon_redemption::Entity::find()
        .select_only()
        .column(coupon_redemption::Column::OrderId)
        .column(coupon_redemption::Column::Code)
        .filter(coupon_redemption::Column::OrderId.is_in(order_ids.iter().copied()))
        .order_by_asc(coupon_redemption::Column::Id)
        .into_tuple()
        .all(app.database.read())
        .await?)
}

/// What the next steps of orders depend on, by order.
///
/// # Errors
/// When the database cannot be read.
pub async fn facts_by_order_ids(
    app: &AppState,
    order_ids: &[Uuid],
) -> Result<HashMap<Uuid, OrderFacts>> {
    let orders = by_ids(app, order_ids).await?;
    facts::of_orders(app, app.database.read(), &orders).await
}
