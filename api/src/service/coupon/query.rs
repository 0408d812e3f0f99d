//! What members and staff read about coupons.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use domain::coupon::{CouponCode, CouponStatus, RedemptionStatus};
use domain::id::{CouponId, CouponTemplateId, MemberId, TypedId as _};
use domain::permission::Permission;
use entity::column::Text;
use entity::coupon::{COLUMN, Column, Entity, Model};
use entity::{channel, coupon_redemption, coupon_template, promotion};
use sea_orm::sea_query::{NullOrdering, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, JoinType, Order, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait as _, Select,
};
use uuid::Uuid;

use super::facts::{to_domain, window};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::page::{Page, PageRequest};
use crate::state::AppState;

/// Most coupons tried on one cart.
const MAX_TRIED: usize = 50;
/// Most coupons of a wallet they are chosen from.
const MAX_WALLET: u64 = 500;

/// Narrows coupons.
#[derive(Clone, Debug, Default)]
pub struct CouponFilter {
    /// Made from this.
    pub template_id: Option<CouponTemplateId>,
    /// In this wallet.
    pub member_id: Option<MemberId>,
    /// With this code, in any case.
    pub code: Option<String>,
    /// In these states, time taken into account; all when empty.
    pub status: Vec<CouponStatus>,
}

/// A coupon with what its template and its uses say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CouponView {
    /// The row.
    pub coupon: Model,
    /// What it was made from.
    pub template: coupon_template::Model,
    /// Where it stands, time taken into account.
    pub status: CouponStatus,
    /// Times it was used.
    pub used_count: u64,
    /// The order that locks or used it; none for a code that serves many.
    pub order_id: Option<Uuid>,
}

/// Lists issued coupons, newest first.
///
/// # Errors
/// Without permission `COUPON_READ`, or for a bad cursor.
pub async fn coupons(
    app: &AppState,
    viewer: &Viewer,
    filter: &CouponFilter,
    request: &PageRequest,
) -> Result<Page<CouponView>> {
    viewer.require(Permission::CouponRead)?;
    list(app, &viewer.channel, filter, request).await
}

/// Lists a member's wallet, newest first: to the member, or with permission `COUPON_READ`.
///
/// # Errors
/// Without the permission for another member's, or for a bad cursor.
pub async fn coupons_of_member(
    app: &AppState,
    viewer: &Viewer,
    member_id: MemberId,
    filter: CouponFilter,
    request: &PageRequest,
) -> Result<Page<CouponView>> {
    if viewer.member_id() != Some(member_id) {
        viewer.require(Permission::CouponRead)?;
    }
    let filter = CouponFilter {
        member_id: Some(member_id),
        ..filter
    };
    list(app, &viewer.channel, &filter, request).await
}

/// Loads coupons by id that the viewer may see.
///
/// # Errors
/// When the database does not answer.
pub async fn coupons_by_ids(
    app: &AppState,
    viewer: &Viewer,
    ids: &[CouponId],
) -> Result<Vec<CouponView>> {
    let rows = of_channel(viewer.channel.id)
        .filter(COLUMN.id.is_in(ids.iter().map(|id| id.uuid())))
        .all(app.database.read())
        .await?;
    let is_visible = |row: &Model| {
        let is_own = row.member_id.is_some() && row.member_id == viewer.member_id().map(|id| id.0);
        is_own || viewer.may(Permission::CouponRead)
    };
    views(app, rows.into_iter().filter(is_visible).collect()).await
}

/// Describes coupons, in the order of the rows.
///
/// # Errors
/// When the database does not answer.
pub(in crate::service) async fn views(app: &AppState, rows: Vec<Model>) -> Result<Vec<CouponView>> {
    let connection = app.database.read();
    let templates = coupon_template::Entity::find()
        .filter(
            coupon_template::COLUMN
                .id
                .is_in(rows.iter().map(|row| row.template_id)),
        )
        .all(connection)
        .await?;
    let uses = uses_by_coupon(connection, &rows).await?;
    let orders = orders_by_coupon(connection, &rows).await?;
    let now = app.clock.now();
    rows.into_iter()
        .map(|coupon| {
            let template = templates
                .iter()
                .find(|template| template.id == coupon.template_id)
                .cloned()
                .ok_or_else(|| Error::internal("a coupon has no template"))?;
            Ok(CouponView {
                status: to_domain(&coupon)?.status_at(&window(&coupon, &template), now),
                used_count: uses.get(&coupon.id).copied().unwrap_or_default(),
                order_id: orders.get(&coupon.id).copied(),
                coupon,
                template,
            })
        })
        .collect()
}

