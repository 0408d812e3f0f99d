//! Reads tiers, where members stand and what they did for it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::Money;
use domain::id::MemberTierId;
use domain::permission::Permission;
use domain::tier::{self, LadderError, Merit, Tier, TierBasis};
use entity::member_tier::{COLUMN, Column, Entity, Model};
use entity::{channel, member_standing, member_tier_change};
use sea_orm::{ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::merit::merits;
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::state::AppState;

/// A member's way to the next tier.
#[derive(Clone, Debug)]
pub struct ProgressView {
    /// Spending that counts.
    pub spent: Money,
    /// The growth value that counts; `None` where spending does.
    pub growth: Option<i64>,
    /// The tier above and what is missing to it, by the same measure; `None` at the top.
    pub next: Option<(Model, i64)>,
    /// Until when the present tier holds.
    pub valid_until: Option<DateTime<Utc>>,
}

/// A member's step from one tier to another.
#[derive(Clone, Debug)]
pub struct ChangeView {
    /// The row.
    pub row: member_tier_change::Model,
    /// The tier before; `None` below the first.
    pub from: Option<Model>,
    /// The tier after; `None` below the first.
    pub to: Option<Model>,
}

/// Lists the channel's tiers, lowest first; with permission `MEMBER_READ` also those not in force.
///
/// # Errors
/// When the database does not answer.
pub async fn list(app: &AppState, viewer: &Viewer) -> Result<Vec<Model>> {
    let rows = of_channel(app.database.read(), viewer.channel.id).await?;
    let sees_all = viewer.may(Permission::MemberRead);
    Ok(rows
        .into_iter()
        .filter(|row| row.active || sees_all)
        .collect())
}

/// Loads tiers by id; unknown ones, and for the public those not in force, are left out.
///
/// # Errors
/// When the database does not answer.
pub async fn tiers_by_ids(
    app: &AppState,
    viewer: &Viewer,
    ids: &[MemberTierId],
) -> Result<Vec<Model>> {
    let mut query = Entity::find().filter(COLUMN.id.is_in(ids.iter().map(|id| id.0)));
    if !viewer.may(Permission::MemberRead) {
        query = query.filter(COLUMN.active.eq(true));
    }
    Ok(query.all(app.database.read()).await?)
}

/// Gives the tier a member has in a channel, for prices and points.
pub(crate) async fn of_member<C: ConnectionTrait>(
    connection: &C,
    channel_id: Uuid,
    member_id: Uuid,
) -> Result<Option<Model>> {
    let of_standing = Entity::belongs_to(member_standing::Entity)
        .from(Column::Id)
        .to(member_standing::Column::TierId);
    Ok(Entity::find()
        .join(JoinType::InnerJoin, of_standing.into())
        .filter(member_standing::COLUMN.member_id.eq(member_id))
        .filter(member_standing::COLUMN.channel_id.eq(channel_id))
        .filter(COLUMN.active.eq(true))
        .one(connection)
        .await?)
}

/// Gives the tiers of many members at once, for a loader; members below the first are left out.
///
/// # Errors
/// When the database does not answer.
pub async fn tiers_of_members(
    app: &AppState,
    channel: &channel::Model,
    member_ids: &[Uuid],
) -> Result<HashMap<Uuid, Model>> {
    let connection = app.database.read();
    let tiers = by_id(active(connection, channel.id).await?);
    let standings = standings(connection, channel.id, member_ids).await?;
    Ok(standings
        .into_iter()
        .filter_map(|row| Some((row.member_id, tiers.get(&row.tier_id?)?.clone())))
        .collect())
}

/// Gives the way to the next tier of many members at once, for a loader.
///
/// # Errors
/// When the database does not answer.
pub async fn progress_of_members(
    app: &AppState,
    channel: &channel::Model,
    member_ids: &[Uuid],
) -> Result<HashMap<Uuid, ProgressView>> {
    let connection = app.database.read();
    let now = app.clock.now();
    let rows = active(connection, channel.id).await?;
    let (basis, tiers) = ladder(&rows).map_err(Error::internal)?;
    let rows = by_id(rows);
    let standings: HashMap<Uuid, member_standing::Model> =
        standings(connection, channel.id, member_ids)
            .await?
            .into_iter()
            .map(|row| (row.member_id, row))
            .collect();
    let spendings = merits(connection, channel, TierBasis::Spend, member_ids, now).await?;
    let growth = match basis {
        TierBasis::Spend => None,
        TierBasis::GrowthValue => Some(merits(connection, channel, basis, member_ids, now).await?),
    };
    let sum = |merits: &HashMap<Uuid, Vec<Merit>>, member_id| {
        let of_member = merits.get(member_id);
        of_member.map_or(0, |of_member| tier::sum(of_member, now))
    };
    Ok(member_ids
        .iter()
        .map(|member_id| {
            let spent = sum(&spendings, member_id);
            let growth = growth.as_ref().map(|growth| sum(growth, member_id));
            let standing = standings.get(member_id);
            let held = standing.and_then(|row| row.tier_id);
            let next = tier::next(&tiers, held, growth.unwrap_or(spent));
            let view = ProgressView {
                spent: Money::new(spent, channel.currency.0),
                growth,
                next: next.and_then(|(id, missing)| Some((rows.get(&id)?.clone(), missing))),
                valid_until: standing.and_then(|row| row.valid_until),
            };
            (*member_id, view)
        })
        .collect())
}

/// Gives the steps of many members from tier to tier at once, newest first, for a loader.
///
/// # Errors
/// When the database does not answer.
pub async fn changes_of_members(
    app: &AppState,
    channel: &channel::Model,
    member_ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<ChangeView>>> {
    let connection = app.database.read();
    let tiers = by_id(of_channel(connection, channel.id).await?);
    let column = member_tier_change::COLUMN;
    let rows = member_tier_change::Entity::find()
        .filter(column.member_id.is_in(member_ids.iter().copied()))
        .filter(column.channel_id.eq(channel.id))
        .order_by_desc(member_tier_change::Column::Id)
        .all(connection)
        .await?;
    let find = |id: Option<Uuid>| id.and_then(|id| tiers.get(&id).cloned());
    let mut changes: HashMap<Uuid, Vec<ChangeView>> = HashMap::new();
    for row in rows {
        changes.entry(row.member_id).or_default().push(ChangeView {
            from: find(row.from_tier_id),
            to: find(row.to_tier_id),
            row,
        });
    }
    Ok(changes)
}

/// A tier's name in a language, or else in the channel's default one.
pub(super) fn name_in<'a>(tier: &'a Model, locale: &str) -> &'a str {
    tier.translations
        .get(locale)
        .map_or(&tier.name, |text| &text.name)
}

