//! What members and staff read about points.

use chrono::{DateTime, TimeDelta, Utc};
use domain::Money;
use domain::id::{MemberId, PointsAccountId, PointsEntryId, TypedId as _};
use domain::percent::Percent;
use domain::permission::Permission;
use domain::points::{PointsAccountKind, PointsEntryKind, PointsLotStatus, RedeemPolicy};
use entity::column::Text;
use entity::{channel, member, points_account, points_lot, points_transaction};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::page::{Page, PageRequest};
use crate::state::AppState;

/// Longest look ahead for points about to lapse, in days.
const MAX_DAYS_AHEAD: i32 = 3_650;

/// A member's balances.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountView {
    /// The member; also names the account, since each member has one.
    pub member_id: Uuid,
    /// Points to spend now; negative after a claw-back.
    pub balance: i64,
    /// Earned, not usable yet.
    pub pending: i64,
    /// Held by orders not confirmed yet.
    pub held: i64,
    /// What the balance is worth in a cart.
    pub value: Money,
}

/// Narrows a ledger.
#[derive(Clone, Debug, Default)]
pub struct EntryFilter {
    /// Of these kinds; all when empty.
    pub kinds: Vec<PointsEntryKind>,
    /// From this instant on.
    pub from: Option<DateTime<Utc>>,
    /// Before this instant.
    pub until: Option<DateTime<Utc>>,
}

/// Reads how points pay in a channel; `None` when they do not.
///
/// # Errors
/// [`Error::Internal`] when the channel's settings are inconsistent.
pub fn policy(channel: &channel::Model) -> Result<Option<RedeemPolicy>> {
    let unsigned = |value: i32| u32::try_from(value).map_err(Error::internal);
    let worth = Money::new(channel.points_redeem_minor, channel.currency.0);
    let share =
        Percent::from_ppm(unsigned(channel.points_redeem_max_ppm)?).map_err(Error::internal)?;
    Ok(RedeemPolicy::try_new(
        unsigned(channel.points_redeem_points)?,
        worth,
        unsigned(channel.points_redeem_min)?,
        share,
    ))
}

/// Gives a member's points: to the member, or with permission `POINTS_READ`.
///
/// # Errors
/// [`Error::NotFound`] for another member without the permission.
pub async fn account(app: &AppState, viewer: &Viewer, member_id: MemberId) -> Result<AccountView> {
    check_owner(viewer, member_id)?;
    account_of(app, &viewer.channel, member_id).await
}

/// Finds points by the public id of their account; `None` when unknown or hidden.
///
/// # Errors
/// When the database does not answer.
pub async fn account_by_id(
    app: &AppState,
    viewer: &Viewer,
    id: PointsAccountId,
) -> Result<Option<AccountView>> {
    let member_id = MemberId::from(id.uuid());
    if check_owner(viewer, member_id).is_err() {
        return Ok(None);
    }
    let is_known = member::Entity::find_by_id(member_id.uuid())
        .one(app.database.read())
        .await?
        .is_some();
    if is_known {
        account_of(app, &viewer.channel, member_id).await.map(Some)
    } else {
        Ok(None)
    }
}

/// Gives the points of many members at once, for a loader; the caller has checked who may see them.
///
/// # Errors
/// When the database does not answer.
pub async fn accounts_by_members(
    app: &AppState,
    channel: &channel::Model,
    member_ids: &[MemberId],
) -> Result<Vec<AccountView>> {
    let policy = policy(channel)?;
    let rows = points_account::Entity::find()
        .filter(
            points_account::COLUMN
                .member_id
                .is_in(member_ids.iter().map(|id| id.uuid())),
        )
        .all(app.database.read())
        .await?;
    member_ids
        .iter()
        .map(|member_id| {
            let of = |kind| {
                rows.iter()
                    .find(|row| row.member_id == Some(member_id.uuid()) && row.kind.0 == kind)
            };
            let balance = |kind| of(kind).and_then(|row| row.balance).unwrap_or_default();
            let spendable = balance(PointsAccountKind::MemberActive);
            let value = match &policy {
                Some(policy) => {
                    let points = u32::try_from(spendable.max(0)).unwrap_or(u32::MAX);
                    policy.value_of(points).map_err(Error::internal)?
                }
                None => Money::zero(channel.currency.0),
            };
            Ok(AccountView {
                member_id: member_id.uuid(),
                balance: spendable,
                pending: balance(PointsAccountKind::MemberPending),
                held: balance(PointsAccountKind::MemberHeld),
                value,
            })
        })
        .collect()
}