/// Counts the live uses of coupons, with one statement.
pub(super) async fn uses_by_coupon<C: ConnectionTrait>(
    connection: &C,
    coupons: &[Model],
) -> Result<HashMap<Uuid, u64>> {
    let counts: Vec<(Uuid, i64)> = live_uses(coupons.iter().map(|row| row.id))
        .select_only()
        .column(coupon_redemption::Column::CouponId)
        .column_as(coupon_redemption::Column::Id.count(), "uses")
        .group_by(coupon_redemption::Column::CouponId)
        .into_tuple()
        .all(connection)
        .await?;
    counts
        .into_iter()
        .map(|(id, uses)| Ok((id, u64::try_from(uses).map_err(Error::internal)?)))
        .collect()
}

/// Tells which orders lock or used coupons for one use. A code that serves many may be in any number of orders.
async fn orders_by_coupon<C: ConnectionTrait>(
    connection: &C,
    coupons: &[Model],
) -> Result<HashMap<Uuid, Uuid>> {
    let single = coupons.iter().filter(|row| row.usage_limit == Some(1));
    let uses = live_uses(single.map(|row| row.id)).all(connection).await?;
    Ok(uses
        .into_iter()
        .map(|used| (used.coupon_id, used.order_id))
        .collect())
}

fn live_uses(coupon_ids: impl Iterator<Item = Uuid>) -> Select<coupon_redemption::Entity> {
    let column = coupon_redemption::COLUMN;
    coupon_redemption::Entity::find()
        .filter(column.coupon_id.is_in(coupon_ids))
        .filter(column.status.ne(Text(RedemptionStatus::Restored)))
}

/// Loads the coupons a member could use now, one of each template since they are alike, those that lapse first before
/// the others.
pub(in crate::service) async fn usable_of_member<C: ConnectionTrait>(
    connection: &C,
    channel: &channel::Model,
    member_id: Uuid,
    now: DateTime<Utc>,
) -> Result<Vec<(CouponCode, Model)>> {
    let of_template = Entity::belongs_to(coupon_template::Entity)
        .from(Column::TemplateId)
        .to(coupon_template::Column::Id);
    let template = coupon_template::COLUMN;
    let has_begun = Condition::any()
        .add(template.usable_from.is_null())
        .add(template.usable_from.lte(now));
    let rows = of_channel(channel.id)
        .join(JoinType::InnerJoin, of_template.into())
        .filter(COLUMN.member_id.eq(member_id))
        .filter(is_in_status(CouponStatus::Available, now))
        .filter(has_begun)
        .order_by_with_nulls(Column::ExpiresAt, Order::Asc, NullOrdering::Last)
        .order_by_asc(Column::Id)
        .limit(MAX_WALLET)
        .all(connection)
        .await?;
    let mut seen = HashSet::new();
    rows.into_iter()
        .filter(|row| seen.insert(row.template_id))
        .take(MAX_TRIED)
        .filter_map(|row| Some((row.code.clone()?, row)))
        .map(|(code, row)| Ok((CouponCode::parse(&code).map_err(Error::internal)?, row)))
        .collect()
}

/// How many coupons of a template there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CouponCounts {
    /// Made.
    pub issued: i32,
    /// Uses of confirmed orders.
    pub redeemed: i32,
}