/// The tiers of a channel in force, lowest first.
pub(super) async fn active<C: ConnectionTrait>(
    connection: &C,
    channel_id: Uuid,
) -> Result<Vec<Model>> {
    let mut rows = of_channel(connection, channel_id).await?;
    rows.retain(|row| row.active);
    Ok(rows)
}

pub(super) async fn of_channel<C: ConnectionTrait>(
    connection: &C,
    channel_id: Uuid,
) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(COLUMN.channel_id.eq(channel_id))
        .order_by_asc(Column::Rank)
        .order_by_asc(Column::Code)
        .all(connection)
        .await?)
}

/// Reads the rows of tiers in force as the domain's, with what they are reached by.
///
/// # Errors
/// [`LadderError`] when they are not all reached by the same.
pub(super) fn ladder(rows: &[Model]) -> Result<(TierBasis, Vec<Tier>), LadderError> {
    let growth: Vec<Option<i64>> = rows.iter().map(|row| row.growth_threshold).collect();
    let tiers = rows.iter().map(|row| Tier {
        id: row.id,
        rank: row.rank.unsigned_abs(),
        threshold: row.growth_threshold.unwrap_or(row.threshold_minor),
        grace_days: row.grace_days.unsigned_abs(),
    });
    Ok((tier::basis(&growth)?, tiers.collect()))
}

async fn standings<C: ConnectionTrait>(
    connection: &C,
    channel_id: Uuid,
    member_ids: &[Uuid],
) -> Result<Vec<member_standing::Model>> {
    let column = member_standing::COLUMN;
    Ok(member_standing::Entity::find()
        .filter(column.member_id.is_in(member_ids.iter().copied()))
        .filter(column.channel_id.eq(channel_id))
        .all(connection)
        .await?)
}

fn by_id(rows: Vec<Model>) -> HashMap<Uuid, Model> {
    rows.into_iter().map(|row| (row.id, row)).collect()
}