pub(super) async fn account_of(
    app: &AppState,
    channel: &channel::Model,
    member_id: MemberId,
) -> Result<AccountView> {
    accounts_by_members(app, channel, &[member_id])
        .await?
        .pop()
        .ok_or_else(|| Error::internal("no points account"))
}

/// Gives what a member can spend, for the price of a cart.
pub(crate) async fn balance_of<C: ConnectionTrait>(connection: &C, member_id: Uuid) -> Result<i64> {
    let row = points_account::Entity::find()
        .filter(points_account::COLUMN.member_id.eq(member_id))
        .filter(
            points_account::COLUMN
                .kind
                .eq(Text(PointsAccountKind::MemberActive)),
        )
        .one(connection)
        .await?;
    Ok(row.and_then(|row| row.balance).unwrap_or_default())
}

/// Lists a member's ledger, newest first: to the member, or with permission `POINTS_READ`.
///
/// # Errors
/// [`Error::NotFound`] for another member without the permission, [`Error::Invalid`] for a bad cursor.
pub async fn entries(
    app: &AppState,
    viewer: &Viewer,
    member_id: MemberId,
    filter: &EntryFilter,
    request: &PageRequest,
) -> Result<Page<points_transaction::Model>> {
    check_owner(viewer, member_id)?;
    let column = points_transaction::COLUMN;
    let mut query =
        points_transaction::Entity::find().filter(column.member_id.eq(member_id.uuid()));
    if !filter.kinds.is_empty() {
        query = query.filter(column.kind.is_in(filter.kinds.iter().copied().map(Text)));
    }
    if let Some(from) = filter.from {
        query = query.filter(column.occurred_at.gte(from));
    }
    if let Some(until) = filter.until {
        query = query.filter(column.occurred_at.lt(until));
    }
    request
        .newest_first(
            app.database.read(),
            query,
            points_transaction::Column::Id,
            |row| row.id,
        )
        .await
}

/// Loads ledger entries by id that the viewer may see.
///
/// # Errors
/// When the database does not answer.
pub async fn entries_by_ids(
    app: &AppState,
    viewer: &Viewer,
    ids: &[PointsEntryId],
) -> Result<Vec<points_transaction::Model>> {
    let rows = points_transaction::Entity::find()
        .filter(
            points_transaction::COLUMN
                .id
                .is_in(ids.iter().map(|id| id.uuid())),
        )
        .all(app.database.read())
        .await?;
    let is_visible = |row: &points_transaction::Model| {
        check_owner(viewer, MemberId::from(row.member_id)).is_ok()
    };
    Ok(rows.into_iter().filter(is_visible).collect())
}

/// Lists points about to lapse, soonest first, summed by instant: to the member, or with permission `POINTS_READ`.
///
/// # Errors
/// [`Error::NotFound`] for another member without the permission, [`Error::Invalid`] for days out of range.
pub async fn expiring(
    app: &AppState,
    viewer: &Viewer,
    member_id: MemberId,
    within_days: i32,
) -> Result<Vec<(DateTime<Utc>, i64)>> {
    check_owner(viewer, member_id)?;
    if !(0..=MAX_DAYS_AHEAD).contains(&within_days) {
        return Err(Error::invalid(
            &["withinDays"],
            format!("days lie between 0 and {MAX_DAYS_AHEAD}"),
        ));
    }
    let now = app.clock.now();
    let column = points_lot::COLUMN;
    let lots = points_lot::Entity::find()
        .filter(column.member_id.eq(member_id.uuid()))
        .filter(column.status.eq(Text(PointsLotStatus::Active)))
        .filter(column.remaining.gt(0))
        .filter(column.expires_at.gt(now))
        .filter(
            column
                .expires_at
                .lte(now + TimeDelta::days(i64::from(within_days))),
        )
        .order_by_asc(points_lot::Column::ExpiresAt)
        .limit(100)
        .all(app.database.read())
        .await?;
    let mut sums: Vec<(DateTime<Utc>, i64)> = Vec::new();
    for lot in lots {
        let Some(expires_at) = lot.expires_at else {
            continue;
        };
        match sums.last_mut() {
            Some((instant, sum)) if *instant == expires_at => {
                *sum = sum.saturating_add(lot.remaining);
            }
            Some(_) | None => sums.push((expires_at, lot.remaining)),
        }
    }
    Ok(sums)
}

fn check_owner(viewer: &Viewer, member_id: MemberId) -> Result<()> {
    if viewer.member_id() == Some(member_id) || viewer.may(Permission::PointsRead) {
        Ok(())
    } else {
        Err(Error::NotFound("points account"))
    }
}