/// Counts the coupons made from templates and their uses; templates without any are left out. Counted when somebody asks:
/// a counter would be one row that all who use a coupon wait for.
///
/// # Errors
/// When the database does not answer.
pub async fn counts_by_template(
    app: &AppState,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, CouponCounts>> {
    let connection = app.database.read();
    let of_template = COLUMN.template_id.is_in(ids.iter().copied());
    let issued: Vec<(Uuid, i64)> = Entity::find()
        .select_only()
        .column(Column::TemplateId)
        .column_as(Column::Id.count(), "issued")
        .filter(of_template.clone())
        .group_by(Column::TemplateId)
        .into_tuple()
        .all(connection)
        .await?;
    let of_coupon = coupon_redemption::Entity::belongs_to(Entity)
        .from(coupon_redemption::Column::CouponId)
        .to(Column::Id);
    let redeemed: Vec<(Uuid, i64)> = coupon_redemption::Entity::find()
        .select_only()
        .column(Column::TemplateId)
        .column_as(coupon_redemption::Column::Id.count(), "redeemed")
        .join(JoinType::InnerJoin, of_coupon.into())
        .filter(of_template)
        .filter(
            coupon_redemption::COLUMN
                .status
                .eq(Text(RedemptionStatus::Redeemed)),
        )
        .group_by(Column::TemplateId)
        .into_tuple()
        .all(connection)
        .await?;
    let int = |count: i64| i32::try_from(count).map_err(Error::internal);
    let mut counts: HashMap<Uuid, CouponCounts> = HashMap::new();
    for (id, count) in issued {
        counts.entry(id).or_default().issued = int(count)?;
    }
    for (id, count) in redeemed {
        counts.entry(id).or_default().redeemed = int(count)?;
    }
    Ok(counts)
}

async fn list(
    app: &AppState,
    channel: &channel::Model,
    filter: &CouponFilter,
    request: &PageRequest,
) -> Result<Page<CouponView>> {
    let query = narrowed(channel.id, filter, app.clock.now());
    let page = request
        .newest_first(app.database.read(), query, Column::Id, |row| row.id)
        .await?;
    page.map_rows(|rows| views(app, rows)).await
}

/// The coupons of a channel that pass a filter.
pub(super) fn narrowed(
    channel_id: Uuid,
    filter: &CouponFilter,
    now: DateTime<Utc>,
) -> Select<Entity> {
    let mut query = of_channel(channel_id);
    if let Some(template_id) = filter.template_id {
        query = query.filter(COLUMN.template_id.eq(template_id.uuid()));
    }
    if let Some(member_id) = filter.member_id {
        query = query.filter(COLUMN.member_id.eq(member_id.uuid()));
    }
    if let Some(code) = &filter.code {
        // A text that can be no code finds nothing.
        let code = CouponCode::parse(code).map_or_else(|_no_code| String::new(), String::from);
        query = query.filter(COLUMN.code.eq(code));
    }
    if filter.status.is_empty() {
        return query;
    }
    let any = filter.status.iter().fold(Condition::any(), |any, status| {
        any.add(is_in_status(*status, now))
    });
    query.filter(any)
}

fn of_channel(channel_id: Uuid) -> Select<Entity> {
    let templates = Query::select()
        .column(coupon_template::Column::Id)
        .from(coupon_template::Entity)
        .and_where(
            coupon_template::COLUMN
                .promotion_id
                .in_subquery(promotions_of(channel_id)),
        )
        .to_owned();
    Entity::find().filter(COLUMN.template_id.in_subquery(templates))
}

/// Ids of the channel's promotions.
pub(super) fn promotions_of(channel_id: Uuid) -> SelectStatement {
    promotion::Entity::find()
        .select_only()
        .column(promotion::Column::Id)
        .filter(promotion::COLUMN.channel_id.eq(channel_id))
        .into_query()
}

/// `Coupon::status_at` as a condition on rows.
fn is_in_status(status: CouponStatus, now: DateTime<Utc>) -> Condition {
    let stored = || Condition::all().add(COLUMN.status.eq(Text(status)));
    match status {
        CouponStatus::Available => stored().add(
            Condition::any()
                .add(COLUMN.expires_at.is_null())
                .add(COLUMN.expires_at.gt(now)),
        ),
        CouponStatus::Expired => Condition::any().add(stored()).add(
            Condition::all()
                .add(COLUMN.status.eq(Text(CouponStatus::Available)))
                .add(COLUMN.expires_at.lte(now)),
        ),
        CouponStatus::Locked | CouponStatus::Redeemed | CouponStatus::Revoked => stored(),
    }
}
