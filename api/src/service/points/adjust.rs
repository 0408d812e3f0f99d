//! Staff give or take points by hand.

use domain::id::MemberId;
use domain::permission::Permission;
use domain::points::{PointsEntryKind, PointsLotStatus, plan_spend};
use entity::column::Text;
use entity::{member, points_transaction};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::earn::zone;
use super::error::PointsError;
use super::ledger::{self, Entry};
use super::lots::{self, NewLot};
use super::query::{AccountView, account_of};
use crate::auth::Viewer;
use crate::clock::Clock;
use crate::error::Error;
use crate::service::idempotency;
use crate::service::order::history::ActorRef;
use crate::state::AppState;

/// Most points one adjustment moves.
const MAX_POINTS: i32 = 1_000_000;
/// Longest reason, in characters.
const MAX_REASON: usize = 200;
/// Source of what somebody adjusted alone.
const ALONE: &str = "adjustment";

/// An adjustment by hand.
#[derive(Clone, Debug, Serialize)]
pub struct Adjust {
    /// The member.
    pub member_id: Uuid,
    /// Signed points.
    pub points: i32,
    /// Why; the member reads it.
    pub reason: String,
    /// Unique per request.
    #[serde(skip)]
    pub idempotency_key: String,
}

#[derive(Serialize, Deserialize)]
struct Adjusted {
    transaction_id: Uuid,
}

/// Gives points, which never lapse, or takes them, the first to lapse first.
///
/// # Errors
/// [`PointsError::Insufficient`] when more are taken than there are, [`PointsError::LimitExceeded`] for more than may be
/// adjusted in a day without a second person, and the common
/// refusals of a missing permission, an unknown member, a bad value or a reused key.
pub async fn adjust(
    app: &AppState,
    viewer: &Viewer,
    command: Adjust,
) -> Result<AccountView, PointsError> {
    viewer.require(Permission::PointsWrite)?;
    check(&command)?;
    let member_id = command.member_id;
    app.database
        .retry(|| attempt(app, viewer, &command))
        .await?;
    Ok(account_of(app, &viewer.channel, MemberId::from(member_id)).await?)
}

/// Refuses what no adjustment may be.
pub(super) fn check(command: &Adjust) -> Result<(), PointsError> {
    let reason = command.reason.trim();
    if reason.is_empty() || reason.chars().count() > MAX_REASON {
        return Err(Error::invalid(
            &["reason"],
            format!("a reason has 1 to {MAX_REASON} characters"),
        )
        .into());
    }
    if command.points == 0 {
        return Err(Error::invalid(&["points"], "give points other than 0").into());
    }
    if command.points.unsigned_abs() > MAX_POINTS.unsigned_abs() {
        return Err(PointsError::LimitExceeded { limit: MAX_POINTS });
    }
    Ok(())
}

async fn attempt(app: &AppState, viewer: &Viewer, command: &Adjust) -> Result<(), PointsError> {
    let clock = &app.clock;
    let transaction = app.database.begin().await?;
    let actor_key = viewer.idempotency_actor("");
    let request = idempotency::Request::try_new(
        &actor_key,
        "pointsAdjust",
        &command.idempotency_key,
        command,
    )?;
    let outcome = Adjusted {
        transaction_id: clock.new_id(),
    };
    if request
        .claim(&transaction, clock, &outcome)
        .await?
        .is_some()
    {
        return Ok(());
    }
    require_member(&transaction, command.member_id).await?;
    ledger::lock(&transaction, clock, command.member_id).await?;
    check_limit(&transaction, clock, viewer, command).await?;
    let moved = Move {
        channel_id: viewer.channel.id,
        member_id: command.member_id,
        points: command.points,
        reason: command.reason.trim(),
        source: (ALONE, outcome.transaction_id),
        actor: viewer.actor(),
    };
    move_points(&transaction, clock, &moved).await?;
    transaction.commit().await.map_err(Error::from)?;
    Ok(())
}

/// Refuses what goes beyond the points by which a member may be adjusted in one of the shop's days without a second person;
/// several small adjustments are no way around it. The member's accounts are locked.
async fn check_limit(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    viewer: &Viewer,
    command: &Adjust,
) -> Result<(), PointsError> {
    let limit = viewer.channel.points_adjust_limit;
    let time_zone = zone(&viewer.channel)?;
    let column = points_transaction::COLUMN;
    let sum = Expr::cust("CAST(COALESCE(SUM(ABS(points)), 0) AS bigint)");
    let moved: Option<i64> = points_transaction::Entity::find()
        .select_only()
        .expr_as(sum, "moved")
        .filter(column.member_id.eq(command.member_id))
        .filter(column.kind.eq(Text(PointsEntryKind::Adjust)))
        .filter(column.source_kind.eq(ALONE))
        .filter(
            column
                .occurred_at
                .gte(time_zone.start_of(time_zone.day(clock.now()))),
        )
        .into_tuple()
        .one(transaction)
        .await?;
    let moved = moved.unwrap_or_default().unsigned_abs();
    let moved = moved.saturating_add(command.points.unsigned_abs().into());
    if moved > u64::from(limit.unsigned_abs()) {
        return Err(PointsError::LimitExceeded { limit });
    }
    Ok(())
}

/// Refuses an unknown member.
pub(super) async fn require_member(
    transaction: &DatabaseTransaction,
    member_id: Uuid,
) -> Result<(), PointsError> {
    let found = member::Entity::find_by_id(member_id)
        .one(transaction)
        .await?;
    found
        .map(|_member| ())
        .ok_or(Error::NotFound("member").into())
}

/// Points that change hands by somebody's word.
pub(super) struct Move<'a> {
    pub(super) channel_id: Uuid,
    pub(super) member_id: Uuid,
    /// Signed points.
    pub(super) points: i32,
    pub(super) reason: &'a str,
    /// What says so, as kind and id; it moves points once.
    pub(super) source: (&'static str, Uuid),
    pub(super) actor: ActorRef,
}

/// Gives points, which never lapse, or takes them, the first to lapse first.
pub(super) async fn move_points(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    moved: &Move<'_>,
) -> Result<(), PointsError> {
    let mut accounts = ledger::lock(transaction, clock, moved.member_id).await?;
    let balance_before = accounts.balance();
    let points = moved.points.unsigned_abs();
    let shares = if moved.points < 0 {
        let available = u32::try_from(balance_before.max(0)).unwrap_or(u32::MAX);
        if points > available {
            return Err(PointsError::Insufficient { available });
        }
        let lots = lots::active(transaction, moved.member_id).await?;
        plan_spend(&lots, points, clock.now())?
    } else {
        Vec::new()
    };
    let entry = Entry {
        kind: PointsEntryKind::Adjust,
        channel_id: moved.channel_id,
        points: i64::from(moved.points),
        is_pending: false,
        source_kind: moved.source.0,
        source_id: moved.source.1.to_string(),
        rule: None,
        reason: moved.reason,
        order_id: None,
        actor: moved.actor,
        available_at: None,
        expires_at: None,
    };
    let written = ledger::record(transaction, clock, &mut accounts, entry).await?;
    if let Some(transaction_id) = written.filter(|_| moved.points > 0) {
        let lot = NewLot {
            transaction_id,
            points,
            available_at: None,
            expires_at: None,
            notice_at: None,
        };
        lots::add(transaction, clock, moved.member_id, &lot, balance_before).await?;
    }
    lots::take(transaction, &shares, PointsLotStatus::Spent).await?;
    Ok(())
}
